// Where Teams can be spoken to: learned from what it sends, kept by the server.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_CONVERSATIONS_H_
#define BELFRY_BOT_PLATFORM_TEAMS_CONVERSATIONS_H_

#include <map>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "server/base/clock.h"

namespace belfry::bot::teams {

// Microsoft calls this a conversation reference.
struct Reference {
  // As in Endpoint.address: a channel's or chat's id, or a person's account.
  std::string address;
  // Where to post; for a person the one-to-one chat.
  std::string conversation;
  std::string service_url;
  std::string bot_id;
  // Of a person: Teams' own id, by which the directory may know them as well.
  std::string user_channel_id;
  // The bot was taken out.
  bool gone = false;

  friend bool operator==(const Reference&, const Reference&) = default;
};

// At most 8 KiB; see Conversation.reference.
std::string Serialize(const Reference& reference);
absl::StatusOr<Reference> ParseReference(absl::string_view address, absl::string_view bytes);

// The references of one tenant. Thread-safe; owns one thread, which saves them.
class Conversations {
 public:
  // `clock` outlives the object.
  Conversations(client::Client client, std::string tenant, Clock* clock);
  ~Conversations();

  // Returns at once; the server hears of it when it can, and only of what is new.
  void Remember(Reference reference);
  void MarkGone(const std::string& address);
  // Asks the server for what it does not know, though not more often than twice a minute. Blocks.
  std::optional<Reference> Find(const std::string& address);
  // Any of the tenant: all of a tenant's conversations are reached through one service.
  std::optional<Reference> Latest();
  // What is not saved yet is tried once more.
  void Stop();

 private:
  static constexpr absl::Duration kAskPause = absl::Seconds(30);
  static constexpr absl::Duration kRetryPause = absl::Seconds(5);
  static constexpr size_t kEntriesMax = 50'000;

  std::optional<Reference> Known(const std::string& address) ABSL_LOCKS_EXCLUDED(mutex_);
  void Load() ABSL_LOCKS_EXCLUDED(mutex_);
  void Loop();
  // False: try again later.
  bool Save(const Reference& reference);
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !unsaved_.empty();
  }

  const client::Client client_;
  const std::string tenant_;
  Clock& clock_;
  absl::Mutex mutex_;
  std::map<std::string, Reference> known_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> aliases_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Reference> unsaved_ ABSL_GUARDED_BY(mutex_);
  std::string latest_ ABSL_GUARDED_BY(mutex_);
  absl::Time asked_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_CONVERSATIONS_H_
