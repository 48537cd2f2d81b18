// The console, the sender and the answer clock.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/synchronization/notification.h"
#include "bot/commands/answer_clock.h"
#include "bot/delivery/sender.h"
#include "bot/platform/console/console.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::bot {
namespace {

class ConsoleTest : public ::testing::Test {
 protected:
  ConsoleTest() : out_(std::tmpfile()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "console-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    Open();
  }
  ~ConsoleTest() override {
    std::fclose(out_);
    std::filesystem::remove_all(directory_);
  }
  std::string path() const { return directory_ + "/transcript"; }
  void Open() {
    auto transcript = Transcript::Open(path());
    ASSERT_TRUE(transcript.ok()) << transcript.status();
    console_ = std::make_shared<Console>(*std::move(transcript), out_);
    platforms_ = PlatformRegistry();
    platforms_.Add("", console_);
  }
  v1::Delivery Delivery(const std::string& name) {
    v1::Delivery delivery;
    delivery.set_name(name);
    delivery.mutable_endpoint()->set_platform("console");
    delivery.mutable_endpoint()->set_address("#channel");
    delivery.mutable_notice()->set_kind(v1::Notice::KIND_STATEMENT);
    delivery.mutable_notice()->set_title("Hello");
    return delivery;
  }
  int Lines() {
    std::ifstream file(path());
    int lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    return lines;
  }

  std::FILE* const out_;
  std::string directory_;
  std::shared_ptr<Console> console_;
  PlatformRegistry platforms_;
};

TEST_F(ConsoleTest, AfterACrashItLooksBeforeItPostsAgain) {
  v1::Delivery delivery = Delivery("deliveries/1");
  const auto first = SendDelivery(platforms_, delivery, chat::View(), true).report;
  EXPECT_EQ(first.outcome(), v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
  Open();  // the process died before it could report
  delivery.set_ambiguous(true);
  const auto again = SendDelivery(platforms_, delivery, chat::View(), true).report;
  EXPECT_EQ(again.outcome(), v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
  EXPECT_EQ(again.message().id(), first.message().id());
  EXPECT_EQ(Lines(), 1);
  delivery.set_name("deliveries/2");
  SendDelivery(platforms_, delivery, chat::View(), true);
  EXPECT_EQ(Lines(), 2);
}

TEST_F(ConsoleTest, ALineCutShortByACrashWasNeverShown) {
  SendDelivery(platforms_, Delivery("deliveries/1"), chat::View(), true);
  std::ofstream(path(), std::ios::app) << "{\"action\":\"post\",\"delivery\":\"deliv";
  Open();
  v1::Delivery delivery = Delivery("deliveries/2");
  delivery.set_ambiguous(true);
  EXPECT_EQ(SendDelivery(platforms_, delivery, chat::View(), true).report.message().id(), "2");
  EXPECT_EQ(Lines(), 2);
}

TEST_F(ConsoleTest, AHeadlineIsEditedAndKeepsItsPlace) {
  v1::Delivery delivery = Delivery("deliveries/1");
  delivery.mutable_notice()->set_kind(v1::Notice::KIND_HEADLINE);
  delivery.mutable_notice()->mutable_incident()->set_name("incidents/DOP-2026-0001");
  const auto posted = SendDelivery(platforms_, delivery, chat::View(), true).report;
  delivery.set_name("deliveries/2");
  *delivery.mutable_headline() = posted.message();
  const auto edited = SendDelivery(platforms_, delivery, chat::View(), true).report;
  EXPECT_EQ(edited.message().id(), posted.message().id());
}

TEST_F(ConsoleTest, WithoutAnAdapterTheDeliveryFails) {
  v1::Delivery delivery = Delivery("deliveries/1");
  delivery.mutable_endpoint()->set_platform("pigeon");
  const auto report = SendDelivery(platforms_, delivery, chat::View(), true).report;
  EXPECT_EQ(report.outcome(), v1::ReportDeliveryRequest::OUTCOME_FAILED);
  EXPECT_THAT(report.error(), ::testing::HasSubstr("pigeon"));
}

TEST(AnswerClockTest, GivesTheResultWhenItComesSoon) {
  AnswerClock clock(absl::Hours(1));
  std::string said;
  auto answer = clock.Expect([&](const chat::Card& card) { said = "now " + card.title; },
                             [&] { said = "receipt"; }, [&](const chat::Card&) { said = "later"; });
  chat::Card card;
  card.title = "x";
  answer->Finish(card);
  EXPECT_EQ(said, "now x");
}

TEST(AnswerClockTest, GivesAReceiptInTimeAndTheResultAfterwards) {
  AnswerClock clock(absl::Milliseconds(1));
  absl::Notification receipt;
  std::string said;
  auto answer = clock.Expect([&](const chat::Card&) { said = "now"; }, [&] { receipt.Notify(); },
                             [&](const chat::Card&) { said = "later"; });
  receipt.WaitForNotification();
  answer->Finish(chat::Card());
  EXPECT_EQ(said, "later");
}

}  // namespace
}  // namespace belfry::bot
