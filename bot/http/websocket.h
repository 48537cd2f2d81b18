// Outgoing WebSockets, and the one thread on which they and their timers run.
#ifndef BELFRY_BOT_HTTP_WEBSOCKET_H_
#define BELFRY_BOT_HTTP_WEBSOCKET_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace belfry::bot {

// One connection. Only for the loop's thread. Dropping it ends it at once and silently.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // In order; lost when the connection ends before.
  virtual void Send(std::string text) = 0;
  // Says goodbye after what is still to be sent; `closed` follows.
  virtual void Close() = 0;
};

// Called on the loop's thread. `closed` is the last of them.
struct WebSocketEvents {
  std::function<void()> opened;
  std::function<void(std::string text)> received;
  // OK: both sides said goodbye. The text never holds the address, which may be a secret.
  std::function<void(absl::Status status)> closed;
};

// Runs everything in turn, on one thread.
class SocketLoop {
 public:
  virtual ~SocketLoop() = default;
  // Thread-safe.
  virtual void Post(std::function<void()> task) = 0;
  virtual void After(absl::Duration wait, std::function<void()> task) = 0;
  // Only for the loop's thread. INVALID_ARGUMENT: wss only, and ws to loopback addresses.
  virtual absl::StatusOr<std::unique_ptr<WebSocket>> Connect(const std::string& url,
                                                             WebSocketEvents events) = 0;
};

struct WebSocketOptions {
  // To be connected, and to say goodbye.
  absl::Duration handshake = absl::Seconds(10);
  // Without anything from the other side, not even an answer to our ping.
  absl::Duration silence = absl::Seconds(30);
  size_t message_bytes_max = 1024 * 1024;
};

// With the system's certificates (SSL_CERT_FILE names others), checked against the host's name.
std::unique_ptr<SocketLoop> MakeSocketLoop(WebSocketOptions options = {});

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_WEBSOCKET_H_
