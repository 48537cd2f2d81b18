#include "bot/platform/email/smtp.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/http/loopback.h"
#include "bot/platform/email/address.h"

namespace belfry::bot::email {
namespace {

constexpr size_t kAnswerMax = 200;
// Greylisting wants to see the same letter again, but not at once.
constexpr absl::Duration kMailboxPause = absl::Minutes(1);
constexpr absl::Duration kRefusedPause = absl::Minutes(1);

struct Upload {
  const std::string* message;
  size_t sent = 0;
  SmtpProgress* progress;
};

size_t Read(char* bytes, size_t size, size_t count, void* user) {
  Upload& upload = *static_cast<Upload*>(user);
  const size_t rest = std::min(size * count, upload.message->size() - upload.sent);
  if (rest == 0) upload.progress->message_sent = true;
  std::memcpy(bytes, upload.message->data() + upload.sent, rest);
  upload.sent += rest;
  return rest;
}

// "250-SIZE 1000" → code and text. Continuations of a login are nobody's business.
void NoteAnswer(absl::string_view line, SmtpProgress& progress) {
  line = absl::StripAsciiWhitespace(line);
  int code = 0;
  if (progress.over || line.size() < 3 || !absl::SimpleAtoi(line.substr(0, 3), &code)) return;
  progress.code = code;
  progress.answer.clear();
  if (code == 334) return;
  for (char c : line.substr(0, kAnswerMax)) progress.answer += c >= 0x20 && c < 0x7F ? c : '?';
}

size_t ReadAnswer(char* bytes, size_t size, size_t count, void* user) {
  NoteAnswer(absl::string_view(bytes, size * count), *static_cast<SmtpProgress*>(user));
  return size * count;
}

// Only the word: what follows AUTH is a secret.
int Watch(CURL*, curl_infotype type, char* bytes, size_t size, void* user) {
  if (type != CURLINFO_HEADER_OUT) return 0;
  const absl::string_view line(bytes, size);
  const absl::string_view word = line.substr(0, line.find_first_of(" \r\n"));
  const bool command = word.size() == 4 || word == "STARTTLS";
  SmtpProgress& progress = *static_cast<SmtpProgress*>(user);
  // Said and answered when the outcome is known already.
  if (word == "QUIT") progress.over = true;
  if (progress.over) return 0;
  // Lines of a login are no commands.
  if (command && progress.code != 334) progress.command = std::string(word);
  return 0;
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(text, &port) && port > 0 && port < 65536;
}

}  // namespace

absl::Status CheckUrl(const SmtpOptions& options) {
  absl::string_view rest = options.url;
  const bool tls = absl::ConsumePrefix(&rest, "smtps://");
  const size_t colon = rest.rfind(':');
  if ((!tls && !absl::ConsumePrefix(&rest, "smtp://")) || rest.empty()) {
    return absl::InvalidArgumentError(
        "must be such as \"smtp://mail.example:587\" or \"smtps://mail.example:465\"");
  }
  std::string host(rest);
  if (const size_t port = rest.rfind(':'); colon != absl::string_view::npos &&
                                           port != absl::string_view::npos &&
                                           !absl::EndsWith(rest, "]")) {
    if (!IsPort(rest.substr(port + 1))) {
      return absl::InvalidArgumentError("must end with a port between 1 and 65535, or without one");
    }
    host = std::string(rest.substr(0, port));
  }
  if (!IsDomain(host) && !IsLoopbackHost(host)) {
    return absl::InvalidArgumentError(
        "must name a host and nothing else: user and password have settings of their own");
  }
  if (options.plaintext && (tls || !IsLoopbackHost(host))) {
    return absl::InvalidArgumentError(
        "plaintext is for smtp:// on loopback only; take plaintext out");
  }
  return absl::OkStatus();
}

SendResult ClassifySmtp(const SmtpProgress& progress, const std::string& what) {
  const std::string detail =
      absl::StrCat(progress.command.empty() ? "" : absl::StrCat(progress.command, ": "),
                   progress.code >= 400 && !progress.answer.empty() ? progress.answer : what);
  const bool refused = progress.code >= 500 && progress.code < 600;
  const bool later = progress.code >= 400 && progress.code < 500;
  if (!refused && !later) {
    // Before the final dot nothing may be delivered; after it nobody knows.
    return SendResult::Failed(
        progress.message_sent ? SendFailure::kAmbiguous : SendFailure::kNotSent, detail);
  }
  const bool about_mailbox = progress.command == "RCPT";
  if (later) {
    // 421 is the server itself: then the circuit decides when to come back.
    const bool server = progress.code == 421;
    return SendResult::Failed(SendFailure::kRetryLater, detail,
                              about_mailbox && !server ? kMailboxPause : absl::ZeroDuration());
  }
  // 530, 535 and so on: the server does not want us, whatever the letter.
  const bool login = progress.code >= 530 && progress.code <= 539;
  if (about_mailbox && !login) return SendResult::Failed(SendFailure::kTargetBroken, detail);
  if (progress.message_sent || progress.command == "DATA") {
    return SendResult::Failed(SendFailure::kBug, detail);
  }
  return SendResult::Failed(SendFailure::kWorkspaceBroken, detail, kRefusedPause);
}

CurlMailServer::CurlMailServer(SmtpOptions options) : options_(std::move(options)) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)global;
}

SendResult CurlMailServer::Send(const std::string& from, const std::string& to,
                                const std::string& message) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  CURL* const curl = handle.get();
  SmtpProgress progress;
  Upload upload{&message, 0, &progress};
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, absl::StrCat("<", to, ">").c_str()), &curl_slist_free_all);
  // The path of the URL is what libcurl says in EHLO.
  curl_easy_setopt(curl, CURLOPT_URL, absl::StrCat(options_.url, "/", options_.helo).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(options_.plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) {
    // Beside the system's directory of certificates, which stays.
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (!options_.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, absl::StrCat("<", from, ">").c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Read);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &ReadAnswer);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &progress);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &Watch);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &progress);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.total_timeout)));
  // For each answer, also that to QUIT, which does not count for the time-out above.
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   static_cast<long>(absl::ToInt64Seconds(options_.answer_timeout)));
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return SendResult();
  switch (code) {
    case CURLE_USE_SSL_FAILED:
      return SendResult::Failed(SendFailure::kWorkspaceBroken,
                                "the mail server does not offer STARTTLS, and without TLS nothing "
                                "is sent; let it, or use smtps://",
                                kRefusedPause);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_LOGIN_DENIED:
      return SendResult::Failed(SendFailure::kWorkspaceBroken, curl_easy_strerror(code),
                                kRefusedPause);
    default:
      return ClassifySmtp(progress, curl_easy_strerror(code));
  }
}

}  // namespace belfry::bot::email
