#include "client-lib/cli/commands.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "belfry/error.h"
#include "belfry/version.h"
#include "client-lib/chat/error_card.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/policy_cache.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/verbs.h"
#include "client-lib/chat/view.h"
#include "client-lib/cli/audit_server_commands.h"
#include "client-lib/cli/clock_client.h"
#include "client-lib/cli/compliance_command.h"
#include "client-lib/cli/exchange_commands.h"
#include "client-lib/cli/lint_command.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/policy_commands.h"
#include "client-lib/cli/print_command.h"
#include "client-lib/cli/stats_command.h"
#include "client-lib/cli/token_commands.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace belfry::cli {
namespace {

constexpr size_t kFileBytesMax = 4 << 20;
constexpr size_t kHelpWidth = 100;

int Misused(const Console& console, absl::string_view verb) {
  const TerminalVerb* row = FindTerminalVerb(verb);
  console.error << "belfry: usage: belfry " << row->syntax << "\n";
  return kWrongUsage;
}

// Keeps the first complaint, with its place.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A message as what `load` and belfryd read: protobuf text, or JSON when that was asked for.
void PrintMessage(const Console& console, const google::protobuf::Message& message) {
  if (console.output == Output::kJson) {
    console.out << RenderJson(message);
    return;
  }
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  console.out << text;
}

int RunPolicy(const Desk& desk, const std::vector<std::string>& words) {
  if (words.size() == 3 && words[1] == "lint") return RunLint(desk, words[2]);
  return RunPolicyVerb(desk, words);
}

int RunDirectory(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  if (words.size() == 2 && words[1] == "show") {
    const auto response = desk.client.GetDirectory(v1::GetDirectoryRequest());
    if (!response.ok()) return Fail(console, response.status());
    if (console.output == Output::kJson) {
      console.out << RenderJson(*response);
    } else {
      PrintMessage(console, response->directory());
    }
    return kDone;
  }
  if (words.size() == 3 && words[1] == "load") {
    v1::ReplaceDirectoryRequest request;
    if (absl::Status status = ParseFile(words[2], request.mutable_directory()); !status.ok()) {
      console.error << "belfry: " << Harmless(status.message()) << "\n";
      return kWrongUsage;
    }
    const auto response = desk.client.ReplaceDirectory(request);
    if (!response.ok()) return Fail(console, response.status());
    if (console.output == Output::kJson) {
      console.out << RenderJson(*response);
    } else {
      console.out << "The directory now has " << request.directory().entities_size()
                  << " entities, " << request.directory().people_size() << " people, "
                  << request.directory().role_assignments_size() << " roles and "
                  << request.directory().channels_size() << " channels.\n";
    }
    return kDone;
  }
  return Misused(console, "directory");
}

int RunWatch(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  v1::WatchIncidentsRequest request;
  if (words.size() > 2) return Misused(console, "watch");
  if (words.size() == 2) {
    const auto incident = chat::ParseIncidentName(words[1]);
    if (!incident.has_value()) return Misused(console, "watch");
    request.set_name(*incident);
  }
  // Asked first: a server that is not there at the start is an error, later it is a pause.
  const auto policy = desk.client.GetPolicy(v1::GetPolicyRequest());
  if (!policy.ok()) return Fail(console, policy.status());
  const absl::TimeZone zone = chat::PolicyZone(policy->policy());
  client::WatchOptions options;
  options.on_lost = [&console](const absl::Status&) {
    console.error << "belfry: connection lost, resuming\n" << std::flush;
  };
  client::Watcher watcher = desk.client.Watch(request, std::move(options));
  v1::WatchIncidentsResponse message;
  while (watcher.Next(&message)) {
    if (console.output == Output::kJson) {
      console.out << RenderJson(message, true) << std::flush;
      continue;
    }
    const v1::TimelineEntry& entry = message.entry();
    console.out << Harmless(absl::StrCat(
                       chat::FormatLocal(chat::ToTime(entry.time()), zone), "  ",
                       chat::IncidentId(message.incident().name()), "  ", entry.text(), "  (",
                       chat::ActorName(entry.actor()), ")",
                       entry.clauses().empty()
                           ? ""
                           : absl::StrCat(" [", absl::StrJoin(entry.clauses(), ", "), "]")))
                << "\n"
                << std::flush;
  }
  const absl::Status status = watcher.status();
  return status.ok() ? kDone : Fail(console, status);
}

int RunClock(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  const bool now = words.size() == 2 && words[1] == "now";
  const bool advance = words.size() >= 3 && words.size() <= 4 && words[1] == "advance";
  if (!now && !advance) return Misused(console, "clock");
  auto clock = ClockClient::Make(desk.options);
  if (!clock.ok()) return Fail(console, clock.status());
  const auto time = (*clock)->GetTime();
  if (!time.ok()) return Fail(console, time.status());
  const auto print = [&console](const google::protobuf::Timestamp& at) {
    console.out << absl::FormatTime(absl::RFC3339_full, chat::ToTime(at), absl::UTCTimeZone())
                << "\n";
  };
  if (now) {
    if (console.output == Output::kJson) {
      console.out << RenderJson(*time);
    } else {
      print(time->time());
    }
    return kDone;
  }
  const auto target = ParseClockTarget(words[2], chat::ToTime(time->time()));
  if (!target.ok()) {
    console.error << "belfry: " << Harmless(target.status().message()) << "\n";
    return kWrongUsage;
  }
  testing::v1::AdvanceToRequest request;
  *request.mutable_time() = chat::ToTimestamp(*target);
  if (words.size() == 4) {
    if (words[3] != "jump" && words[3] != "before-due") return Misused(console, "clock");
    request.set_jump(words[3] == "jump");
    request.set_before_due(words[3] == "before-due");
  }
  const auto response = (*clock)->AdvanceTo(request);
  if (!response.ok()) return Fail(console, response.status());
  if (console.output == Output::kJson) {
    console.out << RenderJson(*response);
  } else {
    print(response->time());
    console.out << "Something fell due in " << response->incidents_touched() << " incidents.\n";
  }
  return kDone;
}

int RunVersion(const Desk& desk, const std::vector<std::string>&) {
  desk.console.out << "belfry " << client::VersionString() << "\n";
  return kDone;
}

constexpr TerminalVerb kVerbs[] = {
    {"watch", "watch [id]", "Print what happens, as it happens; resumes by itself", RunWatch},
    {"policy",
     "policy show [NAME] | list | lint FILE [--directory FILE | --with-directory] | diff FILE | "
     "adopt FILE | simulate [FILE] "
     "type:… sev:… agency:… question:answer… [for:72h] [react:none|on-time]",
     "Packs: read one, list them, check one, say what it changes, put it into force, try it",
     RunPolicy},
    {"audit",
     "audit export FILE [--entity entities/…] | checkpoint [--entity …] [--held NOTE] | "
     "proof ID [VERSION] | verify FILE --key VKEY [--witness-key VKEY] [--held NOTE] [--strict] | "
     "keygen FILE --name NAME [--type ed25519|p256|witness] | key FILE --name NAME",
     "The record as a file, and proofs of it; verify and the keys need no server", RunAudit},
    {"directory", "directory show | load FILE", "Print or replace the directory", RunDirectory},
    {"token",
     "token create NAME scopes:… [for:90d] [principal:systems/…] [file:PATH] | list [PRINCIPAL] "
     "[all] | rotate TOKEN [overlap:24h] [file:PATH] | revoke TOKEN [REASON]",
     "Tokens: make one for scripts, list, exchange or end them", RunToken},
    {"export",
     "export ID… | --all --format json|stix|ocsf|iodef|veris|csv [--tlp-max LABEL] [--restricted] "
     "[--to WHO] [--output FILE]",
     "Hand incidents out in a common format; recorded in their timelines", RunExport},
    {"print", "print ID NUMBER|DRAFT [--format text|html|pdf] [--output FILE]",
     "A document as it was sent, or a draft, for reading and signing", RunPrint},
    {"import", "import FILE [--format stix|json] [--agency CODE]",
     "Open incidents from a file; the same file twice opens them once", RunImport},
    {"stats",
     "stats [AGENCY] [--from DAY|90d] [--to DAY] [--by severity|category|agency|month|duty|clause] "
     "[--severity S] [--category C] [--repeat-days N] [--drills] [--format table|json|csv]",
     "Figures: times, lateness, repeats, contacts, work; evidence, never a verdict", RunStats},
    {"compliance",
     "compliance AGENCY [--from DAY|90d] [--to DAY] [--drills] [--format markdown|json|csv] "
     "[--output FILE]",
     "An agency's duties with the events that prove what became of them", RunCompliance},
    {"clock", "clock now | advance TIME|+SPAN [jump|before-due]",
     "Read or turn the virtual clock of a test server", RunClock},
    {"version", "version", "Print the version", RunVersion},
};

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  if (text.str().size() > kFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is larger than 4 MiB"));
  }
  return text.str();
}

absl::Status ParseFile(const std::string& path, google::protobuf::Message* message) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  if (absl::EndsWith(path, ".json")) {
    const auto status = google::protobuf::util::JsonStringToMessage(*text, message);
    if (status.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.ToString()));
  }
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(*text, message)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ":", error.text()));
}

const TerminalVerb* FindTerminalVerb(absl::string_view word) {
  for (const TerminalVerb& verb : kVerbs) {
    if (absl::EqualsIgnoreCase(verb.name, word)) return &verb;
  }
  return nullptr;
}

void PrintHelp(const Console& console) {
  console.out << UsageText() << "\n";
  chat::Card card;
  card.table.push_back({"Verb", "What it does"});
  for (const chat::Verb& verb : chat::Verbs()) {
    card.table.push_back({std::string(verb.syntax), std::string(verb.summary)});
  }
  card.table.push_back({"<step> [id] [reason]", "A step of the policy's life cycle: see help"});
  for (const TerminalVerb& verb : kVerbs) {
    card.table.push_back({std::string(verb.syntax), std::string(verb.summary)});
  }
  card.table.push_back({"evidence upload <item> FILE | download <item> FILE PURPOSE | rekey",
                        "Send or fetch the bytes of evidence; go on where it broke off"});
  card.hints = {"belfry open \"Ransom note\" sev:3 agency:DOP", "belfry help open"};
  // A table as wide as its longest line helps nobody who reads it in a file or a pager.
  Terminal terminal = console.terminal;
  if (terminal.width == 0) terminal.width = kHelpWidth;
  console.out << RenderCard(card, terminal);
}

int Fail(const Console& console, const absl::Status& status) {
  if (console.output == Output::kJson) {
    console.error << RenderStatusJson(status);
  } else {
    const client::ErrorDetail error = client::DescribeError(status);
    console.error << "belfry: " << Harmless(error.message) << "\n";
    for (const auto& field : error.fields) {
      console.error << "  " << Harmless(absl::StrCat(field.field, ": ", field.description)) << "\n";
    }
    for (const auto& violation : error.violations) {
      console.error << "  " << Harmless(absl::StrCat(violation.clause, ": ", violation.description))
                    << "\n";
    }
  }
  return chat::IsUnreachable(status) ? kUnreachable : kRefused;
}

absl::StatusOr<absl::Time> ParseClockTarget(absl::string_view text, absl::Time now) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "+")) {
    absl::Duration span;
    // absl knows no days.
    if (const size_t days_end = rest.find('d'); days_end != absl::string_view::npos) {
      int days = 0;
      if (!absl::SimpleAtoi(rest.substr(0, days_end), &days) || days < 0) {
        return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a span"));
      }
      span = absl::Hours(24) * days;
      rest.remove_prefix(days_end + 1);
    }
    absl::Duration more;
    const bool nothing = span == absl::ZeroDuration() && rest.empty();
    if (nothing || (!rest.empty() && !absl::ParseDuration(rest, &more)) ||
        more < absl::ZeroDuration() || more == absl::InfiniteDuration()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", text, "\" is not a span; type +90m, +1h30m or +2d"));
    }
    return now + span + more;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text,
                     "\" is neither a time like 2026-11-24T14:05:00Z nor a span like "
                     "+90m"));
  }
  return time;
}

}  // namespace belfry::cli
