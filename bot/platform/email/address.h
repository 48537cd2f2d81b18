// Mail addresses, the plain ones.
#ifndef BELFRY_BOT_PLATFORM_EMAIL_ADDRESS_H_
#define BELFRY_BOT_PLATFORM_EMAIL_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::bot::email {

struct Mailbox {
  std::string name;     // "Belfry"; may be empty
  std::string address;  // "belfry@example.gov"
};

// local@domain in ASCII, without quotes, comments or white space: nothing that could end a header
// or an SMTP command.
bool IsAddress(absl::string_view text);

// "Belfry <belfry@example.gov>" or "belfry@example.gov". INVALID_ARGUMENT says what is expected.
absl::StatusOr<Mailbox> ParseMailbox(absl::string_view text);

// "example.gov".
std::string DomainOf(absl::string_view address);

// Letters, digits, dots and hyphens, as hosts and domains are written.
bool IsDomain(absl::string_view text);

}  // namespace belfry::bot::email

#endif  // BELFRY_BOT_PLATFORM_EMAIL_ADDRESS_H_
