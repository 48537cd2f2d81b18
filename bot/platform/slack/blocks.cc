#include "bot/platform/slack/blocks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "belfry/chat/time_token.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

// Slack's limits, in characters.
constexpr size_t kHeaderMax = 150;
constexpr size_t kSectionMax = 3000;
constexpr size_t kFieldMax = 2000;
constexpr size_t kContextMax = 2000;
constexpr size_t kFieldsMax = 10;
constexpr size_t kButtonTextMax = 75;
constexpr size_t kButtonValueMax = 2000;
constexpr size_t kButtonsMax = 5;
constexpr size_t kConfirmMax = 300;
constexpr size_t kTextMax = 4000;
constexpr size_t kActionIdMax = 255;

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// At most `max` characters, the last one an ellipsis when something was cut.
std::string Cut(std::string text, size_t max) {
  size_t characters = 0;
  size_t last = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!StartsCharacter(text[i])) continue;
    if (++characters == max) last = i;
    if (characters > max) {
      text.resize(last);
      return text + "…";
    }
  }
  return text;
}

// Escaping lengthens a text, and an entity must not be cut in two: cut first, with room to spare.
std::string EscapedCut(absl::string_view text, size_t max) {
  std::string escaped = Escape(Cut(std::string(text), max));
  for (size_t room = max; escaped.size() > max && room > 16; room = room * 9 / 10) {
    escaped = Escape(Cut(std::string(text), room));
  }
  return escaped;
}

Json Mrkdwn(std::string text) { return {{"type", "mrkdwn"}, {"text", std::move(text)}}; }
Json Plain(const std::string& text) {
  return {{"type", "plain_text"}, {"text", chat::WithoutTimeTokens(text)}, {"emoji", false}};
}
Json Section(std::string text) { return {{"type", "section"}, {"text", Mrkdwn(std::move(text))}}; }

// One line for each row, its first column in bold: columns that a phone would break are no columns.
// The header says what the columns are and is not repeated.
std::string TableText(const std::vector<std::vector<std::string>>& table) {
  std::string text;
  for (size_t i = 1; i < table.size(); ++i) {
    std::string line;
    for (const std::string& cell : table[i]) {
      if (cell.empty()) continue;
      if (line.empty()) {
        line = absl::StrCat("• *", Escape(cell), "*");
      } else {
        absl::StrAppend(&line, " · ", Escape(cell));
      }
    }
    // Whole rows only: half a row could say the opposite of the row.
    if (text.size() + line.size() + 4 > kSectionMax) return absl::StrCat(text, "…");
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

Json Button(const chat::CardButton& button, size_t index) {
  const std::string verb = button.command.substr(0, button.command.find(' '));
  Json json = {{"type", "button"},
               {"text", Plain(Cut(button.label, kButtonTextMax))},
               {"action_id", Cut(absl::StrCat("belfry:", verb, ":", index), kActionIdMax)},
               {"value", Cut(button.command, kButtonValueMax)}};
  if (button.tone == chat::Tone::kGood) json["style"] = "primary";
  if (button.tone == chat::Tone::kDanger) json["style"] = "danger";
  if (!button.confirm.empty()) {
    json["confirm"] = {{"title", Plain(Cut(button.label, 100))},
                       {"text", Plain(Cut(button.confirm, kConfirmMax))},
                       {"confirm", Plain("Yes")},
                       {"deny", Plain("No")}};
  }
  return json;
}

}  // namespace

std::string Escape(absl::string_view text) {
  const auto plain = [](absl::string_view part) {
    return absl::StrReplaceAll(part, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
  };
  return chat::MapTimeTokens(
      text,
      [&](absl::Time time, absl::string_view fallback) {
        return absl::StrCat("<!date^", absl::ToUnixSeconds(time), "^{date_short_pretty} {time}|",
                            plain(fallback), ">");
      },
      plain);
}

Json ToMessage(const chat::Card& card) {
  Json blocks = Json::array();
  if (!card.title.empty()) {
    blocks.push_back({{"type", "header"}, {"text", Plain(Cut(card.title, kHeaderMax))}});
  }
  if (!card.body.empty()) blocks.push_back(Section(EscapedCut(card.body, kSectionMax)));
  if (!card.fields.empty()) {
    Json fields = Json::array();
    for (size_t i = 0; i < card.fields.size() && i < kFieldsMax; ++i) {
      fields.push_back(Mrkdwn(absl::StrCat("*", Escape(card.fields[i].label), "*\n",
                                           EscapedCut(card.fields[i].value, kFieldMax - 100))));
    }
    blocks.push_back({{"type", "section"}, {"fields", std::move(fields)}});
  }
  if (card.table.size() > 1) {
    blocks.push_back(Section(TableText(card.table)));
  }
  if (!card.hints.empty()) {
    std::vector<std::string> lines;
    for (const std::string& hint : card.hints) {
      lines.push_back(absl::StrCat("→ ", Escape(hint)));
    }
    blocks.push_back(Section(Cut(absl::StrJoin(lines, "\n"), kSectionMax)));
  }
  if (!card.buttons.empty()) {
    Json elements = Json::array();
    for (size_t i = 0; i < card.buttons.size() && i < kButtonsMax; ++i) {
      elements.push_back(Button(card.buttons[i], i));
    }
    blocks.push_back({{"type", "actions"}, {"elements", std::move(elements)}});
  }
  if (!card.context.empty()) {
    blocks.push_back({{"type", "context"},
                      {"elements", Json::array({Mrkdwn(EscapedCut(card.context, kContextMax))})}});
  }
  return {{"text", EscapedCut(card.PlainText(), kTextMax)}, {"blocks", std::move(blocks)}};
}

}  // namespace belfry::bot::slack
