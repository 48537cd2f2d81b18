// Outgoing HTTP.
#ifndef BELFRY_BOT_HTTP_CLIENT_H_
#define BELFRY_BOT_HTTP_CLIENT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bot/http/message.h"

namespace belfry::bot {

struct OutgoingRequest {
  std::string method = "POST";
  std::string url;  // may be a secret: never logged
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// Sends requests. An error says what is known of the outcome:
//   UNAVAILABLE       nothing was sent; safe to repeat
//   UNKNOWN           it may have arrived: time-out or reset after sending
//   INVALID_ARGUMENT  the address is not allowed
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) = 0;
};

struct CurlOptions {
  absl::Duration connect_timeout = absl::Seconds(5);
  absl::Duration total_timeout = absl::Seconds(15);
  size_t body_bytes_max = 4 * 1024 * 1024;
};

// HTTP/1.1 over libcurl: no redirects, no proxies, https only; plain http to loopback addresses,
// for emulators. Never repeats a request by itself. Thread-safe.
class CurlHttpClient final : public HttpClient {
 public:
  explicit CurlHttpClient(CurlOptions options = {});
  absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) override;

 private:
  const CurlOptions options_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_CLIENT_H_
