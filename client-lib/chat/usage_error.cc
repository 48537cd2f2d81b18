#include "client-lib/chat/usage_error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace belfry::chat {
namespace {

constexpr char kPayload[] = "belfry/usage";  // never leaves the process

}  // namespace

absl::Status UsageError(absl::string_view what, const std::vector<std::string>& commands) {
  absl::Status status = absl::InvalidArgumentError(what);
  status.SetPayload(kPayload, absl::Cord(absl::StrJoin(commands, "\n")));
  return status;
}

bool IsUsageError(const absl::Status& status) { return status.GetPayload(kPayload).has_value(); }

std::vector<std::string> UsageCommands(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return {};
  return absl::StrSplit(std::string(*payload), '\n', absl::SkipEmpty());
}

}  // namespace belfry::chat
