// Who gets a thread, and what becomes of ids.
#include "bot/commands/dispatcher.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "belfry/client.h"
#include "gtest/gtest.h"

namespace belfry::bot {
namespace {

// Knows everybody and does nothing.
class FakeServer final : public client::Connection {
 public:
  absl::StatusOr<v1::LookupChatAccountResponse> LookupChatAccount(
      const v1::LookupChatAccountRequest&, const client::CallOptions&) override {
    v1::LookupChatAccountResponse response;
    response.mutable_person()->set_name("people/dop.iso");
    return response;
  }
  absl::StatusOr<v1::GetPolicyResponse> GetPolicy(const v1::GetPolicyRequest&,
                                                  const client::CallOptions&) override {
    return v1::GetPolicyResponse();
  }
};

ChatRequest Request(const std::string& workspace) {
  ChatRequest request;
  request.kind = ChatRequest::Kind::kCommand;
  request.platform = "slack";
  request.workspace = workspace;
  request.user_id = "U1";
  request.text = "help";
  return request;
}

class DispatcherTest : public ::testing::Test {
 protected:
  // Four threads, so that one workspace gets three of them.
  DispatcherTest()
      : client_(std::make_shared<FakeServer>()),
        runner_(client_),
        dispatcher_(client_, &runner_, 4) {}
  ~DispatcherTest() override {
    if (!platform_back_.HasBeenNotified()) platform_back_.Notify();
    dispatcher_.Stop();
  }
  // An answer that hangs until the platform is back.
  bool SubmitHanging() {
    return dispatcher_.Submit(Request("T-hangs"), "/incident", [this](chat::CommandResult) {
      platform_back_.WaitForNotification();
      absl::MutexLock lock(&mutex_);
      ++answered_;
    });
  }

  const client::Client client_;
  chat::CommandRunner runner_;
  absl::Notification platform_back_;
  absl::Mutex mutex_;
  int answered_ ABSL_GUARDED_BY(mutex_) = 0;
  CommandDispatcher dispatcher_;
};

TEST_F(DispatcherTest, APlatformThatHangsLeavesThreadsToTheOthers) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(SubmitHanging());
  absl::Notification served;
  ASSERT_TRUE(dispatcher_.Submit(Request("T-well"), "/incident",
                                 [&served](chat::CommandResult) { served.Notify(); }));
  EXPECT_TRUE(served.WaitForNotificationWithTimeout(absl::Seconds(20)));
  platform_back_.Notify();
  dispatcher_.Stop();
  absl::MutexLock lock(&mutex_);
  EXPECT_EQ(answered_, 20) << "none is forgotten";
}

TEST_F(DispatcherTest, APlatformThatHangsLeavesRoomInTheQueue) {
  int taken = 0;
  while (taken < 400 && SubmitHanging()) ++taken;
  EXPECT_LT(taken, 250) << "somebody is told that it is too much";
  absl::Notification served;
  EXPECT_TRUE(dispatcher_.Submit(Request("T-well"), "/incident",
                                 [&served](chat::CommandResult) { served.Notify(); }));
  EXPECT_TRUE(served.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

}  // namespace
}  // namespace belfry::bot
