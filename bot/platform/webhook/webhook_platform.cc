#include "bot/platform/webhook/webhook_platform.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/platform/webhook/notice_json.h"
#include "bot/platform/webhook/standard_webhook.h"

namespace belfry::bot::webhook {
namespace {

// A receiver that refuses is put right by its people.
constexpr absl::Duration kRefusedPause = absl::Minutes(1);

}  // namespace

SendResult Classify(const HttpResponse& response) {
  const std::string detail = absl::StrCat("HTTP ", response.status);
  if (response.status >= 200 && response.status < 300) return SendResult();
  switch (response.status) {
    case 410:
      return SendResult::Failed(SendFailure::kTargetBroken,
                                "HTTP 410: the receiver wants no more of these");
    case 429:
    case 503:
      return SendResult::Failed(SendFailure::kRetryLater, detail, response.retry_after);
    case 400:
    case 413:
    case 415:
    case 422:
      return SendResult::Failed(SendFailure::kBug, detail);
    default:
      break;
  }
  if (response.status >= 300 && response.status < 400) {
    return SendResult::Failed(
        SendFailure::kTargetBroken,
        absl::StrCat(detail, ": redirects are not followed; put the new address into url_file"));
  }
  if (response.status >= 500) return SendResult::Failed(SendFailure::kAmbiguous, detail);
  return SendResult::Failed(SendFailure::kRetryLater, detail, kRefusedPause);
}

SendResult WebhookPlatform::Post(const Outgoing& message) {
  const auto webhook = webhooks_.find(message.endpoint.address());
  if (webhook == webhooks_.end()) {
    return SendResult::Failed(
        SendFailure::kTargetBroken,
        absl::StrCat("no webhook \"", message.endpoint.address(), "\" in the configuration"));
  }
  if (message.source == nullptr) {
    return SendResult::Failed(SendFailure::kBug, "webhooks carry notices only");
  }
  const absl::Time now = clock_.Now();
  const absl::StatusOr<std::string> body = NoticeJson(*message.source, now);
  if (!body.ok()) {
    return SendResult::Failed(SendFailure::kBug, std::string(body.status().message()));
  }
  const std::string id(absl::StripPrefix(message.delivery, "deliveries/"));
  const int64_t timestamp = absl::ToUnixSeconds(now);
  OutgoingRequest request;
  request.url = webhook->second.url;
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "belfry"},
                     {"webhook-id", id},
                     {"webhook-timestamp", absl::StrCat(timestamp)},
                     {"webhook-signature", Sign(webhook->second.keys, id, timestamp, *body)}};
  request.body = *body;
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return SendResult::Failed(absl::IsUnavailable(response.status()) ? SendFailure::kNotSent
                              : absl::IsInvalidArgument(response.status())
                                  ? SendFailure::kTargetBroken
                                  : SendFailure::kAmbiguous,
                              std::string(response.status().message()));
  }
  SendResult result = Classify(*response);
  if (!result.ok()) return result;
  result.message.set_channel(message.endpoint.address());
  result.message.set_id(id);
  return result;
}

SendResult WebhookPlatform::Update(const v1::MessageRef&, const Outgoing& message) {
  // Other systems hear of a change by another message; only an old one cannot be taken back.
  return SendResult::Failed(SendFailure::kMessageGone,
                            absl::StrCat(message.endpoint.address(), " cannot edit"));
}

absl::StatusOr<std::optional<v1::MessageRef>> WebhookPlatform::Find(const Outgoing&, absl::Time) {
  return absl::UnimplementedError("webhooks cannot be read");
}

}  // namespace belfry::bot::webhook
