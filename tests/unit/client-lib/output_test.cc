#include "client-lib/cli/output.h"

#include "absl/strings/str_split.h"
#include "client-lib/chat/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

chat::Card TestCard() {
  chat::Card card;
  card.title = "DOP-2026-0007 · 2 duties";
  card.fields = {{"State", "Declared"}, {"Agency", "DOP"}};
  card.table = {{"Duty", "What", "Due"},
                {"FOLLOWUP-24H", "Follow-up within 24 h", "Wed 25 Nov 14:05 EST (in 24 h)"},
                {"E2E-TICKET", "Ticket", "Tue 24 Nov 14:20 EST (in 15 min)"}};
  card.hints = {"belfry duties DOP-2026-0007 all"};
  card.context = "POL-5.17";
  return card;
}

TEST(OutputTest, TablesOfAPipeAreNotFolded) {
  EXPECT_EQ(RenderCard(TestCard(), {}),
            "DOP-2026-0007 · 2 duties\n"
            "  State   Declared\n"
            "  Agency  DOP\n"
            "\n"
            "Duty          What                   Due\n"
            "FOLLOWUP-24H  Follow-up within 24 h  Wed 25 Nov 14:05 EST (in 24 h)\n"
            "E2E-TICKET    Ticket                 Tue 24 Nov 14:20 EST (in 15 min)\n"
            "\n"
            "next: belfry duties DOP-2026-0007 all\n"
            "POL-5.17\n");
}

TEST(OutputTest, TablesFitTheTerminal) {
  for (const size_t width : {40u, 50u, 60u, 80u}) {
    const std::string text = RenderCard(TestCard(), {width, false});
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      EXPECT_LE(chat::DisplayWidth(line), width) << line;
    }
    EXPECT_THAT(text, HasSubstr("FOLLOWUP"));
  }
}

TEST(OutputTest, ColourOnlyWhenAsked) {
  EXPECT_THAT(RenderCard(TestCard(), {80, false}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(RenderCard(TestCard(), {80, true}), HasSubstr("\x1b[1m"));
}

TEST(OutputTest, TextOfOthersCannotSteerTheTerminal) {
  chat::Card card;
  card.title =
      "a\x1b]0;title\x07"
      "b";
  card.table = {{"x"}, {"\x1b[2J\xE2\x80\xAEgnp\nend\xFF"}};
  const std::string text = RenderCard(card, {});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_TRUE(chat::IsUtf8(text));
}

TEST(OutputTest, JsonIsTheProtoMapping) {
  v1::GetIncidentResponse response;
  response.mutable_incident()->set_name("incidents/DOP-2026-0007");
  response.mutable_incident()->set_open_obligation_count(3);
  response.mutable_incident()->mutable_create_time()->set_seconds(1'795'547'100);
  EXPECT_EQ(RenderJson(response, true),
            "{\"incident\":{\"name\":\"incidents/DOP-2026-0007\",\"openObligationCount\":3,"
            "\"createTime\":\"2026-11-24T19:05:00Z\"}}\n");
}

TEST(OutputTest, ARefusalIsJsonToo) {
  const std::string json =
      RenderStatusJson(Refusal(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "not yet")
                           .Violation("POL-5.12", "G", "open")
                           .Status());
  EXPECT_THAT(json, HasSubstr("\"reason\": \"GUARD_FAILED\""));
  EXPECT_THAT(json, HasSubstr("\"type\": \"POL-5.12\""));
  EXPECT_THAT(RenderStatusJson(absl::NotFoundError("x")), HasSubstr("\"code\": 5"));
}

}  // namespace
}  // namespace belfry::cli
