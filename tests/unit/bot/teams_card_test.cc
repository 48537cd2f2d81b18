// Adaptive Cards: nothing typed becomes markup, nothing is too large, and nothing is lost silently.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/teams/adaptive_card.h"
#include "bot/platform/teams/answers.h"
#include "bot/platform/teams/card_data.h"
#include "bot/platform/teams/form_card.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/teams_samples.h"

namespace belfry::bot::teams {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

chat::Card FullCard() {
  chat::Card card;
  card.tone = chat::Tone::kDanger;
  card.title = "DOP-2026-0001 · Mail is encrypted";
  card.body = "First line\nSecond line\n\nThird";
  card.fields = {{"Severity", "SEV1"}, {"State", "Declared"}};
  card.table = {{"Duty", "Agency", "Due"}, {"DAILY-STATUS", "DOP", "today"}};
  card.hints = {"@Belfry ack DOP-2026-0001"};
  card.context = "ITD-SEC-4.3 §6";
  card.buttons = {Button("Acknowledge", "ack DOP-2026-0001", chat::Tone::kGood),
                  Button("Update", "update DOP-2026-0001"),
                  Button("Close", "close DOP-2026-0001 confirm:yes", chat::Tone::kDanger,
                         "Close it for good?")};
  card.buttons[1].form = true;
  return card;
}

// Every element type of a card, also inside others.
void Types(const Json& json, std::vector<std::string>* types) {
  if (json.is_array()) {
    for (const Json& item : json) Types(item, types);
  } else if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      if (key == "type" && value.is_string()) types->push_back(value.get<std::string>());
      if (key != "data") Types(value, types);
    }
  }
}

TEST(TeamsCardTest, SaysEverythingAndSaysItInPlainTextAsWell) {
  const Json json = ToAdaptiveCard(FullCard(), {});
  EXPECT_EQ(json["version"], "1.5");
  const std::string text = json["body"].dump();
  for (const char* part : {"ALERT", "Mail is encrypted", "First line", "Third", "Severity", "SEV1",
                           "DAILY-STATUS", "Agency: ", "ack DOP-2026-0001", "§6"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(json["speak"].get<std::string>(), HasSubstr("Severity: SEV1"));
  EXPECT_EQ(json["speak"], json["fallbackText"]);
  EXPECT_THAT(text, Not(HasSubstr("Shortened")));
}

TEST(TeamsCardTest, IsMadeOfWhatPhonesDraw) {
  std::vector<std::string> types;
  Types(ToAdaptiveCard(FullCard(), {}), &types);
  EXPECT_THAT(types,
              ::testing::Each(::testing::AnyOf("AdaptiveCard", "Container", "RichTextBlock",
                                               "TextRun", "ColumnSet", "Column", "Action.Execute",
                                               "Action.Submit", "Action.ShowCard", "task/fetch")));
}

TEST(TeamsCardTest, ButtonsCarryTheirCommandAndOldClientsCanPressThem) {
  const Json actions = ToAdaptiveCard(FullCard(), {.on_answer = true})["actions"];
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0]["type"], "Action.Execute");
  EXPECT_EQ(actions[0]["style"], "positive");
  EXPECT_EQ(actions[0]["fallback"]["type"], "Action.Submit");
  const auto data = ReadCardData(actions[0]["fallback"]["data"], "data");
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->command, "ack DOP-2026-0001");
  EXPECT_TRUE(data->on_answer);
}

TEST(TeamsCardTest, AFormOpensADialogWhereThereAreDialogs) {
  EXPECT_EQ(ToAdaptiveCard(FullCard(), {})["actions"][1]["data"]["msteams"]["type"], "task/fetch");
  EXPECT_EQ(ToAdaptiveCard(FullCard(), {.dialogs = false})["actions"][1]["type"], "Action.Execute");
}

TEST(TeamsCardTest, AQuestionIsAskedBeforeTheButtonThatMeansIt) {
  const Json action = ToAdaptiveCard(FullCard(), {})["actions"][2];
  EXPECT_EQ(action["type"], "Action.ShowCard");
  EXPECT_FALSE(action.contains("data")) << "the first press does nothing";
  EXPECT_THAT(action["card"]["body"].dump(), HasSubstr("Close it for good?"));
  EXPECT_EQ(ReadCardData(action["card"]["actions"][0]["data"], "data")->command,
            "close DOP-2026-0001 confirm:yes");
}

TEST(TeamsCardTest, WithoutActionsThereAreNone) {
  const Json json = ToAdaptiveCard(FullCard(), kWorkflowUse);
  EXPECT_EQ(json["version"], "1.4");
  EXPECT_FALSE(json.contains("actions"));
}

TEST(TeamsCardTest, TimesAreTheReadersAndTypedFunctionsAreText) {
  chat::Card card;
  card.title = "x";
  const absl::Time time = absl::FromUnixSeconds(1'764'000'000);
  card.body = absl::StrCat("due ", chat::TimeToken(time, "Mon 24 Nov 11:00 EST"),
                           " {{DATE(2020-01-01T00:00:00Z)}} {{{{TIME(x)}}}}");
  const Json json = ToAdaptiveCard(card, {});
  const std::string text = json["body"].dump();
  EXPECT_THAT(text,
              HasSubstr("{{DATE(2025-11-24T16:00:00Z, SHORT)}} {{TIME(2025-11-24T16:00:00Z)}}"));
  EXPECT_THAT(text, Not(HasSubstr("{{DATE(2020")));
  EXPECT_THAT(text, Not(HasSubstr("{{TIME(x")));
  EXPECT_THAT(json["speak"].get<std::string>(), HasSubstr("Mon 24 Nov 11:00 EST"));
}

TEST(TeamsCardTest, ControlCharactersAreNotSent) {
  chat::Card card;
  card.title =
      "a\x01"
      "b\tc\x7f";
  EXPECT_THAT(ToAdaptiveCard(card, {})["body"].dump(), HasSubstr("ab c"));
}

TEST(TeamsCardTest, LargeCardsAreCutSayingSo) {
  for (const char* piece : {"x", "\"", "€", "𝄞", "\n", "{{"}) {
    chat::Card card = FullCard();
    card.body.clear();
    while (card.body.size() < 100'000) card.body += piece;
    for (int i = 0; i < 8; ++i) card.fields.push_back({"Label", card.body});
    for (int i = 0; i < 500; ++i) card.table.push_back({"DUTY", "DOP", "tomorrow"});
    for (const CardUse& use : {CardUse(), kWorkflowUse, CardUse{.bytes_max = 8 * 1024}}) {
      const Json json = ToAdaptiveCard(card, use);
      EXPECT_LE(DumpJson(json).size(), use.bytes_max) << piece;
      EXPECT_THAT(json["body"].dump(), HasSubstr("Shortened to fit")) << piece;
      EXPECT_THAT(json["body"].dump(), HasSubstr("Mail is")) << piece;
      EXPECT_EQ(json.contains("actions"), use.actions) << "buttons stay";
    }
  }
}

TEST(TeamsCardTest, ACommandThatIsTooLongIsNoButton) {
  chat::Card card;
  card.title = "x";
  for (int i = 0; i < 5; ++i) {
    card.buttons.push_back(Button("b", std::string(i == 0 ? 2001 : 1990, 'c')));
  }
  const Json json = ToAdaptiveCard(card, {});
  EXPECT_EQ(json["actions"].size(), 4u);
  EXPECT_LE(DumpJson(json).size(), CardUse().bytes_max);
}

const Json* Input(const Json& card, const std::string& name) {
  for (const Json& element : card["body"]) {
    if (element.value("id", "") == InputId(name)) return &element;
  }
  return nullptr;
}

TEST(TeamsFormTest, BlanksBecomeInputs) {
  const Json card = ToFormCard(StatusForm(), FormPlace::kMessage);
  const Json* conditions = Input(card, "conditions");
  ASSERT_NE(conditions, nullptr);
  EXPECT_EQ((*conditions)["isMultiline"], true);
  EXPECT_EQ((*conditions)["isRequired"], true);
  EXPECT_EQ((*conditions)["maxLength"], 2000);
  EXPECT_EQ((*conditions)["label"], "Conditions");
  EXPECT_THAT((*conditions)["errorMessage"].get<std::string>(), HasSubstr("Conditions"));
  EXPECT_EQ((*Input(card, "severity"))["value"], "2");
  EXPECT_EQ((*Input(card, "needs"))["isMultiSelect"], true);
  EXPECT_NE(Input(card, ""), nullptr);
  EXPECT_EQ(card["actions"][0]["type"], "Action.Execute");
  EXPECT_TRUE(ReadCardData(card["actions"][0]["data"], "data")->form);
  EXPECT_TRUE(ReadCardData(card["actions"][1]["data"], "data")->cancel);
}

TEST(TeamsFormTest, ADialogIsSubmittedAndHasItsOwnCancel) {
  const Json card = ToFormCard(StatusForm(), FormPlace::kDialog);
  ASSERT_EQ(card["actions"].size(), 1u);
  EXPECT_EQ(card["actions"][0]["type"], "Action.Submit");
}

TEST(TeamsFormTest, ErrorsStandAtTheirFieldsAndNothingIsTypedTwice) {
  const chat::Form form = Filled(StatusForm(), {{"conditions", "was typed"}, {"severity", "1"}});
  const Json card = ToFormCard(form, FormPlace::kMessage,
                               {{"conditions", "is too vague"}, {"", "no title"}, {"gone", "odd"}});
  EXPECT_EQ((*Input(card, "conditions"))["value"], "was typed");
  EXPECT_EQ((*Input(card, "severity"))["value"], "1");
  const Json& body = card["body"];
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i].value("id", "") == InputId("conditions")) {
      EXPECT_THAT(body[i - 1].dump(), HasSubstr("is too vague"));
    }
  }
  EXPECT_THAT(body.dump(), HasSubstr("odd"));
}

TEST(TeamsFormTest, AMessageFillsTheFirstLineAndTheFirstText) {
  const chat::Form form = Prefilled(StatusForm(), "Server down\nsince noon");
  EXPECT_EQ(form.fields[4].value, "Server down");
  EXPECT_EQ(form.fields[0].value, "Server down\nsince noon");
  EXPECT_EQ(form.fields[1].value, "");
  EXPECT_EQ(form.fields[3].value, "2");
}

TEST(TeamsAnswersTest, ShortResultsAreALineAndTheRestIsACard) {
  chat::CommandResult result;
  result.card.title = "Acknowledged";
  EXPECT_EQ(ShortAnswer(result), "Acknowledged");
  EXPECT_TRUE(SaysSomething(result));
  result.card.table = {{"a"}, {"b"}};
  EXPECT_EQ(ShortAnswer(result), "");
  EXPECT_FALSE(SaysSomething(chat::CommandResult()));
}

TEST(TeamsAnswersTest, HaveTheShapeTeamsWants) {
  const Json line = Json::parse(LineAnswer("x").body);
  EXPECT_EQ(line["statusCode"], 200);
  EXPECT_EQ(line["type"], "application/vnd.microsoft.activity.message");
  const Json card = Json::parse(CardAnswer(ToAdaptiveCard(FullCard(), {})).body);
  EXPECT_EQ(card["type"], "application/vnd.microsoft.card.adaptive");
  chat::CommandResult result;
  result.form = StatusForm();
  const Json dialog = Json::parse(DialogResult(result, {}).body);
  EXPECT_EQ(dialog["task"]["type"], "continue");
  EXPECT_EQ(dialog["task"]["value"]["card"]["contentType"],
            "application/vnd.microsoft.card.adaptive");
}

}  // namespace
}  // namespace belfry::bot::teams
