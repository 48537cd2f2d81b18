// Reading what Slack sends: forms as JSON, and values that may not be there.
#ifndef BELFRY_BOT_PLATFORM_SLACK_JSON_READ_H_
#define BELFRY_BOT_PLATFORM_SLACK_JSON_READ_H_

#include <initializer_list>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bot/platform/json.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// A form as an object of strings. INVALID_ARGUMENT names the field.
absl::StatusOr<nlohmann::json> ParseFormBody(absl::string_view body);

// The value at a path; null when there is none.
const nlohmann::json& ValueAt(const nlohmann::json& json, std::initializer_list<const char*> path);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_JSON_READ_H_
