// JSON from outside, read without trust, and JSON that goes out.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_JSON_TEXT_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_JSON_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace belfry::exchange {

// Keeps the order of members, so that what is written reads as it was built.
using Json = nlohmann::ordered_json;

inline constexpr size_t kImportBytesMax = size_t{64} << 20;
inline constexpr int kJsonDepthMax = 32;
inline constexpr size_t kJsonValuesMax = 1'000'000;
// Of one object: members are looked up one after the other.
inline constexpr size_t kJsonMembersMax = 256;

// INVALID_ARGUMENT says where: the line and column for text that is no JSON or no UTF-8, the path
// ("$.objects[3].id") for members that stand twice, nesting beyond `kJsonDepthMax`, more than
// `kJsonValuesMax` values or `kJsonMembersMax` members of one object. More than `kImportBytesMax`
// bytes are not looked at.
absl::StatusOr<Json> ParseJson(absl::string_view text);

// Indented by two; never throws: bytes that are no UTF-8 become U+FFFD. Ends with a line break.
std::string DumpJson(const Json& json);

// INVALID_ARGUMENT "$.objects[3].id: must be text".
absl::Status JsonError(absl::string_view path, absl::string_view what);

// "$.a" and "b c" is "$.a['b c']".
std::string MemberPath(absl::string_view path, absl::string_view member);
std::string ElementPath(absl::string_view path, size_t index);

// "text", "a number", "an object", …
absl::string_view KindOf(const Json& json);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_JSON_TEXT_H_
