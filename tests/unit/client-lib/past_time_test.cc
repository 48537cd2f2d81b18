#include "client-lib/chat/past_time.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;

// In the zone of the test pack, with the offset: the same civil time may be two moments.
std::string PastAt(absl::string_view text, absl::Time now) {
  const absl::TimeZone zone = TestView().zone;
  const auto time = ParsePastTime("at", text, now, zone);
  return time.ok() ? absl::FormatTime("%Y-%m-%d %H:%M:%S%Ez", *time, zone)
                   : std::string(time.status().message());
}

std::string Past(absl::string_view text) {
  const std::string past = PastAt(text, TestNow());
  const size_t offset = past.rfind("-05:00");
  return past.substr(0, offset);
}

absl::Time Local(int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(2026, month, day, hour, minute), TestView().zone);
}

TEST(PastTimeTest, TimesAreTheLastOnes) {
  EXPECT_EQ(Past("now"), "2026-11-24 14:05:00");
  EXPECT_EQ(Past("14:05"), "2026-11-24 14:05:00");
  EXPECT_EQ(Past("14:06"), "2026-11-23 14:06:00");  // nobody means the future
  EXPECT_EQ(Past("9:30"), "2026-11-24 09:30:00");
  EXPECT_EQ(Past("20m"), "2026-11-24 13:45:00");
  EXPECT_EQ(Past("2 h ago"), "2026-11-24 12:05:00");
  EXPECT_EQ(Past("2026-11-24T13:05"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24 13:05"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24T18:05:00Z"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24T18:05Z"), "2026-11-24 13:05:00");
  EXPECT_EQ(Past("2026-11-24T14:05:00+01:00"), "2026-11-24 08:05:00");
  EXPECT_EQ(Past("2027-01-01T00:00"), "\"at:2027-01-01T00:00\" is in the future.");
  for (const char* no : {"", "25:00", "14", "noon", "14:5x", "infinite-future", "infinite-past",
                         "1066-10-14T09:00", "99999999h", "2026-02-30 08:10", "2026-10-06"}) {
    EXPECT_THAT(Past(no), HasSubstr("is not a time")) << no;
  }
}

TEST(PastTimeTest, LocalTimesFollowTheClocksOfTheirDay) {
  // In November, about October: summer time.
  EXPECT_EQ(PastAt("2026-10-06 08:10", TestNow()), "2026-10-06 08:10:00-04:00");
  EXPECT_EQ(PastAt("2026-03-07 08:10", TestNow()), "2026-03-07 08:10:00-05:00");
  // In the morning after the clocks went back, 23:00 was yesterday's.
  EXPECT_EQ(PastAt("23:00", Local(11, 1, 9, 0)), "2026-10-31 23:00:00-04:00");
  EXPECT_EQ(PastAt("9:00", Local(11, 1, 9, 0)), "2026-11-01 09:00:00-05:00");
}

TEST(PastTimeTest, AnHourThatWasLeftOutNeverWas) {
  EXPECT_THAT(PastAt("2026-03-08 02:30", TestNow()), HasSubstr("the clocks went forward over it"));
  EXPECT_THAT(PastAt("2:30", Local(3, 8, 9, 0)), HasSubstr("the clocks went forward over it"));
  EXPECT_EQ(PastAt("3:00", Local(3, 8, 9, 0)), "2026-03-08 03:00:00-04:00");
  EXPECT_EQ(PastAt("1:59", Local(3, 8, 9, 0)), "2026-03-08 01:59:00-05:00");
  // Before the change, 02:30 was last night's.
  EXPECT_EQ(PastAt("2:30", Local(3, 8, 1, 0)), "2026-03-07 02:30:00-05:00");
}

TEST(PastTimeTest, AnHourThatCameTwiceIsAskedAbout) {
  EXPECT_EQ(PastAt("2026-11-01 01:30", TestNow()),
            "\"at:2026-11-01 01:30\" came twice: the clocks went back. Type "
            "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00.");
  EXPECT_EQ(PastAt("2026-11-01T01:30:00-04:00", TestNow()), "2026-11-01 01:30:00-04:00");
  EXPECT_EQ(PastAt("2026-11-01T01:30:00-05:00", TestNow()), "2026-11-01 01:30:00-05:00");
  // While it is between the two, only one of them is past.
  const absl::Time between = Local(11, 1, 0, 50) + absl::Hours(1);
  EXPECT_EQ(PastAt("2026-11-01 01:30", between), "2026-11-01 01:30:00-04:00");
  EXPECT_EQ(PastAt("1:30", between), "2026-11-01 01:30:00-04:00");
  // A time of day alone is the last one.
  EXPECT_EQ(PastAt("1:30", between + absl::Hours(1)), "2026-11-01 01:30:00-05:00");
}

TEST(PastTimeTest, DatesAreRecognisedByTheirShape) {
  EXPECT_TRUE(IsDate("2026-10-06"));
  for (const char* no : {"", "2026-10-6", "06-10-2026", "2026/10/06", "2026-10-0x", "x026-10-06"}) {
    EXPECT_FALSE(IsDate(no)) << no;
  }
}

}  // namespace
}  // namespace belfry::chat
