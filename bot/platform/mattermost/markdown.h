// Texts as Mattermost's Markdown.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_MARKDOWN_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_MARKDOWN_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"

namespace belfry::bot::mattermost {

// Untrusted text that shows as it was typed: no markup, no links, and an "@all" that wakes nobody.
// Times are shown as written; Mattermost has no markup for them.
std::string Escape(absl::string_view text);

// Text for places that know no markup: as it was typed, but an "@all" wakes nobody there either.
std::string Quiet(absl::string_view text);

// At most `max` characters, the last one an ellipsis when something was cut. Before escaping.
std::string Cut(absl::string_view text, size_t max);

// A whole card as one text, for places that show no attachments. Buttons become what to type.
std::string ToMarkdown(const chat::Card& card, const std::string& root);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_MARKDOWN_H_
