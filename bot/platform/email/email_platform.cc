#include "bot/platform/email/email_platform.h"

#include "bot/platform/email/address.h"

namespace belfry::bot::email {

SendResult EmailPlatform::Post(const Outgoing& message) {
  if (!IsAddress(message.endpoint.address())) {
    return SendResult::Failed(SendFailure::kTargetBroken,
                              "the directory's address is no mail address, such as "
                              "duty@example.gov");
  }
  const Letter letter = MakeLetter(message, options_, clock_.Now());
  SendResult result = server_.Send(options_.from.address, letter.to, Write(letter));
  if (!result.ok()) return result;
  result.message.set_channel(letter.to);
  result.message.set_id(letter.message_id);
  return result;
}

SendResult EmailPlatform::Update(const v1::MessageRef&, const Outgoing&) {
  return SendResult::Failed(SendFailure::kMessageGone, "mail cannot be edited");
}

absl::StatusOr<std::optional<v1::MessageRef>> EmailPlatform::Find(const Outgoing&, absl::Time) {
  return absl::UnimplementedError("mailboxes cannot be read");
}

}  // namespace belfry::bot::email
