// Reading JSON and forms that anybody may have written.
#ifndef BELFRY_BOT_PLATFORM_SLACK_JSON_READ_H_
#define BELFRY_BOT_PLATFORM_SLACK_JSON_READ_H_

#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// INVALID_ARGUMENT naming `field` for anything but an object in UTF-8 of a sensible depth.
absl::StatusOr<nlohmann::json> ParseJsonObject(absl::string_view text, absl::string_view field);

// A form as an object of strings. INVALID_ARGUMENT names the field.
absl::StatusOr<nlohmann::json> ParseFormBody(absl::string_view body);

// The text at a path such as {"user", "id"}; empty when anything on the way is something else.
std::string TextAt(const nlohmann::json& json, std::initializer_list<const char*> path);

// The value at a path; null when there is none.
const nlohmann::json& ValueAt(const nlohmann::json& json, std::initializer_list<const char*> path);

// Never throws: bytes that are no UTF-8 become U+FFFD.
std::string DumpJson(const nlohmann::json& json);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_JSON_READ_H_
