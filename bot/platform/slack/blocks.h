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

// The blocks alone, for modals and the home tab.
nlohmann::json ToBlocks(const chat::Card& card);

// A plain_text object of at most `max` characters; `otherwise` when there is nothing to be seen,
// which Slack would refuse.
nlohmann::json PlainText(absl::string_view text, size_t max, absl::string_view otherwise = "…");

// Text that came from somebody, in a block of its own; nothing in it can mention, link or format.
// No block when there is nothing to be seen.
void AppendText(absl::string_view text, nlohmann::json& blocks);

// Small print.
void AppendContext(absl::string_view text, nlohmann::json& blocks);

// What a button of ours is called: the first runs its value, the second opens the form of it.
constexpr char kRunPrefix[] = "belfry:run:";
constexpr char kFormPrefix[] = "belfry:form:";

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_BLOCKS_H_
