#include "bot/platform/mattermost/inbound.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/http/form.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/rest.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::mattermost {
namespace {

using Json = nlohmann::json;

// A headline of a long incident is edited, and sealed anew, more often than that.
constexpr absl::Duration kButtonAgeMax = absl::Hours(24 * 30);
// Of buttons that answer "do it?": who is asked answers soon.
constexpr absl::Duration kAnswerAgeMax = absl::Hours(1);

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

absl::Status RequireIds(const ChatRequest& request) {
  if (!IsId(request.workspace)) return Wrong("team_id", "is missing or no id");
  if (!IsId(request.user_id)) return Wrong("user_id", "is missing or no id");
  if (!IsId(request.channel_id)) return Wrong("channel_id", "is missing or no id");
  if (request.trigger_id.empty()) return Wrong("trigger_id", "is missing");
  return absl::OkStatus();
}

absl::Duration AgeMax(absl::string_view command) {
  const bool answers =
      absl::StrContains(command, "confirm:yes") || absl::StrContains(command, "personal:record");
  return answers ? kAnswerAgeMax : kButtonAgeMax;
}

// Only a direct channel is named by two ids; anybody may call a channel "ops__net".
bool IsDirectName(absl::string_view name) {
  constexpr size_t kId = 26;
  return name.size() == 2 * kId + 2 && IsId(name.substr(0, kId)) && name.substr(kId, 2) == "__" &&
         IsId(name.substr(kId + 2));
}

}  // namespace

absl::StatusOr<Command> ParseCommand(const HttpRequest& http) {
  absl::StatusOr<std::map<std::string, std::string>> form = ParseForm(http.body);
  if (!form.ok()) return form.status();
  for (const auto& [name, value] : *form) {
    if (!chat::IsUtf8(name) || !chat::IsUtf8(value)) return Wrong("body", "is no UTF-8");
  }
  const auto get = [&](const char* name) {
    const auto found = form->find(name);
    return found == form->end() ? "" : found->second;
  };
  Command command;
  int headers = 0;
  const std::string authorization = http.Header("Authorization", &headers);
  if (headers > 1) return Wrong("Authorization", "stands there more than once");
  absl::string_view token = authorization;
  command.token = absl::ConsumePrefix(&token, "Token ") ? std::string(token) : get("token");
  ChatRequest& request = command.request;
  request.kind = ChatRequest::Kind::kCommand;
  request.platform = "mattermost";
  request.workspace = get("team_id");
  request.user_id = get("user_id");
  request.channel_id = get("channel_id");
  request.channel_name = get("channel_name");
  request.text = get("text");
  request.response_url = get("response_url");
  request.trigger_id = get("trigger_id");
  // Since servers tell, the thread that the command was typed in.
  if (const std::string root = get("root_id"); IsId(root)) {
    request.message.set_platform("mattermost");
    request.message.set_workspace(request.workspace);
    request.message.set_channel(request.channel_id);
    request.message.set_id(root);
  }
  // Names of direct channels are the two ids.
  request.direct = IsDirectName(request.channel_name);
  if (absl::Status status = RequireIds(request); !status.ok()) return status;
  request.idempotency_key = absl::StrCat("mattermost:", request.workspace, ":", request.trigger_id);
  return command;
}

absl::StatusOr<ChatRequest> ParseAction(const Json& body, const Sealer& sealer, absl::Time now) {
  const auto context = body.find("context");
  if (context == body.end() || !context->is_object()) return Wrong("context", "is missing");
  ChatRequest request;
  request.kind = ChatRequest::Kind::kButton;
  request.platform = "mattermost";
  request.text = TextAt(*context, {"command"});
  // Mattermost names the team one looks at, which for direct messages may be any.
  request.workspace = TextAt(*context, {"workspace"});
  const std::string issued = TextAt(*context, {"issued"});
  int64_t issued_seconds = 0;
  if (!sealer.Opens(TextAt(*context, {"seal"}), "action",
                    {request.workspace, issued, request.text}) ||
      !absl::SimpleAtoi(issued, &issued_seconds) ||
      !IsFresh(issued_seconds, AgeMax(request.text), now)) {
    return absl::PermissionDeniedError("this button is not one of Belfry's, or it is too old");
  }
  request.user_id = TextAt(body, {"user_id"});
  request.channel_id = TextAt(body, {"channel_id"});
  request.channel_name = TextAt(body, {"channel_name"});
  request.trigger_id = TextAt(body, {"trigger_id"});
  request.direct = IsDirectName(request.channel_name);
  request.message.set_platform("mattermost");
  request.message.set_workspace(request.workspace);
  request.message.set_channel(request.channel_id);
  request.message.set_id(TextAt(body, {"post_id"}));
  if (absl::Status status = RequireIds(request); !status.ok()) return status;
  request.idempotency_key = absl::StrCat("mattermost:", request.workspace, ":",
                                         request.message.id(), ":", request.trigger_id);
  return request;
}

}  // namespace belfry::bot::mattermost
