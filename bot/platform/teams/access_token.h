// The bot's own token, for speaking to Teams.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_ACCESS_TOKEN_H_
#define BELFRY_BOT_PLATFORM_TEAMS_ACCESS_TOKEN_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bot/http/client.h"
#include "server/base/clock.h"

namespace belfry::bot::teams {

struct Credentials {
  std::string token_url;
  std::string client_id;
  std::string client_secret;  // never logged
  std::string scope;
};

// By client credentials, kept until five minutes before it ends. One request at a time, whoever
// else needs it waits for that one. Thread-safe.
class AccessToken {
 public:
  // Both outlive the token.
  AccessToken(Credentials credentials, HttpClient* http, Clock* clock)
      : credentials_(std::move(credentials)), http_(*http), clock_(*clock) {}

  // UNAVAILABLE: later. UNAUTHENTICATED: the credentials are refused; an administrator has to act.
  absl::StatusOr<std::string> Get();
  // The platform did not take it: another one is fetched next time.
  void Reject(const std::string& token);

 private:
  // After a refusal the endpoint is left alone for a moment.
  static constexpr absl::Duration kFailurePause = absl::Seconds(5);

  absl::StatusOr<std::string> Fetch(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Credentials credentials_;
  HttpClient& http_;
  Clock& clock_;
  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  absl::Time good_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  absl::Time failed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_ACCESS_TOKEN_H_
