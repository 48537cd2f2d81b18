// The keys that the Bot Framework signs its tokens with, fetched when they are needed.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_SIGNING_KEYS_H_
#define BELFRY_BOT_PLATFORM_TEAMS_SIGNING_KEYS_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bot/http/client.h"
#include "server/base/clock.h"
#include "server/base/jwt.h"

namespace belfry::bot::teams {

struct SigningKey {
  JwtKey key;
  // Channels the key may sign for; empty: any.
  std::vector<std::string> endorsements;
};
using KeyPtr = std::shared_ptr<const SigningKey>;
// By key id.
using KeyMap = std::map<std::string, KeyPtr>;

// The keys of an OpenID metadata document. Blocks. UNAVAILABLE when they cannot be had.
absl::StatusOr<KeyMap> FetchKeys(HttpClient& http, const std::string& metadata_url);

// When keys are good and when they are asked for again. Pure: told the time, fetches nothing.
class KeyCache {
 public:
  // Asked for again after this, as Microsoft asks; used meanwhile.
  static constexpr absl::Duration kFresh = absl::Hours(24);
  // Never used after this, however unreachable the metadata may be: a key that was withdrawn must
  // stop working.
  static constexpr absl::Duration kGood = absl::Hours(48);
  // An unknown key id makes us ask at most this often; anybody can make one up.
  static constexpr absl::Duration kUnknownPause = absl::Hours(1);
  static constexpr absl::Duration kFailurePause = absl::Seconds(30);

  struct Answer {
    KeyPtr key;              // null: not known
    bool fetch = false;      // ask for the keys again
    bool wait = false;       // and do not decide before they are there
    bool have_keys = false;  // some key is good, though perhaps not this one
  };
  Answer Look(const std::string& key_id, absl::Time now) const;
  void Fetched(absl::StatusOr<KeyMap> keys, absl::Time now);

 private:
  KeyMap keys_;
  absl::Time fetched_ = absl::InfinitePast();
  absl::Time failed_ = absl::InfinitePast();
};

// Thread-safe; owns one thread, which does the fetching.
class SigningKeys {
 public:
  enum class Outcome { kFound, kUnknown, kUnreachable };
  using Done = std::function<void(Outcome, KeyPtr)>;

  // Both outlive the keys.
  SigningKeys(std::string metadata_url, HttpClient* http, Clock* clock);
  ~SigningKeys();

  // Calls `done` once: at once when the key is known or cannot be, else after a fetch, on the
  // keys' own thread.
  void Find(const std::string& key_id, Done done);
  // Fetches, so that the first request need not wait.
  void Prefetch();
  // What waits is answered with kUnreachable.
  void Stop();

 private:
  static constexpr size_t kWaitingMax = 256;

  void Loop();
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || wanted_; }

  const std::string metadata_url_;
  HttpClient& http_;
  Clock& clock_;
  absl::Mutex mutex_;
  KeyCache cache_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<std::string, Done>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool wanted_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_SIGNING_KEYS_H_
