#include "server/engine/delivery_work.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/account_name.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/confidentiality.h"
#include "server/core/state_util.h"
#include "server/engine/cards.h"
#include "server/engine/command_work.h"
#include "server/engine/conversation.h"
#include "server/engine/places.h"

namespace belfry::engine {
namespace {

using storage::DeliveryRow;
using storage::DeliveryState;
using v1::ReportDeliveryRequest;

constexpr int kLeasesDefault = 10;
constexpr int kLeasesMax = 100;
constexpr absl::Duration kLeaseDefault = absl::Seconds(30);
constexpr absl::Duration kLeaseMax = absl::Minutes(5);
constexpr absl::Duration kRetryAfterMax = absl::Hours(1);
constexpr size_t kChannelBytesMax = 200;

absl::Status NotFound(absl::string_view name) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "DELIVERY_NOT_FOUND",
                      absl::StrCat("there is no delivery ", name))
      .Build();
}

absl::StatusOr<DeliveryRow> LoadRow(Batch& batch, absl::string_view name) {
  absl::StatusOr<std::optional<DeliveryRow>> row =
      batch.transaction->LoadDelivery(absl::StripPrefix(name, "deliveries/"));
  if (!row.ok()) {
    batch.failure = row.status();
    return row.status();
  }
  if (!row->has_value()) return NotFound(name);
  return **std::move(row);
}

absl::Status Update(Batch& batch, const DeliveryRow& row) {
  const absl::Status status = batch.transaction->UpdateDelivery(row);
  if (!status.ok()) batch.failure = status;
  batch.dirty = true;
  batch.deliveries_changed = true;
  return status;
}

record::v1::StoredDelivery Stored(const DeliveryRow& row) {
  record::v1::StoredDelivery stored;
  stored.ParseFromString(row.blob);
  return stored;
}

absl::Status CheckReport(const ReportDeliveryRequest& request, const DeliveryRow& row) {
  const bool delivered = request.outcome() == ReportDeliveryRequest::OUTCOME_DELIVERED;
  if (request.not_attempted() && request.outcome() != ReportDeliveryRequest::OUTCOME_RETRY) {
    return InvalidField("not_attempted", "goes with OUTCOME_RETRY only; leave it out");
  }
  const bool room = Stored(row).delivery().notice().kind() == v1::Notice::KIND_ROOM;
  const std::string& channel = request.message().channel();
  if (delivered && room && (channel.empty() || channel.size() > kChannelBytesMax)) {
    return InvalidField("message.channel",
                        absl::StrCat("is needed: the id of the channel that was opened, at most ",
                                     kChannelBytesMax, " bytes"));
  }
  return absl::OkStatus();
}

}  // namespace

v1::Delivery ToDelivery(const DeliveryRow& row) {
  v1::Delivery delivery = std::move(*Stored(row).mutable_delivery());
  delivery.set_name(absl::StrCat("deliveries/", row.id));
  delivery.set_state(static_cast<v1::Delivery::State>(row.state));
  delivery.set_attempt(row.attempt);
  delivery.set_ambiguous(row.ambiguous);
  delivery.set_last_error(row.last_error);
  if (row.lease_until_us > 0) {
    *delivery.mutable_lease_expire_time() = ToProto(absl::FromUnixMicros(row.lease_until_us));
  }
  if (!row.message_blob.empty()) delivery.mutable_message()->ParseFromString(row.message_blob);
  return delivery;
}

void LeaseWork::Run(Batch& batch) { status_ = Lease(batch); }

absl::Status LeaseWork::Lease(Batch& batch) {
  const v1::LeaseDeliveriesRequest& request = request_.request;
  const int max = request.max() <= 0 ? kLeasesDefault : std::min(request.max(), kLeasesMax);
  const absl::Time now = absl::Now();
  // What is taken out of the queue makes room for what comes after it.
  for (int pointless = 1; pointless > 0 && response_.deliveries_size() < max;) {
    BELFRY_ASSIGN_OR_RETURN(pointless, LeaseSome(batch, now, max - response_.deliveries_size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> LeaseWork::LeaseSome(Batch& batch, absl::Time now, int max) {
  const v1::LeaseDeliveriesRequest& request = request_.request;
  const absl::Duration lease =
      request.has_lease() ? std::min(FromProto(request.lease()), kLeaseMax) : kLeaseDefault;
  absl::StatusOr<std::vector<DeliveryRow>> rows = batch.transaction->LeaseDeliveries(
      request.holder(), request.incarnation(),
      std::vector<std::string>(request.platforms().begin(), request.platforms().end()),
      absl::ToUnixMicros(now), absl::ToUnixMicros(now + lease), max);
  if (!rows.ok()) {
    batch.failure = rows.status();
    return rows.status();
  }
  if (!rows->empty()) batch.dirty = true;
  int pointless = 0;
  for (DeliveryRow& row : *rows) {
    v1::Delivery delivery = ToDelivery(row);
    BELFRY_ASSIGN_OR_RETURN(const bool send, Prepare(batch, row, delivery));
    if (send) {
      *response_.add_deliveries() = std::move(delivery);
      continue;
    }
    ++pointless;
    row.state = DeliveryState::kSuperseded;
    row.lease_holder.clear();
    row.lease_incarnation.clear();
    row.lease_until_us = 0;
    BELFRY_RETURN_IF_ERROR(Update(batch, row));
  }
  return pointless;
}

// What was written before the incident was closed, or before somebody was kept out of it, is
// written anew or not sent any more.
bool LeaseWork::MayStillSend(const Batch& batch, const std::string& target,
                             const record::v1::IncidentState& state, v1::Notice& notice) const {
  if (!absl::StartsWith(target, "people/")) {
    if (!core::IsClosed(state)) return true;
    // What takes back what stands there.
    const bool closes = notice.kind() == v1::Notice::KIND_ROOM && notice.room().closed();
    const bool hides = notice.kind() == v1::Notice::KIND_HEADLINE && notice.incident().restricted();
    return closes || hides;
  }
  const auto stands_in = [&](const google::protobuf::RepeatedPtrField<std::string>& list) {
    return std::find(list.begin(), list.end(), target) != list.end();
  };
  if (stands_in(state.subjects())) return false;
  if (!core::IsClosed(state)) return true;
  if (stands_in(state.barred_people())) return false;
  core::CloseNotice(executor_.ContextFor(batch, state), state, notice);
  return true;
}

absl::StatusOr<bool> LeaseWork::Prepare(Batch& batch, const DeliveryRow& row,
                                        v1::Delivery& delivery) {
  const absl::StatusOr<StatePtr> state = executor_.Load(batch, row.incident);
  BELFRY_RETURN_IF_ERROR(state.status());
  if (!MayStillSend(batch, row.target, **state, *delivery.mutable_notice())) return false;
  if (delivery.notice().kind() == v1::Notice::KIND_DIGEST) {
    BELFRY_RETURN_IF_ERROR(CutDigest(batch, row.target, *delivery.mutable_notice()));
  }
  return AttachMessages(batch, row, delivery);
}

absl::Status LeaseWork::CutDigest(Batch& batch, const std::string& target, v1::Notice& notice) {
  const v1::Person* person = batch.directory->FindPerson(target);
  core::Caller reader;
  reader.actor.set_principal(target);
  if (person != nullptr) reader.entity = person->entity();
  v1::DigestContent& content = *notice.mutable_digest();
  for (auto* list :
       {content.mutable_due_today(), content.mutable_late(), content.mutable_changed()}) {
    for (int i = list->size() - 1; i >= 0; --i) {
      v1::DigestContent::Line& line = *list->Mutable(i);
      const std::string id(absl::StripPrefix(line.incident(), "incidents/"));
      BELFRY_ASSIGN_OR_RETURN(const StatePtr state, executor_.Load(batch, id));
      if (!core::IsClosed(*state)) continue;
      const core::Context context = executor_.ContextFor(batch, *state);
      if (person == nullptr || !core::MayRead(context.policy, context.directory, reader, *state)) {
        list->DeleteSubrange(i, 1);
        continue;
      }
      v1::DigestContent::Line name;
      name.set_incident(line.incident());
      line = std::move(name);
    }
  }
  return absl::OkStatus();
}

void LeaseWork::Finish(const absl::Status& commit) {
  if (!commit.ok() || !status_.ok()) {
    request_.done(commit.ok() ? status_ : commit);
  } else if (response_.deliveries().empty() && absl::Now() < request_.wait_until) {
    park_(std::move(request_));
  } else {
    request_.done(std::move(response_));
  }
}

void ReportWork::Run(Batch& batch) { status_ = Report(batch); }

absl::Status ReportWork::Report(Batch& batch) {
  BELFRY_ASSIGN_OR_RETURN(DeliveryRow row, LoadRow(batch, request_.name()));
  const bool delivered = request_.outcome() == ReportDeliveryRequest::OUTCOME_DELIVERED;
  const bool holds_lease = row.state == DeliveryState::kLeased &&
                           row.lease_holder == request_.holder() &&
                           row.lease_incarnation == request_.incarnation();
  // A success is a fact, whoever held the lease meanwhile; the same fact twice changes nothing.
  const bool open = row.state == DeliveryState::kPending || row.state == DeliveryState::kLeased;
  if (!holds_lease && !(delivered && open)) {
    if (delivered && row.state == DeliveryState::kDelivered) {
      response_.set_state(v1::Delivery::STATE_DELIVERED);
      return absl::OkStatus();
    }
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "LEASE_LOST",
                        "the lease is not yours any more; lease again")
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(CheckReport(request_, row));
  row.lease_holder.clear();
  row.lease_incarnation.clear();
  row.lease_until_us = 0;
  row.last_error = request_.error();
  const absl::Time now = absl::Now();
  switch (request_.outcome()) {
    case ReportDeliveryRequest::OUTCOME_DELIVERED:
      row.state = DeliveryState::kDelivered;
      row.ambiguous = false;
      row.message_blob = request_.message().SerializeAsString();
      break;
    case ReportDeliveryRequest::OUTCOME_UNKNOWN:
      row.ambiguous = true;
      Retry(row, now);
      break;
    case ReportDeliveryRequest::OUTCOME_RETRY:
      Retry(row, now);
      break;
    case ReportDeliveryRequest::OUTCOME_FAILED:
      row.state = DeliveryState::kDead;
      break;
    default:
      return InvalidField("outcome", "is needed: DELIVERED, RETRY, UNKNOWN or FAILED");
  }
  BELFRY_RETURN_IF_ERROR(Update(batch, row));
  response_.set_state(static_cast<v1::Delivery::State>(row.state));
  return Conclude(batch, row);
}

void ReportWork::Retry(DeliveryRow& row, absl::Time now) {
  // Older rows do not say when they were queued.
  const absl::Duration age =
      now - absl::FromUnixMicros(row.queued_us > 0 ? row.queued_us : row.create_time_us);
  // A platform that is down uses up no attempts, but it is not waited for for ever either.
  if (request_.not_attempted()) row.attempt = std::max(0, row.attempt - 1);
  const bool tried = row.attempt > 1 || request_.not_attempted();
  if (row.attempt >= kAttemptsMax || (age > kDeliveryAgeMax && tried)) {
    row.state = DeliveryState::kDead;
    return;
  }
  absl::Duration pause =
      std::min(kBackoffMax, absl::Seconds(1) * std::pow(2.0, std::max(0, row.attempt - 1)));
  pause *= 0.8 + 0.4 * random_.Uniform();  // many that failed together must not return together
  if (request_.has_retry_after()) {
    pause = std::min(FromProto(request_.retry_after()), kRetryAfterMax);
  }
  row.state = DeliveryState::kPending;
  row.not_before_us = absl::ToUnixMicros(now + pause);
}

absl::Status ReportWork::TryNextAddress(Batch& batch, const DeliveryRow& row, bool* found) {
  const std::optional<v1::Endpoint> next =
      EndpointOf(*batch.directory, row.target, row.endpoint_index + 1);
  *found = next.has_value();
  if (!next.has_value()) return absl::OkStatus();
  DeliveryRow fresh;
  fresh.id = UuidV7(absl::Now(), random_);
  fresh.incident = row.incident;
  fresh.target = row.target;
  fresh.platform = next->platform();
  fresh.conversation = ConversationOf(*next);
  fresh.endpoint_index = row.endpoint_index + 1;
  fresh.create_time_us = row.create_time_us;
  fresh.queued_us = absl::ToUnixMicros(absl::Now());
  fresh.conflation_key = row.conflation_key;
  record::v1::StoredDelivery stored = Stored(row);
  *stored.mutable_delivery()->mutable_endpoint() = *next;
  fresh.blob = stored.SerializeAsString();
  if (const absl::Status status = batch.transaction->AddDelivery(fresh); !status.ok()) {
    batch.failure = status;
    return status;
  }
  const std::optional<std::string> topic = DutyTopic(stored.delivery().notice());
  if (!topic.has_value()) return absl::OkStatus();
  return NoteQueued(batch, row.incident, row.target, *topic, fresh.id);
}

// There is no point in trying on: it was a receipt, or the card of a duty that has ended or has a
// newer card.
absl::StatusOr<bool> ReportWork::IsOver(Batch& batch, const DeliveryRow& row,
                                        const v1::Notice& notice) {
  if (notice.done()) return true;
  if (!DutyTopic(notice).has_value()) return false;
  BELFRY_ASSIGN_OR_RETURN(const bool overtaken, IsOvertaken(batch, row, notice));
  if (overtaken) return true;
  BELFRY_ASSIGN_OR_RETURN(const StatePtr state, executor_.Load(batch, row.incident));
  const auto* duty = core::FindObligation(*state, notice.obligation());
  // A missed day is over and still climbs.
  return duty != nullptr && !core::IsOpen(*duty) && duty->state() != v1::Obligation::STATE_HELD &&
         duty->state() != v1::Obligation::STATE_MISSED;
}

// Does somebody have to hear that it is lost, even when the record does not wait for it?
absl::StatusOr<bool> ReportWork::LossMatters(Batch& batch, const DeliveryRow& row,
                                             const record::v1::StoredDelivery& stored) {
  // Nobody waits for what an account that is nobody's was told: the secret is masked already.
  if (IsAccountName(row.target)) return false;
  switch (stored.delivery().notice().kind()) {
    case v1::Notice::KIND_PAGE:
    case v1::Notice::KIND_REMINDER:
    case v1::Notice::KIND_OVERDUE:
    case v1::Notice::KIND_STATEMENT:
    case v1::Notice::KIND_ROOM:
    case v1::Notice::KIND_DIGEST:
      return true;
    case v1::Notice::KIND_HEADLINE:
    case v1::Notice::KIND_LOG: {
      // Said once of a place, until something arrives there again: a busy incident has many lines.
      const auto before =
          batch.transaction->LastConcluded(row.incident, row.conversation, row.sequence);
      if (!before.ok()) batch.failure = before.status();
      BELFRY_RETURN_IF_ERROR(before.status());
      return *before != DeliveryState::kDead;
    }
    default:
      return stored.report_outcome();
  }
}

absl::Status ReportWork::Conclude(Batch& batch, DeliveryRow& row) {
  const record::v1::StoredDelivery stored = Stored(row);
  const bool delivered = row.state == DeliveryState::kDelivered;
  if (delivered) {
    const absl::Status status = KeepPlace(batch, stored.delivery(), request_.message());
    if (!status.ok()) {
      batch.failure = status;
      return status;
    }
    BELFRY_RETURN_IF_ERROR(NoteDelivered(batch, row, stored));
  }
  if (!delivered) {
    if (row.state != DeliveryState::kDead) return absl::OkStatus();
    BELFRY_ASSIGN_OR_RETURN(const bool over, IsOver(batch, row, stored.delivery().notice()));
    if (over) return absl::OkStatus();
    bool next = false;
    BELFRY_RETURN_IF_ERROR(TryNextAddress(batch, row, &next));
    if (next) return absl::OkStatus();
    BELFRY_ASSIGN_OR_RETURN(const bool matters, LossMatters(batch, row, stored));
    if (!matters) return absl::OkStatus();
  } else if (!stored.report_outcome()) {
    return absl::OkStatus();
  }
  core::Command command;
  command.caller.internal = true;
  command.caller.actor.set_principal("system");
  command.caller.actor.set_via("bot");
  core::DeliveryOutcome outcome;
  outcome.delivery = absl::StrCat("deliveries/", row.id);
  outcome.target = row.target;
  outcome.endpoint = stored.delivery().endpoint();
  outcome.kind = stored.delivery().notice().kind();
  outcome.obligation = stored.delivery().notice().obligation();
  outcome.chain_entity = stored.chain_entity();
  outcome.delivered = delivered;
  outcome.error = row.last_error;
  outcome.message = request_.message();
  command.act = std::move(outcome);
  return executor_.Execute(batch, row.incident, std::move(command)).status();
}

void ReportWork::Finish(const absl::Status& commit) {
  if (!commit.ok()) {
    done_(commit);
  } else if (!status_.ok()) {
    done_(status_);
  } else {
    done_(response_);
  }
}

void RequeueWork::Run(Batch& batch) {
  result_ = [&]() -> absl::StatusOr<v1::Delivery> {
    BELFRY_ASSIGN_OR_RETURN(DeliveryRow row, LoadRow(batch, name_));
    if (row.state != DeliveryState::kDead) {
      return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_DEAD",
                          absl::StrCat(name_, " is not dead; only those can be sent again"))
          .Build();
    }
    row.state = DeliveryState::kPending;
    row.attempt = 0;
    row.not_before_us = 0;
    row.create_time_us = absl::ToUnixMicros(absl::Now());
    row.queued_us = row.create_time_us;
    BELFRY_RETURN_IF_ERROR(Update(batch, row));
    return ToDelivery(row);
  }();
}

void RequeueWork::Finish(const absl::Status& commit) {
  if (!commit.ok() && result_.ok()) {
    done_(commit);
  } else {
    done_(std::move(result_));
  }
}

}  // namespace belfry::engine
