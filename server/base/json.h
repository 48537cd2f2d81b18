// JSON from outside, read without trust, and JSON that goes out.
#ifndef BELFRY_SERVER_BASE_JSON_H_
#define BELFRY_SERVER_BASE_JSON_H_

#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace belfry {

using Json = nlohmann::json;

// What becomes of an object that has a name twice. Readers differ over which one counts; where a
// signature vouches for the text, that is a way to be understood differently by two of them.
enum class DuplicateNames { kLastCounts, kRefused };

// An object. INVALID_ARGUMENT names `field` when the text is no UTF-8, no JSON, nested too deeply
// or something else than an object.
absl::StatusOr<Json> ParseJsonObject(absl::string_view text, absl::string_view field,
                                     DuplicateNames duplicates = DuplicateNames::kLastCounts);

// What stands at a path such as {"channelData", "tenant", "id"}; null when there is nothing.
const Json* At(const Json& json, std::initializer_list<const char*> path);
// The text there; empty when there is none, or something that is no text.
std::string TextAt(const Json& json, std::initializer_list<const char*> path);

// Never throws: bytes that are no UTF-8 become U+FFFD.
std::string DumpJson(const Json& json);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_JSON_H_
