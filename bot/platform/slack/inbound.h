// What Slack sends, as ChatRequests. Pure: bytes in, values out.
#ifndef BELFRY_BOT_PLATFORM_SLACK_INBOUND_H_
#define BELFRY_BOT_PLATFORM_SLACK_INBOUND_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bot/platform/chat_request.h"

namespace belfry::bot::slack {

// All three: INVALID_ARGUMENT naming the field for bodies Slack does not send, also for text that
// is no UTF-8. Unknown fields are ignored.

// POST of a slash command (form).
absl::StatusOr<ChatRequest> ParseCommand(absl::string_view body);
// POST of a button or form (form with one field, `payload`).
absl::StatusOr<ChatRequest> ParseInteraction(absl::string_view body);
// POST of an event (JSON). Our own messages, other bots' and edits are kIgnored.
absl::StatusOr<ChatRequest> ParseEvent(absl::string_view body);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_INBOUND_H_
