// Cards as Block Kit.
#ifndef BELFRY_BOT_PLATFORM_SLACK_BLOCKS_H_
#define BELFRY_BOT_PLATFORM_SLACK_BLOCKS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// {"text": …, "blocks": […]} within all of Slack's limits. `text` holds the whole meaning: screen
// readers and notifications get nothing else.
nlohmann::json ToMessage(const chat::Card& card);

// & < > as entities; that also keeps typed "<!channel>" from waking everybody.
std::string Escape(absl::string_view text);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_BLOCKS_H_
