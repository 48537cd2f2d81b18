// Tables and bars as they stand in a terminal.
#include "client-lib/cli/chart.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "client-lib/chat/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Terminal kPlain{.width = 80, .color = false, .unicode = true};
const Terminal kAscii{.width = 80, .color = false, .unicode = false};

TEST(CompactSpanTest, HasAtMostTwoUnits) {
  const int64_t second = 1000;
  const int64_t hour = 3600 * second;
  for (const auto& [milliseconds, text] :
       std::vector<std::pair<int64_t, std::string>>{{0, "0s"},
                                                    {1, "1ms"},
                                                    {999, "999ms"},
                                                    {45 * second, "45s"},
                                                    {60 * second, "1m"},
                                                    {750 * second, "12m30s"},
                                                    {hour, "1h"},
                                                    {hour + 300 * second, "1h05m"},
                                                    {24 * hour, "1d"},
                                                    {51 * hour, "2d03h"},
                                                    {240 * hour, "10d"},
                                                    {1090 * hour, "45d"}}) {
    EXPECT_EQ(CompactSpan(milliseconds), text);
  }
}

TEST(BarTest, IsInEighthsOfAColumn) {
  EXPECT_EQ(Bar(8, 8, 2, kPlain), "██");
  EXPECT_EQ(Bar(1, 2, 1, kPlain), "▌");
  EXPECT_EQ(Bar(3, 16, 1, kPlain), "▏");
  EXPECT_EQ(Bar(9, 16, 2, kPlain), "█▏");
}

TEST(BarTest, NothingIsEmptyAndSomethingIsNot) {
  EXPECT_EQ(Bar(0, 10, 20, kPlain), "");
  EXPECT_EQ(Bar(1, 1'000'000, 20, kPlain), "▏");
  EXPECT_EQ(Bar(1, 1'000'000, 20, kAscii), "#");
}

TEST(SparklineTest, HasEightHeights) {
  EXPECT_EQ(Sparkline({1, 4, 0, 8}, kPlain), "▁▄ █");
  EXPECT_EQ(Sparkline({1, 5}, kAscii), "_#");
  EXPECT_EQ(Sparkline({}, kPlain), "");
}

TEST(RenderTableTest, NumbersStandRight) {
  EXPECT_EQ(RenderTable({{"duty", false, 0}, {"late", true, 0}}, {{"A", "5"}, {"LONGER", "1234"}},
                        kPlain),
            "duty    late\n"
            "A          5\n"
            "LONGER  1234\n");
}

TEST(RenderTableTest, TheMostExpendableColumnsGoFirst) {
  const std::vector<Column> columns = {
      {"name", false, 0}, {"first", true, 1}, {"second", true, 2}, {"last", true, 0}};
  Terminal narrow = kPlain;
  narrow.width = 18;
  const std::string table = RenderTable(columns, {{"x", "1", "2", "3"}}, narrow);
  EXPECT_THAT(table, HasSubstr("first"));
  EXPECT_THAT(table, Not(HasSubstr("second")));
  EXPECT_THAT(table, HasSubstr("last"));
}

TEST(RenderTableTest, TextIsCutWhereThatIsNotEnough) {
  Terminal narrow = kPlain;
  narrow.width = 24;
  const std::string table =
      RenderTable({{"name", false, 0}, {"n", true, 0}}, {{std::string(60, 'x'), "7"}}, narrow);
  for (const auto line : absl::StrSplit(table, '\n')) {
    EXPECT_LE(chat::DisplayWidth(line), 24u) << table;
  }
  EXPECT_THAT(table, HasSubstr("…"));
}

TEST(RenderTableTest, WhatSteersATerminalIsShownAndNotObeyed) {
  EXPECT_THAT(RenderTable({{"name", false, 0}}, {{"\x1b[2J"}}, kPlain), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace belfry::cli
