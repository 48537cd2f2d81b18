// A line that was not understood: nothing was sent to the server.
#ifndef BELFRY_CLIENT_LIB_CHAT_USAGE_ERROR_H_
#define BELFRY_CLIENT_LIB_CHAT_USAGE_ERROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace belfry::chat {

// INVALID_ARGUMENT. `what` is one or two sentences; `commands` are lines to type instead, without
// the root of the place ("/incident").
absl::Status UsageError(absl::string_view what, const std::vector<std::string>& commands = {});

bool IsUsageError(const absl::Status& status);

// The lines given to UsageError().
std::vector<std::string> UsageCommands(const absl::Status& status);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_USAGE_ERROR_H_
