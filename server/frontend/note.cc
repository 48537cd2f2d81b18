#include "server/frontend/note.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/confidentiality.h"
#include "server/core/noted_messages.h"
#include "server/frontend/mutation.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

Fill<v1::AddNoteResponse> FillEntry() {
  return [](const core::View& view, const engine::Outcome& outcome, v1::AddNoteResponse& answer) {
    const record::v1::Event* entry = nullptr;
    if (!outcome.events.empty()) {
      entry = &outcome.events.front();
    } else if (outcome.standing.has_value()) {
      entry = &*outcome.standing;
    }
    if (entry != nullptr && view.Shows(*entry)) *answer.mutable_entry() = view.Entry(*entry);
  };
}

// Who wrote the message may go on writing it. A chat account that is nobody's sees no incident, and
// learns nothing from the answer; of a restricted one it may not even touch the record.
bool MayEdit(const Call& call, const record::v1::IncidentState& state) {
  const auto directory = call.engine().directory();
  return core::MayRead(call.engine().PolicyOf(state), *directory, call.identity().caller, state) ||
         (call.identity().guest && !core::IsClosed(state));
}

// The incidents in which the message is a note that the caller may edit, the newest first; with
// `only`, that one at most.
absl::StatusOr<std::vector<std::string>> NotedIn(const Call& call, storage::Store& store,
                                                 const v1::MessageRef& source,
                                                 const std::string& only) {
  BELFRY_ASSIGN_OR_RETURN(
      const std::vector<storage::PlaceRow> places,
      store.FindPlaces(source.platform(), source.workspace(), source.channel(), source.id()));
  std::vector<std::string> incidents;
  for (const storage::PlaceRow& place : places) {
    if (place.origin != storage::PlaceRow::kNote) continue;
    if (!only.empty() && place.incident != only) continue;
    const absl::StatusOr<StatePtr> state = call.engine().LoadState(place.incident);
    if (absl::IsNotFound(state.status())) continue;
    BELFRY_RETURN_IF_ERROR(state.status());
    if (core::FindNoted(**state, source) != nullptr && MayEdit(call, **state)) {
      incidents.push_back(place.incident);
    }
  }
  return incidents;
}

// The same edit in another incident that has the message. It goes into the queue before the one
// that is answered, so it is decided before.
void EditAside(const Call& call, const v1::AddNoteRequest& request, const std::string& incident) {
  engine::Request work;
  work.command.caller = call.identity().caller;
  work.command.act = core::Act(request);
  work.incident = incident;
  work.deadline = call.deadline();
  work.done = [incident](const absl::StatusOr<engine::Outcome>& outcome) {
    if (outcome.ok() || absl::IsNotFound(outcome.status())) return;
    spdlog::error("{}: a message that was edited could not be brought up to date: {}", incident,
                  std::string(outcome.status().message()));
  };
  call.engine().Submit(std::move(work));
}

void EditNote(CallPtr call, const v1::AddNoteRequest* request, v1::AddNoteResponse* response) {
  absl::Status status = CheckRequest(*request, request->request_id());
  if (status.ok()) status = core::CheckMessage("source", request->source());
  std::string only;
  if (status.ok() && !request->name().empty()) {
    absl::StatusOr<std::string> id = ParseIncidentName("name", request->name());
    status = id.status();
    if (id.ok()) only = *std::move(id);
  }
  if (!status.ok()) {
    call->Finish(status);
    return;
  }
  engine::Engine& engine = call->engine();
  engine.SubmitRead(
      [call, request, response, only](storage::Store& store) {
        const absl::StatusOr<std::vector<std::string>> incidents =
            NotedIn(*call, store, request->source(), only);
        if (!incidents.ok() || incidents->empty()) {
          call->Finish(incidents.ok() ? core::NoteNotFound() : incidents.status());
          return;
        }
        for (size_t i = 1; i < incidents->size(); ++i) EditAside(*call, *request, (*incidents)[i]);
        Submit<v1::AddNoteRequest, v1::AddNoteResponse>(
            call, *request, response, incidents->front(), core::Act(*request), FillEntry());
      },
      [call](absl::Status refused) { call->Finish(refused); });
}

}  // namespace

void AddNoteAs(CallPtr call, const v1::AddNoteRequest* request, v1::AddNoteResponse* response) {
  // What was written before is kept up to date by whoever wrote it; nothing else is for guests.
  if (call->identity().guest && !request->only_if_noted()) {
    call->Finish(core::AccountNotLinked());
    return;
  }
  const bool from_message = request->has_source() || request->only_if_noted() || request->retract();
  if (from_message && !call->identity().bot) {
    // Anybody else could rewrite another's note, or say of it that its message was deleted.
    call->Finish(ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                              "source: is for bots, which know what a message says; leave it out")
                     .Field("source", "is for bots; leave it out")
                     .Build());
    return;
  }
  if (request->only_if_noted()) {
    EditNote(std::move(call), request, response);
    return;
  }
  Mutate<v1::AddNoteRequest, v1::AddNoteResponse>(std::move(call), request, response, "name",
                                                  request->name(), FillEntry());
}

}  // namespace belfry::frontend
