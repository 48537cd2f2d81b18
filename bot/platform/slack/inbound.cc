#include "bot/platform/slack/inbound.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/utf8.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr int kJsonDepthMax = 64;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

absl::StatusOr<std::string> Decode(absl::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return Wrong("body", "has a broken percent escape");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

using Form = std::map<std::string, std::string>;

absl::StatusOr<Form> ParseForm(absl::string_view body) {
  Form form;
  for (absl::string_view pair : absl::StrSplit(body, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    absl::StatusOr<std::string> name = Decode(parts.first);
    absl::StatusOr<std::string> value = Decode(parts.second);
    if (!name.ok()) return name.status();
    if (!value.ok()) return value.status();
    if (!chat::IsUtf8(*name) || !chat::IsUtf8(*value)) {
      return Wrong(chat::IsUtf8(*name) ? *name : "body", "is no UTF-8");
    }
    // The first one counts: a second one could say otherwise to a second reader.
    form.emplace(*std::move(name), *std::move(value));
  }
  return form;
}

std::string Get(const Form& form, const char* name) {
  const auto found = form.find(name);
  return found == form.end() ? "" : found->second;
}

absl::StatusOr<Json> ParseJson(absl::string_view text, absl::string_view field) {
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

// The text at a path such as {"user", "id"}; empty when anything on the way is something else.
std::string TextAt(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = &json;
  for (const char* key : path) {
    if (!at->is_object()) return "";
    const auto found = at->find(key);
    if (found == at->end()) return "";
    at = &*found;
  }
  return at->is_string() ? at->get<std::string>() : "";
}

absl::Status RequireSender(const ChatRequest& request) {
  if (request.workspace.empty()) return Wrong("team_id", "is missing");
  if (request.user_id.empty()) return Wrong("user_id", "is missing");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChatRequest> ParseCommand(absl::string_view body) {
  absl::StatusOr<Form> form = ParseForm(body);
  if (!form.ok()) return form.status();
  ChatRequest request;
  request.platform = "slack";
  if (Get(*form, "ssl_check") == "1") return request;
  request.kind = ChatRequest::Kind::kCommand;
  request.workspace = Get(*form, "team_id");
  request.channel_id = Get(*form, "channel_id");
  request.channel_name = Get(*form, "channel_name");
  request.user_id = Get(*form, "user_id");
  request.text = Get(*form, "text");
  request.response_url = Get(*form, "response_url");
  request.trigger_id = Get(*form, "trigger_id");
  if (absl::Status status = RequireSender(request); !status.ok()) return status;
  if (request.trigger_id.empty()) return Wrong("trigger_id", "is missing");
  request.idempotency_key = absl::StrCat("slack:", request.workspace, ":", request.trigger_id);
  return request;
}

absl::StatusOr<ChatRequest> ParseInteraction(absl::string_view body) {
  absl::StatusOr<Form> form = ParseForm(body);
  if (!form.ok()) return form.status();
  ChatRequest request;
  request.platform = "slack";
  if (Get(*form, "ssl_check") == "1") return request;
  absl::StatusOr<Json> json = ParseJson(Get(*form, "payload"), "payload");
  if (!json.ok()) return json.status();
  request.workspace = TextAt(*json, {"team", "id"});
  request.user_id = TextAt(*json, {"user", "id"});
  // Somebody of another workspace in a shared channel is not ours to speak for.
  const std::string home = TextAt(*json, {"user", "team_id"});
  if (!home.empty() && home != request.workspace) request.workspace = home;
  request.channel_id = TextAt(*json, {"channel", "id"});
  request.channel_name = TextAt(*json, {"channel", "name"});
  request.response_url = TextAt(*json, {"response_url"});
  request.trigger_id = TextAt(*json, {"trigger_id"});
  request.message.set_workspace(request.workspace);
  request.message.set_channel(request.channel_id);
  request.message.set_id(TextAt(*json, {"message", "ts"}));
  if (request.message.id().empty()) {
    request.message.set_id(TextAt(*json, {"container", "message_ts"}));
  }
  if (absl::Status status = RequireSender(request); !status.ok()) return status;
  if (TextAt(*json, {"type"}) != "block_actions") return request;
  const auto actions = json->find("actions");
  if (actions == json->end() || !actions->is_array() || actions->empty()) {
    return Wrong("actions", "is missing");
  }
  const Json& action = (*actions)[0];
  const std::string action_id = TextAt(action, {"action_id"});
  if (!absl::StartsWith(action_id, "belfry:")) return request;
  request.kind = ChatRequest::Kind::kButton;
  request.text = TextAt(action, {"value"});
  // The same press delivered twice has the same time; a second press has another.
  request.idempotency_key =
      absl::StrCat("slack:", request.workspace, ":", request.channel_id, ":", request.message.id(),
                   ":", action_id, ":", request.user_id, ":", TextAt(action, {"action_ts"}));
  return request;
}

absl::StatusOr<ChatRequest> ParseEvent(absl::string_view body) {
  if (!chat::IsUtf8(body)) return Wrong("body", "is no UTF-8");
  absl::StatusOr<Json> json = ParseJson(body, "body");
  if (!json.ok()) return json.status();
  ChatRequest request;
  request.platform = "slack";
  const std::string type = TextAt(*json, {"type"});
  if (type == "url_verification") {
    request.kind = ChatRequest::Kind::kVerification;
    request.challenge = TextAt(*json, {"challenge"});
    return request;
  }
  if (type != "event_callback") return request;
  const std::string event = TextAt(*json, {"event", "type"});
  const bool direct = event == "message" && TextAt(*json, {"event", "channel_type"}) == "im";
  if (event != "app_mention" && !direct) return request;
  // Our own messages, other bots' and edits would go round in circles.
  if (!TextAt(*json, {"event", "bot_id"}).empty() || !TextAt(*json, {"event", "subtype"}).empty()) {
    return request;
  }
  request.workspace = TextAt(*json, {"team_id"});
  request.user_id = TextAt(*json, {"event", "user"});
  request.channel_id = TextAt(*json, {"event", "channel"});
  if (absl::Status status = RequireSender(request); !status.ok()) return status;
  request.message.set_workspace(request.workspace);
  request.message.set_channel(request.channel_id);
  request.message.set_id(TextAt(*json, {"event", "thread_ts"}));
  if (request.message.id().empty()) request.message.set_id(TextAt(*json, {"event", "ts"}));
  std::string text = TextAt(*json, {"event", "text"});
  // "<@U0BOT> ack DOP-2026-0007": the mention is the address, not the command.
  if (absl::StartsWith(text, "<@")) {
    const size_t close = text.find('>');
    if (close != std::string::npos) text = text.substr(close + 1);
  }
  request.kind = ChatRequest::Kind::kCommand;
  request.text = std::string(absl::StripAsciiWhitespace(text));
  // A mention may arrive as two events with different ids but one time.
  request.idempotency_key = absl::StrCat("slack:", request.workspace, ":", request.channel_id, ":",
                                         TextAt(*json, {"event", "ts"}));
  return request;
}

}  // namespace belfry::bot::slack
