// Inbound HTTP for webhooks of chat platforms.
#ifndef BELFRY_BOT_HTTP_LISTENER_H_
#define BELFRY_BOT_HTTP_LISTENER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bot/http/message.h"

namespace belfry::bot {

struct ListenerOptions {
  std::string address = "127.0.0.1:8080";
  size_t header_bytes_max = 16 * 1024;
  size_t body_bytes_max = 1024 * 1024;
  // For a whole request, and for a connection without one.
  absl::Duration read_deadline = absl::Seconds(5);
  absl::Duration idle = absl::Seconds(30);
  int connections_max = 256;
  int threads = 2;
};

// An HTTP/1.1 server. A request that is too large, malformed or too slow is answered or dropped
// before anything else sees it.
class HttpListener {
 public:
  // May be called later and from any thread; the first call counts.
  using Respond = std::function<void(HttpResponse)>;
  // Called on a listener thread; must not block.
  using Handler = std::function<void(HttpRequest, Respond)>;

  static absl::StatusOr<std::unique_ptr<HttpListener>> Start(ListenerOptions options,
                                                             Handler handler);
  virtual ~HttpListener() = default;

  virtual int port() const = 0;
  // Takes nothing new and gives what runs up to `grace` to finish.
  virtual void Stop(absl::Duration grace) = 0;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_LISTENER_H_
