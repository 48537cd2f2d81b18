#include "bot/commands/lanes.h"

#include <string>

#include "gtest/gtest.h"

namespace belfry::bot {
namespace {

using IntLanes = Lanes<int>;

// Two of a lane in work, three waiting, eight in all.
IntLanes::Limits Limits() { return {.share = 2, .lane_waiting = 3, .total_waiting = 8}; }

std::string Next(IntLanes& lanes) {
  const auto taken = lanes.Take();
  return taken.has_value() ? taken->lane + std::to_string(taken->item) : "nothing";
}

TEST(LanesTest, KeepsTheOrderOfALane) {
  IntLanes lanes(Limits());
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(lanes.Push("a", i));
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(Next(lanes), "a" + std::to_string(i));
    lanes.Done("a");
  }
}

TEST(LanesTest, GivesALaneItsShareAndNoMore) {
  IntLanes lanes(Limits());
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(lanes.Push("a", i));
  ASSERT_TRUE(lanes.Push("b", 1));
  EXPECT_EQ(Next(lanes), "a1");
  EXPECT_EQ(Next(lanes), "a2");
  // Both of a are in work and end later.
  EXPECT_EQ(Next(lanes), "b1");
  lanes.Done("a");
  EXPECT_EQ(Next(lanes), "a3");
}

TEST(LanesTest, RefusesWhatIsTooMuchForTheLaneAndForAll) {
  IntLanes lanes(Limits());
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(lanes.Push("a", i)) << i;
  EXPECT_FALSE(lanes.Push("a", 6));
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(lanes.Push("b", i)) << i;
  EXPECT_FALSE(lanes.Push("c", 1)) << "eight are queued";
  EXPECT_EQ(Next(lanes), "a1");
  EXPECT_TRUE(lanes.Push("c", 1));
}

TEST(LanesTest, IsTakenToTheEndWhenItIsClosed) {
  IntLanes lanes(Limits());
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(lanes.Push("a", i));
  lanes.Close();
  EXPECT_FALSE(lanes.Push("a", 4));
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(Next(lanes), "a" + std::to_string(i));
    lanes.Done("a");
  }
  EXPECT_EQ(Next(lanes), "nothing");
}

}  // namespace
}  // namespace belfry::bot
