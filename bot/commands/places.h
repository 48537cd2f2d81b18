// Which incident and which agency a channel, thread or message belongs to.
#ifndef BELFRY_BOT_COMMANDS_PLACES_H_
#define BELFRY_BOT_COMMANDS_PLACES_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "bot/platform/chat_request.h"

namespace belfry::bot {

struct Place {
  std::string incident;  // "incidents/…"; empty when it is none's
  std::string entity;    // "entities/…"; empty when it is nobody's
};

// Asks the server, as the account that is asking there: what one may not see is in no place.
// Remembers for a few seconds, which spares a burst of buttons the question. Thread-safe.
class Places {
 public:
  static constexpr absl::Duration kAgeMax = absl::Seconds(10);

  explicit Places(client::Client client) : client_(std::move(client)) {}

  absl::StatusOr<Place> Find(const ChatRequest& request);

 private:
  static constexpr size_t kEntriesMax = 10'000;

  struct Entry {
    Place place;
    absl::Time fetched;
  };

  const client::Client client_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_PLACES_H_
