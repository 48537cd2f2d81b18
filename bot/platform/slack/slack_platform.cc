#include "bot/platform/slack/slack_platform.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/lookup.h"
#include "bot/platform/slack/rooms.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr char kMetadataType[] = "belfry_delivery";

// "https://hooks.slack.com/…" → "hooks.slack.com".
std::string HostOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == absl::string_view::npos) return "";
  url.remove_prefix(scheme + 3);
  const absl::string_view authority = url.substr(0, url.find_first_of("/?#"));
  // "hooks.slack.com:x@evil.example" is evil.example's; nothing but names, addresses and ports.
  for (const char c : authority) {
    const auto byte = static_cast<unsigned char>(c);
    if (!absl::ascii_isalnum(byte) && c != '.' && c != '-' && c != ':' && c != '[' && c != ']') {
      return "";
    }
  }
  return std::string(authority);
}

// In a room there is one headline; in an agency's channel there are many, and pins are for people.
bool IsHeadlineOfRoom(const Outgoing& message) {
  return message.source != nullptr &&
         message.source->notice().kind() == v1::Notice::KIND_HEADLINE &&
         absl::StartsWith(message.source->target(), "rooms/");
}

// A pin is a convenience: the message is there without it.
void Pin(const WebApi& api, const v1::MessageRef& message) {
  Json answer;
  const SendResult pinned =
      api.Post("pins.add", {{"channel", message.channel()}, {"timestamp", message.id()}}, &answer);
  if (!pinned.ok()) spdlog::warn("a headline was not pinned: {}", pinned.detail);
}

}  // namespace

SlackPlatform::SlackPlatform(SlackOptions options, HttpClient* http)
    : options_(std::move(options)),
      api_(options_.api_base_url, options_.bot_token, http),
      http_(*http) {}

SendResult SlackPlatform::Post(const Outgoing& message) {
  Json body = ToMessage(message.card);
  body["channel"] = message.endpoint.address();
  body["unfurl_links"] = false;
  body["unfurl_media"] = false;
  body["metadata"] = {{"event_type", kMetadataType},
                      {"event_payload", {{"delivery", message.delivery}}}};
  if (message.thread.has_value()) {
    body["thread_ts"] = message.thread->id();
    if (message.broadcast) body["reply_broadcast"] = true;
  }
  Json answer;
  SendResult result = api_.Post("chat.postMessage", body, &answer);
  if (!result.ok()) return result;
  v1::MessageRef ref;
  ref.set_workspace(options_.workspace);
  const std::string channel = TextAt(answer, {"channel"});
  ref.set_channel(channel.empty() ? message.endpoint.address() : channel);
  ref.set_id(TextAt(answer, {"ts"}));
  if (IsHeadlineOfRoom(message)) Pin(api_, ref);
  return SendResult::Sent(std::move(ref));
}

SendResult SlackPlatform::Update(const v1::MessageRef& target, const Outgoing& message) {
  // Both text and blocks: with text alone Slack takes the blocks away.
  Json body = ToMessage(message.card);
  body["channel"] = target.channel();
  body["ts"] = target.id();
  Json answer;
  SendResult result = api_.Post("chat.update", body, &answer);
  if (result.ok()) result.message = target;
  return result;
}

absl::StatusOr<std::optional<v1::MessageRef>> SlackPlatform::Find(const Outgoing& message,
                                                                  absl::Time since) {
  const Read read = [this](const char* method, const WebApi::Query& query, Json* answer) {
    return api_.Get(method, query, answer);
  };
  return FindDelivery(read, message, since);
}

SendResult SlackPlatform::OpenRoom(const v1::Endpoint& endpoint, const v1::RoomRequest& room,
                                   const std::string& delivery, const v1::MessageRef* existing) {
  v1::MessageRef here;
  here.set_channel(endpoint.address());
  if (ChangesRoom(room)) existing = &here;
  SendResult result = slack::OpenRoom(api_, room, delivery, existing);
  if (result.ok()) result.message.set_workspace(options_.workspace);
  return result;
}

SendResult SlackPlatform::Respond(const std::string& response_url, const chat::Card& card) {
  const std::string host = HostOf(response_url);
  const std::string name = host.substr(0, host.rfind(':'));
  const bool allowed =
      std::any_of(options_.response_hosts.begin(), options_.response_hosts.end(),
                  [&](const std::string& entry) { return entry == host || entry == name; });
  if (!allowed) {
    return SendResult::Failed(SendFailure::kBug, "the response URL has a host that is not allowed");
  }
  Json body = ToMessage(card);
  body["response_type"] = "ephemeral";
  body["replace_original"] = false;
  OutgoingRequest request;
  request.url = response_url;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = DumpJson(body);
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return SendResult::Failed(SendFailure::kAmbiguous, std::string(response.status().message()));
  }
  if (response->status == 200) return SendResult();
  return SendResult::Failed(SendFailure::kBug, absl::StrCat("HTTP ", response->status));
}

SendResult SlackPlatform::Whisper(const std::string& user, const v1::MessageRef& place,
                                  const chat::Card& card) {
  Json body = ToMessage(card);
  body["channel"] = place.channel();
  body["user"] = user;
  if (!place.id().empty()) body["thread_ts"] = place.id();
  Json answer;
  return api_.Post("chat.postEphemeral", body, &answer);
}

}  // namespace belfry::bot::slack
