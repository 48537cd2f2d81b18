#include "server/frontend/public_records_service.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/public_items.h"
#include "server/core/public_release.h"
#include "server/frontend/incident_events.h"
#include "server/frontend/mutation.h"
#include "server/frontend/page_token.h"

namespace belfry::frontend {
namespace {

using engine::Outcome;
using record::v1::Event;

constexpr int kItemsPerPage = 100;
constexpr int kItemsPerPageMax = 500;
constexpr size_t kPageBytesMax = 1024 * 1024;
constexpr size_t kPieceBytesMax = 1024 * 1024;
constexpr int kLogEntriesMax = 500;

core::Context ContextOf(const Call& call, const core::Directory& directory,
                        const record::v1::IncidentState& state) {
  return {call.engine().PolicyOf(state), directory, call.engine().Now()};
}

// The acts by which one may look at the unredacted parts.
absl::Status RequireSight(const Call& call, const record::v1::IncidentState& state) {
  const auto directory = call.engine().directory();
  const core::Context context = ContextOf(call, *directory, state);
  const core::Caller& caller = call.identity().caller;
  const absl::Status reviews = core::RequireRecordAct(context, caller, state, "REVIEW_RECORD");
  if (reviews.ok()) return reviews;
  const bool releases = core::RequireRecordAct(context, caller, state, "RELEASE_RECORD").ok();
  return releases ? absl::OkStatus() : reviews;
}

// Runs `then` on a reader thread, for a caller who may do `act`, with the events of the record.
void WithRecord(
    CallPtr call, const std::string& name,
    std::function<absl::Status(const Call&, const StatePtr&)> may,
    std::function<void(const CallPtr&, const StatePtr&, absl::StatusOr<std::vector<Event>>)> then) {
  WithIncident(std::move(call), "name", name,
               [may = std::move(may), then = std::move(then)](
                   const CallPtr& found, const std::string&, const StatePtr& state) {
                 if (absl::Status status = may(*found, state); !status.ok()) {
                   found->Finish(status);
                   return;
                 }
                 found->engine().SubmitRead(
                     [found, state, then](storage::Store& store) {
                       NoteReading(found->engine(), found->identity().caller, *state, "record");
                       then(found, state, LoadEvents(store, *state));
                     },
                     [found](const absl::Status& refused) { found->Finish(refused); });
               });
}

std::function<absl::Status(const Call&, const StatePtr&)> May(const char* act) {
  return [act](const Call& call, const StatePtr& state) {
    const auto directory = call.engine().directory();
    return core::RequireRecordAct(ContextOf(call, *directory, *state), call.identity().caller,
                                  *state, act);
  };
}

absl::Status MayLook(const Call& call, const StatePtr& state) { return RequireSight(call, *state); }

// Submits what was prepared. What could not be is refused, but for a repeat of a request that was
// carried out before.
template <typename Request, typename Response, typename Prepared>
void SubmitPrepared(const CallPtr& call, const Request& request, Response* response,
                    const StatePtr& state, absl::StatusOr<Prepared> prepared, Fill<Response> fill) {
  const absl::Status refusal = prepared.status();
  if (!refusal.ok() && request.request_id().empty()) {
    call->Finish(refusal);
    return;
  }
  core::Act act = prepared.ok() ? core::Act(*std::move(prepared)) : core::Act(Prepared());
  Submit<Request, Response>(call, request, response, state->id(), std::move(act), std::move(fill),
                            {.refusal = refusal});
}

absl::Status List(const v1::ListRecordItemsRequest& request, const core::RecordAt& record,
                  const std::string& principal, v1::ListRecordItemsResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const int wanted, PageSize(request.page_size(), kItemsPerPage));
  const int page_size = std::min(wanted, kItemsPerPageMax);
  const std::string tag = absl::AsciiStrToUpper(request.tag());
  const std::string query =
      absl::StrCat(record.state.id(), "\n", tag, "\n", request.item(), "\n", principal);
  int64_t after = 0;
  if (!request.page_token().empty()) {
    BELFRY_ASSIGN_OR_RETURN(const PagePosition position,
                            ReadPageToken(request.page_token(), query));
    after = position.number;
  }
  const std::vector<core::TaggedPart> parts =
      core::TaggedPartsOf(record.policy, record.state, record.events);
  response.set_record_version(record.state.version());
  response.set_item_count(static_cast<int32_t>(parts.size()));
  size_t bytes = 0;
  bool full = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    const core::TaggedPart& part = parts[i];
    if (part.tag == core::kTagUnreviewed) {
      response.set_unreviewed_count(response.unreviewed_count() + 1);
    } else if (core::IsExempt(part)) {
      response.set_withheld_count(response.withheld_count() + 1);
    } else if (part.review != nullptr && part.review->phrases_size() > 0) {
      response.set_partly_withheld_count(response.partly_withheld_count() + 1);
    }
    const auto place = static_cast<int64_t>(i) + 1;
    if (place <= after || full) continue;
    if (!tag.empty() && part.tag != tag) continue;
    if (!request.item().empty() && part.part.id != request.item()) continue;
    v1::RecordItem item = core::ToRecordItem(part);
    bytes += item.ByteSizeLong();
    if (response.items_size() == page_size ||
        (response.items_size() > 0 && bytes > kPageBytesMax)) {
      response.set_next_page_token(MakePageToken({place - 1, ""}, query));
      full = true;
      continue;
    }
    *response.add_items() = std::move(item);
  }
  if (!request.item().empty() && response.items().empty()) {
    return InvalidField("item", absl::StrCat("there is no such item in ", record.state.id()));
  }
  return absl::OkStatus();
}

// The record as it will be once the review is recorded, and what that answers.
v1::ReviewRecordResponse AnswerOf(const core::RecordAt& record,
                                  const record::v1::RecordReviewed& reviewed,
                                  const core::Caller& caller, absl::Time now) {
  Event event;
  event.set_version(record.state.version() + 1);
  *event.mutable_time() = ToProto(now);
  *event.mutable_actor() = caller.actor;
  *event.mutable_record_reviewed() = reviewed;
  record::v1::IncidentState after = record.state;
  core::Apply(after, event);
  std::vector<Event> events = record.events;
  events.push_back(std::move(event));
  v1::ReviewRecordResponse answer;
  for (const core::TaggedPart& part : core::TaggedPartsOf(record.policy, after, events)) {
    if (part.tag == core::kTagUnreviewed) {
      answer.set_unreviewed_count(answer.unreviewed_count() + 1);
    }
    const auto& rows = reviewed.reviews();
    if (std::any_of(rows.begin(), rows.end(),
                    [&](const auto& row) { return row.item() == part.part.id; })) {
      *answer.add_items() = core::ToRecordItem(part);
      answer.mutable_items(answer.items_size() - 1)->clear_text();
    }
  }
  return answer;
}

absl::StatusOr<record::v1::RecordReleased> FindRelease(const std::vector<Event>& events,
                                                       const v1::GetRecordReleaseRequest& request) {
  const Event* found = nullptr;
  for (const Event& event : events) {
    if (!event.has_record_released()) continue;
    const v1::RecordRelease& release = event.record_released().release();
    if (release.reference() != request.reference()) continue;
    if (request.number() == 0 || release.number() == request.number()) found = &event;
  }
  if (found != nullptr) return found->record_released();
  return ErrorBuilder(absl::StatusCode::kNotFound, "RELEASE_NOT_FOUND",
                      "there is no such release; `records log` lists them")
      .Build();
}

absl::Status GetPiece(const Call& call, const v1::GetRecordReleaseRequest& request,
                      std::vector<Event> events, v1::GetRecordReleaseResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const record::v1::RecordReleased released, FindRelease(events, request));
  const v1::RecordRelease& release = released.release();
  const record::v1::IncidentState state = core::StateAt(events, release.record_version());
  const core::WrittenRelease written =
      core::WriteRelease({call.engine().PolicyOf(state), state, events}, released);
  if (!core::IsSame(written, release)) {
    return ErrorBuilder(absl::StatusCode::kDataLoss, "RELEASE_DIFFERS",
                        absl::StrCat("release ", release.number(), " of ", release.reference(),
                                     " cannot be made again as it was: the record, or the way in "
                                     "which it is written, has changed; the files that were given "
                                     "away are the release"))
        .Build();
  }
  const std::string* part = nullptr;
  switch (request.part()) {
    case v1::GetRecordReleaseRequest::PART_JSON:
      part = &written.json;
      break;
    case v1::GetRecordReleaseRequest::PART_TEXT:
      part = &written.text;
      break;
    case v1::GetRecordReleaseRequest::PART_LOG:
      part = &written.log_json;
      break;
    default:
      return InvalidField("part", "is needed: PART_JSON, PART_TEXT or PART_LOG");
  }
  if (request.offset() < 0 || request.offset() > static_cast<int64_t>(part->size())) {
    return InvalidField("offset", absl::StrCat("the part has ", part->size(), " bytes"));
  }
  *response.mutable_release() = release;
  response.set_size(static_cast<int64_t>(part->size()));
  response.set_content(part->substr(static_cast<size_t>(request.offset()), kPieceBytesMax));
  if (request.part() != v1::GetRecordReleaseRequest::PART_LOG || request.offset() > 0) {
    return absl::OkStatus();
  }
  size_t bytes = 0;
  for (const v1::ExemptionLogEntry& entry : written.log) {
    bytes += entry.ByteSizeLong();
    if (response.log_size() == kLogEntriesMax || bytes > kPageBytesMax) break;
    *response.add_log() = entry;
  }
  return absl::OkStatus();
}

template <typename Response>
Fill<Response> FillRequest(const std::string& reference) {
  return [reference](const core::View&, const Outcome& outcome, Response& answer) {
    for (const v1::RecordsRequest& request : outcome.state->records_requests()) {
      if (request.reference() == reference) *answer.mutable_request() = request;
    }
  };
}

}  // namespace

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::RequestRecord(
    grpc::CallbackServerContext* context, const v1::RequestRecordRequest* request,
    v1::RequestRecordResponse* response) {
  return RunCall(services_, context, "RequestRecord", [&](CallPtr call) {
    Mutate<v1::RequestRecordRequest, v1::RequestRecordResponse>(
        std::move(call), request, response, "name", request->name(),
        FillRequest<v1::RequestRecordResponse>(request->reference()));
  });
}

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::ListRecordItems(
    grpc::CallbackServerContext* context, const v1::ListRecordItemsRequest* request,
    v1::ListRecordItemsResponse* response) {
  return RunCall(services_, context, "ListRecordItems", [&](CallPtr call) {
    WithRecord(
        std::move(call), request->name(), MayLook,
        [request, response](const CallPtr& found, const StatePtr& state,
                            absl::StatusOr<std::vector<Event>> events) {
          found->Finish(!events.ok()
                            ? events.status()
                            : List(*request, {found->engine().PolicyOf(*state), *state, *events},
                                   found->identity().principal, *response));
        });
  });
}

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::ReviewRecord(
    grpc::CallbackServerContext* context, const v1::ReviewRecordRequest* request,
    v1::ReviewRecordResponse* response) {
  return RunCall(services_, context, "ReviewRecord", [&](CallPtr call) {
    WithRecord(std::move(call), request->name(), May("REVIEW_RECORD"),
               [request, response](const CallPtr& found, const StatePtr& state,
                                   absl::StatusOr<std::vector<Event>> events) {
                 if (!events.ok()) {
                   found->Finish(events.status());
                   return;
                 }
                 const core::RecordAt record{found->engine().PolicyOf(*state), *state, *events};
                 absl::StatusOr<record::v1::RecordReviewed> reviewed =
                     core::PrepareReview(record, *request);
                 auto answer = std::make_shared<v1::ReviewRecordResponse>();
                 if (reviewed.ok()) {
                   *answer =
                       AnswerOf(record, *reviewed, found->identity().caller, found->engine().Now());
                 }
                 SubmitPrepared<v1::ReviewRecordRequest, v1::ReviewRecordResponse>(
                     found, *request, response, state, std::move(reviewed),
                     [answer](const core::View&, const Outcome&, v1::ReviewRecordResponse& filled) {
                       filled = *answer;
                     });
               });
  });
}

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::ReleaseRecord(
    grpc::CallbackServerContext* context, const v1::ReleaseRecordRequest* request,
    v1::ReleaseRecordResponse* response) {
  return RunCall(services_, context, "ReleaseRecord", [&](CallPtr call) {
    WithRecord(
        std::move(call), request->name(), May("RELEASE_RECORD"),
        [request, response](const CallPtr& found, const StatePtr& state,
                            absl::StatusOr<std::vector<Event>> events) {
          if (!events.ok()) {
            found->Finish(events.status());
            return;
          }
          const auto directory = found->engine().directory();
          const core::Context about = ContextOf(*found, *directory, *state);
          SubmitPrepared<v1::ReleaseRecordRequest, v1::ReleaseRecordResponse>(
              found, *request, response, state,
              core::PrepareRelease(about, {about.policy, *state, *events}, found->identity().caller,
                                   *request),
              [](const core::View&, const Outcome& outcome, v1::ReleaseRecordResponse& answer) {
                for (const Event& event : outcome.events) {
                  if (!event.has_record_released()) continue;
                  *answer.mutable_release() = event.record_released().release();
                }
              });
        });
  });
}

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::DenyRecord(grpc::CallbackServerContext* context,
                                                               const v1::DenyRecordRequest* request,
                                                               v1::DenyRecordResponse* response) {
  return RunCall(services_, context, "DenyRecord", [&](CallPtr call) {
    Mutate<v1::DenyRecordRequest, v1::DenyRecordResponse>(
        std::move(call), request, response, "name", request->name(),
        FillRequest<v1::DenyRecordResponse>(request->reference()));
  });
}

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::ListRecordReleases(
    grpc::CallbackServerContext* context, const v1::ListRecordReleasesRequest* request,
    v1::ListRecordReleasesResponse* response) {
  return RunCall(services_, context, "ListRecordReleases", [&](CallPtr call) {
    WithIncident(std::move(call), "name", request->name(),
                 [response](const CallPtr& found, const std::string&, const StatePtr& state) {
                   const absl::Status may = RequireSight(*found, *state);
                   if (may.ok()) {
                     *response->mutable_requests() = state->records_requests();
                     *response->mutable_releases() = state->record_releases();
                     NoteReading(found->engine(), found->identity().caller, *state, "record");
                   }
                   found->Finish(may);
                 });
  });
}

grpc::ServerUnaryReactor* PublicRecordsServiceImpl::GetRecordRelease(
    grpc::CallbackServerContext* context, const v1::GetRecordReleaseRequest* request,
    v1::GetRecordReleaseResponse* response) {
  return RunCall(services_, context, "GetRecordRelease", [&](CallPtr call) {
    WithRecord(std::move(call), request->name(), MayLook,
               [request, response](const CallPtr& found, const StatePtr&,
                                   absl::StatusOr<std::vector<Event>> events) {
                 found->Finish(!events.ok()
                                   ? events.status()
                                   : GetPiece(*found, *request, *std::move(events), *response));
               });
  });
}

}  // namespace belfry::frontend
