// Small texts: UTF-8, times, nearest words, plain cards.
#include "belfry/chat/card.h"
#include "client-lib/chat/nearest.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::ElementsAre;

TEST(Utf8Test, ClipsAtCharacters) {
  EXPECT_EQ(Clip("Straße", 6), "Straße");
  EXPECT_EQ(Clip("Straße", 5), "Stra…");
  EXPECT_EQ(Clip("日本語", 2), "日…");
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1u);
}

TEST(TimeFormatTest, SpansHaveTwoUnits) {
  EXPECT_EQ(FormatSpan(absl::Seconds(45)), "45 s");
  EXPECT_EQ(FormatSpan(absl::Minutes(5)), "5 min");
  EXPECT_EQ(FormatSpan(absl::Hours(24) - absl::Minutes(2)), "23 h 58 min");
  EXPECT_EQ(FormatSpan(absl::Hours(2)), "2 h");
  EXPECT_EQ(FormatSpan(absl::Hours(76)), "3 d 4 h");
}

TEST(TimeFormatTest, DueTimesSayHowLong) {
  const View view = TestView();
  const absl::Time due = view.now + absl::Hours(24) - absl::Minutes(2);
  EXPECT_EQ(FormatDue(due, view.now, view.zone), "Wed 25 Nov 14:03 EST (in 23 h 58 min)");
  EXPECT_EQ(FormatDue(view.now - absl::Minutes(5), view.now, view.zone),
            "Tue 24 Nov 14:00 EST (5 min late)");
  EXPECT_EQ(FormatDue(due, absl::InfinitePast(), view.zone), "Wed 25 Nov 14:03 EST");
  EXPECT_EQ(FormatRelative(view.now, view.now), "now");
}

TEST(TimeFormatTest, TimestampsBeforeTheEpochAreValid) {
  const auto proto = ToTimestamp(absl::FromUnixMicros(-1));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 999'999'000);
}

TEST(NearestTest, SwapsAndPrefixesCount) {
  EXPECT_EQ(EditDistance("contian", "contain"), 1u);
  EXPECT_THAT(Nearest("esc", {"ack", "escalate", "sev"}, 2), ElementsAre("escalate", "sev"));
  EXPECT_EQ(Slip("sevv", {"sev", "type"}), "sev");
  EXPECT_EQ(Slip("mail", {"sev", "type"}), "");
}

TEST(CardTest, PlainTextSaysEverything) {
  Card card;
  card.title = "Title";
  card.body = "Body";
  card.fields = {{"State", "Declared"}};
  card.table = {{"Duty", "Due"}, {"FOLLOWUP-24H", "tomorrow"}, {"X", ""}};
  card.hints = {"ack DOP-2026-0007"};
  card.context = "POL-5.17";
  EXPECT_EQ(card.PlainText(),
            "Title\nBody\nState: Declared\n- FOLLOWUP-24H, Due tomorrow\n- X\n"
            "Next: ack DOP-2026-0007\nPOL-5.17");
}

}  // namespace
}  // namespace belfry::chat
