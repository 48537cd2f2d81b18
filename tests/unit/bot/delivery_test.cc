// Delivery: circuits and paces in time turned by hand, what one delivery becomes on a platform, and
// the worker between a server and a platform that both misbehave.
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bot/delivery/circuit.h"
#include "bot/delivery/gate.h"
#include "bot/delivery/pace.h"
#include "bot/delivery/sender.h"
#include "bot/delivery/stats.h"
#include "bot/delivery/worker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/base/random.h"

namespace belfry::bot {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Report = v1::ReportDeliveryRequest;

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

// Halfway everywhere, so that spreads are nothing.
class NoRandom final : public Random {
 public:
  uint64_t Bits64() override { return uint64_t{1} << 63; }
};

v1::Endpoint Place(const std::string& platform, const std::string& address,
                   const std::string& workspace = "T1") {
  v1::Endpoint endpoint;
  endpoint.set_platform(platform);
  endpoint.set_workspace(workspace);
  endpoint.set_address(address);
  return endpoint;
}

// Asks again after each wait, and says how long all of it took.
absl::Duration TimeFor(Gate& gate, VirtualClock& clock, const v1::Endpoint& endpoint, int count) {
  const absl::Time start = clock.Now();
  for (int i = 0; i < count;) {
    const Gate::Answer answer = gate.Enter(endpoint);
    if (answer.may_go()) {
      gate.Leave(endpoint, SendResult());
      ++i;
    } else {
      clock.AdvanceTo(clock.Now() + answer.wait);
    }
  }
  return clock.Now() - start;
}

class GateTest : public ::testing::Test {
 protected:
  GateTest() : clock_(kStart), gate_(&clock_, &random_) {}

  void Advance(absl::Duration time) { clock_.AdvanceTo(clock_.Now() + time); }
  void Fail(const v1::Endpoint& endpoint, SendFailure failure = SendFailure::kNotSent) {
    EXPECT_TRUE(gate_.Enter(endpoint).may_go());
    gate_.Leave(endpoint, SendResult::Failed(failure, "no"));
  }
  Circuit::State StateOf(const std::string& platform) {
    for (const Gate::GroupState& group : gate_.Groups()) {
      if (group.platform == platform) return group.circuit;
    }
    return Circuit::State::kClosed;
  }

  VirtualClock clock_;
  NoRandom random_;
  Gate gate_;
};

TEST_F(GateTest, AChannelOfSlackGetsThreeAtOnceAndThenOneASecond) {
  EXPECT_EQ(TimeFor(gate_, clock_, Place("slack", "C1"), 3), absl::ZeroDuration());
  const absl::Duration ten_more = TimeFor(gate_, clock_, Place("slack", "C1"), 10);
  EXPECT_GE(ten_more, absl::Milliseconds(9'999));
  EXPECT_LE(ten_more, absl::Milliseconds(10'001));
}

TEST_F(GateTest, ChannelsDoNotWaitForEachOtherButTheWorkspaceHasItsOwnPace) {
  EXPECT_EQ(TimeFor(gate_, clock_, Place("slack", "C1"), 3), absl::ZeroDuration());
  EXPECT_EQ(TimeFor(gate_, clock_, Place("slack", "C2"), 3), absl::ZeroDuration());
  EXPECT_EQ(TimeFor(gate_, clock_, Place("slack", "C3"), 3), absl::ZeroDuration());
  // Ten at once in a workspace, of which nine are gone.
  EXPECT_GT(TimeFor(gate_, clock_, Place("slack", "C4"), 3), absl::Milliseconds(350));
  EXPECT_EQ(TimeFor(gate_, clock_, Place("slack", "C1", "T2"), 3), absl::ZeroDuration());
}

TEST_F(GateTest, TheConsoleIsNotHeldBack) {
  EXPECT_EQ(TimeFor(gate_, clock_, Place("console", "c", ""), 1000), absl::ZeroDuration());
}

TEST_F(GateTest, RetryAfterHoldsTheWorkspaceOfSlackAndTheConversationOfTeams) {
  for (const char* platform : {"slack", "teams"}) {
    const v1::Endpoint here = Place(platform, "C1");
    ASSERT_TRUE(gate_.Enter(here).may_go());
    gate_.Leave(here, SendResult::Failed(SendFailure::kRetryLater, "429", absl::Seconds(30)));
    EXPECT_EQ(gate_.Enter(here).wait, absl::Seconds(30)) << platform;
    const bool slack = absl::string_view(platform) == "slack";
    EXPECT_EQ(gate_.Enter(Place(platform, "C2")).may_go(), !slack) << platform;
    EXPECT_TRUE(gate_.Enter(Place(platform, "C1", "T2")).may_go()) << platform;
    // A 429 is the answer of a platform that works.
    EXPECT_EQ(StateOf(platform), Circuit::State::kClosed);
  }
  Advance(absl::Seconds(30));
  EXPECT_TRUE(gate_.Enter(Place("slack", "C1")).may_go());
}

TEST_F(GateTest, TheCircuitOpensTriesOnceAndWaitsTwiceAsLong) {
  const v1::Endpoint here = Place("webhook", "siem", "");
  for (int i = 0; i < Circuit::kFailuresToOpen; ++i) Fail(here, SendFailure::kAmbiguous);
  EXPECT_EQ(StateOf("webhook"), Circuit::State::kOpen);
  EXPECT_EQ(gate_.Enter(here).wait, absl::Seconds(5));
  // It is the platform that is left alone, not only the one place.
  EXPECT_FALSE(gate_.Enter(Place("webhook", "other", "")).may_go());
  EXPECT_TRUE(gate_.Enter(Place("slack", "C1")).may_go());
  Advance(absl::Seconds(5));
  EXPECT_EQ(StateOf("webhook"), Circuit::State::kHalfOpen);
  ASSERT_TRUE(gate_.Enter(here).may_go());
  EXPECT_FALSE(gate_.Enter(here).may_go()) << "a second one beside the probe";
  gate_.Leave(here, SendResult::Failed(SendFailure::kNotSent, "no"));
  EXPECT_EQ(gate_.Enter(here).wait, absl::Seconds(10));
  Advance(absl::Seconds(10));
  ASSERT_TRUE(gate_.Enter(here).may_go());
  gate_.Leave(here, SendResult());
  EXPECT_EQ(StateOf("webhook"), Circuit::State::kClosed);
  EXPECT_TRUE(gate_.Enter(here).may_go());
}

TEST_F(GateTest, TheCircuitNeverWaitsLongerThanAMinute) {
  Circuit circuit;
  absl::Time now = kStart;
  for (int i = 0; i < Circuit::kFailuresToOpen + 20; ++i) {
    now = std::max(now, circuit.next_attempt(now));
    circuit.Begin(now);
    circuit.Fail(now, 0.99);
  }
  EXPECT_LE(circuit.next_attempt(now) - now, absl::Seconds(72));
}

TEST_F(GateTest, WhatThePlatformRefusesIsNoFailureOfThePlatform) {
  const v1::Endpoint here = Place("webhook", "siem", "");
  for (SendFailure failure :
       {SendFailure::kTargetBroken, SendFailure::kBug, SendFailure::kMessageGone}) {
    for (int i = 0; i < 2 * Circuit::kFailuresToOpen; ++i) {
      Fail(here, failure);
      Advance(absl::Seconds(1));
    }
  }
  EXPECT_EQ(StateOf("webhook"), Circuit::State::kClosed);
}

TEST_F(GateTest, AMessageThatFailsAloneIsNotLeftAloneForLong) {
  const v1::Endpoint here = Place("webhook", "siem", "");
  EXPECT_EQ(gate_.PauseAfter(here, 1), absl::Seconds(1));
  EXPECT_EQ(gate_.PauseAfter(here, 4), absl::Seconds(8));
  EXPECT_EQ(gate_.PauseAfter(here, 19), absl::Seconds(30));
  for (int i = 0; i < Circuit::kFailuresToOpen; ++i) Fail(here);
  EXPECT_EQ(gate_.PauseAfter(here, 4), std::nullopt) << "the platform is in trouble";
}

TEST_F(GateTest, FailuresMustFollowOneAnother) {
  const v1::Endpoint here = Place("webhook", "siem", "");
  for (int i = 0; i < 5 * Circuit::kFailuresToOpen; ++i) {
    if (i % (Circuit::kFailuresToOpen - 1) == 0) {
      ASSERT_TRUE(gate_.Enter(here).may_go());
      gate_.Leave(here, SendResult());
    }
    Fail(here);
    Advance(absl::Seconds(1));
  }
  EXPECT_EQ(StateOf("webhook"), Circuit::State::kClosed);
}

// A platform that keeps what it is given, and does what it is told.
class FakePlatform final : public Platform {
 public:
  explicit FakePlatform(std::string name = "slack") : name_(std::move(name)) {}

  absl::string_view name() const override { return name_; }
  SendResult Post(const Outgoing& message) override {
    absl::MutexLock lock(&mutex);
    ++posts;
    calls.push_back(absl::StrCat("post ", message.delivery));
    titles.push_back(message.card.title);
    has_source = message.source != nullptr;
    if (!answers.empty()) {
      const SendResult answer = answers.front();
      answers.pop_front();
      if (!answer.ok()) return answer;
    }
    return SendResult::Sent(Ref(absl::StrCat("m", posts)));
  }
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override {
    absl::MutexLock lock(&mutex);
    calls.push_back(absl::StrCat("update ", target.id()));
    titles.push_back(message.card.title);
    if (!update_answer.ok()) return update_answer;
    return SendResult::Sent(target);
  }
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message, absl::Time) override {
    absl::MutexLock lock(&mutex);
    calls.push_back(absl::StrCat("find ", message.delivery));
    if (!find_status.ok()) return find_status;
    if (finds.empty()) return std::nullopt;
    const std::optional<v1::MessageRef> found = finds.front();
    finds.pop_front();
    return found;
  }
  SendResult OpenRoom(const v1::Endpoint&, const v1::RoomRequest& room, const std::string&,
                      const v1::MessageRef* existing) override {
    absl::MutexLock lock(&mutex);
    calls.push_back(absl::StrCat("room ", room.name(), existing != nullptr ? " again" : ""));
    v1::MessageRef ref;
    ref.set_channel("C0ROOM");
    return SendResult::Sent(ref);
  }
  static v1::MessageRef Ref(const std::string& id) {
    v1::MessageRef ref;
    ref.set_channel("C1");
    ref.set_id(id);
    return ref;
  }
  std::vector<std::string> Calls() {
    absl::MutexLock lock(&mutex);
    return calls;
  }

  const std::string name_;
  absl::Mutex mutex;
  std::vector<std::string> calls ABSL_GUARDED_BY(mutex);
  std::vector<std::string> titles ABSL_GUARDED_BY(mutex);
  std::deque<SendResult> answers ABSL_GUARDED_BY(mutex);
  std::deque<std::optional<v1::MessageRef>> finds ABSL_GUARDED_BY(mutex);
  absl::Status find_status ABSL_GUARDED_BY(mutex);
  SendResult update_answer ABSL_GUARDED_BY(mutex);
  bool has_source ABSL_GUARDED_BY(mutex) = false;
  int posts ABSL_GUARDED_BY(mutex) = 0;
};

v1::Delivery MakeDelivery(const std::string& id = "1",
                          v1::Notice::Kind kind = v1::Notice::KIND_PAGE) {
  v1::Delivery delivery;
  delivery.set_name(absl::StrCat("deliveries/", id));
  delivery.set_incident("incidents/DOP-2026-0007");
  delivery.set_target("channels/dop");
  *delivery.mutable_endpoint() = Place("slack", "C1");
  delivery.mutable_notice()->set_kind(kind);
  delivery.mutable_notice()->set_title("Something is the matter");
  return delivery;
}

class SenderTest : public ::testing::Test {
 protected:
  SenderTest() : platform_(std::make_shared<FakePlatform>()) { registry_.Add("T1", platform_); }

  SendOutcome Send(const v1::Delivery& delivery, bool settled = false) {
    return SendDelivery(registry_, delivery, chat::View(), settled);
  }

  std::shared_ptr<FakePlatform> platform_;
  PlatformRegistry registry_;
};

TEST_F(SenderTest, PostsAndSaysWhere) {
  const SendOutcome outcome = Send(MakeDelivery());
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_EQ(outcome.report.message().id(), "m1");
  EXPECT_EQ(outcome.report.message().platform(), "slack");
  EXPECT_THAT(platform_->Calls(), ElementsAre("post deliveries/1"));
}

TEST_F(SenderTest, WhatIsThereAlreadyIsNotSentAgain) {
  v1::Delivery delivery = MakeDelivery();
  delivery.set_ambiguous(true);
  platform_->finds = {FakePlatform::Ref("m0")};
  const SendOutcome outcome = Send(delivery);
  EXPECT_TRUE(outcome.looked);
  EXPECT_TRUE(outcome.found);
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_EQ(outcome.report.message().id(), "m0");
  EXPECT_THAT(platform_->Calls(), ElementsAre("find deliveries/1"));
}

TEST_F(SenderTest, WhatIsNotThereIsLookedForTwiceBeforeItIsSent) {
  v1::Delivery delivery = MakeDelivery();
  delivery.set_ambiguous(true);
  EXPECT_TRUE(Send(delivery).look_again);
  const SendOutcome outcome = Send(delivery, /*settled=*/true);
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_FALSE(outcome.blind);
  EXPECT_THAT(platform_->Calls(),
              ElementsAre("find deliveries/1", "find deliveries/1", "post deliveries/1"));
}

TEST_F(SenderTest, NotKnowingIsNoReasonToSendTwice) {
  v1::Delivery delivery = MakeDelivery();
  delivery.set_ambiguous(true);
  platform_->find_status = absl::UnavailableError("busy");
  EXPECT_EQ(Send(delivery, true).report.outcome(), Report::OUTCOME_UNKNOWN);
  EXPECT_THAT(platform_->Calls(), ElementsAre("find deliveries/1"));
}

TEST_F(SenderTest, APlatformThatCanNeverSayIsSentToAndCounted) {
  v1::Delivery delivery = MakeDelivery();
  delivery.set_ambiguous(true);
  platform_->find_status = absl::UnimplementedError("webhooks cannot be read");
  const SendOutcome outcome = Send(delivery);
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_TRUE(outcome.blind);
  EXPECT_FALSE(outcome.looked);
}

TEST_F(SenderTest, ADutyThatEndedEditsItsCardInPlace) {
  v1::Delivery delivery = MakeDelivery("2", v1::Notice::KIND_REMINDER);
  *delivery.mutable_earlier() = FakePlatform::Ref("m0");
  delivery.mutable_notice()->set_done(true);
  const SendOutcome outcome = Send(delivery);
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_EQ(outcome.report.message().id(), "m0");
  EXPECT_THAT(platform_->Calls(), ElementsAre("update m0"));
}

TEST_F(SenderTest, TheEndOfWhatNobodySeesIsNotPosted) {
  v1::Delivery delivery = MakeDelivery("2", v1::Notice::KIND_REMINDER);
  *delivery.mutable_earlier() = FakePlatform::Ref("m0");
  delivery.mutable_notice()->set_done(true);
  platform_->update_answer = SendResult::Failed(SendFailure::kMessageGone, "message_not_found");
  EXPECT_EQ(Send(delivery).report.outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_THAT(platform_->Calls(), ElementsAre("update m0"));
}

TEST_F(SenderTest, ANewCardIsPostedAndTheOneBeforeIsMarked) {
  v1::Delivery delivery = MakeDelivery("2", v1::Notice::KIND_REMINDER);
  *delivery.mutable_earlier() = FakePlatform::Ref("m0");
  platform_->update_answer = SendResult::Failed(SendFailure::kBug, "whatever");
  const SendOutcome outcome = Send(delivery);
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_DELIVERED) << "marking never fails it";
  EXPECT_EQ(outcome.report.message().id(), "m1");
  EXPECT_THAT(platform_->Calls(), ElementsAre("post deliveries/2", "update m0"));
  absl::MutexLock lock(&platform_->mutex);
  EXPECT_THAT(platform_->titles.back(), HasSubstr("Out of date"));
}

TEST_F(SenderTest, NothingIsMarkedBeforeTheNewOneStands) {
  v1::Delivery delivery = MakeDelivery("2", v1::Notice::KIND_REMINDER);
  *delivery.mutable_earlier() = FakePlatform::Ref("m0");
  platform_->answers = {SendResult::Failed(SendFailure::kAmbiguous, "time-out")};
  EXPECT_EQ(Send(delivery).report.outcome(), Report::OUTCOME_UNKNOWN);
  EXPECT_THAT(platform_->Calls(), ElementsAre("post deliveries/2"));
}

TEST_F(SenderTest, TheMarkOfARestrictedIncidentSaysNoMoreThanItsId) {
  v1::Delivery delivery = MakeDelivery("2", v1::Notice::KIND_REMINDER);
  delivery.mutable_notice()->mutable_incident()->set_restricted(true);
  delivery.mutable_notice()->mutable_incident()->set_title("secret");
  *delivery.mutable_earlier() = FakePlatform::Ref("m0");
  Send(delivery);
  absl::MutexLock lock(&platform_->mutex);
  EXPECT_EQ(platform_->titles.back(), "DOP-2026-0007 · Out of date, see below");
}

TEST_F(SenderTest, AnEarlierCardOnAnotherPlatformIsEditedThere) {
  auto teams = std::make_shared<FakePlatform>("teams");
  registry_.Add("T9", teams);
  v1::Delivery delivery = MakeDelivery("2", v1::Notice::KIND_REMINDER);
  *delivery.mutable_earlier() = FakePlatform::Ref("t0");
  delivery.mutable_earlier()->set_platform("teams");
  delivery.mutable_earlier()->set_workspace("T9");
  Send(delivery);
  EXPECT_THAT(platform_->Calls(), ElementsAre("post deliveries/2"));
  EXPECT_THAT(teams->Calls(), ElementsAre("update t0"));
}

TEST_F(SenderTest, ARoomIsOpenedAndItsChannelReported) {
  v1::Delivery delivery = MakeDelivery("3", v1::Notice::KIND_ROOM);
  delivery.mutable_notice()->mutable_room()->set_name("inc-dop-2026-0007");
  EXPECT_EQ(Send(delivery).report.message().channel(), "C0ROOM");
  *delivery.mutable_earlier() = FakePlatform::Ref("");
  Send(delivery);
  EXPECT_THAT(platform_->Calls(),
              ElementsAre("room inc-dop-2026-0007", "room inc-dop-2026-0007 again"));
}

TEST_F(SenderTest, WithoutAnAdapterTheNextAddressIsTried) {
  v1::Delivery delivery = MakeDelivery();
  delivery.mutable_endpoint()->set_workspace("T2");
  const SendOutcome outcome = Send(delivery);
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_FAILED);
  EXPECT_THAT(outcome.report.error(), HasSubstr("no adapter"));
}

TEST_F(SenderTest, WhatAPlatformSaysIsCutAndCheckedBeforeTheServerGetsIt) {
  platform_->answers = {SendResult::Failed(SendFailure::kBug, "\xFF\xFE"),
                        SendResult::Failed(SendFailure::kBug, std::string(499, 'x') + "€€")};
  EXPECT_THAT(Send(MakeDelivery()).report.error(), HasSubstr("no UTF-8"));
  EXPECT_EQ(Send(MakeDelivery()).report.error(), std::string(499, 'x'));
}

TEST_F(SenderTest, RetryAfterIsRoundedUp) {
  platform_->answers = {
      SendResult::Failed(SendFailure::kRetryLater, "429", absl::Milliseconds(1'200))};
  const SendOutcome outcome = Send(MakeDelivery());
  EXPECT_EQ(outcome.report.outcome(), Report::OUTCOME_RETRY);
  EXPECT_EQ(outcome.report.retry_after().seconds(), 2);
  EXPECT_FALSE(outcome.report.not_attempted());
}

TEST(RegistryTest, APlatformWithTwoWorkspacesIsAskedForOnce) {
  PlatformRegistry registry;
  registry.Add("T2", std::make_shared<FakePlatform>("slack"));
  registry.Add("T1", std::make_shared<FakePlatform>("slack"));
  registry.Add("", std::make_shared<FakePlatform>("email"));
  EXPECT_THAT(registry.Names(), ElementsAre("email", "slack"));
}

// A server with one queue for each conversation, as the real one has.
class FakeServer final : public client::Connection {
 public:
  absl::StatusOr<v1::LeaseDeliveriesResponse> LeaseDeliveries(
      const v1::LeaseDeliveriesRequest& request, const client::CallOptions&) override {
    absl::MutexLock lock(&mutex);
    ++leases;
    largest = std::max(largest, request.max());
    platforms.push_back(request.platforms(0));
    v1::LeaseDeliveriesResponse response;
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return !waiting.empty(); };
    mutex.AwaitWithTimeout(absl::Condition(&ready), absl::Milliseconds(20));
    while (!waiting.empty() && response.deliveries_size() < request.max()) {
      *response.add_deliveries() = waiting.front();
      waiting.pop_front();
    }
    return response;
  }
  absl::StatusOr<v1::ReportDeliveryResponse> ReportDelivery(
      const v1::ReportDeliveryRequest& request, const client::CallOptions&) override {
    absl::MutexLock lock(&mutex);
    if (!takes_reports) {
      ++reports_refused;
      return absl::UnavailableError("no server");
    }
    reports.push_back(request);
    return v1::ReportDeliveryResponse();
  }
  void Add(v1::Delivery delivery) {
    absl::MutexLock lock(&mutex);
    waiting.push_back(std::move(delivery));
  }
  std::vector<Report> AwaitReports(size_t count) {
    absl::MutexLock lock(&mutex);
    const auto there = [&]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return reports.size() >= count; };
    mutex.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
    return reports;
  }

  absl::Mutex mutex;
  std::deque<v1::Delivery> waiting ABSL_GUARDED_BY(mutex);
  std::vector<Report> reports ABSL_GUARDED_BY(mutex);
  std::vector<std::string> platforms ABSL_GUARDED_BY(mutex);
  bool takes_reports ABSL_GUARDED_BY(mutex) = true;
  int reports_refused ABSL_GUARDED_BY(mutex) = 0;
  int leases ABSL_GUARDED_BY(mutex) = 0;
  int largest ABSL_GUARDED_BY(mutex) = 0;
};

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest()
      : clock_(kStart),
        server_(std::make_shared<FakeServer>()),
        platform_(std::make_shared<FakePlatform>()) {
    registry_.Add("T1", platform_);
    registry_.Add("T1", std::make_shared<FakePlatform>("teams"));
    WorkerOptions options;
    options.holder = "bot-1";
    options.incarnation = "one";
    options.senders = 3;
    options.settle = absl::ZeroDuration();
    worker_ = std::make_unique<DeliveryWorker>(
        client::Client(server_), &registry_, [] { return chat::View(); }, &clock_, &random_,
        options);
  }

  VirtualClock clock_;
  NoRandom random_;
  std::shared_ptr<FakeServer> server_;
  std::shared_ptr<FakePlatform> platform_;
  PlatformRegistry registry_;
  std::unique_ptr<DeliveryWorker> worker_;
};

TEST_F(WorkerTest, SendsWhatItLeasesAndReportsAsItself) {
  server_->Add(MakeDelivery("1"));
  worker_->Start();
  const std::vector<Report> reports = server_->AwaitReports(1);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].holder(), "bot-1");
  EXPECT_EQ(reports[0].incarnation(), "one");
  EXPECT_EQ(reports[0].outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_THAT(worker_->StatsText(), HasSubstr("belfry_bot_delivered_total 1\n"));
  EXPECT_THAT(worker_->StatsText(),
              HasSubstr("belfry_bot_circuit_state{platform=\"slack\",workspace=\"T1\"} 0\n"));
  EXPECT_THAT(worker_->StatsText(), HasSubstr("belfry_bot_last_delivery_timestamp_seconds{"));
}

TEST_F(WorkerTest, LooksTwiceForWhatMayHaveArrived) {
  v1::Delivery delivery = MakeDelivery("1");
  delivery.set_ambiguous(true);
  {
    absl::MutexLock lock(&platform_->mutex);
    platform_->finds = {std::nullopt, FakePlatform::Ref("late")};
  }
  server_->Add(delivery);
  worker_->Start();
  const std::vector<Report> reports = server_->AwaitReports(1);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].message().id(), "late");
  EXPECT_EQ(worker_->stats().doubles_avoided, 1);
  EXPECT_EQ(worker_->stats().lookups, 2);
  EXPECT_THAT(platform_->Calls(), Not(testing::Contains("post deliveries/1")));
}

TEST_F(WorkerTest, AnOutcomeThatTheServerCouldNotHearIsToldBeforeAnythingIsLeased) {
  {
    absl::MutexLock lock(&server_->mutex);
    server_->takes_reports = false;
  }
  server_->Add(MakeDelivery("1"));
  worker_->Start();
  {
    absl::MutexLock lock(&server_->mutex);
    const auto tried = [this] { return server_->reports_refused >= 2; };
    server_->mutex.AwaitWithTimeout(absl::Condition(&tried), absl::Seconds(20));
    // In a conversation of its own: only the unreported one holds it back.
    v1::Delivery next = MakeDelivery("2");
    next.mutable_endpoint()->set_address("C2");
    server_->waiting.push_back(next);
    const auto tried_again = [this] { return server_->reports_refused >= 3; };
    server_->mutex.AwaitWithTimeout(absl::Condition(&tried_again), absl::Seconds(20));
    EXPECT_EQ(server_->waiting.size(), 1u);
    server_->takes_reports = true;
  }
  const std::vector<Report> reports = server_->AwaitReports(2);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].name(), "deliveries/1");
  EXPECT_EQ(reports[0].outcome(), Report::OUTCOME_DELIVERED);
  EXPECT_EQ(reports[1].name(), "deliveries/2");
  EXPECT_THAT(platform_->Calls(), ElementsAre("post deliveries/1", "post deliveries/2"));
}

TEST_F(WorkerTest, SaysWhenToTryAgainUnlessThePlatformSaidSo) {
  {
    absl::MutexLock lock(&platform_->mutex);
    platform_->answers = {SendResult::Failed(SendFailure::kAmbiguous, "HTTP 500"),
                          SendResult::Failed(SendFailure::kRetryLater, "429", absl::Seconds(77))};
  }
  v1::Delivery delivery = MakeDelivery("1");
  delivery.set_attempt(12);
  server_->Add(delivery);
  worker_->Start();
  EXPECT_EQ(server_->AwaitReports(1).at(0).retry_after().seconds(), 30);
  delivery.set_name("deliveries/2");
  server_->Add(delivery);
  EXPECT_EQ(server_->AwaitReports(2).at(1).retry_after().seconds(), 77);
}

TEST_F(WorkerTest, WhatItHoldsAlreadyIsNotSentASecondTime) {
  // One of four waits for its turn, and then the server hands it out again.
  std::set<std::string> waiting;
  for (int i = 0; i < 4; ++i) {
    server_->Add(MakeDelivery(absl::StrCat(i)));
    waiting.insert(absl::StrCat("deliveries/", i));
  }
  worker_->Start();
  for (const Report& report : server_->AwaitReports(3)) waiting.erase(report.name());
  ASSERT_EQ(waiting.size(), 1u);
  v1::Delivery again = MakeDelivery();
  again.set_name(*waiting.begin());
  again.set_ambiguous(true);
  server_->Add(again);
  // In a conversation of its own, leased after it.
  v1::Delivery next = MakeDelivery("4");
  next.mutable_endpoint()->set_address("C2");
  server_->Add(next);
  server_->AwaitReports(4);
  clock_.AdvanceTo(clock_.Now() + absl::Seconds(2));
  const std::vector<Report> reports = server_->AwaitReports(5);
  ASSERT_EQ(reports.size(), 5u);
  worker_->Stop();
  EXPECT_EQ(server_->AwaitReports(5).size(), 5u);
  EXPECT_THAT(platform_->Calls(), testing::SizeIs(5));
}

TEST_F(WorkerTest, APlatformThatIsDownGivesNoticesBackWithoutAnAttempt) {
  {
    absl::MutexLock lock(&platform_->mutex);
    for (int i = 0; i < Circuit::kFailuresToOpen + 2; ++i) {
      platform_->answers.push_back(SendResult::Failed(SendFailure::kNotSent, "refused"));
    }
  }
  const auto add = [this](const std::string& id) {
    // Each in its own conversation, so that no pace is in the way.
    v1::Delivery delivery = MakeDelivery(id);
    delivery.mutable_endpoint()->set_address(absl::StrCat("C", id));
    server_->Add(delivery);
  };
  for (int i = 0; i < Circuit::kFailuresToOpen; ++i) add(absl::StrCat(i));
  worker_->Start();
  server_->AwaitReports(Circuit::kFailuresToOpen);
  // Five seconds and ten are held in hand; the twenty after the second probe's failure are not.
  for (int probe = 1; probe <= 2; ++probe) {
    add(absl::StrCat("probe", probe));
    clock_.AdvanceTo(clock_.Now() + probe * absl::Seconds(5));
    server_->AwaitReports(Circuit::kFailuresToOpen + static_cast<size_t>(probe));
  }
  add("later");
  const std::vector<Report> reports = server_->AwaitReports(Circuit::kFailuresToOpen + 3);
  ASSERT_EQ(reports.size(), static_cast<size_t>(Circuit::kFailuresToOpen) + 3);
  EXPECT_EQ(reports.back().name(), "deliveries/later");
  EXPECT_TRUE(reports.back().not_attempted());
  EXPECT_EQ(reports.back().outcome(), Report::OUTCOME_RETRY);
  EXPECT_EQ(reports.back().retry_after().seconds(), 20);
  EXPECT_EQ(worker_->stats().not_attempted, 1);
  EXPECT_THAT(worker_->StatsText(),
              HasSubstr("belfry_bot_circuit_state{platform=\"slack\",workspace=\"T1\"} 2\n"));
}

TEST_F(WorkerTest, ALeaseThatIsNearItsEndIsGivenBack) {
  // Three at once, and then nothing for as long as time stands still.
  for (int i = 0; i < 4; ++i) server_->Add(MakeDelivery(absl::StrCat(i)));
  worker_->Start();
  server_->AwaitReports(3);
  clock_.AdvanceTo(clock_.Now() + absl::Seconds(50));
  const std::vector<Report> reports = server_->AwaitReports(4);
  ASSERT_EQ(reports.size(), 4u);
  EXPECT_TRUE(reports[3].not_attempted());
  absl::MutexLock lock(&platform_->mutex);
  EXPECT_EQ(platform_->posts, 3);
}

TEST_F(WorkerTest, LeasesNoMoreThanItCanSendAndAsksForEachPlatformFirstInTurn) {
  worker_->Start();
  const auto asked = [this] { return server_->leases >= 4; };
  absl::MutexLock lock(&server_->mutex);
  server_->mutex.AwaitWithTimeout(absl::Condition(&asked), absl::Seconds(10));
  EXPECT_EQ(server_->largest, 6);
  ASSERT_GE(server_->platforms.size(), 4u);
  EXPECT_NE(server_->platforms[0], server_->platforms[1]);
  EXPECT_EQ(server_->platforms[0], server_->platforms[2]);
}

TEST_F(WorkerTest, StoppingGivesBackWhatItHoldsAsNotAttempted) {
  // Slack's pace lets three go at once; the fourth waits for as long as time stands still.
  for (int i = 0; i < 4; ++i) server_->Add(MakeDelivery(absl::StrCat(i)));
  worker_->Start();
  server_->AwaitReports(3);
  worker_->Stop();
  const std::vector<Report> reports = server_->AwaitReports(4);
  ASSERT_EQ(reports.size(), 4u);
  EXPECT_EQ(reports[3].outcome(), Report::OUTCOME_RETRY);
  EXPECT_TRUE(reports[3].not_attempted());
}

}  // namespace
}  // namespace belfry::bot
