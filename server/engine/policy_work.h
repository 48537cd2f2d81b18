// Puts a policy pack into force.
#ifndef BELFRY_SERVER_ENGINE_POLICY_WORK_H_
#define BELFRY_SERVER_ENGINE_POLICY_WORK_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/core/command.h"
#include "server/engine/policy_shelf.h"
#include "server/engine/work.h"

namespace belfry::engine {

// What somebody wants to put into force.
struct PolicyAdoption {
  core::Caller caller;
  std::string text;
  // From PolicyEtag(); empty: whatever is in force.
  std::string etag;
  std::string request_id;
  std::string fingerprint;
};

struct AdoptedPolicy {
  KeptPolicyPtr policy;
  PolicyShelf::Verdict verdict = PolicyShelf::Verdict::kNew;
  bool replayed = false;
  // Where the record keeps it; nothing when it was in force already.
  std::optional<v1::Receipt> receipt;
};

// Checks rights, text, revision and directory, and writes the pack; what comes later in the batch
// is decided under it. The pack in force is the newest that was written.
class PolicyWork final : public Work {
 public:
  PolicyWork(PolicyAdoption adoption, PolicyShelf* shelf,
             std::function<void(absl::StatusOr<AdoptedPolicy>)> done)
      : adoption_(std::move(adoption)), shelf_(*shelf), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::StatusOr<AdoptedPolicy> Adopt(Batch& batch);

  const PolicyAdoption adoption_;
  PolicyShelf& shelf_;
  const std::function<void(absl::StatusOr<AdoptedPolicy>)> done_;
  absl::StatusOr<AdoptedPolicy> adopted_ = absl::UnknownError("not run");
  KeptPolicyPtr fresh_;  // written by this work
};

// FAILED_PRECONDITION (POLICY_ROLES): people hold roles that the pack does not have. `why` is the
// directory's own complaint.
absl::Status DirectoryDoesNotFit(const core::PolicyIndex& policy, const absl::Status& why);

storage::PolicyRow ToRow(const KeptPolicy& policy);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_POLICY_WORK_H_
