// Slack's history: whether a delivery has arrived, among more messages than one page holds.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bot/platform/slack/lookup.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot::slack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

const absl::Time kSince = absl::FromUnixSeconds(1'800'000'000);

class LookupTest : public ::testing::Test {
 protected:
  LookupTest() {
    message_.endpoint.set_platform("slack");
    message_.endpoint.set_workspace("T1");
    message_.endpoint.set_address("C1");
    message_.delivery = "deliveries/7";
  }

  absl::StatusOr<std::optional<v1::MessageRef>> Find() {
    const Read read = [this](const char* method, const auto& query, Json* answer) {
      std::string call = method;
      for (const auto& [name, value] : query) absl::StrAppend(&call, " ", name, "=", value);
      calls_.push_back(call);
      if (answers_.empty()) return SendResult::Failed(SendFailure::kAmbiguous, "HTTP 500");
      const Json next = answers_.front();
      answers_.erase(answers_.begin());
      if (next.is_null()) return SendResult::Failed(SendFailure::kAmbiguous, "HTTP 500");
      if (next.is_string()) {
        return SendResult::Failed(SendFailure::kBug, next.get<std::string>());
      }
      *answer = next;
      return SendResult();
    };
    return FindDelivery(read, message_, kSince);
  }
  static Json Page(int count, const std::string& cursor, const std::string& marked = "") {
    Json page = {{"ok", true}, {"messages", Json::array()}};
    for (int i = 0; i < count; ++i) page["messages"].push_back({{"ts", absl::StrCat(i)}});
    if (!marked.empty()) {
      page["messages"].push_back(
          {{"ts", marked}, {"metadata", {{"event_payload", {{"delivery", "deliveries/7"}}}}}});
    }
    page["response_metadata"] = {{"next_cursor", cursor}};
    return page;
  }

  Outgoing message_;
  std::vector<Json> answers_;
  std::vector<std::string> calls_;
};

TEST_F(LookupTest, GoesOnUntilThereIsNothingMore) {
  answers_ = {Page(200, "next"), Page(200, "more"), Page(3, "", "42.1")};
  const auto found = Find();
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->id(), "42.1");
  EXPECT_EQ((*found)->channel(), "C1");
  ASSERT_EQ(calls_.size(), 3u);
  EXPECT_THAT(calls_[0], HasSubstr("oldest=1799999940"));
  EXPECT_THAT(calls_[2], HasSubstr("cursor=more"));
}

TEST_F(LookupTest, AnAbsenceNeedsAnAnswer) {
  answers_ = {Page(200, "next"), Page(10, "")};
  EXPECT_FALSE(Find()->has_value());
  EXPECT_FALSE(Find().ok()) << "HTTP 500";
  answers_ = {Json{{"ok", true}}};
  EXPECT_FALSE(Find().ok()) << "no list";
  answers_ = {Page(200, "next")};
  EXPECT_FALSE(Find().ok()) << "the second page fails";
}

TEST_F(LookupTest, APageThatFailsIsAskedForAgainByItself) {
  answers_ = {Page(200, "next"), Json(), Json(), Page(0, "", "42.1")};
  const auto found = Find();
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->has_value());
  EXPECT_EQ(calls_.size(), 4u);
  calls_.clear();
  answers_ = {Page(200, "next"), Json(), Json(), Json(), Page(0, "", "42.1")};
  EXPECT_FALSE(Find().ok());
  EXPECT_EQ(calls_.size(), 4u);
}

TEST_F(LookupTest, LooksInTheThread) {
  message_.thread.emplace();
  message_.thread->set_channel("C1");
  message_.thread->set_id("41.0");
  answers_ = {Page(0, "", "42.1")};
  EXPECT_TRUE(Find()->has_value());
  EXPECT_THAT(calls_[0], HasSubstr("conversations.replies"));
  EXPECT_THAT(calls_[0], HasSubstr("ts=41.0"));
  answers_ = {"thread_not_found"};
  const auto found = Find();
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->has_value());
}

TEST_F(LookupTest, APersonsMessagesStandInTheirDirectChannel) {
  message_.endpoint.set_address("U1");
  answers_ = {Json{{"ok", true}, {"channel", {{"id", "D1"}}}}, Page(0, "", "42.1")};
  EXPECT_EQ((*Find())->channel(), "D1");
  EXPECT_THAT(calls_, ElementsAre(HasSubstr("conversations.open users=U1"),
                                  HasSubstr("conversations.history channel=D1")));
}

}  // namespace
}  // namespace belfry::bot::slack
