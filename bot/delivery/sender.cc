#include "bot/delivery/sender.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/notice_card.h"
#include "client-lib/chat/utf8.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

using v1::ReportDeliveryRequest;

constexpr size_t kErrorCharactersMax = 500;
constexpr absl::Duration kRetryAfterMax = absl::Hours(1);

// What a platform answered may be anything; the server takes UTF-8 only, and not much of it.
std::string Cut(std::string text) {
  if (!chat::IsUtf8(text)) return "the platform's answer is no UTF-8";
  if (text.size() <= kErrorCharactersMax) return text;
  size_t end = kErrorCharactersMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

ReportDeliveryRequest Report(const v1::Delivery& delivery, ReportDeliveryRequest::Outcome outcome,
                             std::string error) {
  ReportDeliveryRequest report;
  report.set_name(delivery.name());
  report.set_outcome(outcome);
  report.set_error(Cut(std::move(error)));
  return report;
}

ReportDeliveryRequest Delivered(const v1::Delivery& delivery, v1::MessageRef message) {
  ReportDeliveryRequest report = Report(delivery, ReportDeliveryRequest::OUTCOME_DELIVERED, "");
  if (message.platform().empty()) message.set_platform(delivery.endpoint().platform());
  *report.mutable_message() = std::move(message);
  return report;
}

void SetRetryAfter(absl::Duration wait, ReportDeliveryRequest& report) {
  wait = std::clamp(wait, absl::ZeroDuration(), kRetryAfterMax);
  // Rounded up: a moment too early would be asked to wait again.
  report.mutable_retry_after()->set_seconds(
      static_cast<int64_t>(std::ceil(absl::ToDoubleSeconds(wait))));
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
  if (result.retry_after > absl::ZeroDuration()) SetRetryAfter(result.retry_after, report);
  return report;
}

SendOutcome Sent(const v1::Delivery& delivery, SendResult result) {
  SendOutcome outcome;
  outcome.report = ToReport(delivery, result);
  outcome.result = std::move(result);
  return outcome;
}

Outgoing ToOutgoing(const v1::Delivery& delivery, const chat::View& view) {
  Outgoing message;
  message.endpoint = delivery.endpoint();
  message.delivery = delivery.name();
  message.card = chat::NoticeCard(delivery, view);
  message.broadcast = delivery.notice().broadcast();
  message.source = &delivery;
  if (delivery.notice().kind() == v1::Notice::KIND_LOG && delivery.has_headline()) {
    message.thread = delivery.headline();
  }
  return message;
}

// Where an earlier message stands: its person may since have been reached elsewhere.
Platform* HomeOf(const PlatformRegistry& platforms, const v1::Delivery& delivery,
                 Platform* otherwise) {
  const v1::MessageRef& earlier = delivery.earlier();
  if (earlier.platform().empty() || earlier.platform() == delivery.endpoint().platform()) {
    return otherwise;
  }
  v1::Endpoint home;
  home.set_platform(earlier.platform());
  home.set_workspace(earlier.workspace());
  return platforms.Find(home);
}

// The new message stands already: whatever happens to the old one is no failure.
void MarkOutOfDate(const PlatformRegistry& platforms, const v1::Delivery& delivery,
                   Platform* platform) {
  Platform* const home = HomeOf(platforms, delivery, platform);
  if (home == nullptr) return;
  Outgoing old;
  old.endpoint = delivery.endpoint();
  old.delivery = delivery.name();
  // No more than the id, which is no secret anywhere.
  std::string id = delivery.incident();
  id.erase(0, id.find('/') + 1);
  old.card.title = absl::StrCat(id, id.empty() ? "" : " · ", "Out of date, see below");
  const SendResult result = home->Update(delivery.earlier(), old);
  if (!result.ok() && result.failure != SendFailure::kMessageGone) {
    spdlog::info("{}: the message before could not be marked: {}", delivery.name(), result.detail);
  }
}

// True with an outcome when nothing is to be posted.
bool FindEarlierAttempt(Platform& platform, const v1::Delivery& delivery, const Outgoing& message,
                        bool settled, SendOutcome& outcome) {
  const absl::Time since = absl::FromUnixSeconds(delivery.create_time().seconds());
  absl::StatusOr<std::optional<v1::MessageRef>> found = platform.Find(message, since);
  // A platform that can never say is no reason to keep a notice back.
  if (absl::IsUnimplemented(found.status())) return false;
  outcome.looked = true;
  if (!found.ok()) {
    outcome.look_failed = true;
    outcome.result =
        SendResult::Failed(SendFailure::kAmbiguous, std::string(found.status().message()));
    outcome.report = ToReport(delivery, outcome.result);
    return true;
  }
  if (found->has_value()) {
    outcome.found = true;
    outcome.report = Delivered(delivery, **std::move(found));
    return true;
  }
  outcome.look_again = !settled;
  return outcome.look_again;
}

SendOutcome Post(Platform& platform, const v1::Delivery& delivery, const Outgoing& message,
                 bool settled) {
  SendOutcome outcome;
  if (delivery.ambiguous() && FindEarlierAttempt(platform, delivery, message, settled, outcome)) {
    return outcome;
  }
  const bool looked = outcome.looked;
  outcome = Sent(delivery, platform.Post(message));
  outcome.looked = looked;
  outcome.blind = delivery.ambiguous() && !looked;
  return outcome;
}

}  // namespace

ReportDeliveryRequest NotAttempted(const v1::Delivery& delivery, absl::Duration retry_after,
                                   const std::string& why) {
  ReportDeliveryRequest report = Report(delivery, ReportDeliveryRequest::OUTCOME_RETRY, why);
  report.set_not_attempted(true);
  SetRetryAfter(std::max(retry_after, absl::Seconds(1)), report);
  return report;
}

SendOutcome SendDelivery(const PlatformRegistry& platforms, const v1::Delivery& delivery,
                         chat::View view, bool settled) {
  Platform* const platform = platforms.Find(delivery.endpoint());
  if (platform == nullptr) {
    SendOutcome outcome;
    outcome.report = Report(delivery, ReportDeliveryRequest::OUTCOME_FAILED,
                            absl::StrCat("no adapter for ", delivery.endpoint().platform(), " ",
                                         delivery.endpoint().workspace()));
    return outcome;
  }
  const v1::Notice& notice = delivery.notice();
  if (notice.kind() == v1::Notice::KIND_ROOM) {
    return Sent(delivery,
                platform->OpenRoom(delivery.endpoint(), notice.room(), delivery.name(),
                                   delivery.has_earlier() ? &delivery.earlier() : nullptr));
  }
  if (std::string root = platforms.RootOf(delivery.endpoint()); !root.empty()) {
    view.root = std::move(root);
  }
  const Outgoing message = ToOutgoing(delivery, view);
  // An edit may be repeated without harm; a post may not.
  if (delivery.has_earlier() && notice.done()) {
    Platform* const home = HomeOf(platforms, delivery, platform);
    SendResult result = home == nullptr ? SendResult() : home->Update(delivery.earlier(), message);
    // Nobody misses the end of what nobody sees.
    if (result.failure == SendFailure::kMessageGone) result = SendResult();
    if (result.ok()) result.message = delivery.earlier();
    return Sent(delivery, std::move(result));
  }
  if (notice.kind() == v1::Notice::KIND_HEADLINE && delivery.has_headline()) {
    SendResult result = platform->Update(delivery.headline(), message);
    if (result.failure != SendFailure::kMessageGone) return Sent(delivery, std::move(result));
  }
  SendOutcome outcome = Post(*platform, delivery, message, settled);
  if (delivery.has_earlier() && !outcome.look_again &&
      outcome.report.outcome() == ReportDeliveryRequest::OUTCOME_DELIVERED) {
    MarkOutOfDate(platforms, delivery, platform);
  }
  return outcome;
}

}  // namespace belfry::bot
