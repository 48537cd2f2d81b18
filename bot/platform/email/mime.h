// Mail as it stands on the wire: RFC 5322 headers, RFC 2047 words, RFC 2045 bodies.
#ifndef BELFRY_BOT_PLATFORM_EMAIL_MIME_H_
#define BELFRY_BOT_PLATFORM_EMAIL_MIME_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bot/platform/email/address.h"

namespace belfry::bot::email {

// UTF-8 text in a header: ASCII as it is, anything else as encoded words of at most 75 characters,
// folded. `name_size` is what stands on the first line already. Control characters, line ends above
// all, become spaces: a text can never begin another header.
std::string HeaderText(absl::string_view text, size_t name_size);

// Lines of at most 76 characters that end with CRLF. No line begins with a dot or "From ".
std::string QuotedPrintable(absl::string_view text);

struct Letter {
  Mailbox from;
  std::string to;       // an address
  std::string subject;  // UTF-8
  absl::Time date;
  std::string message_id;  // "<…@…>"
  // The message that begins the thread; empty when this is it.
  std::string thread_id;
  std::string delivery;  // "deliveries/…"
  std::string text;      // UTF-8
  std::string html;
};

// The whole message, ready for DATA.
std::string Write(const Letter& letter);

}  // namespace belfry::bot::email

#endif  // BELFRY_BOT_PLATFORM_EMAIL_MIME_H_
