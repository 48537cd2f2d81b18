// A line that was not understood: nothing was sent to the server.
#ifndef BELFRY_CLIENT_LIB_CHAT_USAGE_ERROR_H_
#define BELFRY_CLIENT_LIB_CHAT_USAGE_ERROR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace belfry::chat {

// INVALID_ARGUMENT. `what` is one or two sentences; `commands` are lines to type instead, without
// the root of the place ("/incident").
absl::Status UsageError(absl::string_view what, const std::vector<std::string>& commands = {});

// The same error, known to be about one key of the line, or one field of a form ("": plain text).
// The first that is said stays; other statuses are left as they are.
absl::Status AboutField(absl::Status status, absl::string_view field);
// The same about several, each with its own sentence.
using FieldNotes = std::vector<std::pair<std::string, std::string>>;
absl::Status AboutFields(absl::Status status, const FieldNotes& fields);
// What AboutField() said, with the sentence of the error.
FieldNotes UsageFields(const absl::Status& status);

bool IsUsageError(const absl::Status& status);

// The lines given to UsageError().
std::vector<std::string> UsageCommands(const absl::Status& status);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_USAGE_ERROR_H_
