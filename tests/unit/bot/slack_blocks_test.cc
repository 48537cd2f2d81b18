// Cards and forms as Slack's blocks: within every limit, and inert whatever is typed into them.
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/text.h"
#include "bot/platform/slack/views.h"
#include "client-lib/chat/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

// Slack's limits, once more and from its documentation: a mistake in one of the two shows.

class Limits {
 public:
  void CheckBlocks(const Json& blocks, size_t max) {
    ASSERT_TRUE(blocks.is_array());
    EXPECT_LE(blocks.size(), max);
    EXPECT_GE(blocks.size(), 1u);
    for (const Json& block : blocks) CheckBlock(block);
  }

  void CheckText(const Json& text, size_t max, const char* where) {
    ASSERT_TRUE(text.is_object()) << where;
    const std::string value = text.at("text");
    EXPECT_GE(Length(value), 1u) << where;
    EXPECT_LE(Length(value), max) << where << ": " << value.substr(0, 80);
    EXPECT_TRUE(chat::IsUtf8(value)) << where;
    if (text.at("type") == "mrkdwn") {
      CheckMarkup(value);
      EXPECT_EQ(text.value("verbatim", false), true) << where;
    } else {
      EXPECT_EQ(text.at("type"), "plain_text") << where;
      EXPECT_EQ(text.value("emoji", true), false) << where;
    }
  }

  // Every '<' begins a whole time and nothing else; every '&' a whole entity.
  static void CheckMarkup(const std::string& text) {
    for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
      ASSERT_EQ(text.compare(at, 7, "<!date^"), 0) << text.substr(at, 40);
      const size_t close = text.find('>', at);
      ASSERT_NE(close, std::string::npos) << text.substr(at, 40);
      EXPECT_NE(text.substr(at, close - at).find('|'), std::string::npos);
      at = close;
    }
    for (size_t at = text.find('&'); at != std::string::npos; at = text.find('&', at + 1)) {
      const std::string rest = text.substr(at, 5);
      EXPECT_TRUE(absl::StartsWith(rest, "&amp;") || absl::StartsWith(rest, "&lt;") ||
                  absl::StartsWith(rest, "&gt;"))
          << rest;
    }
    EXPECT_EQ(text.find('`'), std::string::npos);
  }

 private:
  void CheckBlock(const Json& block) {
    const std::string type = block.at("type");
    if (type == "header") {
      CheckText(block.at("text"), 150, "header");
    } else if (type == "section") {
      ASSERT_TRUE(block.contains("text") || block.contains("fields"));
      if (block.contains("text")) CheckText(block.at("text"), 3000, "section");
      if (block.contains("fields")) {
        EXPECT_LE(block.at("fields").size(), 10u);
        EXPECT_GE(block.at("fields").size(), 1u);
        for (const Json& field : block.at("fields")) CheckText(field, 2000, "field");
      }
    } else if (type == "context") {
      EXPECT_LE(block.at("elements").size(), 10u);
      for (const Json& element : block.at("elements")) CheckText(element, 3000, "context");
    } else if (type == "actions") {
      EXPECT_LE(block.at("elements").size(), 25u);
      EXPECT_GE(block.at("elements").size(), 1u);
      for (const Json& element : block.at("elements")) CheckButton(element);
    } else if (type == "input") {
      EXPECT_LE(Length(block.at("block_id").get<std::string>()), 255u);
      EXPECT_TRUE(block_ids_.insert(block.at("block_id")).second) << block.at("block_id");
      CheckText(block.at("label"), 2000, "label");
      if (block.contains("hint")) CheckText(block.at("hint"), 2000, "hint");
      CheckElement(block.at("element"));
    } else {
      ADD_FAILURE() << "a block of type " << type;
    }
  }

  void CheckButton(const Json& button) {
    EXPECT_EQ(button.at("type"), "button");
    CheckText(button.at("text"), 75, "button");
    EXPECT_LE(Length(button.at("value").get<std::string>()), 2000u);
    EXPECT_LE(Length(button.at("action_id").get<std::string>()), 255u);
    EXPECT_TRUE(action_ids_.insert(button.at("action_id")).second) << button.at("action_id");
    if (button.contains("style")) {
      EXPECT_TRUE(button.at("style") == "primary" || button.at("style") == "danger");
    }
    if (!button.contains("confirm")) return;
    CheckText(button.at("confirm").at("title"), 100, "confirm title");
    CheckText(button.at("confirm").at("text"), 300, "confirm text");
    CheckText(button.at("confirm").at("confirm"), 30, "confirm button");
    CheckText(button.at("confirm").at("deny"), 30, "deny button");
  }

  void CheckElement(const Json& element) {
    const std::string type = element.at("type");
    if (type == "plain_text_input") {
      const size_t max = element.at("max_length");
      EXPECT_GE(max, 1u);
      EXPECT_LE(max, 3000u);
      if (element.contains("initial_value")) {
        EXPECT_LE(Length(element.at("initial_value").get<std::string>()), max);
      }
      return;
    }
    const Json& options = element.at("options");
    EXPECT_GE(options.size(), 1u);
    EXPECT_LE(options.size(), type == "checkboxes" ? 10u : 100u);
    std::set<std::string> values;
    for (const Json& option : options) {
      CheckText(option.at("text"), 75, "option");
      EXPECT_LE(Length(option.at("value").get<std::string>()), 75u);
      EXPECT_TRUE(values.insert(option.at("value")).second);
    }
    const auto is_option = [&](const Json& one) {
      return std::find(options.begin(), options.end(), one) != options.end();
    };
    if (element.contains("initial_option")) {
      EXPECT_TRUE(is_option(element["initial_option"]));
    }
    if (element.contains("initial_options")) {
      EXPECT_GE(element["initial_options"].size(), 1u);
      for (const Json& one : element["initial_options"]) EXPECT_TRUE(is_option(one));
    }
  }

  std::set<std::string> action_ids_;
  std::set<std::string> block_ids_;
};

// Texts that hurt: markup, entities, times, emoji, right to left, combining marks, broken UTF-8.
class Texts {
 public:
  explicit Texts(uint32_t seed) : random_(seed) {}

  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }
  bool Maybe() { return Below(2) == 0; }

  std::string Text() {
    static const std::vector<std::string> kPieces = {
        "a",
        " ",
        "\n",
        "word ",
        "<",
        ">",
        "&",
        "`",
        "*",
        "_",
        "~",
        ":smile:",
        "<!channel>",
        "<@U1>",
        "<https://x|y>",
        "&amp;",
        "é",
        "日本",
        "😀",
        "👩‍👩‍👧",
        "שלום",
        "\u202E",
        "e\u0301",
        "\xFF",
        "\xE2\x82",
        "```\ncode\n```",
        "> quote\n",
        "|",
        "^",
        chat::TimeToken(absl::FromUnixSeconds(1'800'000'000), "Fri 1 Jan 2027, 08:00 EST"),
        "\xEE\x80\x80",
        "\xEE\x80\x81"
        "7"
        "\xEE\x80\x82"};
    // Mostly short, so that there are many; now and then longer than any limit.
    static const std::vector<size_t> kLengths = {0, 0, 1, 1, 3, 3, 3, 20, 20, 80, 400, 1500};
    std::string text;
    for (size_t left = kLengths[Below(kLengths.size())]; left > 0; --left) {
      text += kPieces[Below(kPieces.size())];
    }
    return text;
  }

  chat::Card Card() {
    chat::Card card;
    card.tone = static_cast<chat::Tone>(Below(4));
    card.title = "t" + Text();
    card.body = Text();
    for (size_t i = Below(15); i > 0; --i) card.fields.push_back({Text(), Text()});
    const size_t columns = 1 + Below(4);
    for (size_t rows = Maybe() ? Below(101) : 0; rows > 0; --rows) {
      auto& row = card.table.emplace_back();
      for (size_t i = 0; i < columns; ++i) row.push_back(Text());
    }
    for (size_t i = Below(6); i > 0; --i) card.hints.push_back(Text());
    card.context = Text();
    for (size_t i = Below(30); i > 0; --i) {
      card.buttons.push_back(
          {Text(), Text(), static_cast<chat::Tone>(Below(4)), Maybe() ? Text() : "", Maybe()});
    }
    return card;
  }

  chat::Form Form() {
    chat::Form form;
    form.title = Text();
    form.intro = Text();
    form.submit = Text();
    form.command = "update DOP-2026-0001";
    form.context = Text();
    for (size_t i = Below(50); i > 0; --i) {
      auto& field = form.fields.emplace_back();
      field.name = absl::StrCat("f", Below(40));
      field.label = Text();
      field.hint = Text();
      field.kind = static_cast<chat::FormField::Kind>(Below(4));
      for (size_t j = Below(130); j > 0; --j) {
        field.choices.push_back({absl::StrCat("v", Below(90)), Text()});
      }
      field.value = Maybe() ? "v1,v2" : Text();
      field.required = Maybe();
      field.characters_max = static_cast<int>(Below(5000)) - 100;
    }
    return form;
  }

 private:
  std::mt19937 random_;
};

TEST(BlocksPropertyTest, AnyCardKeepsWithinEveryLimit) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const chat::Card card = Texts(seed).Card();
    const Json message = ToMessage(card);
    Limits().CheckBlocks(message["blocks"], 50);
    const std::string text = message["text"];
    EXPECT_LE(Length(text), 4000u);
    Limits::CheckMarkup(text);
    EXPECT_NO_THROW(message.dump());  // strict: throws on anything that is no UTF-8
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(BlocksPropertyTest, AnyFormAndAnyCardFitIntoAModal) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Texts texts(seed);
    const ModalState state = {"", "C1", "1.2", "https://hooks.slack.com/x"};
    for (const Json& view : {FormView(texts.Form(), state, texts.Text()),
                             CardView(texts.Card(), state), ConfirmView(texts.Card(), state)}) {
      Limits limits;
      limits.CheckBlocks(view["blocks"], 100);
      for (const char* part : {"title", "submit", "close"}) {
        if (view.contains(part)) limits.CheckText(view[part], 24, part);
      }
      EXPECT_LE(Length(view["private_metadata"].get<std::string>()), 3000u);
      EXPECT_NO_THROW(view.dump());
    }
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(TextTest, NothingTypedCanMentionLinkOrFormat) {
  EXPECT_EQ(Mrkdwn("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
  EXPECT_EQ(Mrkdwn("> a\n> b > c"), "› a\n› b &gt; c");
  EXPECT_EQ(Mrkdwn("*b* `c` ~s~"), "∗b∗ ˋcˋ ∼s∼");
  EXPECT_EQ(Mrkdwn("web_01 _i_"), "web_01 ＿i＿");
  EXPECT_THAT(Mrkdwn(":white_check_mark: at 10:30:15"), Not(HasSubstr(":white_check_mark:")));
  EXPECT_EQ(Mrkdwn("at 10:30:15 it: was detected:14:05"), "at 10:30:15 it: was detected:14:05");
}

TEST(TextTest, TimesAreShownInTheReadersZone) {
  const std::string token =
      chat::TimeToken(absl::FromUnixSeconds(1'800'000'000), "Fri, 08:00 | EST");
  EXPECT_EQ(Mrkdwn(absl::StrCat("due ", token, "!")),
            "due <!date^1800000000^{date_short_pretty} {time}|Fri, 08:00 / EST>!");
  EXPECT_EQ(Plain(absl::StrCat("due ", token)), "due Fri, 08:00 | EST");
  // A time is whole or not there.
  for (size_t max = 1; max < 80; ++max) {
    const std::string cut = Mrkdwn(absl::StrCat("due ", token, " at the latest"), max);
    EXPECT_LE(Length(cut), max);
    Limits::CheckMarkup(cut);
  }
}

TEST(TextTest, CountsAsSlackDoes) {
  EXPECT_EQ(Length("aé日"), 3u);
  EXPECT_EQ(Length("😀"), 2u);
  EXPECT_EQ(Plain("😀😀😀", 4), "😀…");
  EXPECT_EQ(Plain("abc", 3), "abc");
  EXPECT_EQ(Plain("abcd", 3), "ab…");
  EXPECT_EQ(Plain("a\xFF"), "a\xEF\xBF\xBD");
}

TEST(TextTest, ReadsSlacksMarkupAsItWasTyped) {
  EXPECT_EQ(AsTyped("open \"a &lt;b&gt; &amp;amp;\""), "open \"a <b> &amp;\"");
  EXPECT_EQ(AsTyped("see <http://x.gov|x.gov> and <https://y.gov/?a=1&amp;b=2>"),
            "see x.gov and https://y.gov/?a=1&b=2");
  EXPECT_EQ(AsTyped("<@U1> <#C1|dop> <mailto:a@b.gov|a@b.gov>"), "<@U1> <#C1|dop> a@b.gov");
  EXPECT_EQ(AsTyped("unclosed <@U1"), "unclosed <@U1");
  EXPECT_EQ(AsRead("<@U1> in <#C1|dop>: <!here> <!date^1^{time}|noon>"), "@U1 in #dop: @here noon");
  // A link that shows something else than where it leads says both.
  EXPECT_EQ(AsRead("<https://evil.test|bank.gov>"), "bank.gov (https://evil.test)");
}

TEST(BlocksTest, ALongTableSaysHowMuchIsLeftOut) {
  chat::Card card;
  card.title = "List";
  card.table = {{"Incident", "Title"}};
  for (int i = 0; i < 100; ++i) {
    card.table.push_back({absl::StrCat("DOP-2026-", i), std::string(200, 'x')});
  }
  const Json blocks = ToMessage(card)["blocks"];
  const std::string last = blocks.back()["text"]["text"];
  EXPECT_THAT(last, HasSubstr("… and "));
  size_t shown = 0;
  for (const Json& block : blocks) {
    const std::string text = block["text"]["text"];
    for (size_t at = text.find("• "); at != std::string::npos; at = text.find("• ", at + 1)) {
      ++shown;
    }
  }
  EXPECT_THAT(last, HasSubstr(absl::StrCat(100 - shown)));
}

TEST(BlocksTest, TheFirstColumnIsBoldWhateverStandsAroundIt) {
  chat::Card card;
  card.title = "x";
  card.table = {{"Verb", "Does"}, {" dismiss <reason> ", " ends it "}};
  EXPECT_EQ(ToMessage(card)["blocks"][1]["text"]["text"], "• *dismiss &lt;reason&gt;* · ends it");
}

TEST(BlocksTest, ACommandThatDoesNotFitIsNoButton) {
  chat::Card card;
  card.title = "x";
  card.buttons = {
      {"Fits", "ack DOP-2026-0001", chat::Tone::kNeutral, ""},
      {"Does not", "note DOP-2026-0001 " + std::string(2000, 'x'), chat::Tone::kNeutral, ""}};
  const Json blocks = ToMessage(card)["blocks"];
  ASSERT_EQ(blocks.back()["elements"].size(), 1u);
  EXPECT_EQ(blocks.back()["elements"][0]["value"], "ack DOP-2026-0001");
}

TEST(BlocksTest, ManyButtonsStandInRows) {
  chat::Card card;
  card.title = "x";
  for (int i = 0; i < 12; ++i)
    card.buttons.push_back({absl::StrCat("b", i), "list", chat::Tone::kNeutral, ""});
  const Json blocks = ToMessage(card)["blocks"];
  ASSERT_EQ(blocks.size(), 4u);
  EXPECT_EQ(blocks[1]["elements"].size(), 5u);
  EXPECT_EQ(blocks[3]["elements"].size(), 2u);
}

chat::Form StatusForm() {
  chat::Form form;
  form.title = "Daily status";
  form.submit = "Send";
  form.command = "update DOP-2026-0001";
  form.fields = {{"conditions",
                  "Conditions",
                  "What is so",
                  "mail is down",
                  chat::FormField::Kind::kText,
                  {},
                  true,
                  1000},
                 {"level",
                  "Level",
                  "",
                  "b",
                  chat::FormField::Kind::kChoice,
                  {{"a", "A"}, {"b", "B"}},
                  false,
                  3000},
                 {"needs",
                  "Needs",
                  "",
                  "x,z",
                  chat::FormField::Kind::kChoices,
                  {{"x", "X"}, {"y", "Y"}, {"z", "Z"}},
                  false,
                  3000}};
  return form;
}

TEST(ViewsTest, AFormBecomesInputsAndComesBackAsValues) {
  const Json view = FormView(StatusForm(), {"", "C1", "1.2", "https://h/x"});
  ASSERT_EQ(view["blocks"].size(), 3u);
  EXPECT_EQ(view["blocks"][0]["element"]["type"], "plain_text_input");
  EXPECT_EQ(view["blocks"][0]["element"]["multiline"], true);
  EXPECT_EQ(view["blocks"][0]["element"]["initial_value"], "mail is down");
  EXPECT_EQ(view["blocks"][0]["optional"], false);
  EXPECT_EQ(view["blocks"][1]["element"]["initial_option"]["value"], "b");
  EXPECT_EQ(view["blocks"][2]["element"]["initial_options"].size(), 2u);

  Json values;
  values[view["blocks"][0]["block_id"].get<std::string>()] = {
      {"value", {{"type", "plain_text_input"}, {"value", "mail works"}}}};
  values[view["blocks"][1]["block_id"].get<std::string>()] = {
      {"value", {{"type", "static_select"}, {"selected_option", {{"value", "a"}}}}}};
  values[view["blocks"][2]["block_id"].get<std::string>()] = {
      {"value",
       {{"type", "checkboxes"},
        {"selected_options", Json::array({{{"value", "x"}}, {{"value", "y"}}})}}}};
  values["somebody else's"] = {{"a", {{"value", "b"}}}};
  const FilledIn filled = ReadValues(values);
  EXPECT_EQ(filled.values,
            (chat::FormValues{{"conditions", "mail works"}, {"level", "a"}, {"needs", "x,y"}}));
  const auto state = DecodeState(view["private_metadata"].get<std::string>());
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->command, "update DOP-2026-0001");
  EXPECT_EQ(state->channel, "C1");
  EXPECT_EQ(state->message, "1.2");
}

TEST(ViewsTest, NoValueIsCarriedFromOneFormToTheNext) {
  EXPECT_NE(FieldBlockId("note A", "text"), FieldBlockId("note B", "text"));
  EXPECT_EQ(FieldOfBlock(FieldBlockId("note A", "a:b")), "a:b");
  EXPECT_EQ(FieldOfBlock(FieldBlockId("open", "")), "");
}

TEST(ViewsTest, ACommandThatIsTooLongIsRefusedPolitely) {
  chat::Form form = StatusForm();
  form.command = std::string(3500, 'x');
  const Json view = FormView(form, {"", "C1", "1.2", "https://h/x"});
  EXPECT_FALSE(view.contains("submit"));
  EXPECT_THAT(view.dump(), HasSubstr("too long for a form"));
  // The address of the answer goes first.
  form.command = std::string(2900, 'x');
  const Json fits = FormView(form, {"", "C1", "1.2", "https://h/" + std::string(200, 'y')});
  EXPECT_TRUE(fits.contains("submit"));
  EXPECT_EQ(DecodeState(fits["private_metadata"].get<std::string>())->response_url, "");
}

TEST(ViewsTest, TheAnswerToAQuestionIsTheModalsOwnButton) {
  chat::Card card;
  card.title = "Close DOP-2026-0001?";
  card.buttons = {{"Close it", "close DOP-2026-0001 confirm:yes", chat::Tone::kDanger, ""},
                  {"Not now", "not-now", chat::Tone::kNeutral, ""},
                  {"Show", "show DOP-2026-0001", chat::Tone::kNeutral, ""}};
  const Json view = ConfirmView(card, {"", "C1", "", ""});
  EXPECT_EQ(view["submit"]["text"], "Close it");
  EXPECT_EQ(DecodeState(view["private_metadata"].get<std::string>())->command,
            "close DOP-2026-0001 confirm:yes");
  const Json& buttons = view["blocks"].back()["elements"];
  ASSERT_EQ(buttons.size(), 1u);
  EXPECT_EQ(buttons[0]["value"], "show DOP-2026-0001");
}

TEST(ViewsTest, ErrorsStandAtTheirFields) {
  const std::map<std::string, std::string> blocks = {{"conditions", "b1"}, {"needs", "b2"}};
  const Json placed = ErrorsAnswer({{"needs", "choose one"}}, blocks, "all wrong");
  EXPECT_EQ(placed["response_action"], "errors");
  EXPECT_EQ(placed["errors"], (Json{{"b2", "choose one"}}));
  const Json unplaced = ErrorsAnswer({{"title", "is missing"}}, blocks, "");
  EXPECT_EQ(unplaced["errors"], (Json{{"b1", "title: is missing"}}));
  const Json general = ErrorsAnswer({}, blocks, "Belfry cannot be reached");
  EXPECT_EQ(general["errors"], (Json{{"b1", "Belfry cannot be reached"}}));
}

}  // namespace
}  // namespace belfry::bot::slack
