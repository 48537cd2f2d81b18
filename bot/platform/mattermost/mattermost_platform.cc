#include "bot/platform/mattermost/mattermost_platform.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/classify.h"
#include "bot/platform/mattermost/room.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::mattermost {
namespace {

using Json = nlohmann::json;

constexpr char kDeliveryProp[] = "belfry_delivery";
constexpr int kPageSize = 200;
// Four thousand posts since a delivery was made: by then nobody would see a second one as such.
constexpr int kPagesMax = 20;

v1::MessageRef Ref(const std::string& workspace, const std::string& channel,
                   const std::string& id) {
  v1::MessageRef ref;
  ref.set_platform("mattermost");
  ref.set_workspace(workspace);
  ref.set_channel(channel);
  ref.set_id(id);
  return ref;
}

int64_t TimeOf(const Json& post) {
  const auto found = post.find("create_at");
  return found != post.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

// What went before the post may be done again whatever became of it.
SendResult NothingPosted(SendResult result) {
  if (result.failure == SendFailure::kAmbiguous) result.failure = SendFailure::kNotSent;
  return result;
}

bool IsDelivery(const Json& post, const std::string& delivery) {
  if (!post.is_object() || !post.contains("props")) return false;
  return TextAt(post["props"], {kDeliveryProp}) == delivery;
}

}  // namespace

MattermostPlatform::MattermostPlatform(MattermostOptions options, HttpClient* http, Clock* clock)
    : options_(std::move(options)),
      http_(*http),
      clock_(*clock),
      sealer_(options_.action_secret),
      rest_({options_.base_url, options_.bot_token}, http) {}

ButtonOptions MattermostPlatform::Buttons() const {
  ButtonOptions buttons;
  if (!options_.callback_url.empty()) buttons.sealer = &sealer_;
  buttons.url = absl::StrCat(options_.callback_url, "mattermost/actions");
  buttons.workspace = options_.workspace;
  buttons.now = clock_.Now();
  return buttons;
}

Json MattermostPlatform::Content(const Outgoing& message) const {
  Json content = ToMessage(message.card, options_.root, Buttons());
  return {{"message", content["message"]},
          {"props",
           {{"attachments", content["attachments"]},
            {kDeliveryProp, message.delivery},
            // Text from people must not wake a whole channel.
            {"disable_group_highlight", true}}}};
}

SendResult MattermostPlatform::FindChannel(const std::string& address, std::string* channel) {
  absl::string_view id = address;
  const bool direct = absl::ConsumePrefix(&id, "@");
  if (!IsId(id)) {
    return SendResult::Failed(SendFailure::kTargetBroken,
                              "the address must be a channel's id, or \"@\" and a user's id");
  }
  if (!direct) {
    *channel = std::string(id);
    return SendResult();
  }
  std::string own_id;
  {
    absl::MutexLock lock(&mutex_);
    *channel = direct_channels_[std::string(id)];
    own_id = own_id_;
  }
  if (!channel->empty()) return SendResult();
  Json answer;
  if (own_id.empty()) {
    SendResult me = rest_.Call("GET", "users/me", Json(), &answer);
    if (!me.ok()) return NothingPosted(std::move(me));
    own_id = TextAt(answer, {"id"});
  }
  SendResult opened =
      rest_.Call("POST", "channels/direct", Json::array({own_id, std::string(id)}), &answer);
  if (!opened.ok()) return NothingPosted(std::move(opened));
  *channel = TextAt(answer, {"id"});
  absl::MutexLock lock(&mutex_);
  own_id_ = own_id;
  direct_channels_[std::string(id)] = *channel;
  return SendResult();
}

SendResult MattermostPlatform::Post(const Outgoing& message) {
  std::string channel;
  SendResult result = FindChannel(message.endpoint.address(), &channel);
  if (!result.ok()) return result;
  Json body = Content(message);
  body["channel_id"] = channel;
  if (message.thread.has_value() && message.thread->channel() == channel) {
    body["root_id"] = message.thread->id();
  }
  Json answer;
  result = rest_.Call("POST", "posts", body, &answer);
  if (!result.ok() && absl::StrContains(ErrorId(answer), "root_id") && body.contains("root_id")) {
    // The beginning of the thread was deleted; the line must not be lost with it.
    body.erase("root_id");
    result = rest_.Call("POST", "posts", body, &answer);
  }
  if (!result.ok()) return result;
  const std::string id = TextAt(answer, {"id"});
  if (id.empty()) return SendResult::Failed(SendFailure::kAmbiguous, "a post without an id");
  return SendResult::Sent(Ref(options_.workspace, channel, id));
}

SendResult MattermostPlatform::Update(const v1::MessageRef& target, const Outgoing& message) {
  if (!IsId(target.id())) return SendResult::Failed(SendFailure::kMessageGone, "no post");
  Json answer;
  SendResult result =
      rest_.Call("PUT", absl::StrCat("posts/", target.id(), "/patch"), Content(message), &answer);
  const std::string error = ErrorId(answer);
  // Deleted, or older than the server lets anybody edit: then a new one says it.
  if (!result.ok() &&
      (result.failure == SendFailure::kTargetBroken || absl::StrContains(error, "time_limit") ||
       absl::StrContains(error, "find_post"))) {
    result.failure = SendFailure::kMessageGone;
  }
  if (result.ok()) result.message = target;
  return result;
}

absl::StatusOr<std::optional<v1::MessageRef>> MattermostPlatform::Find(const Outgoing& message,
                                                                       absl::Time since) {
  std::string channel;
  SendResult result = FindChannel(message.endpoint.address(), &channel);
  if (!result.ok()) return absl::UnavailableError(absl::StrCat("look-up: ", result.detail));
  const int64_t oldest = absl::ToUnixMillis(since - absl::Minutes(1));
  for (int page = 0; page < kPagesMax; ++page) {
    Json answer;
    result = rest_.Call(
        "GET", absl::StrCat("channels/", channel, "/posts?per_page=", kPageSize, "&page=", page),
        Json(), &answer);
    if (!result.ok()) return absl::UnavailableError(absl::StrCat("look-up: ", result.detail));
    const auto posts = answer.find("posts");
    const auto order = answer.find("order");
    if (posts == answer.end() || !posts->is_object() || order == answer.end() ||
        !order->is_array()) {
      return absl::UnavailableError("look-up: no list of posts");
    }
    bool older = order->size() < static_cast<size_t>(kPageSize);
    for (const auto& [id, post] : posts->items()) {
      if (IsDelivery(post, message.delivery)) return Ref(options_.workspace, channel, id);
    }
    // Newest first; roots of threads come along whatever their age.
    for (const Json& id : *order) {
      if (!id.is_string() || !posts->contains(id.get<std::string>())) continue;
      older |= TimeOf((*posts)[id.get<std::string>()]) < oldest;
    }
    if (older) return std::nullopt;
  }
  return std::nullopt;
}

SendResult MattermostPlatform::OpenRoom(const v1::Endpoint& endpoint, const v1::RoomRequest& room,
                                        const std::string& delivery,
                                        const v1::MessageRef* existing) {
  v1::MessageRef here;
  here.set_channel(endpoint.address());
  if (ChangesRoom(room)) existing = &here;
  return mattermost::OpenRoom(rest_, options_.workspace, room, delivery, existing);
}

Json MattermostPlatform::Ephemeral(const chat::Card& card) const {
  if (card.title.empty() && card.body.empty()) return Json::object();
  const Json content = ToMessage(card, options_.root, Buttons());
  return {{"response_type", "ephemeral"},
          {"text", content["message"]},
          {"attachments", content["attachments"]},
          {"skip_slack_parsing", true}};
}

SendResult MattermostPlatform::Respond(const std::string& response_url, const chat::Card& card) {
  // Whoever knows a command's token could otherwise have us post anywhere.
  if (!absl::StartsWith(response_url, options_.base_url)) {
    return SendResult::Failed(SendFailure::kBug, "the response URL is not below base_url");
  }
  OutgoingRequest request;
  request.url = response_url;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = DumpJson(Ephemeral(card));
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return SendResult::Failed(SendFailure::kAmbiguous, std::string(response.status().message()));
  }
  if (response->status == 200) return SendResult();
  return SendResult::Failed(SendFailure::kBug, absl::StrCat("HTTP ", response->status));
}

void MattermostPlatform::Tell(const std::string& user_id, const std::string& channel_id,
                              const chat::Card& card) {
  Outgoing message;
  message.card = card;
  const Json content = Content(message);
  Json answer;
  // Only for this person, where they are looking; many servers do not let bots do that.
  const SendResult shown = rest_.Call("POST", "posts/ephemeral",
                                      {{"user_id", user_id},
                                       {"post",
                                        {{"channel_id", channel_id},
                                         {"message", content["message"]},
                                         {"props", content["props"]}}}},
                                      &answer);
  if (shown.ok()) return;
  message.endpoint.set_platform("mattermost");
  message.endpoint.set_workspace(options_.workspace);
  message.endpoint.set_address(absl::StrCat("@", user_id));
  const SendResult posted = Post(message);
  if (!posted.ok()) spdlog::warn("an answer could not be delivered: {}", posted.detail);
}

SendResult MattermostPlatform::OpenDialog(const std::string& trigger_id, const chat::Form& form,
                                          const DialogState& state) {
  if (!sealer_.works() || options_.callback_url.empty()) {
    return SendResult::Failed(SendFailure::kBug, "forms need callback_url and action_secret_file");
  }
  Json answer;
  return rest_.Call("POST", "actions/dialogs/open",
                    {{"trigger_id", trigger_id},
                     {"url", absl::StrCat(options_.callback_url, "mattermost/dialogs")},
                     {"dialog", ToDialog(form, state, sealer_, clock_.Now())}},
                    &answer);
}

}  // namespace belfry::bot::mattermost
