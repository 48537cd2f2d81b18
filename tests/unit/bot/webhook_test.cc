// Signed webhooks: the specification's own example, what goes out, what answers mean.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/webhook/notice_json.h"
#include "bot/platform/webhook/standard_webhook.h"
#include "bot/platform/webhook/webhook_platform.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "server/base/clock.h"

namespace belfry::bot::webhook {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

// The example of the Standard Webhooks specification and its libraries.
constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(StandardWebhookTest, AgreesWithThePublishedExample) {
  const std::string signature = Sign({*DecodeSecret(kSecret)}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                     1614265330, R"({"test": 2432232314})");
  EXPECT_EQ(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhookTest, EachSecretSigns) {
  const std::string both = Sign({std::string(24, 'a'), std::string(24, 'b')}, "id", 1, "{}");
  EXPECT_EQ(both, absl::StrCat(Sign({std::string(24, 'a')}, "id", 1, "{}"), " ",
                               Sign({std::string(24, 'b')}, "id", 1, "{}")));
}

TEST(StandardWebhookTest, SecretsAreCheckedAndNeverRepeated) {
  EXPECT_TRUE(DecodeSecret(kSecret).ok());
  for (const std::string& bad : {std::string(""), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                 std::string("whsec_dG9vc2hvcnQ="), std::string("whsec_%%%%")}) {
    const auto key = DecodeSecret(bad);
    ASSERT_FALSE(key.ok()) << bad;
    if (bad.empty()) continue;
    EXPECT_THAT(std::string(key.status().message()), Not(HasSubstr(bad)));
  }
}

class FakeHttp final : public HttpClient {
 public:
  absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) override {
    requests.push_back(request);
    if (!status.ok()) return status;
    return response;
  }
  std::vector<OutgoingRequest> requests;
  HttpResponse response;
  absl::Status status;
};

std::string HeaderOf(const OutgoingRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "";
}

class WebhookPlatformTest : public ::testing::Test {
 protected:
  WebhookPlatformTest()
      : clock_(absl::FromUnixSeconds(1'800'000'000)),
        platform_({{"siem", {"https://siem.example/hook?key=1", {std::string(24, 'k')}}}}, &http_,
                  &clock_) {
    delivery_.set_name("deliveries/0190b3f2");
    delivery_.set_incident("incidents/DOP-2026-0007");
    delivery_.set_target("channels/siem");
    delivery_.mutable_endpoint()->set_platform("webhook");
    delivery_.mutable_endpoint()->set_address("siem");
    delivery_.mutable_notice()->set_kind(v1::Notice::KIND_PAGE);
    delivery_.mutable_notice()->set_title("Somebody is paged");
    delivery_.mutable_notice()->mutable_incident()->set_name("incidents/DOP-2026-0007");
    delivery_.mutable_notice()->mutable_incident()->set_title("Mail encrypted");
  }
  SendResult Post() {
    Outgoing message;
    message.endpoint = delivery_.endpoint();
    message.delivery = delivery_.name();
    message.source = &delivery_;
    return platform_.Post(message);
  }
  SendFailure FailureFor(int status) {
    http_.response = {.status = status};
    return Post().failure;
  }

  VirtualClock clock_;
  FakeHttp http_;
  WebhookPlatform platform_;
  v1::Delivery delivery_;
};

TEST_F(WebhookPlatformTest, SendsTheNoticeAsSignedData) {
  ASSERT_TRUE(Post().ok());
  const OutgoingRequest& request = http_.requests.at(0);
  EXPECT_EQ(request.url, "https://siem.example/hook?key=1");
  EXPECT_EQ(HeaderOf(request, "webhook-id"), "0190b3f2");
  EXPECT_EQ(HeaderOf(request, "webhook-timestamp"), "1800000000");
  EXPECT_EQ(HeaderOf(request, "webhook-signature"),
            Sign({std::string(24, 'k')}, "0190b3f2", 1'800'000'000, request.body));
  const Json body = Json::parse(request.body);
  EXPECT_EQ(body["type"], "belfry.notice.v1");
  EXPECT_EQ(body["timestamp"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(body["data"]["delivery"], "deliveries/0190b3f2");
  EXPECT_EQ(body["data"]["incident"], "incidents/DOP-2026-0007");
  EXPECT_EQ(body["data"]["notice"]["kind"], "KIND_PAGE");
  EXPECT_EQ(body["data"]["notice"]["title"], "Somebody is paged");
}

TEST_F(WebhookPlatformTest, ARepeatHasTheSameId) {
  Post();
  clock_.AdvanceTo(clock_.Now() + absl::Minutes(10));
  Post();
  EXPECT_EQ(HeaderOf(http_.requests[0], "webhook-id"), HeaderOf(http_.requests[1], "webhook-id"));
  EXPECT_NE(HeaderOf(http_.requests[0], "webhook-signature"),
            HeaderOf(http_.requests[1], "webhook-signature"));
}

TEST_F(WebhookPlatformTest, OfARestrictedIncidentNoContentGoesOut) {
  v1::Notice& notice = *delivery_.mutable_notice();
  notice.mutable_incident()->set_restricted(true);
  notice.mutable_incident()->set_title("Secret");
  notice.mutable_incident()->set_severity("Secret");
  notice.set_title("Secret");
  notice.set_text("Secret");
  notice.set_obligation("Secret");
  notice.mutable_entry()->set_text("Secret");
  notice.add_duties()->set_obligation("Secret");
  notice.mutable_digest()->add_due_today()->set_title("Secret");
  notice.mutable_room()->set_topic("Secret");
  notice.set_reason("STEP_DUE");
  ASSERT_TRUE(Post().ok());
  EXPECT_THAT(http_.requests.at(0).body, Not(HasSubstr("Secret")));
  EXPECT_THAT(http_.requests.at(0).body, HasSubstr("STEP_DUE"));
  EXPECT_THAT(http_.requests.at(0).body, HasSubstr("incidents/DOP-2026-0007"));
}

TEST_F(WebhookPlatformTest, WhatAnswersMean) {
  for (int status : {200, 201, 202, 204}) EXPECT_EQ(FailureFor(status), SendFailure::kNone);
  EXPECT_EQ(FailureFor(410), SendFailure::kTargetBroken);
  EXPECT_EQ(FailureFor(302), SendFailure::kTargetBroken);
  EXPECT_EQ(FailureFor(400), SendFailure::kBug);
  EXPECT_EQ(FailureFor(401), SendFailure::kRetryLater);
  EXPECT_EQ(FailureFor(404), SendFailure::kRetryLater);
  EXPECT_EQ(FailureFor(500), SendFailure::kAmbiguous);
  EXPECT_EQ(FailureFor(503), SendFailure::kRetryLater);
  http_.response = {.status = 429, .retry_after = absl::Seconds(17)};
  EXPECT_EQ(Post().retry_after, absl::Seconds(17));
  http_.status = absl::UnavailableError("refused");
  EXPECT_EQ(Post().failure, SendFailure::kNotSent);
  http_.status = absl::UnknownError("reset");
  EXPECT_EQ(Post().failure, SendFailure::kAmbiguous);
  http_.status = absl::InvalidArgumentError("only https");
  EXPECT_EQ(Post().failure, SendFailure::kTargetBroken);
}

TEST_F(WebhookPlatformTest, OnlyTheConfigurationSaysWhereTo) {
  delivery_.mutable_endpoint()->set_address("https://evil.example/");
  EXPECT_EQ(Post().failure, SendFailure::kTargetBroken);
  EXPECT_TRUE(http_.requests.empty());
}

}  // namespace
}  // namespace belfry::bot::webhook
