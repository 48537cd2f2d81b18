#include "client-lib/chat/usage_error.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace belfry::chat {
namespace {

// Neither leaves the process.
constexpr char kPayload[] = "belfry/usage";
constexpr char kFields[] = "belfry/fields";

}  // namespace

absl::Status UsageError(absl::string_view what, const std::vector<std::string>& commands) {
  absl::Status status = absl::InvalidArgumentError(what);
  status.SetPayload(kPayload, absl::Cord(absl::StrJoin(commands, "\n")));
  return status;
}

absl::Status AboutField(absl::Status status, absl::string_view field) {
  const std::string sentence(status.message());
  return AboutFields(std::move(status), {{std::string(field), sentence}});
}

absl::Status AboutFields(absl::Status status, const FieldNotes& fields) {
  if (!IsUsageError(status) || status.GetPayload(kFields).has_value()) return status;
  std::vector<std::string> lines;
  for (const auto& [field, note] : fields) {
    lines.push_back(absl::StrCat(field, "\t", absl::StrReplaceAll(note, {{"\n", " "}})));
  }
  status.SetPayload(kFields, absl::Cord(absl::StrJoin(lines, "\n")));
  return status;
}

FieldNotes UsageFields(const absl::Status& status) {
  const auto payload = status.GetPayload(kFields);
  FieldNotes fields;
  if (!payload.has_value()) return fields;
  const std::string text(*payload);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits('\t', 1));
    if (parts.size() == 2) fields.emplace_back(parts[0], parts[1]);
  }
  return fields;
}

bool IsUsageError(const absl::Status& status) { return status.GetPayload(kPayload).has_value(); }

std::vector<std::string> UsageCommands(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return {};
  return absl::StrSplit(std::string(*payload), '\n', absl::SkipEmpty());
}

}  // namespace belfry::chat
