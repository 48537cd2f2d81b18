#include "bot/platform/slack/json_read.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "bot/http/form.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

}  // namespace

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
  const Json* at = At(json, path);
  return at == nullptr ? kNothing : *at;
}

}  // namespace belfry::bot::slack
