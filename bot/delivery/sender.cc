#include "bot/delivery/sender.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/notice_card.h"
#include "google/protobuf/util/time_util.h"

namespace belfry::bot {
namespace {

using v1::ReportDeliveryRequest;

constexpr size_t kErrorCharactersMax = 500;

ReportDeliveryRequest Report(const v1::Delivery& delivery, ReportDeliveryRequest::Outcome outcome,
                             std::string error) {
  ReportDeliveryRequest report;
  report.set_name(delivery.name());
  report.set_outcome(outcome);
  if (error.size() > kErrorCharactersMax) error.resize(kErrorCharactersMax);
  report.set_error(std::move(error));
  return report;
}

ReportDeliveryRequest Delivered(const v1::Delivery& delivery, v1::MessageRef message) {
  ReportDeliveryRequest report = Report(delivery, ReportDeliveryRequest::OUTCOME_DELIVERED, "");
  *report.mutable_message() = std::move(message);
  return report;
}

ReportDeliveryRequest ToReport(const v1::Delivery& delivery, const SendResult& result) {
  if (result.ok()) return Delivered(delivery, result.message);
  ReportDeliveryRequest::Outcome outcome = ReportDeliveryRequest::OUTCOME_FAILED;
  switch (result.failure) {
    case SendFailure::kNotSent:
    case SendFailure::kRetryLater:
    // A revoked token is put right by an administrator, not by giving up the notice.
    case SendFailure::kWorkspaceBroken:
      outcome = ReportDeliveryRequest::OUTCOME_RETRY;
      break;
    case SendFailure::kAmbiguous:
      outcome = ReportDeliveryRequest::OUTCOME_UNKNOWN;
      break;
    default:
      break;
  }
  ReportDeliveryRequest report = Report(delivery, outcome, result.detail);
  if (result.retry_after > absl::ZeroDuration()) {
    report.mutable_retry_after()->set_seconds(absl::ToInt64Seconds(result.retry_after));
  }
  return report;
}

bool IsThreaded(const v1::Notice& notice) { return notice.kind() == v1::Notice::KIND_LOG; }

}  // namespace

ReportDeliveryRequest SendDelivery(const PlatformRegistry& platforms, const v1::Delivery& delivery,
                                   const chat::View& view) {
  Platform* platform = platforms.Find(delivery.endpoint());
  if (platform == nullptr) {
    return Report(delivery, ReportDeliveryRequest::OUTCOME_FAILED,
                  absl::StrCat("no adapter for ", delivery.endpoint().platform(), " ",
                               delivery.endpoint().workspace()));
  }
  Outgoing message;
  message.endpoint = delivery.endpoint();
  message.delivery = delivery.name();
  message.card = chat::NoticeCard(delivery, view);
  message.broadcast = delivery.notice().broadcast();
  if (IsThreaded(delivery.notice()) && delivery.has_headline()) {
    message.thread = delivery.headline();
  }

  // An edit may be repeated without harm; a post may not.
  const bool edits =
      delivery.notice().kind() == v1::Notice::KIND_HEADLINE && delivery.has_headline();
  if (edits) {
    const SendResult result = platform->Update(delivery.headline(), message);
    if (result.failure != SendFailure::kMessageGone) return ToReport(delivery, result);
  }
  if (delivery.ambiguous()) {
    const absl::Time since = absl::FromUnixSeconds(delivery.create_time().seconds());
    absl::StatusOr<std::optional<v1::MessageRef>> found = platform->Find(message, since);
    if (found.ok() && found->has_value()) return Delivered(delivery, **std::move(found));
    // Not knowing is no reason to send twice at once; a platform that can never say is.
    if (!found.ok() && !absl::IsUnimplemented(found.status())) {
      return Report(delivery, ReportDeliveryRequest::OUTCOME_UNKNOWN,
                    std::string(found.status().message()));
    }
  }
  return ToReport(delivery, platform->Post(message));
}

}  // namespace belfry::bot
