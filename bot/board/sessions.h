// Who is signed in. Everything is in memory alone: a restart signs everybody out.
#ifndef BELFRY_BOT_BOARD_SESSIONS_H_
#define BELFRY_BOT_BOARD_SESSIONS_H_

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/connection.h"
#include "bot/board/feed.h"
#include "server/base/random.h"

namespace belfry::board {

// One person or system at one browser, with their own connection to the server and nobody else's.
struct Session {
  std::string principal;  // "people/…" or "systems/…"
  std::string name;       // as people read it
  bool wall = false;      // a screen that signed in by itself
  std::shared_ptr<client::Connection> connection;
  std::function<absl::Time()> server_now;
  // Set when the server refuses the credentials.
  std::atomic<bool> refused = false;
  std::atomic<int> reads = 0;  // calls that run

  absl::Mutex mutex;
  // Made for the first page that listens; dropped when none has for a while.
  std::shared_ptr<Feed> feed ABSL_GUARDED_BY(mutex);
  absl::Time listened ABSL_GUARDED_BY(mutex);  // when a page last did
};

struct SessionLimits {
  size_t sessions_max = 64;
  size_t of_one_principal_max = 8;
  // Without an open page or a request.
  absl::Duration idle = absl::Minutes(30);
  absl::Duration lifetime = absl::Hours(12);
};

// Thread-safe.
class Sessions {
 public:
  Sessions(SessionLimits limits, Random* random) : limits_(limits), random_(*random) {}

  struct Added {
    std::string id;                      // 32 random bytes in base64url; only the browser keeps it
    std::shared_ptr<Session> displaced;  // the oldest of the same principal, where there were many
  };
  // RESOURCE_EXHAUSTED when there are too many.
  absl::StatusOr<Added> Add(std::shared_ptr<Session> session, absl::Time now);
  // Null when there is none, or it has ended. Counts as use.
  std::shared_ptr<Session> Find(absl::string_view id, absl::Time now);
  std::shared_ptr<Session> Remove(absl::string_view id);
  // Takes out what has ended: idle, too old, refused by the server.
  std::vector<std::shared_ptr<Session>> TakeEnded(absl::Time now);
  std::vector<std::shared_ptr<Session>> All() const;

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    absl::Time begin;
    absl::Time used;
  };
  bool Ended(Entry& entry, absl::Time now) const;

  const SessionLimits limits_;
  Random& random_;
  mutable absl::Mutex mutex_;
  // By the hash of the id: how long a look-up takes tells nothing of an id.
  std::map<std::string, Entry> sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_SESSIONS_H_
