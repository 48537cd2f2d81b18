#include "client-lib/src/retry_loop.h"

#include <deque>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"

namespace belfry::client {
namespace {

using testing::ElementsAre;

// Time stands still but for naps, which are written down instead of taken.
class RetryLoopTest : public testing::Test {
 protected:
  absl::Status Run(std::deque<absl::Status> outcomes, const CallTraits& traits) {
    RetryEnvironment environment;
    environment.sleeper = [this](absl::Duration nap) {
      naps_.push_back(nap);
      now_ += nap;
    };
    environment.random = [this] { return draw_; };
    environment.now = [this] { return now_; };
    return RetryLoop(policy_, traits, environment, deadline_, [&](absl::Duration left) {
      lefts_.push_back(left);
      absl::Status outcome = outcomes.front();
      if (outcomes.size() > 1) outcomes.pop_front();
      return outcome;
    });
  }

  RetryPolicy policy_;
  absl::Duration deadline_ = absl::Seconds(10);
  double draw_ = 0.0;
  absl::Time now_ = absl::FromUnixSeconds(1'000);
  std::vector<absl::Duration> naps_;
  std::vector<absl::Duration> lefts_;
};

const CallTraits kTwice = {.idempotent = true};
const CallTraits kOnce = {};

absl::Status Busy() {
  return Refusal(absl::StatusCode::kResourceExhausted, "OVERLOADED", "the queue is full")
      .RetryAfter(absl::Seconds(2))
      .Status();
}

TEST_F(RetryLoopTest, PausesGrow) {
  EXPECT_EQ(Run({absl::UnavailableError("down")}, kTwice).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(naps_, ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200),
                                 absl::Milliseconds(400)));
}

TEST_F(RetryLoopTest, JitterHalvesAtMost) {
  draw_ = 1.0;
  EXPECT_TRUE(Run({absl::UnavailableError("down"), absl::OkStatus()}, kTwice).ok());
  EXPECT_THAT(naps_, ElementsAre(absl::Milliseconds(50)));
}

TEST_F(RetryLoopTest, EachAttemptGetsTheTimeThatIsLeft) {
  EXPECT_TRUE(Run({absl::UnavailableError("down"), absl::OkStatus()}, kTwice).ok());
  EXPECT_THAT(lefts_, ElementsAre(absl::Seconds(10), absl::Milliseconds(9'900)));
}

TEST_F(RetryLoopTest, WithoutARequestIdAChangeIsMadeOnce) {
  EXPECT_FALSE(Run({absl::UnavailableError("down"), absl::OkStatus()}, kOnce).ok());
  EXPECT_TRUE(naps_.empty());
}

TEST_F(RetryLoopTest, TheServerSaysHowLongToWait) {
  EXPECT_TRUE(Run({Busy(), absl::OkStatus()}, kTwice).ok());
  EXPECT_THAT(naps_, ElementsAre(absl::Seconds(2)));
}

TEST_F(RetryLoopTest, ALimitWithoutRetryInfoIsFinal) {
  EXPECT_FALSE(Run({absl::ResourceExhaustedError("too large"), absl::OkStatus()}, kTwice).ok());
  EXPECT_TRUE(naps_.empty());
}

TEST_F(RetryLoopTest, ALostRaceIsRunAgainButAnEtagIsRespected) {
  EXPECT_TRUE(Run({absl::AbortedError("race"), absl::OkStatus()}, kTwice).ok());
  EXPECT_EQ(naps_.size(), 1u);
  EXPECT_FALSE(
      Run({absl::AbortedError("race"), absl::OkStatus()}, {.idempotent = true, .has_etag = true})
          .ok());
  EXPECT_EQ(naps_.size(), 1u);
}

TEST_F(RetryLoopTest, RefusalsAreFinal) {
  for (const absl::Status& refusal :
       {absl::InvalidArgumentError(""), absl::NotFoundError(""), absl::PermissionDeniedError(""),
        absl::FailedPreconditionError(""), absl::UnauthenticatedError(""),
        absl::DeadlineExceededError(""), absl::InternalError(""), absl::UnknownError("")}) {
    EXPECT_EQ(Run({refusal, absl::OkStatus()}, kTwice), refusal);
  }
  EXPECT_TRUE(naps_.empty());
}

// The last reason is worth more than DEADLINE_EXCEEDED, and a nap nobody can wait for is not taken.
TEST_F(RetryLoopTest, NoNapBeyondTheDeadline) {
  deadline_ = absl::Seconds(1);
  EXPECT_EQ(Run({Busy()}, kTwice).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(naps_.empty());
}

}  // namespace
}  // namespace belfry::client
