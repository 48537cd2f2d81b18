// What an answer of Mattermost's REST API means for the next attempt.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_CLASSIFY_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_CLASSIFY_H_

#include <string>

#include "bot/http/message.h"
#include "bot/platform/send_result.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::mattermost {

// `body` is discarded when it was no JSON.
SendResult Classify(const HttpResponse& response, const nlohmann::json& body);

// Mattermost's name for an error, "api.post.create_post.root_id.app_error"; empty when there is
// none.
std::string ErrorId(const nlohmann::json& body);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_CLASSIFY_H_
