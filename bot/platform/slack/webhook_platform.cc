#include "bot/platform/slack/webhook_platform.h"

#include "absl/strings/str_cat.h"
#include "bot/platform/slack/blocks.h"

namespace belfry::bot::slack {

SendResult WebhookPlatform::Post(const Outgoing& message) {
  const auto url = urls_.find(message.endpoint.address());
  if (url == urls_.end()) {
    return SendResult::Failed(
        SendFailure::kTargetBroken,
        absl::StrCat("no webhook \"", message.endpoint.address(), "\" in the configuration"));
  }
  nlohmann::json body = ToMessage(message.card);
  OutgoingRequest request;
  request.url = url->second;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return SendResult::Failed(
        absl::IsUnavailable(response.status()) ? SendFailure::kNotSent : SendFailure::kAmbiguous,
        std::string(response.status().message()));
  }
  if (response->status == 200) {
    v1::MessageRef ref;
    ref.set_channel(message.endpoint.address());
    return SendResult::Sent(std::move(ref));
  }
  const std::string detail = absl::StrCat("HTTP ", response->status);
  if (response->status == 429) {
    return SendResult::Failed(SendFailure::kRetryLater, detail, response->retry_after);
  }
  if (response->status >= 500) return SendResult::Failed(SendFailure::kAmbiguous, detail);
  return SendResult::Failed(
      response->status == 400 ? SendFailure::kBug : SendFailure::kTargetBroken, detail);
}

SendResult WebhookPlatform::Update(const v1::MessageRef&, const Outgoing&) {
  return SendResult::Failed(SendFailure::kMessageGone, "webhooks cannot edit");
}

absl::StatusOr<std::optional<v1::MessageRef>> WebhookPlatform::Find(const Outgoing&, absl::Time) {
  return absl::UnimplementedError("webhooks cannot be read");
}

}  // namespace belfry::bot::slack
