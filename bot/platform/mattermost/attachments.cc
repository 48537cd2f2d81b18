#include "bot/platform/mattermost/attachments.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bot/platform/mattermost/markdown.h"

namespace belfry::bot::mattermost {
namespace {

using Json = nlohmann::json;

// Old servers keep 8,000 characters of attachments with a post; buttons and escapes count too.
constexpr size_t kTitleMax = 250;
constexpr size_t kBodyMax = 2500;
constexpr size_t kFieldMax = 400;
constexpr size_t kFieldsMax = 10;
constexpr size_t kFallbackMax = 1000;
constexpr size_t kLabelMax = 75;

const char* ColourOf(chat::Tone tone) {
  switch (tone) {
    case chat::Tone::kGood:
      return "#1a7f37";
    case chat::Tone::kWarning:
      return "#9a6700";
    case chat::Tone::kDanger:
      return "#cf222e";
    default:
      return "#57606a";
  }
}

// One line for each row: tables are unreadable on a telephone.
std::string TableText(const std::vector<std::vector<std::string>>& table) {
  std::string text;
  for (size_t i = 1; i < table.size(); ++i) {
    std::string line;
    for (const std::string& cell : table[i]) {
      if (cell.empty()) continue;
      absl::StrAppend(&line, line.empty() ? "- **" : " · ", Escape(cell), line.empty() ? "**" : "");
    }
    if (text.size() + line.size() > kBodyMax) return absl::StrCat(text, "- …\n");
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

Json Button(const chat::CardButton& button, size_t index, const ButtonOptions& options) {
  Json json = {
      {"id", absl::StrCat("belfry", index)},
      {"type", "button"},
      {"name", Cut(button.label, kLabelMax)},
      {"integration", {{"url", options.url}, {"context", ButtonContext(button.command, options)}}}};
  if (button.tone == chat::Tone::kGood) json["style"] = "good";
  if (button.tone == chat::Tone::kDanger) json["style"] = "danger";
  return json;
}

}  // namespace

Json ButtonContext(const std::string& command, const ButtonOptions& options) {
  const std::string issued = absl::StrCat(absl::ToUnixSeconds(options.now));
  return {{"command", command},
          {"issued", issued},
          {"workspace", options.workspace},
          {"seal", options.sealer->Seal("action", {options.workspace, issued, command})}};
}

Json ToMessage(const chat::Card& card, const std::string& root, const ButtonOptions& options) {
  std::vector<std::string> texts;
  if (!card.body.empty()) texts.push_back(Escape(Cut(card.body, kBodyMax)));
  if (card.table.size() > 1) texts.push_back(TableText(card.table));
  chat::Card rest;
  rest.hints = card.hints;
  const bool has_buttons = options.sealer != nullptr && options.sealer->works();
  if (!has_buttons) rest.buttons = card.buttons;
  if (std::string text = ToMarkdown(rest, root); !text.empty()) texts.push_back(std::move(text));
  Json attachment = {{"fallback", Quiet(Cut(card.PlainText(), kFallbackMax))},
                     {"color", ColourOf(card.tone)},
                     {"text", absl::StrJoin(texts, "\n\n")}};
  for (size_t i = 0; i < card.fields.size() && i < kFieldsMax; ++i) {
    attachment["fields"].push_back({{"title", Escape(card.fields[i].label)},
                                    {"value", Escape(Cut(card.fields[i].value, kFieldMax))},
                                    {"short", card.fields[i].value.size() < 40}});
  }
  if (!card.context.empty()) attachment["footer"] = Quiet(Cut(card.context, kTitleMax));
  if (has_buttons) {
    for (size_t i = 0; i < card.buttons.size(); ++i) {
      attachment["actions"].push_back(Button(card.buttons[i], i, options));
    }
  }
  const std::string title = Escape(Cut(card.title, kTitleMax));
  return {{"message", title.empty() ? "" : absl::StrCat("**", title, "**")},
          {"attachments", Json::array({std::move(attachment)})}};
}

}  // namespace belfry::bot::mattermost
