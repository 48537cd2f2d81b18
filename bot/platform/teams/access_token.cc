#include "bot/platform/teams/access_token.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/json.h"
#include "bot/platform/teams/service_url.h"

namespace belfry::bot::teams {
namespace {

constexpr int64_t kSecondsMin = 60;
constexpr int64_t kSecondsMax = 86'400;
constexpr absl::Duration kMargin = absl::Minutes(5);

// Error codes such as "invalid_client" are safe to log; descriptions quote what was sent.
std::string ErrorCode(const std::string& body) {
  const absl::StatusOr<Json> json = ParseJsonObject(body, "body");
  const std::string code = json.ok() ? TextAt(*json, {"error"}) : "";
  const bool clean = code.size() <= 40 && std::all_of(code.begin(), code.end(), [](char c) {
                       return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_';
                     });
  return clean ? code : "";
}

}  // namespace

absl::StatusOr<std::string> AccessToken::Get() {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  if (!token_.empty() && now < good_until_) return token_;
  if (!failure_.ok() && now - failed_ < kFailurePause) return failure_;
  absl::StatusOr<std::string> token = Fetch(now);
  failure_ = token.status();
  if (!token.ok()) failed_ = now;
  return token;
}

void AccessToken::Reject(const std::string& token) {
  absl::MutexLock lock(&mutex_);
  // Somebody else may have fetched a new one already.
  if (token_ == token) token_.clear();
}

absl::StatusOr<std::string> AccessToken::Fetch(absl::Time now) {
  OutgoingRequest request;
  request.url = credentials_.token_url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = absl::StrCat(
      "grant_type=client_credentials&client_id=", PercentEncode(credentials_.client_id),
      "&client_secret=", PercentEncode(credentials_.client_secret),
      "&scope=", PercentEncode(credentials_.scope));
  const absl::StatusOr<HttpResponse> response = http_.Send(request);
  if (!response.ok()) {
    return absl::UnavailableError(absl::StrCat("token: ", response.status().message()));
  }
  if (response->status == 429 || response->status >= 500) {
    return absl::UnavailableError(absl::StrCat("token: HTTP ", response->status));
  }
  if (response->status != 200) {
    return absl::UnauthenticatedError(absl::StrCat("token: HTTP ", response->status, " ",
                                                   ErrorCode(response->body),
                                                   "; check teams.app_id and app_password_file"));
  }
  const absl::StatusOr<Json> json = ParseJsonObject(response->body, "token");
  if (!json.ok()) return absl::UnavailableError("token: the answer is no JSON");
  const std::string token = TextAt(*json, {"access_token"});
  const Json* expires = At(*json, {"expires_in"});
  if (token.empty() || expires == nullptr || !expires->is_number()) {
    return absl::UnavailableError("token: the answer lacks access_token or expires_in");
  }
  const bool clean = std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!clean) return absl::UnavailableError("token: the answer is no token");
  const double given = expires->get<double>();
  const auto seconds = absl::Seconds(
      std::clamp(given, static_cast<double>(kSecondsMin), static_cast<double>(kSecondsMax)));
  token_ = token;
  good_until_ = now + seconds - std::min(kMargin, seconds / 2);
  return token_;
}

}  // namespace belfry::bot::teams
