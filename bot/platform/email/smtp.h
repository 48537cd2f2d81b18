// Handing a letter to a mail server.
#ifndef BELFRY_BOT_PLATFORM_EMAIL_SMTP_H_
#define BELFRY_BOT_PLATFORM_EMAIL_SMTP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "bot/platform/send_result.h"

namespace belfry::bot::email {

// Thread-safe. The result's message is left empty.
class MailServer {
 public:
  virtual ~MailServer() = default;
  virtual SendResult Send(const std::string& from, const std::string& to,
                          const std::string& message) = 0;
};

struct SmtpOptions {
  std::string url;  // "smtp://mail.example:587"
  std::string user;
  std::string password;  // never logged
  std::string ca_file;
  // What we call ourselves in EHLO.
  std::string helo;
  // Loopback only.
  bool plaintext = false;
  absl::Duration connect_timeout = absl::Seconds(5);
  // Filters look at a message before they take it, and take their time.
  absl::Duration total_timeout = absl::Seconds(30);
  absl::Duration answer_timeout = absl::Seconds(20);
};

// "smtp://host:port" or "smtps://host:port" and nothing else, plaintext only to loopback.
// INVALID_ARGUMENT says what is expected.
absl::Status CheckUrl(const SmtpOptions& options);

// SMTP over libcurl. TLS is demanded: a server that does not offer STARTTLS, or whose certificate
// does not fit, gets nothing, not even the envelope.
class CurlMailServer final : public MailServer {
 public:
  explicit CurlMailServer(SmtpOptions options);
  SendResult Send(const std::string& from, const std::string& to,
                  const std::string& message) override;

 private:
  const SmtpOptions options_;
};

// How far a conversation with the server came.
struct SmtpProgress {
  // The last command that was sent: "EHLO", "RCPT"; empty before the first.
  std::string command;
  // Code and text of the last answer; 0 when there was none.
  int code = 0;
  std::string answer;
  // All of the message was given to the connection: its end may have been sent.
  bool message_sent = false;
  // We said goodbye: what follows says nothing about the message.
  bool over = false;
};

// What a conversation that did not end well means. `what` is libcurl's word for it.
SendResult ClassifySmtp(const SmtpProgress& progress, const std::string& what);

}  // namespace belfry::bot::email

#endif  // BELFRY_BOT_PLATFORM_EMAIL_SMTP_H_
