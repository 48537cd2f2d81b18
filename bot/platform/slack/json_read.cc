#include "bot/platform/slack/json_read.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "bot/http/form.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr int kJsonDepthMax = 64;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

}  // namespace

absl::StatusOr<Json> ParseJsonObject(absl::string_view text, absl::string_view field) {
  bool too_deep = false;
  Json json = Json::parse(
      text.begin(), text.end(),
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep |= depth > kJsonDepthMax;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (too_deep || json.is_discarded() || !json.is_object()) {
    return Wrong(field, "is no JSON object");
  }
  return json;
}

absl::StatusOr<Json> ParseFormBody(absl::string_view body) {
  const absl::StatusOr<std::map<std::string, std::string>> fields = ParseForm(body);
  if (!fields.ok()) return fields.status();
  Json form = Json::object();
  for (const auto& [name, value] : *fields) {
    if (!chat::IsUtf8(name) || !chat::IsUtf8(value)) {
      return Wrong(chat::IsUtf8(name) ? name : "body", "is no UTF-8");
    }
    form[name] = value;
  }
  return form;
}

const Json& ValueAt(const Json& json, std::initializer_list<const char*> path) {
  static const Json kNothing;
  const Json* at = &json;
  for (const char* key : path) {
    if (!at->is_object()) return kNothing;
    const auto found = at->find(key);
    if (found == at->end()) return kNothing;
    at = &*found;
  }
  return *at;
}

std::string TextAt(const Json& json, std::initializer_list<const char*> path) {
  const Json& value = ValueAt(json, path);
  return value.is_string() ? value.get<std::string>() : "";
}

std::string DumpJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace belfry::bot::slack
