#include "server/engine/policy_shelf.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/core/policy/read.h"

namespace belfry::engine {
namespace {

constexpr size_t kEtagCharacters = 16;
// The message shows this many findings; the details carry as many as fit.
constexpr int kFindingsInMessage = 5;

KeptPolicyPtr MakeKept(std::shared_ptr<const core::PolicyIndex> index, absl::string_view text,
                       absl::Time time, absl::string_view principal) {
  auto kept = std::make_shared<KeptPolicy>();
  kept->index = std::move(index);
  kept->text = std::string(text);
  kept->sha256 = Sha256Hex(text);
  kept->adopt_time = time;
  kept->principal = std::string(principal);
  return kept;
}

absl::Status Invalid(const std::vector<core::Finding>& errors) {
  ErrorBuilder error(absl::StatusCode::kInvalidArgument, "POLICY_INVALID", "");
  std::string message =
      absl::StrCat("the pack has ", errors.size(), errors.size() == 1 ? " error" : " errors");
  int shown = 0;
  for (const core::Finding& finding : errors) {
    const std::string what =
        finding.path.empty() ? finding.message : absl::StrCat(finding.path, ": ", finding.message);
    error.Field(absl::StrCat("text:", finding.line), what);
    if (shown++ < kFindingsInMessage)
      absl::StrAppend(&message, "\nline ", finding.line, ": ", what);
  }
  return error.Message(std::move(message)).Build();
}

absl::Status WrongRevision(std::string message) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "POLICY_REVISION", std::move(message))
      .Build();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PolicyShelf>> PolicyShelf::Load(
    const std::vector<storage::PolicyRow>& rows) {
  auto shelf = std::make_unique<PolicyShelf>();
  for (const storage::PolicyRow& row : rows) {
    absl::StatusOr<policy::v1::Policy> policy = core::ParsePolicy(row.text);
    if (!policy.ok()) {
      return absl::DataLossError(absl::StrCat("the kept policy pack ", row.name,
                                              " cannot be read: ", policy.status().message(),
                                              "; use the belfryd that adopted it, or a newer"));
    }
    const KeptPolicyPtr kept = MakeKept(core::PolicyIndex::OfKept(*std::move(policy)), row.text,
                                        absl::FromUnixMicros(row.time_us), row.principal);
    shelf->Keep(kept);
    shelf->PutInForce(kept);
  }
  return shelf;
}

KeptPolicyPtr PolicyShelf::InForce() const {
  absl::ReaderMutexLock lock(&mutex_);
  return in_force_;
}

KeptPolicyPtr PolicyShelf::Find(absl::string_view name) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const core::PolicyIndex& PolicyShelf::PolicyOf(const record::v1::IncidentState& state) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_name_.find(state.policy());
  return found == by_name_.end() ? *in_force_->index : *found->second->index;
}

std::vector<KeptPolicyPtr> PolicyShelf::List() const {
  absl::ReaderMutexLock lock(&mutex_);
  return {all_.rbegin(), all_.rend()};
}

absl::StatusOr<PolicyShelf::Candidate> PolicyShelf::Judge(absl::string_view text, absl::Time now,
                                                          absl::string_view principal,
                                                          const KeptPolicy* in_force) const {
  BELFRY_ASSIGN_OR_RETURN(std::shared_ptr<const core::PolicyIndex> index, ReadPack(text));
  const policy::v1::Policy& wanted = index->proto();
  if (const KeptPolicyPtr kept = Find(index->Name()); kept != nullptr) {
    if (kept->index->proto().SerializeAsString() != wanted.SerializeAsString()) {
      return WrongRevision(
          absl::StrCat("revision: ", index->Name(), " is kept with other content since ",
                       absl::FormatTime(absl::RFC3339_sec, kept->adopt_time, absl::UTCTimeZone()),
                       "; what was in force is never changed, raise the revision"));
    }
    const bool current = in_force != nullptr && in_force->name() == index->Name();
    return Candidate{kept, current ? Verdict::kInForce : Verdict::kEarlier};
  }
  for (const KeptPolicyPtr& kept : List()) {
    const policy::v1::Policy& other = kept->index->proto();
    if (other.id() == wanted.id() && other.revision() > wanted.revision()) {
      return WrongRevision(absl::StrCat("revision: ", wanted.revision(), " of ", wanted.id(),
                                        " was never in force and is lower than ", other.revision(),
                                        ", which was; raise it to ", other.revision() + 1));
    }
  }
  return Candidate{MakeKept(std::move(index), text, now, principal), Verdict::kNew};
}

void PolicyShelf::Keep(KeptPolicyPtr policy) {
  absl::MutexLock lock(&mutex_);
  by_name_[policy->name()] = policy;
  all_.push_back(std::move(policy));
}

void PolicyShelf::PutInForce(const KeptPolicyPtr& policy) {
  absl::MutexLock lock(&mutex_);
  in_force_ = policy;
}

void PolicyShelf::Drop(const KeptPolicyPtr& policy) {
  absl::MutexLock lock(&mutex_);
  by_name_.erase(policy->name());
  all_.erase(std::remove(all_.begin(), all_.end(), policy), all_.end());
}

absl::StatusOr<std::shared_ptr<const core::PolicyIndex>> ReadPack(absl::string_view text) {
  std::vector<core::Finding> errors = core::CheckPolicyText(text);
  errors.erase(std::remove_if(errors.begin(), errors.end(),
                              [](const core::Finding& finding) { return finding.warning; }),
               errors.end());
  if (!errors.empty()) return Invalid(errors);
  BELFRY_ASSIGN_OR_RETURN(policy::v1::Policy policy, core::ParsePolicy(text));
  return core::PolicyIndex::OfKept(std::move(policy));
}

std::string PolicyEtag(absl::string_view text, const KeptPolicy* in_force) {
  const std::string against =
      in_force == nullptr ? std::string() : absl::StrCat(in_force->name(), in_force->sha256);
  return Sha256Hex(absl::StrCat(against, "\n", text)).substr(0, kEtagCharacters);
}

}  // namespace belfry::engine
