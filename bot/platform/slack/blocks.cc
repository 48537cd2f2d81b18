#include "bot/platform/slack/blocks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/slack/text.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

// Slack's limits, in characters and pieces.
constexpr size_t kHeaderMax = 150;
constexpr size_t kSectionMax = 3000;
constexpr size_t kFieldMax = 2000;
constexpr size_t kLabelMax = 200;
constexpr size_t kContextMax = 2000;
constexpr size_t kFieldsMax = 10;
constexpr size_t kButtonTextMax = 36;  // of Slack's 75: its phones show about that much
constexpr size_t kButtonValueMax = 2000;
constexpr size_t kConfirmTitleMax = 100;
constexpr size_t kConfirmMax = 300;
constexpr size_t kTextMax = 4000;
constexpr size_t kActionIdMax = 255;
// Ours: more than a phone shows in one look.
constexpr size_t kButtonsInARow = 5;
constexpr size_t kButtonsMax = 25;
constexpr size_t kTableSectionsMax = 3;
constexpr size_t kCellMax = 300;

// Slack refuses texts of nothing, or of spaces alone.
bool IsVisible(absl::string_view text) {
  return !absl::StripAsciiWhitespace(chat::WithoutTimeTokens(text)).empty();
}

Json MrkdwnText(std::string text) {
  // Verbatim: Slack makes neither links nor mentions of what looks like one.
  return {{"type", "mrkdwn"}, {"text", std::move(text)}, {"verbatim", true}};
}

Json Section(std::string text) {
  return {{"type", "section"}, {"text", MrkdwnText(std::move(text))}};
}

// The tone in a sign; the words say it too.
const char* Sign(chat::Tone tone) {
  switch (tone) {
    case chat::Tone::kGood:
      return "✓ ";
    case chat::Tone::kWarning:
      return "⚠ ";
    case chat::Tone::kDanger:
      return "‼ ";
    case chat::Tone::kNeutral:
      break;
  }
  return "";
}

std::string Row(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& text : cells) {
    // "*text *" is not bold.
    const absl::string_view cell = absl::StripAsciiWhitespace(text);
    if (cell.empty()) continue;
    if (line.empty()) {
      line = absl::StrCat("• *", Mrkdwn(cell, kCellMax), "*");
    } else {
      absl::StrAppend(&line, " · ", Mrkdwn(cell, kCellMax));
    }
  }
  return line;
}

// One line for each row, its first column in bold: columns that a phone would break are no columns.
// The header says what the columns are and is not repeated. Whole rows only: half a row could say
// the opposite of the row.
void AppendTable(const std::vector<std::vector<std::string>>& table, Json& blocks) {
  std::string text;
  size_t sections = 0;
  for (size_t i = 1; i < table.size(); ++i) {
    std::string line = Row(table[i]);
    if (line.empty()) continue;
    if (Length(line) >= kSectionMax) line = "• …";
    if (Length(text) + Length(line) + 1 > kSectionMax) {
      if (++sections == kTableSectionsMax) {
        blocks.push_back(Section(std::move(text)));
        blocks.push_back(Section(absl::StrCat("… and ", table.size() - i, " more")));
        return;
      }
      blocks.push_back(Section(std::exchange(text, "")));
    }
    absl::StrAppend(&text, text.empty() ? "" : "\n", line);
  }
  if (!text.empty()) blocks.push_back(Section(std::move(text)));
}

Json Button(const chat::CardButton& button, size_t index) {
  const std::string verb = button.command.substr(0, button.command.find(' '));
  Json json = {
      {"type", "button"},
      {"text", PlainText(button.label, kButtonTextMax)},
      {"action_id",
       Plain(absl::StrCat(button.form ? kFormPrefix : kRunPrefix, index, ":", verb), kActionIdMax)},
      {"value", button.command}};
  if (button.tone == chat::Tone::kGood) json["style"] = "primary";
  if (button.tone == chat::Tone::kDanger) json["style"] = "danger";
  if (!button.confirm.empty()) {
    json["confirm"] = {{"title", PlainText(button.label, kConfirmTitleMax)},
                       {"text", PlainText(button.confirm, kConfirmMax)},
                       {"confirm", PlainText("Yes", 30)},
                       {"deny", PlainText("No", 30)}};
    if (button.tone == chat::Tone::kDanger) json["confirm"]["style"] = "danger";
  }
  return json;
}

void AppendButtons(const std::vector<chat::CardButton>& buttons, Json& blocks) {
  Json row = Json::array();
  for (size_t i = 0; i < buttons.size() && i < kButtonsMax; ++i) {
    // A command that was cut would be another command; a button without a label cannot be sent.
    const std::string& command = buttons[i].command;
    if (Length(command) > kButtonValueMax || !IsVisible(command) || !chat::IsUtf8(command) ||
        !IsVisible(buttons[i].label)) {
      continue;
    }
    row.push_back(Button(buttons[i], i));
    if (row.size() == kButtonsInARow) {
      blocks.push_back({{"type", "actions"}, {"elements", std::exchange(row, Json::array())}});
    }
  }
  if (!row.empty()) blocks.push_back({{"type", "actions"}, {"elements", std::move(row)}});
}

void AppendFields(const std::vector<chat::CardField>& card_fields, Json& blocks) {
  Json fields = Json::array();
  for (const chat::CardField& field : card_fields) {
    if (fields.size() == kFieldsMax) break;
    if (!IsVisible(field.label) && !IsVisible(field.value)) continue;
    const std::string label =
        IsVisible(field.label)
            ? absl::StrCat("*", Mrkdwn(absl::StripAsciiWhitespace(field.label), kLabelMax), "*\n")
            : "";
    fields.push_back(
        MrkdwnText(absl::StrCat(label, Mrkdwn(field.value, kFieldMax - Length(label)))));
  }
  if (!fields.empty()) blocks.push_back({{"type", "section"}, {"fields", std::move(fields)}});
}

}  // namespace

Json PlainText(absl::string_view text, size_t max, absl::string_view otherwise) {
  std::string plain = Plain(text, max);
  if (!IsVisible(plain)) plain = std::string(otherwise);
  return {{"type", "plain_text"}, {"text", std::move(plain)}, {"emoji", false}};
}

void AppendText(absl::string_view text, Json& blocks) {
  const std::string plain = chat::WithoutTimeTokens(text);
  if (!IsVisible(plain)) return;
  // Plain text needs no look-alike letters; only times need markup.
  blocks.push_back(plain == text ? Json{{"type", "section"}, {"text", PlainText(text, kSectionMax)}}
                                 : Section(Mrkdwn(text, kSectionMax)));
}

void AppendContext(absl::string_view text, Json& blocks) {
  if (!IsVisible(chat::WithoutTimeTokens(text))) return;
  blocks.push_back(
      {{"type", "context"}, {"elements", Json::array({MrkdwnText(Mrkdwn(text, kContextMax))})}});
}

Json ToBlocks(const chat::Card& card) {
  Json blocks = Json::array();
  if (!card.title.empty()) {
    blocks.push_back({{"type", "header"},
                      {"text", PlainText(absl::StrCat(Sign(card.tone), card.title), kHeaderMax)}});
  }
  AppendText(card.body, blocks);
  AppendFields(card.fields, blocks);
  AppendTable(card.table, blocks);
  std::vector<std::string> hints;
  for (const std::string& hint : card.hints) {
    if (IsVisible(hint)) hints.push_back(absl::StrCat("→ ", hint));
  }
  AppendText(absl::StrJoin(hints, "\n"), blocks);
  AppendButtons(card.buttons, blocks);
  AppendContext(card.context, blocks);
  return blocks;
}

Json ToMessage(const chat::Card& card) {
  return {{"text", Mrkdwn(card.PlainText(), kTextMax)}, {"blocks", ToBlocks(card)}};
}

}  // namespace belfry::bot::slack
