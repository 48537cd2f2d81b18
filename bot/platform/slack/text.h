// Texts as Slack counts, marks up and escapes them.
#ifndef BELFRY_BOT_PLATFORM_SLACK_TEXT_H_
#define BELFRY_BOT_PLATFORM_SLACK_TEXT_H_

#include <cstddef>
#include <limits>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry::bot::slack {

constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

// In UTF-16 units: what JavaScript calls a character, and never less than what anybody else does.
size_t Length(absl::string_view text);

// For plain_text objects: time tokens as written, at most `max` long; the last character is "…"
// when something was cut. Bytes that are no UTF-8 become U+FFFD.
std::string Plain(absl::string_view text, size_t max = kNoLimit);

// For mrkdwn objects: times in the reader's own zone, everything else as it was typed. Nothing in
// `text` can mention, link or format: & < > are entities, marks that have no escape are replaced by
// letters that look alike. Neither entities nor times are cut in two.
std::string Mrkdwn(absl::string_view text, size_t max = kNoLimit);

// What somebody wrote, from the markup that Slack sends: entities and links as they were typed;
// mentions stay "<@U…>" and "<#C…|name>", which the grammar reads.
std::string AsTyped(absl::string_view markup);

// The same for people to read: mentions as "@U…" and "#name", times as written.
std::string AsRead(absl::string_view markup);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_TEXT_H_
