#include "server/engine/command_work.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace belfry::engine {

absl::Status StoreUnavailable(const absl::Status& cause) {
  return ErrorBuilder(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE",
                      absl::StrCat("nothing was changed, because the store refused: ",
                                   cause.message(), "; try again with the same request id"))
      .RetryAfter(absl::Seconds(1))
      .Build();
}

absl::StatusOr<std::optional<std::string>> FindRepeat(Batch& batch, const std::string& principal,
                                                      const std::string& request_id,
                                                      const std::string& fingerprint) {
  if (request_id.empty()) return std::nullopt;
  absl::StatusOr<std::optional<storage::RequestRow>> known =
      batch.transaction->FindRequest(principal, request_id);
  if (!known.ok()) {
    batch.failure = known.status();
    return known.status();
  }
  if (!known->has_value()) return std::nullopt;
  if ((*known)->fingerprint != fingerprint) {
    return ErrorBuilder(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                        "request_id: was used for another request; take a new one")
        .Field("request_id", "was used for another request")
        .Build();
  }
  return std::move((*known)->response_blob);
}

absl::Status KeepRequest(Batch& batch, const std::string& principal, const std::string& request_id,
                         const std::string& fingerprint, std::string response) {
  if (request_id.empty()) return absl::OkStatus();
  storage::RequestRow row;
  row.principal = principal;
  row.request_id = request_id;
  row.fingerprint = fingerprint;
  row.response_blob = std::move(response);
  row.time_us = absl::ToUnixMicros(batch.now);
  if (const absl::Status status = batch.transaction->PutRequest(row); !status.ok()) {
    batch.failure = status;
    return status;
  }
  batch.dirty = true;
  return absl::OkStatus();
}

std::string CommandWork::IncidentOfRepeat(const std::string& response) const {
  if (!request_.incident.empty()) return request_.incident;
  // A report: its answer says which incident it became.
  v1::CreateIncidentResponse created;
  created.ParseFromString(response);
  return std::string(absl::StripPrefix(created.incident().name(), "incidents/"));
}

void CommandWork::Run(Batch& batch) {
  ++counters_.commands;
  outcome_ = Decide(batch);
}

absl::StatusOr<Outcome> CommandWork::Decide(Batch& batch) {
  // Machine time: a deadline is the caller's patience, whatever the policy's clock says.
  if (absl::Now() > request_.deadline) {
    return absl::DeadlineExceededError("the deadline passed before the work began");
  }
  const std::string request_id = request_.command.request_id;
  const std::string principal = request_.command.caller.actor.principal();
  BELFRY_ASSIGN_OR_RETURN(std::optional<std::string> repeat,
                          FindRepeat(batch, principal, request_id, request_.fingerprint));
  if (repeat.has_value()) {
    ++counters_.replays;
    Outcome outcome;
    outcome.replayed = true;
    outcome.replayed_response = *std::move(repeat);
    // What they may see of it now, the caller of the engine asks of the state.
    const std::string incident = IncidentOfRepeat(outcome.replayed_response);
    BELFRY_ASSIGN_OR_RETURN(outcome.state, executor_.Load(batch, incident));
    return outcome;
  }
  BELFRY_RETURN_IF_ERROR(CheckQuota(batch, request_.quota, principal));
  BELFRY_ASSIGN_OR_RETURN(Executed executed,
                          executor_.Execute(batch, request_.incident, std::move(request_.command)));
  BELFRY_RETURN_IF_ERROR(UseQuota(batch, request_.quota, principal));
  Outcome outcome;
  outcome.standing = std::move(executed.standing);
  outcome.evidence = std::move(executed.evidence);
  outcome.state = std::move(executed.state);
  outcome.receipt = std::move(executed.receipt);
  // The answer tells of what the command did, not of what the clock did before it.
  outcome.events.assign(
      std::make_move_iterator(executed.events.begin() + static_cast<ptrdiff_t>(executed.caught_up)),
      std::make_move_iterator(executed.events.end()));
  if (request_.render) outcome.response = request_.render(outcome);
  BELFRY_RETURN_IF_ERROR(KeepRequest(
      batch, principal, request_id, request_.fingerprint,
      outcome.response == nullptr ? std::string() : outcome.response->SerializeAsString()));
  return outcome;
}

void CommandWork::Finish(const absl::Status& commit) {
  // A refusal stands whatever became of the others in the batch.
  if (!commit.ok() && (outcome_.ok() || ErrorReason(outcome_.status()).empty())) {
    outcome_ = commit;
  }
  if (!outcome_.ok()) ++counters_.refusals;
  request_.done(std::move(outcome_));
}

}  // namespace belfry::engine
