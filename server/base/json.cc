#include "server/base/json.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"

namespace belfry {
namespace {

constexpr int kDepthMax = 64;

}  // namespace

absl::StatusOr<Json> ParseJsonObject(absl::string_view text, absl::string_view field,
                                     DuplicateNames duplicates) {
  bool too_deep = false;
  bool twice = false;
  // Of the objects that are open, outermost first.
  std::vector<std::set<std::string>> names;
  // The library refuses what is no UTF-8, also in escapes.
  Json json = Json::parse(
      text.begin(), text.end(),
      [&](int depth, Json::parse_event_t event, Json& parsed) {
        too_deep |= depth > kDepthMax;
        if (duplicates == DuplicateNames::kRefused) {
          if (event == Json::parse_event_t::object_start) names.emplace_back();
          if (event == Json::parse_event_t::object_end) names.pop_back();
          if (event == Json::parse_event_t::key) {
            twice |= !names.back().insert(parsed.get<std::string>()).second;
          }
        }
        return !too_deep && !twice;
      },
      /*allow_exceptions=*/false);
  if (twice) return absl::InvalidArgumentError(absl::StrCat(field, ": has a name twice"));
  if (too_deep || json.is_discarded() || !json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(field, ": is no JSON object"));
  }
  return json;
}

const Json* At(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = &json;
  for (const char* key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string TextAt(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = At(json, path);
  return at != nullptr && at->is_string() ? at->get<std::string>() : "";
}

std::string DumpJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace belfry
