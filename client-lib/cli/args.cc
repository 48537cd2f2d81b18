#include "client-lib/cli/args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::cli {
namespace {

// An option that may stand several times, with one value each.
void OneByOne(CLI::App& app, const std::string& name, std::vector<std::string>& values,
              const std::string& help) {
  app.add_option(name, values, help)->allow_extra_args(false);
}

void AddAuditOptions(CLI::App& app, AuditArguments& audit) {
  OneByOne(app, "--verifier-key", audit.verifier_keys,
           "audit: key that checks the server's checkpoints; several after a rotation");
  OneByOne(app, "--witness-key", audit.witness_keys,
           "audit verify: key of a witness that must have cosigned");
  OneByOne(app, "--held", audit.held_files,
           "audit: file with a checkpoint kept elsewhere, which must still be true");
  app.add_flag("--strict", audit.strict,
               "audit verify: refuse signatures that no given key can check");
  app.add_option("--name", audit.name, "audit keygen, key: INSTANCE/belfry, or the witness's name");
  app.add_option("--type", audit.key_type, "audit keygen, key: ed25519, p256 or witness")
      ->check(CLI::IsMember({"ed25519", "p256", "witness"}).description(""));
  app.add_option("--entity", audit.entity, "audit: the log of this agency, entities/…");
}

void AddMeasuresOptions(CLI::App& app, Arguments& arguments) {
  app.add_option("--from", arguments.from,
                 "stats, compliance: from this day or time on, or so long ago: 2026-09-01, 90d");
  app.add_option(
      "--by", arguments.by,
      "stats: compare by severity, category, agency or month; or list every duty or clause");
  app.add_option("--severity", arguments.severity, "stats: incidents of this severity");
  app.add_option("--category", arguments.category, "stats: incidents of this category");
  app.add_option("--repeat-days", arguments.repeat_days,
                 "stats: within how many days an incident counts as a repeated one; 30")
      ->check(CLI::Range(1, 366).description(""));
  app.add_flag("--drills", arguments.drills, "stats, compliance: drills, too");
}

// What is read before the verb is known; what it means depends on the verb.
struct Unsorted {
  std::string output;
  std::vector<std::string> keys;
};

std::unique_ptr<CLI::App> MakeApp(Arguments& arguments, Unsorted& unsorted) {
  auto app = std::make_unique<CLI::App>("belfry: the incident desk, at a terminal", "belfry");
  app->set_help_flag();
  app->allow_extras();
  app->add_option("--server", arguments.server,
                  "host:port or unix:/path; without --ca only this machine")
      ->envname("BELFRY_SERVER");
  app->add_option("--token-file", arguments.token_file, "File whose first line is the token")
      ->envname("BELFRY_TOKEN_FILE");
  app->add_option("-o,--output", unsorted.output, "table or json; of export and print: the file to write");
  app->add_option("--ca", arguments.ca_file, "PEM file of the authority that signed the server");
  app->add_option("--cert", arguments.cert_file, "PEM file of the client's certificate");
  OneByOne(*app, "--key", unsorted.keys,
           "PEM file of the client's key; audit verify: the same as --verifier-key");
  app->add_option("--server-name", arguments.server_name,
                  "Name in the server's certificate, if it is another than its address");
  app->add_option("--as", arguments.act_for,
                  "people/…: act for this person; needs the right to do so");
  app->add_option("--request-id", arguments.request_id, "The same id again has no second effect");
  app->add_flag("-y,--yes", arguments.yes,
                "Do not ask before acts with legal effect; without a terminal nothing is asked");
  app->add_option("--timeout", arguments.timeout_seconds, "Seconds to wait for an answer")
      ->check(CLI::Range(0.1, 3600.0).description(""));
  app->add_option("--directory", arguments.directory_file,
                  "policy lint: check the pack against the directory in this file too");
  app->add_flag("--with-directory", arguments.with_directory,
                "policy lint: check it against the server's directory too");
  AddAuditOptions(*app, arguments.audit);
  app->add_option("--output-dir", arguments.output_dir,
                  "records release: the directory that its files are written to");
  app->add_option("--format", arguments.format,
                  "export: json, stix, ocsf, iodef, veris or csv; import: json or stix; stats: "
                  "table, json or csv; compliance: markdown, json or csv");
  app->add_flag("--all", arguments.all, "export: every incident you may see");
  app->add_option("--tlp-max", arguments.tlp_max,
                  "export: the strictest label that may leave; AMBER+STRICT unless you say");
  app->add_flag("--restricted", arguments.restricted,
                "export: restricted incidents, too; with --tlp-max RED and --to");
  app->add_option("--to", arguments.to,
                  "export: for whom; stands in the record. stats, compliance: reported before this "
                  "day or time");
  app->add_option("--mapping", arguments.mapping_file,
                  "export, import: how the pack's codes are said elsewhere, instead of the "
                  "table that belfry has in it");
  app->add_option("--agency", arguments.agency, "import: the agency that reports");
  AddMeasuresOptions(*app, arguments);
  app->add_flag("-h,--help", arguments.help, "Print this and the verbs");
  app->add_flag("--version", arguments.version, "Print the version");
  return app;
}

absl::Status PlaceKeys(std::vector<std::string> keys, Arguments& parsed) {
  const std::vector<std::string>& words = parsed.words;
  const bool audits = !words.empty() && words[0] == "audit";
  if (!audits && parsed.audit != AuditArguments()) {
    return absl::InvalidArgumentError(
        "--verifier-key, --witness-key, --held, --strict, --name, --type and --entity go with "
        "audit");
  }
  if (audits && words.size() > 1 && words[1] == "verify") {
    std::move(keys.begin(), keys.end(), std::back_inserter(parsed.audit.verifier_keys));
    return absl::OkStatus();
  }
  if (keys.size() > 1) return absl::InvalidArgumentError("--key: one is enough");
  if (!keys.empty()) parsed.key_file = std::move(keys[0]);
  return absl::OkStatus();
}

absl::Status SortOutput(const std::string& output, Arguments& arguments) {
  if (output.empty()) return absl::OkStatus();
  const std::string verb = arguments.words.empty() ? "" : arguments.words[0];
  const bool exports = verb == "export" || verb == "print" || verb == "compliance";
  if (absl::EqualsIgnoreCase(output, "table")) {
    arguments.output = Output::kTable;
  } else if (absl::EqualsIgnoreCase(output, "json")) {
    arguments.output = Output::kJson;
  } else if (exports) {
    arguments.output_file = output;
  } else {
    return absl::InvalidArgumentError(absl::StrCat("--output: ", output, " is not table or json"));
  }
  return absl::OkStatus();
}

// Options of one verb beside another one would be ignored without a word.
absl::Status CheckExchange(const Arguments& arguments) {
  const std::string verb = arguments.words.empty() ? "" : arguments.words[0];
  const bool exports = verb == "export";
  const bool imports = verb == "import";
  const bool measures = verb == "stats" || verb == "compliance";
  if (!exports && (arguments.all || arguments.restricted || !arguments.tlp_max.empty() ||
                   (!measures && !arguments.to.empty()))) {
    return absl::InvalidArgumentError("--all, --restricted, --tlp-max and --to go with export");
  }
  if (!measures && (!arguments.from.empty() || arguments.drills)) {
    return absl::InvalidArgumentError("--from and --drills go with stats and compliance");
  }
  if (verb != "stats" && (!arguments.by.empty() || !arguments.severity.empty() ||
                          !arguments.category.empty() || arguments.repeat_days != 0)) {
    return absl::InvalidArgumentError(
        "--by, --severity, --category and --repeat-days go with stats");
  }
  if (!imports && !arguments.agency.empty()) {
    return absl::InvalidArgumentError("--agency goes with import; elsewhere it is agency:CODE");
  }
  if (!exports && !imports && !arguments.mapping_file.empty()) {
    return absl::InvalidArgumentError("--mapping goes with export and import");
  }
  if (!exports && !imports && verb != "print" && !measures && !arguments.format.empty()) {
    return absl::InvalidArgumentError("--format goes with export, import, print, stats and compliance");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& arguments) {
  Arguments parsed;
  Unsorted unsorted;
  const auto app = MakeApp(parsed, unsorted);
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  // CLI11 takes them last first.
  std::vector<std::string> before(std::make_reverse_iterator(dashes), arguments.rend());
  try {
    app->parse(std::move(before));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  parsed.words = app->remaining();
  for (const std::string& word : parsed.words) {
    if (word.size() > 1 && word[0] == '-') {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown option ", word, "; text that begins with a dash goes behind --"));
    }
  }
  if (dashes != arguments.end()) {
    parsed.words.insert(parsed.words.end(), dashes + 1, arguments.end());
  }
  if (const absl::Status status = PlaceKeys(std::move(unsorted.keys), parsed); !status.ok())
    return status;
  const bool releases =
      parsed.words.size() > 1 && parsed.words[0] == "records" && parsed.words[1] == "release";
  if (!releases && !parsed.output_dir.empty()) {
    return absl::InvalidArgumentError("--output-dir goes with records release");
  }
  if (absl::Status status = SortOutput(unsorted.output, parsed); !status.ok()) return status;
  if (absl::Status status = CheckExchange(parsed); !status.ok()) return status;
  const bool lints =
      parsed.words.size() > 1 && parsed.words[0] == "policy" && parsed.words[1] == "lint";
  if (!lints && (parsed.with_directory || !parsed.directory_file.empty())) {
    return absl::InvalidArgumentError("--directory and --with-directory go with policy lint");
  }
  if (parsed.with_directory && !parsed.directory_file.empty()) {
    return absl::InvalidArgumentError("--directory or --with-directory, one of them");
  }
  return parsed;
}

std::string UsageText() {
  Arguments unused;
  Unsorted unsorted;
  const auto app = MakeApp(unused, unsorted);
  return absl::StrCat(
      "belfry [options] <verb> …\n", app->help("", CLI::AppFormatMode::Sub),
      "\nExit status: 0 done, 1 refused by the server, 2 wrong usage, 3 cannot reach the "
      "server.\n");
}

absl::StatusOr<client::Options> ConnectionOptions(const Arguments& arguments) {
  client::Options options;
  options.target = arguments.server;
  options.via = "cli";
  options.act_for = arguments.act_for;
  options.deadline = absl::Seconds(arguments.timeout_seconds);
  if (!arguments.token_file.empty()) {
    options.token_provider = client::TokenFromFile(arguments.token_file);
    // Said now, as a mistake in the command line, and not at the first call.
    if (const auto token = options.token_provider(); !token.ok()) return token.status();
  }
  if (!arguments.ca_file.empty() || !arguments.cert_file.empty() || !arguments.key_file.empty() ||
      !arguments.server_name.empty()) {
    options.tls = client::TlsFiles{arguments.ca_file, arguments.cert_file, arguments.key_file,
                                   arguments.server_name};
  }
  if (absl::Status status = client::CheckOptions(options); !status.ok()) return status;
  return options;
}

}  // namespace belfry::cli
