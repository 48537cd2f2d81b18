// The pieces that Adaptive Cards are made of. Built from elements of version 1.2, which phones draw
// reliably.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_CARD_PARTS_H_
#define BELFRY_BOT_PLATFORM_TEAMS_CARD_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

// Text for a run: time tokens as {{DATE()}} and {{TIME()}}, which the reader's client shows in the
// reader's zone; everything else as it was typed, also what looks like such a function.
std::string RunText(absl::string_view text);

struct RunStyle {
  bool bold = false;
  bool subtle = false;
  const char* size = "default";
  const char* color = "default";
};
Json Run(absl::string_view text, RunStyle style = {});
// Rich text is never read as Markdown, so nothing typed can become a link or a heading.
Json RichText(std::vector<Json> runs, const char* spacing = "default");
// A rich text for each line: a line break inside one is a space on most clients.
void AppendLines(absl::string_view text, RunStyle style, Json* body);

// Title with the tone as a word and as a colour.
Json TitleBlock(chat::Tone tone, absl::string_view title);

// {"type": "AdaptiveCard", …} with everything but actions. `plain` is the whole meaning, for screen
// readers and clients that cannot draw it.
Json Frame(const char* version, Json body, const std::string& plain);

// {"contentType": …, "content": card}.
Json Attachment(Json card);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_CARD_PARTS_H_
