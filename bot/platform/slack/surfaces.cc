#include "bot/platform/slack/surfaces.h"

#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/text.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

const Json* FindByTime(const Json& answer, const std::string& ts) {
  const Json& messages = ValueAt(answer, {"messages"});
  if (!messages.is_array()) return nullptr;
  for (const Json& message : messages) {
    if (TextAt(message, {"ts"}) == ts) return &message;
  }
  return nullptr;
}

}  // namespace

SendResult OpenView(const WebApi& api, const std::string& trigger, const Json& view,
                    OpenedView* opened) {
  Json answer;
  SendResult result = api.Post("views.open", {{"trigger_id", trigger}, {"view", view}}, &answer);
  if (result.ok()) *opened = {TextAt(answer, {"view", "id"}), TextAt(answer, {"view", "hash"})};
  return result;
}

SendResult UpdateView(const WebApi& api, const OpenedView& which, const Json& view) {
  Json body = {{"view_id", which.id}, {"view", view}};
  if (!which.hash.empty()) body["hash"] = which.hash;
  Json answer;
  return api.Post("views.update", body, &answer);
}

SendResult PublishHome(const WebApi& api, const std::string& user, const Json& view) {
  Json answer;
  return api.Post("views.publish", {{"user_id", user}, {"view", view}}, &answer);
}

absl::StatusOr<FoundMessage> FetchMessage(const WebApi& api, const std::string& channel,
                                          const std::string& ts) {
  // The history holds no replies; of a reply's own time, "replies" gives that reply.
  for (const char* method : {"conversations.history", "conversations.replies"}) {
    WebApi::Query query = {{"channel", channel},
                           {"latest", ts},
                           {"oldest", ts},
                           {"inclusive", "true"},
                           {"limit", "1"}};
    if (method == absl::string_view("conversations.replies")) query.emplace_back("ts", ts);
    Json answer;
    const SendResult result = api.Get(method, query, &answer);
    if (!result.ok() && result.failure != SendFailure::kTargetBroken &&
        result.failure != SendFailure::kBug) {
      return absl::UnavailableError(result.detail);
    }
    const Json* message = result.ok() ? FindByTime(answer, ts) : nullptr;
    if (message == nullptr) continue;
    FoundMessage read;
    read.text = AsRead(TextAt(*message, {"text"}));
    if (TextAt(*message, {"bot_id"}).empty()) read.author = TextAt(*message, {"user"});
    read.thread = TextAt(*message, {"thread_ts"});
    return read;
  }
  return absl::NotFoundError("Slack shows the bot no such message");
}

SendResult CheckIdentity(const WebApi& api, const std::string& expected) {
  Json answer;
  SendResult result = api.Post("auth.test", Json::object(), &answer);
  if (!result.ok()) {
    // Slack may be down just now; what is to be said waits for it.
    spdlog::warn("slack {}: {}", expected, result.detail);
    return result;
  }
  const std::string team = TextAt(answer, {"team_id"});
  if (team != expected) {
    spdlog::warn("slack.workspace is {}, but slack.bot_token_file belongs to {} ({})", expected,
                 TextAt(answer, {"team"}), team);
  } else {
    spdlog::info("slack {}: {} as {}", team, TextAt(answer, {"team"}), TextAt(answer, {"user"}));
  }
  return result;
}

SendResult OpenSocketAddress(const WebApi& api, std::string* url) {
  Json answer;
  SendResult result = api.Post("apps.connections.open", Json::object(), &answer);
  if (result.ok()) *url = TextAt(answer, {"url"});
  return result;
}

}  // namespace belfry::bot::slack
