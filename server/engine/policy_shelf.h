// Every policy pack that ever was in force, and the one that is.
#ifndef BELFRY_SERVER_ENGINE_POLICY_SHELF_H_
#define BELFRY_SERVER_ENGINE_POLICY_SHELF_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/policy/policy_index.h"
#include "server/storage/rows.h"

namespace belfry::engine {

// A pack with its text, as it came into force.
struct KeptPolicy {
  std::shared_ptr<const core::PolicyIndex> index;
  std::string text;
  std::string sha256;  // of the text
  absl::Time adopt_time;
  std::string principal;

  const std::string& name() const { return index->Name(); }
};
using KeptPolicyPtr = std::shared_ptr<const KeptPolicy>;

// Thread-safe. What has been kept stays for the life of the shelf, so references into it do too.
class PolicyShelf {
 public:
  // What is stored, oldest first; the newest is in force. DATA_LOSS names a pack that this belfryd
  // cannot read. A pack that passed the lint of its day is not asked again.
  static absl::StatusOr<std::unique_ptr<PolicyShelf>> Load(
      const std::vector<storage::PolicyRow>& rows);

  // Null before any pack was adopted.
  KeptPolicyPtr InForce() const;
  // Null when no pack of this name ("itd-sec-4.3@1") was ever in force.
  KeptPolicyPtr Find(absl::string_view name) const;
  // The pack that decides about an incident or register: the one it is pinned to. The start
  // refuses to run without any that is pinned; a state that names none is judged by the one in
  // force.
  const core::PolicyIndex& PolicyOf(const record::v1::IncidentState& state) const;
  // Newest first.
  std::vector<KeptPolicyPtr> List() const;

  enum class Verdict {
    kNew,      // its name was never in force
    kInForce,  // says what the pack in force says
    kEarlier,  // says what a pack says that was in force before
  };
  struct Candidate {
    KeptPolicyPtr policy;  // kNew: made of the text; otherwise the kept one
    Verdict verdict = Verdict::kNew;
  };
  // Reads a text and compares it with what is kept. Comments and layout make no difference.
  // INVALID_ARGUMENT as ReadPack(); FAILED_PRECONDITION (POLICY_REVISION) when the name is kept
  // with other content, or a higher revision is.
  absl::StatusOr<Candidate> Judge(absl::string_view text, absl::Time now,
                                  absl::string_view principal, const KeptPolicy* in_force) const;

  // Makes a new pack known, before it is in force.
  void Keep(KeptPolicyPtr policy);
  // After the commit.
  void PutInForce(const KeptPolicyPtr& policy);
  // The commit failed: it never was.
  void Drop(const KeptPolicyPtr& policy);

 private:
  mutable absl::Mutex mutex_;
  std::vector<KeptPolicyPtr> all_ ABSL_GUARDED_BY(mutex_);  // oldest first
  absl::flat_hash_map<std::string, KeptPolicyPtr> by_name_ ABSL_GUARDED_BY(mutex_);
  KeptPolicyPtr in_force_ ABSL_GUARDED_BY(mutex_);
};

// The pack of a text that passes the lint. INVALID_ARGUMENT (POLICY_INVALID) with a violation for
// each finding, its field "text:LINE".
absl::StatusOr<std::shared_ptr<const core::PolicyIndex>> ReadPack(absl::string_view text);

// Names a text against the pack in force, so that what was previewed is what is adopted.
std::string PolicyEtag(absl::string_view text, const KeptPolicy* in_force);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_POLICY_SHELF_H_
