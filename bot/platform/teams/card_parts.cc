#include "bot/platform/teams/card_parts.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "belfry/chat/time_token.h"

namespace belfry::bot::teams {
namespace {

// Without control characters; a word joiner keeps typed braces from being read as a function.
std::string Neutral(absl::string_view text) {
  std::string clean;
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      if (c == '\t' || c == '\n') clean += ' ';
      continue;
    }
    clean += c;
  }
  return absl::StrReplaceAll(clean, {{"{{", "{\xE2\x81\xA0{"}});
}

const char* ToneStyle(chat::Tone tone) {
  switch (tone) {
    case chat::Tone::kDanger:
      return "attention";
    case chat::Tone::kWarning:
      return "warning";
    case chat::Tone::kGood:
      return "good";
    default:
      return "emphasis";
  }
}

const char* ToneWord(chat::Tone tone) {
  switch (tone) {
    case chat::Tone::kDanger:
      return "ALERT";
    case chat::Tone::kWarning:
      return "ATTENTION";
    case chat::Tone::kGood:
      return "OK";
    default:
      return "";
  }
}

}  // namespace

std::string RunText(absl::string_view text) {
  return chat::MapTimeTokens(
      text,
      [](absl::Time time, absl::string_view) {
        const std::string utc = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
        return absl::StrCat("{{DATE(", utc, ", SHORT)}} {{TIME(", utc, ")}}");
      },
      Neutral);
}

Json Run(absl::string_view text, RunStyle style) {
  Json run = {{"type", "TextRun"}, {"text", RunText(text)}};
  if (style.bold) run["weight"] = "bolder";
  if (style.subtle) run["isSubtle"] = true;
  if (absl::string_view(style.size) != "default") run["size"] = style.size;
  if (absl::string_view(style.color) != "default") run["color"] = style.color;
  return run;
}

Json RichText(std::vector<Json> runs, const char* spacing) {
  Json block = {{"type", "RichTextBlock"}, {"inlines", std::move(runs)}};
  if (absl::string_view(spacing) != "default") block["spacing"] = spacing;
  return block;
}

void AppendLines(absl::string_view text, RunStyle style, Json* body) {
  const char* spacing = "default";
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StripAsciiWhitespace(line).empty()) {
      spacing = "default";  // a new paragraph
      continue;
    }
    body->push_back(RichText({Run(line, style)}, spacing));
    spacing = "none";
  }
}

Json TitleBlock(chat::Tone tone, absl::string_view title) {
  Json items = Json::array();
  if (*ToneWord(tone) != '\0') {
    items.push_back(RichText({Run(ToneWord(tone), {.bold = true, .size = "small"})}));
  }
  items.push_back(RichText({Run(title, {.bold = true, .size = "medium"})}, "none"));
  return {{"type", "Container"},
          {"style", ToneStyle(tone)},
          {"bleed", true},
          {"items", std::move(items)}};
}

Json Frame(const char* version, Json body, const std::string& plain) {
  return {
      {"type", "AdaptiveCard"},  {"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
      {"version", version},      {"msteams", {{"width", "Full"}}},
      {"body", std::move(body)}, {"fallbackText", plain},
      {"speak", plain}};
}

Json Attachment(Json card) {
  return {{"contentType", "application/vnd.microsoft.card.adaptive"}, {"content", std::move(card)}};
}

}  // namespace belfry::bot::teams
