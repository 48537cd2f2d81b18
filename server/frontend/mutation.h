// The path of every call that changes an incident.
#ifndef BELFRY_SERVER_FRONTEND_MUTATION_H_
#define BELFRY_SERVER_FRONTEND_MUTATION_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "server/core/command.h"
#include "server/core/masking.h"
#include "server/engine/engine.h"
#include "server/frontend/call.h"
#include "server/frontend/incident_access.h"

namespace belfry::frontend {

// INVALID_ARGUMENT when a request carries fields this server does not know (they would be lost
// silently) or an unusable request id.
absl::Status CheckRequest(const google::protobuf::Message& request, const std::string& request_id);

// Equal for requests that ask the same; the request id is not part of it.
std::string Fingerprint(const char* method, const google::protobuf::Message& request);

// The first answer shows what the caller saw then. Who sees less by now is shown what they see now.
void CutReplay(const core::View& view, google::protobuf::Message& response);

// Fills in an answer: what the caller may see of the outcome, through the view.
template <typename Response>
using Fill = std::function<void(const core::View&, const engine::Outcome&, Response&)>;

// For what is to be done beside the commit.
struct Submission {
  engine::Quota quota = {};
  // Called instead of the answer, on the engine's thread: with what is to be answered. Has to
  // finish the call.
  std::function<void(CallPtr, absl::Status)> then = {};
  // What to answer unless the request id was used before, because the act could not be prepared.
  absl::Status refusal = absl::OkStatus();
  // It took long to get here; the 30 s are over.
  bool patient = false;
};

// Submits `act` and answers with what `fill` makes of the outcome; the same answer again when the
// request id was used before.
template <typename Request, typename Response>
void Submit(CallPtr call, const Request& request, Response* response, std::string incident,
            core::Act act, Fill<Response> fill, Submission submission = {}) {
  if (absl::Status status = CheckRequest(request, request.request_id()); !status.ok()) {
    call->Finish(status);
    return;
  }
  engine::Request work;
  work.command.caller = call->identity().caller;
  work.command.act = std::move(act);
  work.command.request_id = request.request_id();
  work.incident = std::move(incident);
  work.quota = std::move(submission.quota);
  if (!request.request_id().empty()) {
    Request bare = request;
    bare.clear_request_id();
    // Of a short secret even a digest would tell.
    core::Masked masked;
    core::MaskSecrets(call->engine().policy(), bare, masked);
    work.fingerprint = Fingerprint(call->method(), bare);
  }
  if (!submission.patient) work.deadline = call->deadline();
  work.render = [call, fill = std::move(fill)](const engine::Outcome& outcome) {
    auto rendered = std::make_shared<Response>();
    const auto directory = call->engine().directory();
    fill(ViewOf(*call, *directory, *outcome.state), outcome, *rendered);
    // Every answer to a write has one. Its numbers count what the agency records, which is no
    // guest's to know.
    if (outcome.receipt.has_value() && !call->identity().guest) {
      *rendered->mutable_receipt() = *outcome.receipt;
    }
    return std::static_pointer_cast<google::protobuf::Message>(rendered);
  };
  work.done = [call, response, then = std::move(submission.then),
               refusal = std::move(submission.refusal)](absl::StatusOr<engine::Outcome> outcome) {
    if (!outcome.ok()) {
      const absl::Status& status = refusal.ok() ? outcome.status() : refusal;
      then ? then(call, status) : call->Finish(status);
      return;
    }
    if (outcome->replayed) {
      response->ParseFromString(outcome->replayed_response);
      const auto directory = call->engine().directory();
      CutReplay(ViewOf(*call, *directory, *outcome->state), *response);
      response->set_replayed(true);
    } else {
      response->Swap(static_cast<Response*>(outcome->response.get()));
    }
    then ? then(call, absl::OkStatus()) : call->Finish(absl::OkStatus());
  };
  engine::Engine& engine = call->engine();
  engine.Submit(std::move(work));
}

// As Submit(), for an incident that exists and that the caller may see.
template <typename Request, typename Response>
void Mutate(CallPtr call, const Request* request, Response* response, const char* name_field,
            const std::string& name, Fill<Response> fill) {
  WithIncident(
      std::move(call), name_field, name,
      [request, response, fill = std::move(fill)](CallPtr found, std::string id, StatePtr) mutable {
        Submit<Request, Response>(std::move(found), *request, response, std::move(id),
                                  core::Act(*request), std::move(fill));
      });
}

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_MUTATION_H_
