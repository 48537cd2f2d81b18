// Mattermost's REST API, version 4, as the bot account.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_REST_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_REST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "bot/http/client.h"
#include "bot/platform/json.h"
#include "bot/platform/send_result.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::mattermost {

struct RestOptions {
  std::string base_url;   // "https://mattermost.example/"
  std::string bot_token;  // never logged
};

// Thread-safe.
class Rest {
 public:
  // `http` outlives it.
  Rest(RestOptions options, HttpClient* http) : options_(std::move(options)), http_(*http) {}

  // `path` follows /api/v4/. `answer` is what came back as JSON, also with a failure.
  SendResult Call(const std::string& method, const std::string& path, const nlohmann::json& body,
                  nlohmann::json* answer);

 private:
  const RestOptions options_;
  HttpClient& http_;
};

// 26 lower-case letters and digits, as Mattermost writes all its ids: fit to stand in a path.
bool IsId(absl::string_view text);

std::string Dump(const nlohmann::json& json);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_REST_H_
