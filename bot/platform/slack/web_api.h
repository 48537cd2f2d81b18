// Calls of Slack's Web API, and what their answers mean.
#ifndef BELFRY_BOT_PLATFORM_SLACK_WEB_API_H_
#define BELFRY_BOT_PLATFORM_SLACK_WEB_API_H_

#include <string>
#include <utility>
#include <vector>

#include "bot/http/client.h"
#include "bot/platform/send_result.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// What an answer of the Web API means for the next attempt. `body` is null when it was no JSON.
SendResult Classify(const HttpResponse& response, const nlohmann::json& body);

// One workspace's API with one token. Thread-safe; calls block for as long as HttpClient's
// time-outs allow. No result ever holds the token.
class WebApi {
 public:
  // `base_url` ends with a slash; `http` outlives the API.
  WebApi(std::string base_url, std::string token, HttpClient* http)
      : base_url_(std::move(base_url)), token_(std::move(token)), http_(*http) {}

  // Methods that change something take JSON.
  SendResult Post(const char* method, const nlohmann::json& body, nlohmann::json* answer) const;
  // Methods that read take a query.
  using Query = std::vector<std::pair<std::string, std::string>>;
  SendResult Get(const char* method, const Query& query, nlohmann::json* answer) const;

 private:
  SendResult Send(const char* method, const OutgoingRequest& request, nlohmann::json* answer) const;

  const std::string base_url_;
  const std::string token_;
  HttpClient& http_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_WEB_API_H_
