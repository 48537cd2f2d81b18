#include "bot/platform/teams/workflow_platform.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/teams/adaptive_card.h"
#include "bot/platform/teams/card_parts.h"

namespace belfry::bot::teams {
namespace {

// "https://host:443/…" → "host".
std::string HostOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == absl::string_view::npos) return "";
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const size_t at = url.rfind('@');
  if (at != absl::string_view::npos) url.remove_prefix(at + 1);
  return absl::AsciiStrToLower(url.substr(0, url.find(':')));
}

bool IsSwitchedOff(const std::string& host) {
  return host == "outlook.office.com" || host == "outlook.office365.com" ||
         absl::EndsWith(host, ".webhook.office.com");
}

SendResult ResultOf(const HttpResponse& response) {
  const std::string detail = absl::StrCat("HTTP ", response.status);
  switch (response.status) {
    case 400:
    case 413:
      return SendResult::Failed(SendFailure::kBug, detail);
    case 401:
    case 403:
    case 404:
    case 410:
      return SendResult::Failed(
          SendFailure::kTargetBroken,
          absl::StrCat(detail, ": the workflow is gone, switched off, or has a new address"));
    case 408:
    case 429:
      return SendResult::Failed(SendFailure::kRetryLater, detail,
                                std::max(response.retry_after, absl::Seconds(1)));
    default:
      break;
  }
  if (response.status >= 500) {
    return SendResult::Failed(SendFailure::kAmbiguous, detail, response.retry_after);
  }
  return response.status >= 200 && response.status < 300
             ? SendResult()
             : SendResult::Failed(SendFailure::kBug, detail);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Platform>> WorkflowPlatform::Make(
    std::map<std::string, std::string> urls, HttpClient* http) {
  for (const auto& [name, url] : urls) {
    if (IsSwitchedOff(HostOf(url))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "webhooks.url_file of \"", name,
          "\": is an Office 365 connector, which Microsoft switched off in May 2026; make a "
          "workflow \"Post to a channel when a webhook request is received\" and use its URL"));
    }
  }
  return std::shared_ptr<Platform>(new WorkflowPlatform(std::move(urls), http));
}

SendResult WorkflowPlatform::Post(const Outgoing& message) {
  const auto url = urls_.find(message.endpoint.address());
  if (url == urls_.end()) {
    return SendResult::Failed(
        SendFailure::kTargetBroken,
        absl::StrCat("no webhook \"", message.endpoint.address(), "\" in the configuration"));
  }
  Json attachment = Attachment(ToAdaptiveCard(message.card, kWorkflowUse));
  attachment["contentUrl"] = nullptr;
  OutgoingRequest request;
  request.url = url->second;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body =
      DumpJson({{"type", "message"}, {"attachments", Json::array({std::move(attachment)})}});
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return SendResult::Failed(
        absl::IsUnavailable(response.status()) ? SendFailure::kNotSent : SendFailure::kAmbiguous,
        std::string(response.status().message()));
  }
  SendResult result = ResultOf(*response);
  if (!result.ok()) return result;
  result.message.set_platform("teams-workflow");
  result.message.set_channel(message.endpoint.address());
  return result;
}

SendResult WorkflowPlatform::Update(const v1::MessageRef&, const Outgoing&) {
  return SendResult::Failed(SendFailure::kMessageGone, "workflows cannot edit");
}

absl::StatusOr<std::optional<v1::MessageRef>> WorkflowPlatform::Find(const Outgoing&, absl::Time) {
  return absl::UnimplementedError("workflows cannot be read");
}

}  // namespace belfry::bot::teams
