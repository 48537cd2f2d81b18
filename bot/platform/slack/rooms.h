// Channels of an incident's own.
#ifndef BELFRY_BOT_PLATFORM_SLACK_ROOMS_H_
#define BELFRY_BOT_PLATFORM_SLACK_ROOMS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "belfry/v1/delivery.pb.h"
#include "bot/platform/send_result.h"
#include "bot/platform/slack/web_api.h"

namespace belfry::bot::slack {

// Opens a private channel, or takes the one that an earlier attempt opened; sets its topic and
// invites the members. With `existing` only invites. The result's `message.channel` is the channel.
// Whoever cannot be invited is left out with a warning: the others need the room all the same.
SendResult OpenRoom(const WebApi& api, const v1::RoomRequest& room, const std::string& delivery,
                    const v1::MessageRef* existing);

// A name that Slack takes, with room for a suffix: "INC DOP/7" → "inc-dop-7".
std::string RoomName(absl::string_view wanted);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_ROOMS_H_
