#include "bot/platform/slack/web_api.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bot/platform/slack/json_read.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

bool Among(const std::set<std::string>& errors, const std::string& error) {
  return errors.count(error) > 0;
}

std::string Encoded(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
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
  const std::string error = TextAt(body, {"error"});
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

SendResult WebApi::Send(const char* method, const OutgoingRequest& request, Json* answer) const {
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

SendResult WebApi::Post(const char* method, const Json& body, Json* answer) const {
  OutgoingRequest request;
  request.url = absl::StrCat(base_url_, method);
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"Authorization", absl::StrCat("Bearer ", token_)}};
  request.body = DumpJson(body);
  return Send(method, request, answer);
}

SendResult WebApi::Get(const char* method, const Query& query, Json* answer) const {
  OutgoingRequest request;
  request.method = "GET";
  request.url = absl::StrCat(base_url_, method);
  char separator = '?';
  for (const auto& [name, value] : query) {
    absl::StrAppend(&request.url, std::string(1, std::exchange(separator, '&')), name, "=",
                    Encoded(value));
  }
  request.headers = {{"Authorization", absl::StrCat("Bearer ", token_)}};
  return Send(method, request, answer);
}

}  // namespace belfry::bot::slack
