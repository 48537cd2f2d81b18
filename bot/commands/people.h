// Which person a chat account acts as.
#ifndef BELFRY_BOT_COMMANDS_PEOPLE_H_
#define BELFRY_BOT_COMMANDS_PEOPLE_H_

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/client.h"

namespace belfry::bot {

// Asks the server and remembers the answer for a short while; a link that is taken away must stop
// working soon, so nothing is remembered for long. Thread-safe.
class People {
 public:
  static constexpr absl::Duration kAgeMax = absl::Seconds(30);
  // Somebody waits for an answer, even when it is that there is none.
  static constexpr absl::Duration kPatience = absl::Milliseconds(1500);

  explicit People(client::Client client) : client_(std::move(client)) {}

  // "people/…". NOT_FOUND when the account is linked to nobody.
  absl::StatusOr<std::string> Find(absl::string_view platform, absl::string_view workspace,
                                   absl::string_view user_id);
  // Asks again next time.
  void Forget(absl::string_view platform, absl::string_view workspace, absl::string_view user_id);

 private:
  static constexpr size_t kEntriesMax = 10'000;

  struct Entry {
    std::string person;
    absl::Time fetched;
  };

  const client::Client client_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_PEOPLE_H_
