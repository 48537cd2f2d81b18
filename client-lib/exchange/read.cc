#include "client-lib/exchange/read.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/exchange/message_json.h"

namespace belfry::exchange {
namespace {

constexpr size_t kUidBytesMax = 100;

// It becomes part of a line that is looked for again (ImportMark).
bool IsUid(absl::string_view uid) {
  return !uid.empty() && uid.size() <= kUidBytesMax &&
         std::all_of(uid.begin(), uid.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  absl::StrContains("-_.:", absl::string_view(&c, 1));
         });
}

absl::StatusOr<ReadFile> IncidentsOf(v1::Export file) {
  ReadFile read;
  std::set<std::string> seen;
  for (int i = 0; i < file.incidents_size(); ++i) {
    const std::string path = MemberPath(
        MemberPath(ElementPath("$.incidents", static_cast<size_t>(i)), "incident"), "uid");
    const std::string& uid = file.incidents(i).incident().uid();
    if (!IsUid(uid)) {
      return JsonError(path, absl::StrCat("is needed, and has at most ", kUidBytesMax,
                                          " letters, digits, dashes, underscores, dots and colons: "
                                          "it keeps the same incident from being opened twice"));
    }
    if (!seen.insert(uid).second) return JsonError(path, "is that of an earlier incident");
    ReadIncident& incident = read.incidents.emplace_back();
    incident.object_id = uid;
    incident.part = std::move(*file.mutable_incidents(i));
  }
  return read;
}

std::string Member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

absl::StatusOr<v1::Export> ReadJson(const Json& json) {
  v1::Export file;
  if (absl::Status status = JsonToMessage(json, "$", &file); !status.ok()) return status;
  if (file.format() != kExportFormat) {
    return JsonError("$.format", absl::StrCat("must be \"", kExportFormat, "\""));
  }
  return file;
}

absl::StatusOr<ReadFile> ReadIncidents(absl::string_view text, absl::string_view format) {
  const FormatRow* row = FindFormat(format);
  if (!format.empty() && (row == nullptr || !row->can_import)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", format, "\" cannot be imported; stix and json can"));
  }
  const absl::StatusOr<Json> json = ParseJson(text);
  if (!json.ok()) return json.status();
  if (!json->is_object()) {
    return JsonError("$", absl::StrCat("must be an object, and is ", KindOf(*json)));
  }
  const bool bundle = Member(*json, "type") == "bundle";
  absl::StatusOr<ReadFile> read;
  if (row == nullptr && !bundle && Member(*json, "format").empty()) {
    return JsonError("$",
                     "is neither a STIX bundle (\"type\": \"bundle\") nor an export of Belfry "
                     "(\"format\": \"belfry-export/1\")");
  }
  if (row != nullptr ? row->format == Format::kStix : bundle) {
    read = ReadStix(*json);
  } else {
    absl::StatusOr<v1::Export> file = ReadJson(*json);
    if (!file.ok()) return file.status();
    read = IncidentsOf(*std::move(file));
  }
  if (!read.ok()) return read.status();
  if (read->incidents.empty())
    return absl::InvalidArgumentError("there is no incident in the file");
  if (read->incidents.size() > kImportIncidentsMax) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", read->incidents.size(),
                                                   " incidents in the file; at most ",
                                                   kImportIncidentsMax, " at once"));
  }
  return read;
}

}  // namespace belfry::exchange
