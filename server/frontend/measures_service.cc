#include "server/frontend/measures_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/standing.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/incident_events.h"
#include "server/frontend/incident_walk.h"
#include "server/measures/compliance.h"
#include "server/measures/measures.h"

namespace belfry::frontend {
namespace {

constexpr int kIncidentsMax = 5000;
constexpr size_t kDutiesMax = 5000;
// Below what gRPC takes in one message.
constexpr size_t kFileBytesMax = 3'500'000;
constexpr absl::Duration kTimeOtherwise = absl::Hours(24 * 90);
constexpr int kRepeatDaysOtherwise = 30;
constexpr int kRepeatDaysMax = 366;

absl::Status TooManyIncidents() {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TOO_MANY_INCIDENTS",
                      absl::StrCat("there are more than ", kIncidentsMax,
                                   " incidents in this; ask for a shorter time (from_time, "
                                   "to_time), one agency or one severity"))
      .Build();
}

absl::Status TooManyDuties() {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TOO_MANY_DUTIES",
                      absl::StrCat("there are more than ", kDutiesMax,
                                   " duties in this, or more events about them than fit into one "
                                   "answer; ask for a shorter time (from_time, to_time)"))
      .Build();
}

// "entities/dop" or "secretariats/eox", as the directory has it. A typing error must not look like
// an agency to which nothing ever happened.
absl::StatusOr<std::string> ReadScope(const core::Directory& directory, absl::string_view field,
                                      absl::string_view text) {
  std::string name = absl::AsciiStrToLower(text);
  if (directory.FindEntity(name) != nullptr || directory.FindSecretariat(name) != nullptr) {
    return name;
  }
  return InvalidField(field,
                      "must be an entity or secretariat of the directory, such as entities/dop or "
                      "secretariats/eox");
}

absl::StatusOr<absl::Time> ReadTime(absl::string_view field,
                                    const google::protobuf::Timestamp& time) {
  // Years 1970 to 9999: what the store can hold.
  constexpr int64_t kSecondsMax = 253'402'300'799;
  if (time.seconds() < 0 || time.seconds() > kSecondsMax || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return InvalidField(field, "must lie between the years 1970 and 9999");
  }
  return FromProto(time);
}

struct Interval {
  absl::Time from;
  // Up to and without it. What happens now is in, when no end was asked for.
  absl::Time to;
};

// Fills in what the request leaves open.
template <typename Request>
absl::StatusOr<Interval> ReadInterval(absl::Time now, Request& request) {
  Interval interval;
  absl::Time end = now;
  if (request.has_to_time()) {
    BELFRY_ASSIGN_OR_RETURN(end, ReadTime("to_time", request.to_time()));
    interval.to = end;
  } else {
    interval.to = now + absl::Microseconds(1);
  }
  if (!request.has_from_time()) {
    *request.mutable_from_time() = ToProto(std::max(absl::UnixEpoch(), end - kTimeOtherwise));
  }
  BELFRY_ASSIGN_OR_RETURN(interval.from, ReadTime("from_time", request.from_time()));
  if (interval.from >= interval.to) {
    return InvalidField("from_time", "must lie before to_time, or before now");
  }
  return interval;
}

storage::IncidentQuery Until(absl::Time end, const std::string& scope) {
  storage::IncidentQuery query;
  query.scope = scope;
  query.before_create_us = absl::ToUnixMicros(end);
  return query;
}

// ---- GetMeasures

absl::StatusOr<measures::Question> ReadQuestion(const Call& call, v1::GetMeasuresRequest& request) {
  const core::PolicyIndex& policy = call.engine().policy();
  measures::Question question;
  if (!request.scope().empty()) {
    BELFRY_ASSIGN_OR_RETURN(question.scope,
                            ReadScope(*call.engine().directory(), "scope", request.scope()));
    request.set_scope(question.scope);
  }
  if (!request.severity().empty()) {
    request.set_severity(absl::AsciiStrToUpper(request.severity()));
    if (policy.SeverityRank(request.severity()) < 0) {
      std::vector<std::string> codes;
      for (const auto& severity : policy.proto().severities()) codes.push_back(severity.code());
      return InvalidField("severity", absl::StrCat("is one of ", absl::StrJoin(codes, ", ")));
    }
  }
  if (!request.category().empty()) {
    const policy::v1::Category* category = policy.FindCategory(request.category());
    if (category == nullptr) {
      return InvalidField("category",
                          "is no category of the policy in force; `policy show` lists "
                          "them");
    }
    request.set_category(category->code());
  }
  if (!v1::GetMeasuresRequest::GroupBy_IsValid(request.group_by())) {
    return InvalidField("group_by", "must be SEVERITY, CATEGORY, AGENCY or MONTH");
  }
  if (request.repeat_days() == 0) request.set_repeat_days(kRepeatDaysOtherwise);
  if (request.repeat_days() < 0 || request.repeat_days() > kRepeatDaysMax) {
    return InvalidField("repeat_days", absl::StrCat("must be 1 to ", kRepeatDaysMax));
  }
  question.severity = request.severity();
  question.category = request.category();
  question.include_drills = request.include_drills();
  question.group_by = request.group_by();
  question.repeat_within = absl::Hours(24) * request.repeat_days();
  question.zone = policy.TimeZone();
  question.now = call.engine().Now();
  return question;
}

struct MeasuresWork {
  measures::Measures measures;
  Interval interval;
  v1::GetMeasuresRequest query;
  absl::Time now;
  int counted = 0;
};

absl::Status Count(const Call& call, MeasuresWork& work, storage::Store& store,
                   const record::v1::IncidentState& state) {
  if (!work.measures.Asks(state)) return absl::OkStatus();
  if (++work.counted > kIncidentsMax) return TooManyIncidents();
  NoteReading(call.engine(), call.identity().caller, state, "measures");
  const core::PolicyIndex& policy = call.engine().PolicyOf(state);
  if (FromProto(state.create_time()) < work.interval.from) {
    work.measures.AddEarlier(policy, state);
    return absl::OkStatus();
  }
  BELFRY_ASSIGN_OR_RETURN(const std::vector<record::v1::Event> events, LoadEvents(store, state));
  work.measures.Add(policy, events);
  return absl::OkStatus();
}

absl::Status StartMeasures(const CallPtr& call, const v1::GetMeasuresRequest& request,
                           v1::GetMeasuresResponse* response) {
  v1::GetMeasuresRequest query = request;
  BELFRY_ASSIGN_OR_RETURN(const measures::Question question, ReadQuestion(*call, query));
  BELFRY_ASSIGN_OR_RETURN(const Interval interval, ReadInterval(question.now, query));
  auto work = std::make_shared<MeasuresWork>(
      MeasuresWork{measures::Measures(question), interval, std::move(query), question.now});
  const auto visit = [call, work](storage::Store& store, const storage::IncidentRow&,
                                  const record::v1::IncidentState& state) {
    return Count(*call, *work, store, state);
  };
  const auto done = [call, work, response](const absl::Status& status) {
    if (status.ok()) {
      *response->mutable_query() = work->query;
      *response->mutable_as_of_time() = ToProto(work->now);
      response->set_notice(measures::EvidenceNotice());
      work->measures.Finish(*response);
    }
    call->Finish(status);
  };
  const absl::Time oldest = interval.from - question.repeat_within;
  std::make_shared<IncidentWalk>(call, Until(interval.to, question.scope),
                                 absl::ToUnixMicros(oldest), visit, done)
      ->Start();
  return absl::OkStatus();
}

// ---- GetComplianceFile

struct ComplianceWork {
  measures::ComplianceFile file;
  Interval interval;
  v1::GetComplianceFileRequest query;
  absl::Time now;
  int counted = 0;
};

absl::Status AddRecord(const Call& call, ComplianceWork& work, storage::Store& store,
                       const record::v1::IncidentState& state) {
  NoteReading(call.engine(), call.identity().caller, state, "compliance file");
  BELFRY_ASSIGN_OR_RETURN(const std::vector<record::v1::Event> events, LoadEvents(store, state));
  work.file.Add(call.engine().PolicyOf(state), events);
  return work.file.size() > kDutiesMax ? TooManyDuties() : absl::OkStatus();
}

// What nothing happened to since then has no duty that arose since then.
absl::Status Collect(const Call& call, ComplianceWork& work, storage::Store& store,
                     const storage::IncidentRow& row, const record::v1::IncidentState& state) {
  if (row.update_time_us < absl::ToUnixMicros(work.interval.from)) return absl::OkStatus();
  if (state.drill() && !work.query.include_drills()) return absl::OkStatus();
  if (++work.counted > kIncidentsMax) return TooManyIncidents();
  return AddRecord(call, work, store, state);
}

// The register with the entity's standing duties, which no list has. One that is not there, or that
// the caller may not read, has nothing to add.
absl::Status CollectRegister(const Call& call, ComplianceWork& work, storage::Store& store) {
  if (!absl::StartsWith(work.query.entity(), "entities/")) return absl::OkStatus();
  const absl::StatusOr<StatePtr> state =
      call.engine().LoadState(core::RegisterId(work.query.entity()));
  if (absl::IsNotFound(state.status())) return absl::OkStatus();
  BELFRY_RETURN_IF_ERROR(state.status());
  const auto directory = call.engine().directory();
  if (ViewOf(call, *directory, **state).sight() != core::Sight::kAll) return absl::OkStatus();
  return AddRecord(call, work, store, **state);
}

absl::Status StartCompliance(const CallPtr& call, const v1::GetComplianceFileRequest& request,
                             v1::GetComplianceFileResponse* response) {
  v1::GetComplianceFileRequest query = request;
  BELFRY_ASSIGN_OR_RETURN(std::string owner,
                          ReadScope(*call->engine().directory(), "entity", query.entity()));
  query.set_entity(owner);
  const absl::Time now = call->engine().Now();
  BELFRY_ASSIGN_OR_RETURN(const Interval interval, ReadInterval(now, query));
  auto work = std::make_shared<ComplianceWork>(
      ComplianceWork{measures::ComplianceFile(owner, interval.from, interval.to, now), interval,
                     std::move(query), now});
  const auto visit = [call, work](storage::Store& store, const storage::IncidentRow& row,
                                  const record::v1::IncidentState& state) {
    return Collect(*call, *work, store, row, state);
  };
  const auto done = [call, work, response](absl::Status status) {
    if (status.ok()) status = CollectRegister(*call, *work, call->engine().store());
    if (status.ok()) {
      *response->mutable_query() = work->query;
      *response->mutable_as_of_time() = ToProto(work->now);
      work->file.Finish(*response);
      if (response->ByteSizeLong() > kFileBytesMax) status = TooManyDuties();
    }
    call->Finish(status);
  };
  // Duties arise in incidents of any age.
  std::make_shared<IncidentWalk>(call, Until(interval.to, owner), 0, visit, done)->Start();
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* MeasuresServiceImpl::GetMeasures(grpc::CallbackServerContext* context,
                                                           const v1::GetMeasuresRequest* request,
                                                           v1::GetMeasuresResponse* response) {
  return RunCall(services_, context, "GetMeasures", [&](const CallPtr& call) {
    const absl::Status status = StartMeasures(call, *request, response);
    if (!status.ok()) call->Finish(status);
  });
}

grpc::ServerUnaryReactor* MeasuresServiceImpl::GetComplianceFile(
    grpc::CallbackServerContext* context, const v1::GetComplianceFileRequest* request,
    v1::GetComplianceFileResponse* response) {
  return RunCall(services_, context, "GetComplianceFile", [&](const CallPtr& call) {
    const absl::Status status = StartCompliance(call, *request, response);
    if (!status.ok()) call->Finish(status);
  });
}

}  // namespace belfry::frontend
