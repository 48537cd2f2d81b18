// HTTP messages as plain values.
#ifndef BELFRY_BOT_HTTP_MESSAGE_H_
#define BELFRY_BOT_HTTP_MESSAGE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::bot {

struct HttpRequest {
  std::string method;
  std::string path;   // without the query
  std::string query;  // without the question mark
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body = {};
  // Address of the other end of the connection, without its port; that of a proxy behind one.
  std::string peer = {};

  // The value of a header; `count` says how often it stands there.
  std::string Header(absl::string_view name, int* count = nullptr) const {
    std::string value;
    int found = 0;
    for (const auto& [key, text] : headers) {
      if (!absl::EqualsIgnoreCase(key, name)) continue;
      if (++found == 1) value = text;
    }
    if (count != nullptr) *count = found;
    return value;
  }
};

// An answer's body that is written as it comes to be, for as long as the other side listens.
// Thread-safe.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // In order. Bytes for a stream that has ended are dropped.
  virtual void Write(std::string bytes) = 0;
  // Bytes that the other side has not taken yet; whoever writes much waits until they are few.
  virtual size_t pending() const = 0;
  // False after Close(), and once the other side is gone or has taken nothing for long.
  virtual bool open() const = 0;
  // Ends the answer after what was written.
  virtual void Close() = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  // What a server asks for in Retry-After, between 1 s and 1 h; zero when it does not.
  absl::Duration retry_after = absl::ZeroDuration();
  // Further headers of an answer of ours, as they are sent.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // An answer of ours without an end of its own: `body` does not count, and this is called with the
  // stream once the headers are on their way. Not called when nobody is there any more.
  std::function<void(std::shared_ptr<HttpStream>)> stream = nullptr;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_MESSAGE_H_
