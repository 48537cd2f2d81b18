// Mail as a place to post to.
#ifndef BELFRY_BOT_PLATFORM_EMAIL_EMAIL_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_EMAIL_EMAIL_PLATFORM_H_

#include <optional>
#include <string>
#include <utility>

#include "bot/platform/email/letter.h"
#include "bot/platform/email/smtp.h"
#include "bot/platform/platform.h"
#include "server/base/clock.h"

namespace belfry::bot::email {

// The address of an endpoint is a mail address. At least once: nobody can ask whether a letter
// arrived. A second copy has the same Message-ID, which most mailboxes show once. Thread-safe.
class EmailPlatform final : public Platform {
 public:
  // Both outlive the platform.
  EmailPlatform(LetterOptions options, MailServer* server, Clock* clock)
      : options_(std::move(options)), server_(*server), clock_(*clock) {}

  absl::string_view name() const override { return "email"; }
  SendResult Post(const Outgoing& message) override;
  // What was sent stays as it is.
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;

 private:
  const LetterOptions options_;
  MailServer& server_;
  Clock& clock_;
};

}  // namespace belfry::bot::email

#endif  // BELFRY_BOT_PLATFORM_EMAIL_EMAIL_PLATFORM_H_
