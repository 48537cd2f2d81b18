#include "bot/platform/json.h"

#include "absl/strings/str_cat.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot {
namespace {

constexpr int kDepthMax = 64;

}  // namespace

absl::StatusOr<Json> ParseJsonObject(absl::string_view text, absl::string_view field) {
  if (!chat::IsUtf8(text)) return absl::InvalidArgumentError(absl::StrCat(field, ": is no UTF-8"));
  bool too_deep = false;
  Json json = Json::parse(
      text.begin(), text.end(),
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep |= depth > kDepthMax;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
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

}  // namespace belfry::bot
