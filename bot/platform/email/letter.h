// A notice as a letter.
#ifndef BELFRY_BOT_PLATFORM_EMAIL_LETTER_H_
#define BELFRY_BOT_PLATFORM_EMAIL_LETTER_H_

#include <string>

#include "bot/platform/email/mime.h"
#include "bot/platform/platform.h"

namespace belfry::bot::email {

struct LetterOptions {
  Mailbox from;
  std::string message_id_domain;
  // What people type before a verb in chat: "/incident".
  std::string root;
};

// Plain text and HTML that say the same. There are no buttons in a mail that is safe to forward: it
// says what to type instead. All letters about an incident to one place are one thread.
Letter MakeLetter(const Outgoing& message, const LetterOptions& options, absl::Time now);

}  // namespace belfry::bot::email

#endif  // BELFRY_BOT_PLATFORM_EMAIL_LETTER_H_
