// Slack: signatures, parsing, markup, and what its answers mean.
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/replay_guard.h"
#include "bot/platform/slack/signature.h"
#include "bot/platform/slack/slack_platform.h"
#include "bot/platform/slack/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// The example in Slack's documentation.
constexpr char kSecret[] = "8f742231b10e8888abcd99yyyzzz85a5";
constexpr char kTime[] = "1531420618";
constexpr char kBody[] =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibI"
    "GlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
constexpr char kSignature[] = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

HttpRequest Signed(const std::string& timestamp = kTime, const std::string& signature = kSignature,
                   const std::string& body = kBody) {
  HttpRequest request;
  request.headers = {{"x-slack-request-timestamp", timestamp}, {"X-Slack-Signature", signature}};
  request.body = body;
  return request;
}

const absl::Time kThen = absl::FromUnixSeconds(1531420618);

TEST(SignatureTest, AgreesWithThePublishedExample) {
  EXPECT_EQ(Sign(kSecret, kTime, kBody), kSignature);
  EXPECT_EQ(Verify({kSecret}, Signed(), kThen), Verdict::kOk);
  EXPECT_EQ(Verify({"the new one", kSecret}, Signed(), kThen), Verdict::kOk);
}

TEST(SignatureTest, RefusesEverythingElse) {
  EXPECT_EQ(Verify({}, Signed(), kThen), Verdict::kNotConfigured);
  EXPECT_EQ(Verify({""}, Signed(), kThen), Verdict::kNotConfigured);
  EXPECT_EQ(Verify({"other"}, Signed(), kThen), Verdict::kWrong);
  EXPECT_EQ(Verify({kSecret}, HttpRequest(), kThen), Verdict::kMissing);
  EXPECT_EQ(Verify({kSecret}, Signed(kTime, kSignature, absl::StrCat(kBody, "x")), kThen),
            Verdict::kWrong);
  for (const char* timestamp : {"", "-5", "+1531420618", " 1531420618", "1531420618.0", "0x5b",
                                "99999999999999999999", "١٥٣"}) {
    EXPECT_EQ(Verify({kSecret}, Signed(timestamp), kThen), Verdict::kMalformed) << timestamp;
  }
  for (const char* signature :
       {"", "v1=a2", "a2114d57",
        "v0=", "v0=A2114D57B48EAC39B9AD189DD8316235A7B4A8D21A10BD27519666489C69B503"}) {
    EXPECT_EQ(Verify({kSecret}, Signed(kTime, signature), kThen), Verdict::kMalformed) << signature;
  }
  HttpRequest twice = Signed();
  twice.headers.emplace_back("X-SLACK-SIGNATURE", kSignature);
  EXPECT_EQ(Verify({kSecret}, twice, kThen), Verdict::kDuplicate);
}

TEST(SignatureTest, EveryFlippedBitIsNoticed) {
  for (size_t i = 0; i < sizeof(kBody) - 1; i += 7) {
    std::string body = kBody;
    body[i] = static_cast<char>(body[i] ^ 1);
    ASSERT_EQ(Verify({kSecret}, Signed(kTime, kSignature, body), kThen), Verdict::kWrong) << i;
  }
}

TEST(SignatureTest, IsGoodForFiveMinutesToBothSides) {
  for (const int seconds : {-300, -299, 0, 299, 300}) {
    EXPECT_EQ(Verify({kSecret}, Signed(), kThen + absl::Seconds(seconds)), Verdict::kOk) << seconds;
  }
  for (const int seconds : {-86400, -301, 301, 86400}) {
    EXPECT_EQ(Verify({kSecret}, Signed(), kThen + absl::Seconds(seconds)), Verdict::kStale)
        << seconds;
  }
}

TEST(ReplayGuardTest, AdmitsOnceAndForgetsWhatIsTooOldAnyway) {
  ReplayGuard guard;
  EXPECT_TRUE(guard.Admit("a", kThen));
  EXPECT_FALSE(guard.Admit("a", kThen + absl::Seconds(299)));
  EXPECT_TRUE(guard.Admit("b", kThen));
  EXPECT_TRUE(guard.Admit("a", kThen + absl::Seconds(601)));
}

TEST(InboundTest, ReadsASlashCommand) {
  const auto request = ParseCommand(
      "team_id=T1&channel_id=C1&channel_name=dop&user_id=U1&command=%2Fincident&"
      "text=open+%22Caf%C3%A9+down%22+sev%3A3&response_url=https%3A%2F%2Fh%2Fx&trigger_id=1.2&"
      "future_field=x");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->chat.kind, ChatRequest::Kind::kCommand);
  EXPECT_EQ(request->chat.text, "open \"Café down\" sev:3");
  EXPECT_EQ(request->chat.idempotency_key, "slack:T1:1.2");
  EXPECT_EQ(ParseCommand("ssl_check=1&token=x")->chat.kind, ChatRequest::Kind::kIgnored);
}

TEST(InboundTest, NamesWhatIsWrong) {
  EXPECT_THAT(std::string(ParseCommand("user_id=U1&trigger_id=1").status().message()),
              HasSubstr("team_id"));
  EXPECT_THAT(
      std::string(ParseCommand("team_id=T1&user_id=U1&trigger_id=1&text=%FF").status().message()),
      HasSubstr("text: is no UTF-8"));
  EXPECT_THAT(std::string(ParseCommand("text=%G1").status().message()), HasSubstr("percent"));
  EXPECT_THAT(std::string(ParseInteraction("payload=%7B").status().message()),
              HasSubstr("payload"));
  EXPECT_THAT(std::string(ParseEvent("[1,2]").status().message()), HasSubstr("no JSON object"));
  const std::string deep(100'000, '[');
  EXPECT_FALSE(ParseEvent(deep).ok());
}

TEST(InboundTest, ReadsAButtonOfOursAndNoOther) {
  const auto press = [](const std::string& action_id) {
    const Json payload = {
        {"type", "block_actions"},
        {"team", {{"id", "T1"}}},
        {"user", {{"id", "U1"}, {"team_id", "T1"}}},
        {"channel", {{"id", "C1"}}},
        {"message", {{"ts", "5.6"}}},
        {"response_url", "https://hooks.slack.com/x"},
        {"actions",
         Json::array(
             {{{"action_id", action_id}, {"value", "ack DOP-2026-0001"}, {"action_ts", "7.8"}}})}};
    return ParseInteraction("payload=" + payload.dump());
  };
  const auto request = press("belfry:ack:0");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->chat.kind, ChatRequest::Kind::kButton);
  EXPECT_EQ(request->chat.text, "ack DOP-2026-0001");
  EXPECT_EQ(request->chat.message.id(), "5.6");
  EXPECT_EQ(request->chat.idempotency_key, press("belfry:ack:0")->chat.idempotency_key);
  EXPECT_EQ(press("other:app")->chat.kind, ChatRequest::Kind::kIgnored);
}

TEST(InboundTest, AnswersTheAddressCheckAndIgnoresItsOwnVoice) {
  EXPECT_EQ(ParseEvent(R"({"type":"url_verification","challenge":"abc"})")->chat.challenge, "abc");
  const auto event = [](const char* extra) {
    return ParseEvent(absl::StrCat(
        R"({"type":"event_callback","team_id":"T1","event":{"type":"app_mention","user":"U1",)",
        R"("channel":"C1","ts":"1.2","text":"<@U0BOT> list")", extra, "}}"));
  };
  EXPECT_EQ(event("")->chat.text, "list");
  EXPECT_EQ(event("")->chat.kind, ChatRequest::Kind::kCommand);
  EXPECT_EQ(event(R"(,"bot_id":"B1")")->chat.kind, ChatRequest::Kind::kIgnored);
  EXPECT_EQ(event(R"(,"subtype":"channel_join")")->chat.kind, ChatRequest::Kind::kIgnored);
}

TEST(BlocksTest, EscapesAndKeepsWithinEveryLimit) {
  chat::Card card;
  card.title = std::string(500, 't');
  card.body = std::string(5000, '<') + "<!channel>";
  for (int i = 0; i < 20; ++i) {
    card.fields.push_back({"label", std::string(3000, '&')});
    chat::CardButton& button = card.buttons.emplace_back();
    button.label = std::string(100, 'b');
    button.command = "ack " + std::string(3000, 'x');
  }
  card.context = std::string(5000, 'c');
  const Json message = ToMessage(card);
  EXPECT_LE(message["text"].get<std::string>().size(), 4000u);
  EXPECT_LE(message["blocks"].size(), 50u);
  for (const Json& block : message["blocks"]) {
    if (block["type"] == "header") {
      EXPECT_LE(block["text"]["text"].get<std::string>().size(), 155u);
    }
    if (block["type"] == "section" && block.contains("text")) {
      const std::string text = block["text"]["text"];
      EXPECT_LE(Length(text), 3000u);
      EXPECT_EQ(text.find("<!"), std::string::npos);
    }
    if (block.contains("fields")) {
      EXPECT_LE(block["fields"].size(), 10u);
    }
    if (block["type"] == "actions") {
      EXPECT_LE(block["elements"].size(), 25u);
      std::set<std::string> ids;
      for (const Json& button : block["elements"]) {
        EXPECT_TRUE(ids.insert(button["action_id"]).second);
        EXPECT_LE(button["value"].get<std::string>().size(), 2003u);
      }
    }
  }
}

TEST(BlocksTest, CutsBetweenCharacters) {
  chat::Card card;
  for (int i = 0; i < 200; ++i) card.title += "é";
  const std::string title = ToMessage(card)["blocks"][0]["text"]["text"];
  EXPECT_EQ(title.substr(title.size() - 3), "…");
  EXPECT_NO_THROW(Json(title).dump());  // would throw on broken UTF-8
}

struct AnswerCase {
  int status;
  const char* body;
  SendFailure failure;
};

class ClassifyTest : public ::testing::TestWithParam<AnswerCase> {};

TEST_P(ClassifyTest, SaysWhatHelps) {
  HttpResponse response;
  response.status = GetParam().status;
  const Json body = Json::parse(GetParam().body, nullptr, false);
  EXPECT_EQ(Classify(response, body).failure, GetParam().failure);
}

INSTANTIATE_TEST_SUITE_P(
    Slack, ClassifyTest,
    ::testing::Values(
        AnswerCase{200, R"({"ok":true})", SendFailure::kNone},
        AnswerCase{429, R"({"ok":false,"error":"ratelimited"})", SendFailure::kRetryLater},
        AnswerCase{200, R"({"ok":false,"error":"ratelimited"})", SendFailure::kRetryLater},
        AnswerCase{503, "upstream", SendFailure::kAmbiguous},
        AnswerCase{200, R"({"ok":false,"error":"fatal_error"})", SendFailure::kAmbiguous},
        AnswerCase{200, R"({"ok":false,"error":"is_archived"})", SendFailure::kTargetBroken},
        AnswerCase{200, R"({"ok":false,"error":"message_not_found"})", SendFailure::kMessageGone},
        AnswerCase{200, R"({"ok":false,"error":"token_revoked"})", SendFailure::kWorkspaceBroken},
        AnswerCase{200, R"({"ok":false,"error":"invalid_blocks"})", SendFailure::kBug},
        AnswerCase{200, "not json", SendFailure::kAmbiguous},
        AnswerCase{200, "[]", SendFailure::kAmbiguous}, AnswerCase{302, "", SendFailure::kBug}),
    [](const auto& answer) {
      return absl::StrCat("Answer", answer.index, "Is", answer.param.status);
    });

}  // namespace
}  // namespace belfry::bot::slack
