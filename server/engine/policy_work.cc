#include "server/engine/policy_work.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/engine/command_work.h"

namespace belfry::engine {
namespace {

constexpr char kAct[] = "ADOPT_POLICY";

// What is kept as the answer to a request: the pack's name and, when there is one, the receipt.
std::string ToAnswer(const std::string& name, const std::optional<v1::Receipt>& receipt) {
  return receipt.has_value() ? absl::StrCat(name, "\n", receipt->SerializeAsString()) : name;
}

std::pair<std::string, std::optional<v1::Receipt>> FromAnswer(const std::string& answer) {
  const size_t end = answer.find('\n');
  if (end == std::string::npos) return {answer, std::nullopt};
  v1::Receipt receipt;
  if (!receipt.ParseFromString(answer.substr(end + 1)))
    return {answer.substr(0, end), std::nullopt};
  return {answer.substr(0, end), receipt};
}

}  // namespace

absl::Status DirectoryDoesNotFit(const core::PolicyIndex& policy, const absl::Status& why) {
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "POLICY_ROLES",
             absl::StrCat("the directory does not fit ", policy.Name(), ": ", why.message(),
                          "; keep the role in the pack, or unassign it first"))
      .Build();
}

storage::PolicyRow ToRow(const KeptPolicy& policy) {
  storage::PolicyRow row;
  row.name = policy.name();
  row.text = policy.text;
  row.time_us = absl::ToUnixMicros(policy.adopt_time);
  row.principal = policy.principal;
  return row;
}

void PolicyWork::Run(Batch& batch) { adopted_ = Adopt(batch); }

absl::StatusOr<AdoptedPolicy> PolicyWork::Adopt(Batch& batch) {
  const std::string& principal = adoption_.caller.actor.principal();
  BELFRY_ASSIGN_OR_RETURN(
      const std::optional<std::string> repeat,
      FindRepeat(batch, principal, adoption_.request_id, adoption_.fingerprint));
  if (repeat.has_value()) {
    auto [name, receipt] = FromAnswer(*repeat);
    return AdoptedPolicy{shelf_.Find(name), PolicyShelf::Verdict::kInForce, /*replayed=*/true,
                         std::move(receipt)};
  }
  // An office of the government as a whole, so no incident is concerned.
  const core::Context context{*batch.policy->index, *batch.directory, batch.now};
  BELFRY_RETURN_IF_ERROR(
      core::RequireAct(context, adoption_.caller, record::v1::IncidentState(), kAct));
  BELFRY_ASSIGN_OR_RETURN(const PolicyShelf::Candidate candidate,
                          shelf_.Judge(adoption_.text, batch.now, principal, batch.policy.get()));
  if (!adoption_.etag.empty() && adoption_.etag != PolicyEtag(adoption_.text, batch.policy.get())) {
    return ErrorBuilder(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                        "the text or the pack in force has changed since the preview; preview "
                        "again")
        .Field("etag", "is not the current one")
        .Build();
  }
  if (candidate.verdict == PolicyShelf::Verdict::kEarlier) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "POLICY_REVISION",
               absl::StrCat("revision: ", candidate.policy->name(), " was in force before ",
                            batch.policy->name(),
                            "; to go back to what it says, raise the revision of its text"))
        .Build();
  }
  std::optional<v1::Receipt> receipt;
  if (candidate.verdict == PolicyShelf::Verdict::kNew) {
    const auto fits = core::Directory::Create(batch.directory->proto(), *candidate.policy->index);
    if (!fits.ok()) return DirectoryDoesNotFit(*candidate.policy->index, fits.status());
    storage::PolicyRow row = ToRow(*candidate.policy);
    if (const absl::Status status = batch.transaction->AddPolicy(row); !status.ok()) {
      batch.failure = status;
      return status;
    }
    absl::StatusOr<v1::Receipt> kept =
        batch.logs->Append(batch.transaction->record(), record::kInstanceLog, EntryOf(row));
    if (!kept.ok()) {
      batch.failure = kept.status();
      return kept.status();
    }
    receipt = *std::move(kept);
    fresh_ = candidate.policy;
    shelf_.Keep(fresh_);
    batch.policy = fresh_;
    batch.dirty = true;
  }
  BELFRY_RETURN_IF_ERROR(KeepRequest(batch, principal, adoption_.request_id, adoption_.fingerprint,
                                     ToAnswer(candidate.policy->name(), receipt)));
  return AdoptedPolicy{candidate.policy, candidate.verdict, /*replayed=*/false, std::move(receipt)};
}

void PolicyWork::Finish(const absl::Status& commit) {
  if (fresh_ != nullptr) {
    if (commit.ok()) {
      shelf_.PutInForce(fresh_);
    } else {
      shelf_.Drop(fresh_);
    }
  }
  // A refusal stands whatever became of the others in the batch.
  if (!commit.ok() && (adopted_.ok() || ErrorReason(adopted_.status()).empty())) adopted_ = commit;
  done_(std::move(adopted_));
}

}  // namespace belfry::engine
