// Socket Mode, with time and connections in the test's hands.
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bot/platform/slack/socket_mode.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;

class FakeLoop final : public SocketLoop {
 public:
  struct Line {
    std::string url;
    WebSocketEvents events;
    std::vector<std::string> sent;
    bool closing = false;
    bool alive = true;
  };

  void Post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  void After(absl::Duration wait, std::function<void()> task) override {
    timers_.emplace(now_ + wait, std::move(task));
  }
  absl::StatusOr<std::unique_ptr<WebSocket>> Connect(const std::string& url,
                                                     WebSocketEvents events) override {
    auto line = std::make_shared<Line>();
    line->url = url;
    line->events = std::move(events);
    lines.push_back(line);
    return std::make_unique<Socket>(line);
  }

  void Run() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  void Advance(absl::Duration by) {
    const absl::Time until = now_ + by;
    Run();
    while (!timers_.empty() && timers_.begin()->first <= until) {
      auto timer = timers_.extract(timers_.begin());
      now_ = timer.key();
      timer.mapped()();
      Run();
    }
    now_ = until;
  }
  // The other side speaks.
  void Say(size_t line, const Json& message) {
    if (lines.at(line)->events.received) lines[line]->events.received(message.dump());
    Run();
  }
  void End(size_t line, absl::Status status = absl::OkStatus()) {
    lines.at(line)->alive = false;
    const auto closed = std::exchange(lines[line]->events, {}).closed;
    if (closed) closed(std::move(status));
    Run();
  }

  std::vector<std::shared_ptr<Line>> lines;

 private:
  class Socket final : public WebSocket {
   public:
    explicit Socket(std::shared_ptr<Line> line) : line_(std::move(line)) {}
    ~Socket() override {
      line_->alive = false;
      line_->events = {};
    }
    void Send(std::string text) override { line_->sent.push_back(std::move(text)); }
    void Close() override { line_->closing = true; }

   private:
    const std::shared_ptr<Line> line_;
  };

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  std::deque<std::function<void()>> tasks_;
  std::multimap<absl::Time, std::function<void()>> timers_;
};

class Half final : public Random {
 public:
  uint64_t Bits64() override { return uint64_t{1} << 63; }
};

class SocketModeTest : public ::testing::Test {
 protected:
  SocketModeTest() {
    SocketModeParts parts;
    parts.loop = &loop_;
    parts.random = &random_;
    parts.errand = [](const std::function<void()>& errand) {
      errand();
      return true;
    };
    parts.open_address = [this](std::string* url) {
      ++asked_;
      if (!refusals_.empty()) {
        SendResult refusal = refusals_.front();
        refusals_.pop_front();
        return refusal;
      }
      *url = absl::StrCat("wss://slack.test/link/?ticket=", asked_);
      return SendResult();
    };
    parts.handle = [this](const Inbound& inbound, SlackDesk::Acknowledge acknowledge) {
      handled_.push_back(inbound);
      acknowledge_.push_back(std::move(acknowledge));
    };
    parts.rejected = [this](const char* reason) { ++rejected_[reason]; };
    parts.workspace = "T1";
    socket_ = std::make_shared<SocketMode>(std::move(parts));
    socket_->Start();
    loop_.Run();
  }

  void Hello(size_t line) { loop_.Say(line, {{"type", "hello"}, {"num_connections", 1}}); }
  static Json Command(const std::string& id, bool accepts = true) {
    return {{"envelope_id", id},
            {"type", "slash_commands"},
            {"accepts_response_payload", accepts},
            {"payload",
             {{"team_id", "T1"},
              {"user_id", "U1"},
              {"channel_id", "C1"},
              {"text", "list"},
              {"trigger_id", id}}}};
  }
  const std::vector<std::string>& Sent(size_t line) { return loop_.lines.at(line)->sent; }

  FakeLoop loop_;
  Half random_;
  int asked_ = 0;
  std::deque<SendResult> refusals_;
  std::vector<Inbound> handled_;
  std::vector<SlackDesk::Acknowledge> acknowledge_;
  std::map<std::string, int> rejected_;
  std::shared_ptr<SocketMode> socket_;
};

TEST_F(SocketModeTest, AnEnvelopeIsAcknowledgedWithItsAnswer) {
  Hello(0);
  loop_.Say(0, Command("e1"));
  ASSERT_EQ(handled_.size(), 1u);
  EXPECT_EQ(handled_[0].chat.text, "list");
  EXPECT_THAT(Sent(0), IsEmpty());
  acknowledge_[0]({{"text", "the list"}});
  loop_.Run();
  ASSERT_EQ(Sent(0).size(), 1u);
  EXPECT_EQ(Json::parse(Sent(0)[0]),
            (Json{{"envelope_id", "e1"}, {"payload", {{"text", "the list"}}}}));
}

TEST_F(SocketModeTest, APayloadGoesOnlyWhereOneIsTaken) {
  Hello(0);
  loop_.Say(0, Command("e1", /*accepts=*/false));
  acknowledge_[0]({{"text", "the list"}});
  loop_.Run();
  EXPECT_THAT(Sent(0), ElementsAre(R"({"envelope_id":"e1"})"));
}

TEST_F(SocketModeTest, AnEnvelopeThatComesTwiceIsDoneOnce) {
  Hello(0);
  loop_.Say(0, Command("e1"));
  loop_.Say(0, Command("e1"));  // before the answer: that one serves both
  acknowledge_[0](nullptr);
  loop_.Run();
  EXPECT_EQ(Sent(0).size(), 1u);
  loop_.Say(0, Command("e1"));  // after it: the same again
  EXPECT_THAT(Sent(0), ElementsAre(R"({"envelope_id":"e1"})", R"({"envelope_id":"e1"})"));
  EXPECT_EQ(handled_.size(), 1u);
}

TEST_F(SocketModeTest, WhatIsBrokenIsAcknowledgedCountedAndForgotten) {
  Hello(0);
  loop_.Say(0, {{"envelope_id", "e1"}, {"type", "slash_commands"}, {"payload", {{"text", "x"}}}});
  EXPECT_THAT(Sent(0), ElementsAre(R"({"envelope_id":"e1"})"));
  loop_.Say(0, {{"envelope_id", "e2"}, {"type", "of tomorrow"}, {"payload", 7}});
  EXPECT_EQ(handled_.size(), 1u);  // kIgnored: the desk acknowledges
  loop_.Say(0, Json::array({1, 2}));
  loop_.Say(0, {{"type", "slash_commands"}});
  EXPECT_EQ(rejected_["malformed"], 3);
  EXPECT_TRUE(loop_.lines[0]->alive);
}

TEST_F(SocketModeTest, OnAWarningTheNewConnectionStandsBeforeTheOldOneEnds) {
  Hello(0);
  loop_.Say(0, {{"type", "disconnect"}, {"reason", "warning"}});
  ASSERT_EQ(loop_.lines.size(), 2u);
  EXPECT_NE(loop_.lines[0]->url, loop_.lines[1]->url);  // addresses work once
  loop_.Say(0, Command("e1"));                          // the old one still works
  EXPECT_EQ(handled_.size(), 1u);
  EXPECT_FALSE(loop_.lines[0]->closing);
  Hello(1);
  loop_.Advance(absl::Seconds(10));
  EXPECT_TRUE(loop_.lines[0]->closing);
  // Its late answer goes over the new one.
  loop_.End(0);
  acknowledge_[0](nullptr);
  loop_.Run();
  EXPECT_THAT(Sent(1), ElementsAre(R"({"envelope_id":"e1"})"));
  loop_.Advance(absl::Minutes(5));
  EXPECT_EQ(asked_, 2);  // and no third connection
}

TEST_F(SocketModeTest, TwoWarningsOpenOneConnection) {
  Hello(0);
  loop_.Say(0, {{"type", "disconnect"}, {"reason", "warning"}});
  loop_.Say(0, {{"type", "disconnect"}, {"reason", "refresh_requested"}});
  loop_.End(0);
  EXPECT_EQ(asked_, 2);
  Hello(1);
  loop_.Advance(absl::Minutes(5));
  EXPECT_EQ(asked_, 2);
}

TEST_F(SocketModeTest, ComesBackWithPatienceUntilSlackSaysHello) {
  Hello(0);
  loop_.End(0, absl::UnavailableError("reset"));
  for (int i = 0; i < 4; ++i) {
    refusals_.push_back(SendResult::Failed(SendFailure::kNotSent, "no network"));
  }
  // With half of the jitter, waits are three quarters of 1, 1, 2, 4 and 8 seconds.
  loop_.Advance(absl::Milliseconds(700));
  EXPECT_EQ(asked_, 1);
  loop_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(asked_, 2);
  loop_.Advance(absl::Milliseconds(750 + 1500 + 3000));
  EXPECT_EQ(asked_, 5);
  loop_.Advance(absl::Milliseconds(6000));
  ASSERT_EQ(loop_.lines.size(), 2u);
  Hello(1);
  loop_.End(1);
  loop_.Advance(absl::Milliseconds(800));  // the row is over: back to the shortest wait
  EXPECT_EQ(loop_.lines.size(), 3u);
}

TEST_F(SocketModeTest, AConnectionWithoutAHelloIsNone) {
  loop_.Advance(absl::Seconds(25));
  EXPECT_FALSE(loop_.lines[0]->alive);
  EXPECT_EQ(asked_, 2);
}

TEST_F(SocketModeTest, WaitsAsLongAsSlackAsks) {
  Hello(0);
  refusals_.push_back(SendResult::Failed(SendFailure::kRetryLater, "429", absl::Seconds(30)));
  loop_.End(0);
  loop_.Advance(absl::Seconds(25));
  EXPECT_EQ(asked_, 2);
  loop_.Advance(absl::Seconds(10));
  EXPECT_EQ(asked_, 3);
}

TEST_F(SocketModeTest, IsInNoHurryWhenAnAdministratorHasToAct) {
  Hello(0);
  loop_.Say(0, {{"type", "disconnect"}, {"reason", "link_disabled"}});
  EXPECT_TRUE(loop_.lines[0]->closing);
  loop_.End(0);
  loop_.Advance(absl::Minutes(4));
  EXPECT_EQ(asked_, 1);
  loop_.Advance(absl::Seconds(65));
  EXPECT_EQ(asked_, 2);
  Hello(1);
  loop_.Say(1, {{"type", "disconnect"}, {"reason", "too_many_websockets"}});
  loop_.End(1);
  loop_.Advance(absl::Seconds(50));
  EXPECT_EQ(asked_, 2);
  loop_.Advance(absl::Seconds(15));
  EXPECT_EQ(asked_, 3);
  refusals_.push_back(SendResult::Failed(SendFailure::kWorkspaceBroken, "invalid_auth"));
  loop_.End(2);
  loop_.Advance(absl::Minutes(4));
  EXPECT_EQ(asked_, 4);
}

}  // namespace
}  // namespace belfry::bot::slack
