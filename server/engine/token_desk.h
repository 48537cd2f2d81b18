// Tokens made over the API: which are good, and every change to them.
//
// Tokens run on the machine's time: they guard access, not duties.
#ifndef BELFRY_SERVER_ENGINE_TOKEN_DESK_H_
#define BELFRY_SERVER_ENGINE_TOKEN_DESK_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/v1/access_service.pb.h"
#include "server/base/random.h"
#include "server/base/scope.h"
#include "server/storage/rows.h"

namespace belfry::engine {

class Work;
struct Batch;

// What ended this long ago is forgotten; the record of changes keeps it.
inline constexpr absl::Duration kEndedTokensKept = absl::Hours(24 * 90);

// One token as it stands in the store. Immutable but for its last use.
class KeptToken {
 public:
  // DATA_LOSS for a row that cannot be read.
  static absl::StatusOr<std::shared_ptr<const KeptToken>> FromRow(const storage::TokenRow& row);
  KeptToken(const storage::TokenRow& row, v1::AccessToken token);

  const std::string& name() const { return token_.name(); }
  const std::string& principal() const { return token_.principal(); }
  ScopeSet scopes() const { return scopes_; }
  absl::Time expire_time() const { return expire_time_; }
  bool IsGood(absl::Time now) const { return !revoked_ && now < expire_time_; }
  // As the API shows it at `now`.
  v1::AccessToken Show(absl::Time now) const;

 private:
  friend class TokenDesk;

  const v1::AccessToken token_;
  const std::string hash_;
  const absl::Time expire_time_;
  const bool revoked_;
  ScopeSet scopes_;
  mutable std::atomic<int64_t> last_use_us_;
};
using KeptTokenPtr = std::shared_ptr<const KeptToken>;

struct TokenOrder {
  std::string principal;
  std::string display_name;
  ScopeSet scopes;
  absl::Duration lifetime;
  int live_max = 0;  // of one principal
  std::string creator;
};

struct TokenRotation {
  std::string name;
  absl::Duration overlap;
  absl::Duration lifetime_max;
  std::string creator;
};

struct TokenRevocation {
  std::string name;
  std::string reason;
  std::string revoker;
};

struct IssuedToken {
  v1::AccessToken token;
  std::string secret;        // of a new one
  v1::AccessToken replaced;  // by a rotation
};

// Thread-safe. Changes are work for the writer, and seen here once they are committed.
class TokenDesk {
 public:
  using Done = std::function<void(absl::StatusOr<IssuedToken>)>;
  // Gives work to the writer; the reason why not, otherwise.
  using Push = std::function<absl::Status(std::unique_ptr<Work>)>;

  // `on_end` is called on the writer's thread after a token ended before its time. `random`
  // outlives the desk.
  TokenDesk(Push push, std::function<void()> on_end, Random* random)
      : push_(std::move(push)), on_end_(std::move(on_end)), random_(*random) {}

  // Before any work is pushed.
  absl::Status Load(const std::vector<storage::TokenRow>& rows);

  // Null when no token has this secret; also one that has ended is found, and is not good.
  KeptTokenPtr FindBySecret(absl::string_view secret) const;
  KeptTokenPtr FindByName(absl::string_view name) const;
  // Newest first; of everybody when `principal` is empty.
  std::vector<KeptTokenPtr> List(absl::string_view principal) const;
  int64_t CountGood(absl::Time now) const;

  // Remembers that the token was used, to the hour: one write an hour for each token.
  void NoteUse(const KeptToken& token, absl::Time now);

  // RESOURCE_EXHAUSTED (TOO_MANY_TOKENS).
  void Create(TokenOrder order, Done done);
  // NOT_FOUND (TOKEN_NOT_FOUND). A token that was revoked before is answered as it is.
  void Revoke(TokenRevocation revocation, Done done);
  // NOT_FOUND (TOKEN_NOT_FOUND), FAILED_PRECONDITION (TOKEN_ENDED).
  void Rotate(TokenRotation rotation, Done done);

 private:
  friend class TokenWork;

  // What a piece of work has done to the table.
  struct Changes {
    IssuedToken issued;
    std::vector<storage::TokenRow> put;
    std::vector<std::string> deleted;
    bool ended = false;
  };
  using Act = std::function<absl::StatusOr<Changes>(Batch&)>;

  void Submit(Act act, Done done);
  // After the commit.
  void Apply(const Changes& changes);
  void Put(KeptTokenPtr token) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Changes> MakeOne(Batch& batch, const TokenOrder& order);
  absl::StatusOr<Changes> ReplaceOne(Batch& batch, const TokenRotation& rotation);
  absl::StatusOr<Changes> EndOne(Batch& batch, const TokenRevocation& revocation);

  const Push push_;
  const std::function<void()> on_end_;
  Random& random_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, KeptTokenPtr> by_hash_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, KeptTokenPtr, std::less<>> by_name_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_TOKEN_DESK_H_
