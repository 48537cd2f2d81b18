#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/platform/email/address.h"
#include "bot/platform/email/email_platform.h"
#include "bot/platform/email/smtp.h"
#include "server/base/clock.h"
#include "server/base/status_macros.h"

namespace belfry::bot {
namespace {

absl::Status At(const char* setting, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(setting, ": ", status.message()));
}

absl::StatusOr<email::LetterOptions> MakeLetterOptions(const config::v1::EmailConfig& settings) {
  email::LetterOptions options;
  const absl::StatusOr<email::Mailbox> from = email::ParseMailbox(settings.from());
  BELFRY_RETURN_IF_ERROR(At("email.from", from.status()));
  options.from = *from;
  options.message_id_domain = settings.message_id_domain().empty() ? email::DomainOf(from->address)
                                                                   : settings.message_id_domain();
  if (!email::IsDomain(options.message_id_domain)) {
    return absl::InvalidArgumentError(
        "email.message_id_domain: must be a domain such as example.gov");
  }
  return options;
}

}  // namespace

absl::Status AddEmail(Assembly& assembly) {
  if (!assembly.config.has_email()) return absl::OkStatus();
  const config::v1::EmailConfig& settings = assembly.config.email();
  BELFRY_ASSIGN_OR_RETURN(email::LetterOptions letters, MakeLetterOptions(settings));
  const bool named =
      !assembly.config.slack().empty() && !assembly.config.slack(0).command().empty();
  letters.root = absl::StrCat("/", named ? assembly.config.slack(0).command() : "incident");
  email::SmtpOptions smtp;
  smtp.url = settings.url();
  smtp.user = settings.user();
  smtp.ca_file = settings.ca_file();
  smtp.helo = letters.message_id_domain;
  smtp.plaintext = settings.plaintext();
  BELFRY_RETURN_IF_ERROR(At("email.url", email::CheckUrl(smtp)));
  if (smtp.user.empty() != settings.password_file().empty()) {
    return absl::InvalidArgumentError("email: user and password_file go together");
  }
  if (smtp.plaintext && !smtp.user.empty()) {
    return absl::InvalidArgumentError("email.user: no password goes out in plaintext");
  }
  if (!smtp.user.empty()) {
    BELFRY_ASSIGN_OR_RETURN(smtp.password,
                            ReadSecret(settings.password_file(), "email.password_file"));
  }
  SystemClock& clock = assembly.Keep(std::make_shared<SystemClock>());
  email::CurlMailServer& server =
      assembly.Keep(std::make_shared<email::CurlMailServer>(std::move(smtp)));
  assembly.platforms.Add(
      "", std::make_shared<email::EmailPlatform>(std::move(letters), &server, &clock));
  return absl::OkStatus();
}

}  // namespace belfry::bot
