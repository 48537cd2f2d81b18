#include "bot/platform/slack/slack_platform.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/lookup.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr char kMetadataType[] = "belfry_delivery";

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TextOf(const Json& json, const char* key) {
  if (!json.is_object()) return "";
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// "https://hooks.slack.com/…" → "hooks.slack.com".
std::string HostOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == absl::string_view::npos) return "";
  url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of("/?#")));
}

bool Among(const std::set<std::string>& errors, const std::string& error) {
  return errors.count(error) > 0;
}

}  // namespace

SendResult Classify(const HttpResponse& response, const Json& body) {
  static const std::set<std::string> kLater = {"ratelimited",         "rate_limited",
                                               "service_unavailable", "request_timeout",
                                               "team_added_to_org",   "message_limit_exceeded"};
  // "Some aspect of the operation may have succeeded."
  static const std::set<std::string> kAmbiguous = {"internal_error", "fatal_error"};
  static const std::set<std::string> kGone = {"message_not_found", "cant_update_message",
                                              "edit_window_closed"};
  static const std::set<std::string> kTarget = {"channel_not_found",
                                                "is_archived",
                                                "not_in_channel",
                                                "is_inactive",
                                                "user_not_in_channel",
                                                "restricted_action",
                                                "restricted_action_read_only_channel",
                                                "restricted_action_thread_only_channel",
                                                "cannot_reply_to_message",
                                                "user_not_found",
                                                "cannot_dm_bot",
                                                "users_not_found"};
  static const std::set<std::string> kWorkspace = {"invalid_auth",      "not_authed",
                                                   "account_inactive",  "token_revoked",
                                                   "token_expired",     "missing_scope",
                                                   "no_permission",     "org_login_required",
                                                   "ekm_access_denied", "team_access_not_granted"};
  const std::string error = TextOf(body, "error");
  if (response.status == 429) {
    return SendResult::Failed(SendFailure::kRetryLater, "429",
                              std::max(response.retry_after, absl::Seconds(1)));
  }
  if (response.status >= 500) {
    return SendResult::Failed(SendFailure::kAmbiguous, absl::StrCat("HTTP ", response.status));
  }
  // Whatever answered, the message may have been taken before.
  if (response.status == 200 && !body.is_object()) {
    return SendResult::Failed(SendFailure::kAmbiguous, "the answer is no JSON");
  }
  if (response.status != 200) {
    return SendResult::Failed(SendFailure::kBug, absl::StrCat("HTTP ", response.status));
  }
  const auto ok = body.find("ok");
  if (ok != body.end() && ok->is_boolean() && ok->get<bool>()) return SendResult();
  if (Among(kLater, error)) return SendResult::Failed(SendFailure::kRetryLater, error);
  if (Among(kAmbiguous, error)) return SendResult::Failed(SendFailure::kAmbiguous, error);
  if (Among(kGone, error)) return SendResult::Failed(SendFailure::kMessageGone, error);
  if (Among(kTarget, error)) return SendResult::Failed(SendFailure::kTargetBroken, error);
  if (Among(kWorkspace, error)) {
    return SendResult::Failed(SendFailure::kWorkspaceBroken, error, absl::Minutes(1));
  }
  return SendResult::Failed(SendFailure::kBug, error.empty() ? "unknown answer" : error);
}

SlackPlatform::SlackPlatform(SlackOptions options, HttpClient* http)
    : options_(std::move(options)), http_(*http) {}

SendResult SlackPlatform::Call(const char* method, const Json& body, Json* answer) {
  OutgoingRequest request;
  request.url = absl::StrCat(options_.api_base_url, method);
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"Authorization", absl::StrCat("Bearer ", options_.bot_token)}};
  request.body = Dump(body);
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    const bool not_sent = absl::IsUnavailable(response.status());
    const bool bug = absl::IsInvalidArgument(response.status());
    return SendResult::Failed(bug        ? SendFailure::kBug
                              : not_sent ? SendFailure::kNotSent
                                         : SendFailure::kAmbiguous,
                              absl::StrCat(method, ": ", response.status().message()));
  }
  *answer = Json::parse(response->body, nullptr, /*allow_exceptions=*/false);
  SendResult result = Classify(*response, *answer);
  if (!result.ok()) result.detail = absl::StrCat(method, ": ", result.detail);
  return result;
}

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
  SendResult result = Call("chat.postMessage", body, &answer);
  if (!result.ok()) return result;
  v1::MessageRef ref;
  ref.set_workspace(options_.workspace);
  const std::string channel = TextOf(answer, "channel");
  ref.set_channel(channel.empty() ? message.endpoint.address() : channel);
  ref.set_id(TextOf(answer, "ts"));
  return SendResult::Sent(std::move(ref));
}

SendResult SlackPlatform::Update(const v1::MessageRef& target, const Outgoing& message) {
  // Both text and blocks: with text alone Slack takes the blocks away.
  Json body = ToMessage(message.card);
  body["channel"] = target.channel();
  body["ts"] = target.id();
  Json answer;
  SendResult result = Call("chat.update", body, &answer);
  if (result.ok()) result.message = target;
  return result;
}

absl::StatusOr<std::optional<v1::MessageRef>> SlackPlatform::Find(const Outgoing& message,
                                                                  absl::Time since) {
  // Methods that read take a query, not JSON.
  const Read read = [this](const char* method, const auto& query, Json* answer) {
    OutgoingRequest request;
    request.method = "GET";
    request.url = absl::StrCat(options_.api_base_url, method);
    char separator = '?';
    for (const auto& [name, value] : query) {
      absl::StrAppend(&request.url, std::string(1, std::exchange(separator, '&')), name, "=",
                      absl::StrReplaceAll(value, {{"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}}));
    }
    request.headers = {{"Authorization", absl::StrCat("Bearer ", options_.bot_token)}};
    const absl::StatusOr<HttpResponse> response = http_.Send(request);
    if (!response.ok()) {
      return SendResult::Failed(SendFailure::kNotSent, std::string(response.status().message()));
    }
    *answer = Json::parse(response->body, nullptr, /*allow_exceptions=*/false);
    return Classify(*response, *answer);
  };
  return FindDelivery(read, message, since);
}

SendResult SlackPlatform::Respond(const std::string& response_url, const chat::Card& card) {
  const std::string host = HostOf(response_url);
  if (std::find(options_.response_hosts.begin(), options_.response_hosts.end(), host) ==
      options_.response_hosts.end()) {
    return SendResult::Failed(SendFailure::kBug, "the response URL has a host that is not allowed");
  }
  Json body = ToMessage(card);
  body["response_type"] = "ephemeral";
  body["replace_original"] = false;
  OutgoingRequest request;
  request.url = response_url;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = Dump(body);
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return SendResult::Failed(SendFailure::kAmbiguous, std::string(response.status().message()));
  }
  if (response->status == 200) return SendResult();
  return SendResult::Failed(SendFailure::kBug, absl::StrCat("HTTP ", response->status));
}

}  // namespace belfry::bot::slack
