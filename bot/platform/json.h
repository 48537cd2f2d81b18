// JSON from outside, read without trust, and JSON that goes out.
#ifndef BELFRY_BOT_PLATFORM_JSON_H_
#define BELFRY_BOT_PLATFORM_JSON_H_

#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace belfry::bot {

using Json = nlohmann::json;

// An object. INVALID_ARGUMENT names `field` when the text is no UTF-8, no JSON, nested too deeply
// or something else than an object.
absl::StatusOr<Json> ParseJsonObject(absl::string_view text, absl::string_view field);

// What stands at a path such as {"channelData", "tenant", "id"}; null when there is nothing.
const Json* At(const Json& json, std::initializer_list<const char*> path);
// The text there; empty when there is none, or something that is no text.
std::string TextAt(const Json& json, std::initializer_list<const char*> path);

// Never throws: bytes that are no UTF-8 become U+FFFD.
std::string DumpJson(const Json& json);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_JSON_H_
