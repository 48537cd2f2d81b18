#include "bot/platform/teams/adaptive_card.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/teams/card_data.h"
#include "bot/platform/teams/card_parts.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kFieldsMax = 10;
constexpr size_t kButtonsMax = 5;
constexpr size_t kHintsMax = 12;
constexpr size_t kCommandMax = 2000;
constexpr char kWithActions[] = "1.5";  // Action.Execute
constexpr char kWithoutActions[] = "1.4";

// What is shown of a card, in characters and rows; halved until the card fits.
struct Limits {
  size_t title = 300;
  size_t body = 8000;
  size_t value = 2000;
  size_t rows = 64;
  size_t plain = 4000;
  bool cut = false;  // something was left out

  void Halve() {
    const auto halve = [](size_t* limit, size_t least) { *limit = std::max(*limit / 2, least); };
    halve(&title, 120);  // which incident it is about is never cut off
    halve(&body, 100);
    halve(&value, 32);
    halve(&rows, 3);
    halve(&plain, 200);
  }
};

// `text` within `max`; time tokens must not be cut in two, so they are the first to go.
std::string Within(const std::string& text, size_t max, Limits* limits);

// Label and value beside one another, as a fact set shows them; a fact set would read the value as
// Markdown.
Json Field(const std::string& label, const std::string& value) {
  const auto column = [](const char* width, Json item) -> Json {
    return {{"type", "Column"}, {"width", width}, {"items", Json::array({std::move(item)})}};
  };
  return {{"type", "ColumnSet"},
          {"spacing", "small"},
          {"columns", Json::array({column("96px", RichText({Run(label, {.bold = true})})),
                                   column("stretch", RichText({Run(value)}))})}};
}

// A row is two lines: what it is about, and the other columns with their names. Columns side by
// side would be unreadable on a phone.
void AppendRow(const std::vector<std::string>& header, const std::vector<std::string>& row,
               bool leads, Limits* limits, Json* body) {
  std::vector<Json> rest;
  for (size_t i = 1; i < row.size(); ++i) {
    if (row[i].empty()) continue;
    if (!rest.empty()) rest.push_back(Run(" · ", {.subtle = true}));
    if (i < header.size() && !header[i].empty()) {
      rest.push_back(Run(absl::StrCat(header[i], ": "), {.subtle = true}));
    }
    rest.push_back(Run(Within(row[i], limits->value, limits)));
  }
  const std::string first = row.empty() ? "" : Within(row[0], limits->value, limits);
  Json lead = RichText({Run(absl::StrCat("• ", first), {.bold = true})}, "small");
  if (leads) {
    lead["spacing"] = "default";
    lead["separator"] = true;
  }
  body->push_back(std::move(lead));
  if (!rest.empty()) body->push_back(RichText(std::move(rest), "none"));
}

Json Action(const chat::CardButton& button, const CardUse& use) {
  CardData data;
  data.command = button.command;
  data.on_answer = use.on_answer;
  const std::string title = chat::Clip(button.label, 75);
  Json action;
  if (button.form && use.dialogs) {
    action = {{"type", "Action.Submit"}, {"title", title}, {"data", ToData(data)}};
    action["data"]["msteams"] = {{"type", "task/fetch"}};
  } else {
    action = {{"type", "Action.Execute"},
              {"title", title},
              {"verb", "belfry"},
              {"data", ToData(data)},
              {"fallback", {{"type", "Action.Submit"}, {"title", title}, {"data", ToData(data)}}}};
  }
  action["associatedInputs"] = "none";
  if (button.tone == chat::Tone::kGood) action["style"] = "positive";
  if (button.tone == chat::Tone::kDanger) action["style"] = "destructive";
  return action;
}

// Teams has no confirm dialog, but every client can unfold a card in a card: the question and the
// button that means it. The message itself stays as it is.
Json Confirmed(const chat::CardButton& button, const CardUse& use, Limits* limits) {
  Json yes = Action(button, use);
  yes["title"] = chat::Clip(absl::StrCat("Yes: ", button.label), 75);
  if (yes.contains("fallback")) yes["fallback"]["title"] = yes["title"];
  Json body = Json::array();
  AppendLines(Within(button.confirm, limits->value, limits), {.bold = true}, &body);
  Json action = {{"type", "Action.ShowCard"},
                 {"title", chat::Clip(absl::StrCat(button.label, "…"), 75)},
                 {"card",
                  {{"type", "AdaptiveCard"},
                   {"version", kWithActions},
                   {"body", std::move(body)},
                   {"actions", Json::array({std::move(yes)})}}}};
  if (button.tone == chat::Tone::kDanger) action["style"] = "destructive";
  return action;
}

Json Build(const chat::Card& card, const CardUse& use, Limits limits) {
  Json body = Json::array();
  if (!card.title.empty()) {
    body.push_back(TitleBlock(card.tone, Within(card.title, limits.title, &limits)));
  }
  if (!card.body.empty()) AppendLines(Within(card.body, limits.body, &limits), {}, &body);
  for (size_t i = 0; i < card.fields.size() && i < kFieldsMax; ++i) {
    body.push_back(Field(Within(card.fields[i].label, 75, &limits),
                         Within(card.fields[i].value, limits.value, &limits)));
  }
  for (size_t i = 1; i < card.table.size(); ++i) {
    // Whole rows only: half a row could say the opposite of the row.
    if (i > limits.rows) {
      body.push_back(RichText(
          {Run(absl::StrCat("… and ", card.table.size() - i, " more"), {.subtle = true})}));
      limits.cut = true;
      break;
    }
    AppendRow(card.table[0], card.table[i], /*leads=*/i == 1, &limits, &body);
  }
  for (size_t i = 0; i < card.hints.size() && i < kHintsMax; ++i) {
    body.push_back(RichText({Run(absl::StrCat("→ ", Within(card.hints[i], limits.value, &limits)))},
                            i == 0 ? "default" : "none"));
  }
  if (!card.context.empty()) {
    Json small = Json::array();
    AppendLines(Within(card.context, limits.value, &limits), {.subtle = true, .size = "small"},
                &small);
    for (Json& line : small) body.push_back(std::move(line));
  }
  const std::string plain = Within(card.PlainText(), limits.plain, &limits);
  Json actions = Json::array();
  if (use.actions) {
    for (const chat::CardButton& button : card.buttons) {
      // A command that is cut would be another command.
      if (actions.size() >= kButtonsMax || button.command.size() > kCommandMax) continue;
      actions.push_back(button.confirm.empty() ? Action(button, use)
                                               : Confirmed(button, use, &limits));
    }
  }
  if (limits.cut) {
    body.push_back(RichText(
        {Run("Shortened to fit; the record holds all of it.", {.subtle = true, .size = "small"})}));
  }
  Json json = Frame(use.actions ? kWithActions : kWithoutActions, std::move(body), plain);
  if (!actions.empty()) json["actions"] = std::move(actions);
  return json;
}

std::string Within(const std::string& text, size_t max, Limits* limits) {
  if (chat::CountCodePoints(text) <= max) return text;
  limits->cut = true;
  return chat::Clip(chat::WithoutTimeTokens(text), max);
}

}  // namespace

Json ToAdaptiveCard(const chat::Card& card, const CardUse& use) {
  Limits limits;
  for (int halvings = 0; halvings < 8; ++halvings) {
    Json json = Build(card, use, limits);
    if (DumpJson(json).size() <= use.bytes_max) return json;
    limits.Halve();
  }
  // Which incident, and what can be done.
  chat::Card bare;
  bare.tone = card.tone;
  bare.title = card.title;
  bare.buttons = card.buttons;
  limits.cut = true;
  Json json = Build(bare, use, limits);
  if (DumpJson(json).size() > use.bytes_max) json.erase("actions");
  return json;
}

}  // namespace belfry::bot::teams
