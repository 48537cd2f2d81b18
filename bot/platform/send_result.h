// What became of an attempt to put a message somewhere.
#ifndef BELFRY_BOT_PLATFORM_SEND_RESULT_H_
#define BELFRY_BOT_PLATFORM_SEND_RESULT_H_

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "belfry/v1/delivery.pb.h"

namespace belfry::bot {

// Why it failed, by what helps.
enum class SendFailure {
  kNone,
  // Nothing was sent; the same attempt may be repeated at once or after `retry_after`.
  kNotSent,
  // The platform asks to come back later (429, 5xx before anything happened).
  kRetryLater,
  // It may have been sent: look before sending again.
  kAmbiguous,
  // This place will never take it: archived, unknown, not invited.
  kTargetBroken,
  // The message to be edited is gone; a new one can be posted.
  kMessageGone,
  // The whole workspace refuses: token revoked, scope missing.
  kWorkspaceBroken,
  // We made a message that the platform rejects; repeating it cannot help.
  kBug,
};

struct SendResult {
  SendFailure failure = SendFailure::kNone;
  v1::MessageRef message;  // when sent
  absl::Duration retry_after = absl::ZeroDuration();
  std::string detail;  // for logs and the record; never a secret

  bool ok() const { return failure == SendFailure::kNone; }

  static SendResult Sent(v1::MessageRef message) {
    SendResult result;
    result.message = std::move(message);
    return result;
  }
  static SendResult Failed(SendFailure failure, std::string detail,
                           absl::Duration retry_after = absl::ZeroDuration()) {
    SendResult result;
    result.failure = failure;
    result.detail = std::move(detail);
    result.retry_after = retry_after;
    return result;
  }
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_SEND_RESULT_H_
