#include "bot/platform/slack/views.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/text.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

// Slack's limits.
constexpr size_t kTitleMax = 24;
constexpr size_t kMetadataMax = 3000;
constexpr size_t kViewBlocksMax = 100;
constexpr size_t kFormFieldsMax = 40;
constexpr size_t kLabelMax = 2000;
constexpr size_t kHintMax = 2000;
constexpr size_t kInputMax = 3000;
constexpr size_t kOptionsMax = 100;
constexpr size_t kCheckboxesMax = 10;
constexpr size_t kOptionMax = 75;
constexpr size_t kErrorMax = 1000;
constexpr size_t kBlockIdMax = 255;

constexpr char kTitle[] = "Belfry";
constexpr char kCallback[] = "belfry";
constexpr char kFieldPrefix[] = "belfry:field:";
constexpr char kActionId[] = "value";
constexpr char kNotNow[] = "not-now";  // what a question's "no" runs

Json Modal(absl::string_view title, Json blocks, const ModalState& state) {
  if (blocks.empty()) AppendText("Done.", blocks);
  if (blocks.size() > kViewBlocksMax) blocks.erase(blocks.begin() + kViewBlocksMax, blocks.end());
  return {{"type", "modal"},
          {"callback_id", kCallback},
          {"title", PlainText(title, kTitleMax, kTitle)},
          {"close", PlainText("Close", kTitleMax)},
          {"private_metadata", EncodeState(state).value_or("")},
          {"blocks", std::move(blocks)}};
}

// FNV-1a: tells forms apart, nothing more.
std::string ShortHash(absl::string_view text) {
  uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return absl::StrFormat("%08x", hash);
}

// Those that Slack would take: neither without a value nor twice, nor too long to come back whole.
std::vector<chat::FormChoice> Choices(const chat::FormField& field) {
  std::vector<chat::FormChoice> choices;
  std::set<std::string> seen;
  for (const chat::FormChoice& choice : field.choices) {
    if (choices.size() == kOptionsMax) break;
    if (choice.value.empty() || Length(choice.value) > kOptionMax) continue;
    if (seen.insert(choice.value).second) choices.push_back(choice);
  }
  return choices;
}

Json Option(const chat::FormChoice& choice) {
  return {{"text", PlainText(choice.label, kOptionMax, choice.value)}, {"value", choice.value}};
}

Json TextInput(const chat::FormField& field) {
  const size_t max = std::clamp<size_t>(
      field.characters_max > 0 ? static_cast<size_t>(field.characters_max) : 1, 1, kInputMax);
  Json element = {{"type", "plain_text_input"},
                  {"action_id", kActionId},
                  {"multiline", field.kind == chat::FormField::Kind::kText},
                  {"max_length", max}};
  if (!field.value.empty()) element["initial_value"] = Plain(field.value, max);
  return element;
}

Json Select(const chat::FormField& field, const std::vector<chat::FormChoice>& choices) {
  Json element = {{"type", "static_select"}, {"action_id", kActionId}, {"options", Json::array()}};
  for (const chat::FormChoice& choice : choices) {
    element["options"].push_back(Option(choice));
    if (choice.value == field.value) element["initial_option"] = Option(choice);
  }
  return element;
}

Json Several(const chat::FormField& field, const std::vector<chat::FormChoice>& choices) {
  const std::set<std::string> chosen = absl::StrSplit(field.value, ',', absl::SkipWhitespace());
  Json element = {{"type", choices.size() > kCheckboxesMax ? "multi_static_select" : "checkboxes"},
                  {"action_id", kActionId},
                  {"options", Json::array()}};
  Json initial = Json::array();
  for (const chat::FormChoice& choice : choices) {
    element["options"].push_back(Option(choice));
    if (chosen.count(choice.value) > 0) initial.push_back(Option(choice));
  }
  if (!initial.empty()) element["initial_options"] = std::move(initial);
  return element;
}

Json Element(const chat::FormField& field) {
  const std::vector<chat::FormChoice> choices = Choices(field);
  switch (field.kind) {
    case chat::FormField::Kind::kChoice:
      if (!choices.empty()) return Select(field, choices);
      break;
    case chat::FormField::Kind::kChoices:
      if (!choices.empty()) return Several(field, choices);
      break;
    default:
      break;
  }
  return TextInput(field);
}

Json Input(const chat::FormField& field, const std::string& block_id) {
  const std::string name = field.name.empty() ? "Text" : field.name;
  Json input = {{"type", "input"},
                {"block_id", block_id},
                {"label", PlainText(field.label, kLabelMax, name)},
                {"optional", !field.required},
                {"element", Element(field)}};
  if (!field.hint.empty()) input["hint"] = PlainText(field.hint, kHintMax);
  return input;
}

Json TooLong(const chat::Form& form, ModalState state) {
  chat::Card card;
  card.tone = chat::Tone::kWarning;
  card.title = "This is too long for a form in Slack";
  card.body = "Nothing was done. Type it as a command instead, in several parts if need be.";
  card.hints = {Plain(form.command, kOptionMax)};
  state.command.clear();
  return CardView(card, state);
}

// "link" of checkboxes: their values joined, as the form's own prefilled value is.
std::string ValueOf(const Json& element) {
  if (const auto several = element.find("selected_options");
      several != element.end() && several->is_array()) {
    std::vector<std::string> values;
    for (const Json& option : *several) values.push_back(TextAt(option, {"value"}));
    return absl::StrJoin(values, ",");
  }
  const std::string one = TextAt(element, {"selected_option", "value"});
  return one.empty() ? TextAt(element, {"value"}) : one;
}

}  // namespace

std::optional<std::string> EncodeState(const ModalState& state) {
  Json json = {{"c", state.command}, {"h", state.channel}, {"m", state.message}};
  // The address of the answer is the first thing that can be done without.
  json["r"] = state.response_url;
  std::string text = DumpJson(json);
  if (Length(text) > kMetadataMax) {
    json.erase("r");
    text = DumpJson(json);
  }
  if (Length(text) > kMetadataMax) return std::nullopt;
  return text;
}

absl::StatusOr<ModalState> DecodeState(absl::string_view metadata) {
  const absl::StatusOr<Json> json = ParseJsonObject(metadata, "view.private_metadata");
  if (!json.ok()) return json.status();
  ModalState state;
  state.command = TextAt(*json, {"c"});
  state.channel = TextAt(*json, {"h"});
  state.message = TextAt(*json, {"m"});
  state.response_url = TextAt(*json, {"r"});
  return state;
}

Json LoadingView(const ModalState& state) {
  Json blocks = Json::array();
  AppendText("One moment …", blocks);
  return Modal(kTitle, std::move(blocks), state);
}

Json CardView(const chat::Card& card, const ModalState& state) {
  return Modal(kTitle, ToBlocks(card), state);
}

Json ConfirmView(const chat::Card& card, ModalState state) {
  chat::Card rest = card;
  // The modal's own "Not now" is enough.
  rest.buttons.erase(
      std::remove_if(rest.buttons.begin(), rest.buttons.end(),
                     [](const chat::CardButton& button) { return button.command == kNotNow; }),
      rest.buttons.end());
  const auto yes = rest.buttons.begin();
  if (yes == rest.buttons.end()) return CardView(card, state);
  state.command = yes->command;
  if (!EncodeState(state).has_value()) return CardView(card, state);
  const std::string label = yes->label;
  // A label that is too long for the submit button keeps its own, beside a plain one.
  if (Length(label) <= kTitleMax) rest.buttons.erase(yes);
  Json view = CardView(rest, state);
  view["submit"] = PlainText(Length(label) <= kTitleMax ? label : "", kTitleMax, "Confirm");
  view["close"] = PlainText("Not now", kTitleMax);
  return view;
}

Json FormView(const chat::Form& form, ModalState state, absl::string_view problem) {
  state.command = form.command;
  if (!EncodeState(state).has_value()) return TooLong(form, std::move(state));
  Json blocks = Json::array();
  if (Length(form.title) > kTitleMax) {
    blocks.push_back({{"type", "header"}, {"text", PlainText(form.title, 150)}});
  }
  if (!problem.empty()) AppendText(absl::StrCat("⚠ ", problem), blocks);
  AppendText(form.intro, blocks);
  std::set<std::string> ids;
  for (const chat::FormField& field : form.fields) {
    if (ids.size() == kFormFieldsMax) break;
    const std::string id = FieldBlockId(form.command, field.name);
    if (ids.insert(id).second) blocks.push_back(Input(field, id));
  }
  AppendContext(form.context, blocks);
  Json view = Modal(form.title, std::move(blocks), state);
  view["submit"] = PlainText(form.submit, kTitleMax, "Send");
  view["close"] = PlainText("Cancel", kTitleMax);
  return view;
}

Json HomeView(const chat::Card& card) {
  Json blocks = ToBlocks(card);
  if (blocks.empty()) AppendText("Nothing is waiting for you.", blocks);
  if (blocks.size() > kViewBlocksMax) blocks.erase(blocks.begin() + kViewBlocksMax, blocks.end());
  return {{"type", "home"}, {"callback_id", kCallback}, {"blocks", std::move(blocks)}};
}

std::string FieldBlockId(absl::string_view command, absl::string_view field) {
  return std::string(
      absl::StrCat(kFieldPrefix, ShortHash(command), ":", field).substr(0, kBlockIdMax));
}

std::optional<std::string> FieldOfBlock(absl::string_view block_id) {
  if (!absl::ConsumePrefix(&block_id, kFieldPrefix)) return std::nullopt;
  const size_t colon = block_id.find(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  return std::string(block_id.substr(colon + 1));
}

FilledIn ReadValues(const Json& state_values) {
  FilledIn filled;
  if (!state_values.is_object()) return filled;
  for (const auto& [block_id, elements] : state_values.items()) {
    const std::optional<std::string> field = FieldOfBlock(block_id);
    if (!field.has_value() || !elements.is_object() || elements.empty()) continue;
    filled.values[*field] = ValueOf(elements.front());
    filled.blocks[*field] = block_id;
  }
  return filled;
}

Json ErrorsAnswer(const std::map<std::string, std::string>& field_errors,
                  const std::map<std::string, std::string>& blocks, absl::string_view otherwise) {
  Json errors = Json::object();
  std::vector<std::string> unplaced;
  for (const auto& [field, error] : field_errors) {
    const auto block = blocks.find(field);
    if (block == blocks.end()) {
      unplaced.push_back(absl::StrCat(field, field.empty() ? "" : ": ", error));
    } else {
      errors[block->second] = Plain(error, kErrorMax);
    }
  }
  if (field_errors.empty() && !otherwise.empty()) unplaced.emplace_back(otherwise);
  // What belongs to no field that is shown stands at the first one.
  if (!unplaced.empty() && !blocks.empty()) {
    const std::string& first = blocks.begin()->second;
    std::vector<std::string> all;
    if (errors.contains(first)) all.push_back(errors[first].get<std::string>());
    all.insert(all.end(), unplaced.begin(), unplaced.end());
    errors[first] = Plain(absl::StrJoin(all, " "), kErrorMax);
  }
  return {{"response_action", "errors"}, {"errors", std::move(errors)}};
}

}  // namespace belfry::bot::slack
