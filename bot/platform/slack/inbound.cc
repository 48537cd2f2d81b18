#include "bot/platform/slack/inbound.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/text.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

}  // namespace

absl::StatusOr<Inbound> FromCommand(const Json& fields) {
  Inbound inbound;
  ChatRequest& request = inbound.chat;
  request.platform = "slack";
  if (TextAt(fields, {"ssl_check"}) == "1") return inbound;
  request.workspace = TextAt(fields, {"team_id"});
  request.channel_id = TextAt(fields, {"channel_id"});
  request.channel_name = TextAt(fields, {"channel_name"});
  request.user_id = TextAt(fields, {"user_id"});
  request.text = AsTyped(TextAt(fields, {"text"}));
  request.response_url = TextAt(fields, {"response_url"});
  request.trigger_id = TextAt(fields, {"trigger_id"});
  request.direct = absl::StartsWith(request.channel_id, "D");
  if (request.workspace.empty()) return Wrong("team_id", "is missing");
  if (request.user_id.empty()) return Wrong("user_id", "is missing");
  if (request.trigger_id.empty()) return Wrong("trigger_id", "is missing");
  request.kind = ChatRequest::Kind::kCommand;
  request.idempotency_key = absl::StrCat("slack:", request.workspace, ":", request.trigger_id);
  inbound.surface = Inbound::Surface::kCommand;
  return inbound;
}

absl::StatusOr<Inbound> ParseCommand(absl::string_view body) {
  const absl::StatusOr<Json> form = ParseFormBody(body);
  if (!form.ok()) return form.status();
  return FromCommand(*form);
}

absl::StatusOr<Inbound> ParseInteraction(absl::string_view body) {
  const absl::StatusOr<Json> form = ParseFormBody(body);
  if (!form.ok()) return form.status();
  if (TextAt(*form, {"ssl_check"}) == "1") return Inbound();
  const absl::StatusOr<Json> payload = ParseJsonObject(TextAt(*form, {"payload"}), "payload");
  if (!payload.ok()) return payload.status();
  return FromInteraction(*payload);
}

absl::StatusOr<Inbound> ParseEvent(absl::string_view body) {
  const absl::StatusOr<Json> json = ParseJsonObject(body, "body");
  if (!json.ok()) return json.status();
  return FromEvent(*json);
}

}  // namespace belfry::bot::slack
