// HTTP messages as plain values.
#ifndef BELFRY_BOT_HTTP_MESSAGE_H_
#define BELFRY_BOT_HTTP_MESSAGE_H_

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

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  // What a server asks for in Retry-After, between 1 s and 1 h; zero when it does not.
  absl::Duration retry_after = absl::ZeroDuration();
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_MESSAGE_H_
