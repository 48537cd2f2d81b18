// Teams' texts as plain ones.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_TEXT_H_
#define BELFRY_BOT_PLATFORM_TEAMS_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

// What somebody typed in a message activity, without the address: the mention of the bot
// (`bot_id`, by the entity's own text) and a leading "@name" or "/incident" are not the command.
// Mentions of people become "<@id>".
std::string TypedText(const Json& activity, absl::string_view bot_id, absl::string_view bot_name);

// The words of an HTML message, its paragraphs as lines.
std::string HtmlText(absl::string_view html);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_TEXT_H_
