#include "client-lib/cli/exchange_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "belfry/error.h"
#include "belfry/server_clock.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/values.h"
#include "client-lib/chat/view.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/policy_commands.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/ids.h"
#include "client-lib/exchange/import.h"
#include "client-lib/exchange/read.h"
#include "client-lib/exchange/record.h"

namespace belfry::cli {
namespace {

int Wrong(const Console& console, absl::string_view what) {
  console.error << "belfry: " << Harmless(what) << "\n";
  return kWrongUsage;
}

int WrongUsage(const Console& console, absl::string_view verb) {
  return Wrong(console, absl::StrCat("usage: belfry ", FindTerminalVerb(verb)->syntax));
}

// A refusal made here is wrong usage; one of the server is the server's.
int FailExport(const Console& console, const absl::Status& status) {
  if (absl::IsInvalidArgument(status) && !status.GetPayload(client::kStatusPayloadUrl)) {
    return Wrong(console, status.message());
  }
  return Fail(console, status);
}

absl::Time ServerTime(const Desk& desk) {
  const auto clock = client::MakeServerClock(desk.options);
  return clock.ok() ? (*clock)() : absl::Now();
}

absl::StatusOr<exchange::ExportOptions> OptionsOf(const Desk& desk,
                                                  const std::vector<std::string>& words) {
  const Arguments& arguments = desk.arguments;
  exchange::ExportOptions options;
  for (size_t i = 1; i < words.size(); ++i) {
    const auto name = chat::ParseIncidentName(words[i]);
    if (!name.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", words[i], "\" is no incident; they look like DOP-2026-0007"));
    }
    options.incidents.push_back(*name);
  }
  if (!arguments.tlp_max.empty()) {
    const auto label = exchange::ParseTlp(arguments.tlp_max);
    if (!label.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--tlp-max: \"", arguments.tlp_max,
                       "\" is no label; CLEAR, GREEN, AMBER, AMBER+STRICT and RED are"));
    }
    options.tlp_max = *label;
  }
  options.restricted = arguments.restricted;
  options.recipient = arguments.to;
  options.now = ServerTime(desk);
  return options;
}

// A whole file of any size that an import may have.
absl::StatusOr<std::string> ReadImport(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(exchange::kImportBytesMax + 1, '\0');
  if (!file) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > exchange::kImportBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has more than ", exchange::kImportBytesMax, " bytes"));
  }
  return text;
}

}  // namespace

absl::Status WriteWhole(const std::string& path, absl::string_view bytes) {
  const auto failed = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
  };
  const std::string draft = absl::StrCat(path, ".", exchange::RandomUuid());
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed("write");
  bool written = true;
  while (written && !bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    written = count > 0;
    if (written) bytes.remove_prefix(static_cast<size_t>(count));
  }
  written = written && fsync(file) == 0;
  const int cause = errno;
  close(file);
  if (written && std::rename(draft.c_str(), path.c_str()) == 0) return absl::OkStatus();
  if (!written) errno = cause;
  const absl::Status status = failed("write");
  unlink(draft.c_str());
  return status;
}

int RunExport(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  const exchange::FormatRow* format = exchange::FindFormat(desk.arguments.format);
  if (format == nullptr || desk.arguments.all == (words.size() > 1)) {
    return WrongUsage(console, "export");
  }
  const auto options = OptionsOf(desk, words);
  if (!options.ok()) return Wrong(console, options.status().message());
  std::string given;
  if (!desk.arguments.mapping_file.empty()) {
    auto text = ReadFile(desk.arguments.mapping_file);
    if (!text.ok()) return Wrong(console, text.status().message());
    given = *std::move(text);
  }
  auto collected = exchange::Collect(desk.client, *options);
  if (!collected.ok()) return FailExport(console, collected.status());
  exchange::Mappings mappings;
  if (format->needs_mapping) {
    auto loaded = exchange::LoadMappings(*collected, given);
    if (!loaded.ok()) return FailExport(console, loaded.status());
    mappings = *std::move(loaded);
  }
  auto& file = collected->file;
  const auto bytes =
      exchange::Write(format->format, mappings, options->incidents.size() == 1, file);
  if (!bytes.ok()) return FailExport(console, bytes.status());
  const absl::Status recorded = exchange::RecordExport(desk.client, format->format, file, *bytes);
  if (!recorded.ok()) {
    console.error << "belfry: the export could not be recorded, so nothing was handed out\n";
    return Fail(console, recorded);
  }
  if (desk.arguments.output_file.empty()) {
    console.out << *bytes << std::flush;
  } else if (absl::Status status = WriteWhole(desk.arguments.output_file, *bytes); !status.ok()) {
    return Wrong(console, status.message());
  }
  std::set<std::string> about;
  for (const auto& omission : file.omissions()) about.insert(omission.incident());
  for (const std::string& incident : about) {
    for (const std::string& text : exchange::OmissionTexts(file, incident)) {
      console.error << "belfry: "
                    << Harmless(absl::StrCat(incident, incident.empty() ? "" : ": ", text)) << "\n";
    }
  }
  console.error << "belfry: " << file.incidents_size() << " incidents, " << file.tlp() << ", "
                << bytes->size() << " bytes, SHA-256 " << exchange::Sha256Hex(*bytes) << "\n";
  return kDone;
}

int RunImport(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  if (words.size() != 2) return WrongUsage(console, "import");
  const auto text = ReadImport(words[1]);
  if (!text.ok()) return Wrong(console, text.status().message());
  const auto file = exchange::ReadIncidents(*text, desk.arguments.format);
  if (!file.ok()) return Wrong(console, absl::StrCat(words[1], ": ", file.status().message()));
  exchange::ImportOptions options;
  options.now = ServerTime(desk);
  if (!desk.arguments.agency.empty()) {
    const auto entity = chat::ParseEntity(desk.arguments.agency);
    if (!entity.ok()) return Wrong(console, entity.status().message());
    options.entity = *entity;
  }
  const auto policy = desk.client.GetPolicy(v1::GetPolicyRequest());
  if (!policy.ok()) return Fail(console, policy.status());
  std::optional<exchange::Mapping> mapping;
  if (!desk.arguments.mapping_file.empty()) {
    const auto given = ReadFile(desk.arguments.mapping_file);
    if (!given.ok()) return Wrong(console, given.status().message());
    auto parsed = exchange::Mapping::Parse(*given);
    if (!parsed.ok()) return Wrong(console, parsed.status().message());
    mapping = *std::move(parsed);
  } else if (auto shipped = exchange::Mapping::ForPolicy(policy->policy().id()); shipped.ok()) {
    mapping = *std::move(shipped);
  }
  if (mapping.has_value()) {
    if (absl::Status status = mapping->Check(policy->policy()); !status.ok()) {
      return FailExport(console, status);
    }
    options.mapping = &*mapping;
  }
  const auto imported = exchange::Import(desk.client, *file, options);
  if (!imported.ok()) return Fail(console, imported.status());
  for (const exchange::Imported& result : *imported) {
    console.out << chat::IncidentId(result.incident) << "  "
                << Harmless(absl::StrCat(result.already ? "was here already" : "opened", ", ",
                                         result.notes, " notes, from ", result.object_id))
                << "\n";
    for (const std::string& what : result.not_taken) {
      console.error << "belfry: " << chat::IncidentId(result.incident)
                    << ": not taken over: " << Harmless(what) << "\n";
    }
  }
  return kDone;
}

}  // namespace belfry::cli
