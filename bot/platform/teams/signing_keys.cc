#include "bot/platform/teams/signing_keys.h"

#include "absl/strings/str_cat.h"
#include "bot/platform/json.h"
#include "server/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::teams {
namespace {

absl::StatusOr<Json> Get(HttpClient& http, const std::string& url, absl::string_view what) {
  OutgoingRequest request;
  request.method = "GET";
  request.url = url;
  const absl::StatusOr<HttpResponse> response = http.Send(request);
  if (!response.ok()) {
    return absl::UnavailableError(absl::StrCat(what, ": ", response.status().message()));
  }
  if (response->status != 200) {
    return absl::UnavailableError(absl::StrCat(what, ": HTTP ", response->status));
  }
  absl::StatusOr<Json> json = ParseJsonObject(response->body, what);
  if (!json.ok()) return absl::UnavailableError(json.status().message());
  return json;
}

}  // namespace

absl::StatusOr<KeyMap> FetchKeys(HttpClient& http, const std::string& metadata_url) {
  BELFRY_ASSIGN_OR_RETURN(const Json metadata, Get(http, metadata_url, "OpenID metadata"));
  const std::string jwks_url = TextAt(metadata, {"jwks_uri"});
  if (jwks_url.empty()) return absl::UnavailableError("OpenID metadata: has no jwks_uri");
  BELFRY_ASSIGN_OR_RETURN(const Json set, Get(http, jwks_url, "signing keys"));
  KeyMap keys;
  const Json* list = At(set, {"keys"});
  if (list == nullptr || !list->is_array()) {
    return absl::UnavailableError("signing keys: has no list");
  }
  for (const Json& jwk : *list) {
    // Keys of another kind, and broken ones, are no reason to do without the rest.
    const std::string id = TextAt(jwk, {"kid"});
    if (id.empty() || TextAt(jwk, {"kty"}) != "RSA" || keys.size() >= kJwksKeysMax) continue;
    absl::StatusOr<JwtKey> key = JwtKey::FromJwk(jwk);
    if (!key.ok()) continue;
    SigningKey signing{*std::move(key), {}};
    if (const Json* endorsements = At(jwk, {"endorsements"});
        endorsements != nullptr && endorsements->is_array()) {
      for (const Json& channel : *endorsements) {
        if (channel.is_string()) signing.endorsements.push_back(channel.get<std::string>());
      }
    }
    keys[id] = std::make_shared<const SigningKey>(std::move(signing));
  }
  if (keys.empty()) return absl::UnavailableError("signing keys: there is no RSA key");
  return keys;
}

KeyCache::Answer KeyCache::Look(const std::string& key_id, absl::Time now) const {
  Answer answer;
  const absl::Duration age = now - fetched_;
  const bool may_fetch = now - failed_ >= kFailurePause;
  answer.have_keys = age <= kGood;
  if (!answer.have_keys) {
    answer.fetch = answer.wait = may_fetch;
    return answer;
  }
  const auto found = keys_.find(key_id);
  if (found != keys_.end()) {
    answer.key = found->second;
    answer.fetch = may_fetch && age > kFresh;
    return answer;
  }
  answer.fetch = answer.wait = may_fetch && age >= kUnknownPause;
  return answer;
}

void KeyCache::Fetched(absl::StatusOr<KeyMap> keys, absl::Time now) {
  if (!keys.ok()) {
    failed_ = now;
    return;
  }
  keys_ = *std::move(keys);
  fetched_ = now;
  failed_ = absl::InfinitePast();
}

SigningKeys::SigningKeys(std::string metadata_url, HttpClient* http, Clock* clock)
    : metadata_url_(std::move(metadata_url)),
      http_(*http),
      clock_(*clock),
      thread_([this] { Loop(); }) {}

SigningKeys::~SigningKeys() { Stop(); }

void SigningKeys::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void SigningKeys::Prefetch() {
  absl::MutexLock lock(&mutex_);
  wanted_ = true;
}

void SigningKeys::Find(const std::string& key_id, Done done) {
  Outcome outcome = Outcome::kUnknown;
  KeyPtr key;
  {
    absl::MutexLock lock(&mutex_);
    const KeyCache::Answer answer = cache_.Look(key_id, clock_.Now());
    const bool waits = answer.wait && !stopping_ && waiting_.size() < kWaitingMax;
    wanted_ = wanted_ || answer.fetch;
    // A fetch that runs already may bring it.
    if (waits) {
      waiting_.emplace_back(key_id, std::move(done));
      return;
    }
    key = answer.key;
    if (key != nullptr) outcome = Outcome::kFound;
    if (key == nullptr && !answer.have_keys) outcome = Outcome::kUnreachable;
  }
  done(outcome, std::move(key));
}

void SigningKeys::Loop() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &SigningKeys::HasWorkOrStops));
      if (stopping_) break;
      wanted_ = false;
    }
    absl::StatusOr<KeyMap> keys = FetchKeys(http_, metadata_url_);
    if (!keys.ok()) spdlog::warn("teams: {}", std::string(keys.status().message()));
    std::deque<std::pair<std::string, Done>> waiting;
    std::vector<std::pair<Outcome, KeyPtr>> outcomes;
    {
      absl::MutexLock lock(&mutex_);
      const absl::Time now = clock_.Now();
      cache_.Fetched(std::move(keys), now);
      // Whoever asked meanwhile is answered too: this is as new as it gets.
      wanted_ = false;
      waiting.swap(waiting_);
      for (const auto& [key_id, done] : waiting) {
        const KeyCache::Answer answer = cache_.Look(key_id, now);
        outcomes.emplace_back(answer.key != nullptr ? Outcome::kFound
                              : answer.have_keys    ? Outcome::kUnknown
                                                    : Outcome::kUnreachable,
                              answer.key);
      }
    }
    for (size_t i = 0; i < waiting.size(); ++i) {
      waiting[i].second(outcomes[i].first, outcomes[i].second);
    }
  }
  std::deque<std::pair<std::string, Done>> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& entry : waiting) entry.second(Outcome::kUnreachable, nullptr);
}

}  // namespace belfry::bot::teams
