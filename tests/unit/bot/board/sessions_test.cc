// Sessions end when they should, and nobody can try for ever.
#include "bot/board/sessions.h"

#include "bot/board/attempts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::board {
namespace {

constexpr absl::Time kStart = absl::UnixEpoch();

std::shared_ptr<Session> Of(const std::string& principal) {
  auto session = std::make_shared<Session>();
  session->principal = principal;
  return session;
}

class SessionsTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  SessionLimits limits_ = {.sessions_max = 3,
                           .of_one_principal_max = 2,
                           .idle = absl::Minutes(30),
                           .lifetime = absl::Hours(2)};
  Sessions sessions_{limits_, &random_};
};

TEST_F(SessionsTest, AreFoundByTheirLongRandomIdAndByNothingElse) {
  const std::string one = sessions_.Add(Of("people/a"), kStart)->id;
  const std::string other = sessions_.Add(Of("people/b"), kStart)->id;
  EXPECT_GE(one.size(), 43u);
  EXPECT_NE(one, other);
  EXPECT_EQ(sessions_.Find(one, kStart)->principal, "people/a");
  EXPECT_EQ(sessions_.Find("", kStart), nullptr);
  EXPECT_EQ(sessions_.Find(one.substr(1), kStart), nullptr);
}

TEST_F(SessionsTest, EndWhenNobodyUsesThem) {
  const std::string id = sessions_.Add(Of("people/a"), kStart)->id;
  EXPECT_NE(sessions_.Find(id, kStart + absl::Minutes(29)), nullptr);
  EXPECT_NE(sessions_.Find(id, kStart + absl::Minutes(58)), nullptr);  // that was use
  EXPECT_EQ(sessions_.Find(id, kStart + absl::Minutes(88)), nullptr);
  EXPECT_EQ(sessions_.TakeEnded(kStart + absl::Minutes(88)).size(), 1u);
  EXPECT_TRUE(sessions_.All().empty());
}

TEST_F(SessionsTest, EndAfterTheirLifetimeHoweverMuchTheyAreUsed) {
  const std::string id = sessions_.Add(Of("people/a"), kStart)->id;
  for (int minutes = 20; minutes < 120; minutes += 20) {
    EXPECT_NE(sessions_.Find(id, kStart + absl::Minutes(minutes)), nullptr);
  }
  EXPECT_EQ(sessions_.Find(id, kStart + absl::Minutes(120)), nullptr);
}

TEST_F(SessionsTest, EndWhenTheServerRefusesThem) {
  const std::string id = sessions_.Add(Of("people/a"), kStart)->id;
  sessions_.Find(id, kStart)->refused = true;
  EXPECT_EQ(sessions_.Find(id, kStart), nullptr);
}

TEST_F(SessionsTest, OnePrincipalTakesThePlaceOfItsOldestAndNobodyElses) {
  const std::string first = sessions_.Add(Of("people/a"), kStart)->id;
  const std::string second = sessions_.Add(Of("people/a"), kStart + absl::Seconds(1))->id;
  const std::string other = sessions_.Add(Of("people/b"), kStart)->id;
  const auto third = sessions_.Add(Of("people/a"), kStart + absl::Seconds(2));
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->displaced->principal, "people/a");
  EXPECT_EQ(sessions_.Find(first, kStart), nullptr);
  EXPECT_NE(sessions_.Find(second, kStart), nullptr);
  EXPECT_NE(sessions_.Find(other, kStart), nullptr);
  EXPECT_EQ(sessions_.Add(Of("people/c"), kStart).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(AttemptsTest, WhoFailsTooOftenWaitsAndOthersDoNot) {
  Attempts attempts(3, absl::Minutes(10));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(attempts.Wait("here", kStart), absl::ZeroDuration());
    attempts.Failed("here", kStart + absl::Minutes(i));
  }
  EXPECT_EQ(attempts.Wait("here", kStart + absl::Minutes(2)), absl::Minutes(8));
  EXPECT_EQ(attempts.Wait("there", kStart + absl::Minutes(2)), absl::ZeroDuration());
  EXPECT_EQ(attempts.Wait("here", kStart + absl::Minutes(10)), absl::ZeroDuration());
  attempts.Failed("here", kStart + absl::Minutes(10));
  EXPECT_GT(attempts.Wait("here", kStart + absl::Minutes(10)), absl::ZeroDuration());
  attempts.Succeeded("here");
  EXPECT_EQ(attempts.Wait("here", kStart + absl::Minutes(10)), absl::ZeroDuration());
}

TEST(AttemptsTest, ManyPlacesCostNoMoreThanTheyMay) {
  Attempts attempts(1, absl::Minutes(10), 100);
  for (int i = 0; i < 1000; ++i) attempts.Failed(absl::StrCat("place ", i), kStart);
  int waiting = 0;
  for (int i = 0; i < 1000; ++i) {
    if (attempts.Wait(absl::StrCat("place ", i), kStart) > absl::ZeroDuration()) ++waiting;
  }
  EXPECT_LE(waiting, 100);
}

}  // namespace
}  // namespace belfry::board
