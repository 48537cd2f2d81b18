// What Mattermost sends, as requests that are the same on every platform.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_INBOUND_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_INBOUND_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bot/http/message.h"
#include "bot/platform/chat_request.h"
#include "bot/platform/mattermost/seal.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::mattermost {

// A slash command and the token that came with it.
struct Command {
  ChatRequest request;
  std::string token;
};

// From the form in the body; the token from "Authorization: Token …", or from the form where there
// is no such header. INVALID_ARGUMENT names the field.
absl::StatusOr<Command> ParseCommand(const HttpRequest& request);

// A button of ours. PERMISSION_DENIED when the command in it is not one that Belfry offered, or was
// offered long ago.
absl::StatusOr<ChatRequest> ParseAction(const nlohmann::json& body, const Sealer& sealer,
                                        absl::Time now);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_INBOUND_H_
