#include "server/frontend/incident_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/core.h"
#include "server/core/state_util.h"
#include "server/frontend/incident_list.h"
#include "server/frontend/mutation.h"
#include "server/frontend/note.h"

namespace belfry::frontend {
namespace {

using engine::Outcome;

// Open duties first, then by deadline, then as they were opened.
std::vector<v1::Obligation> SortedObligations(const core::View& view,
                                              const record::v1::IncidentState& state,
                                              bool open_only) {
  std::vector<const record::v1::ObligationRow*> rows;
  for (const auto& row : state.obligations()) {
    if (view.Shows(row) && (!open_only || core::IsOpen(row))) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    if (core::IsOpen(*a) != core::IsOpen(*b)) return core::IsOpen(*a);
    if (a->has_due_time() != b->has_due_time()) return a->has_due_time();
    return a->due_time().seconds() < b->due_time().seconds();
  });
  std::vector<v1::Obligation> views;
  for (const auto* row : rows) views.push_back(view.Obligation(*row));
  return views;
}

// The duties that this outcome satisfied.
template <typename Response>
void AddSatisfied(const core::View& view, const Outcome& outcome, Response& response) {
  for (const record::v1::Event& event : outcome.events) {
    if (!event.has_obligation_settled()) continue;
    const auto state = event.obligation_settled().state();
    if (state != v1::Obligation::STATE_SATISFIED && state != v1::Obligation::STATE_SATISFIED_LATE) {
      continue;
    }
    const auto* row = core::FindObligation(*outcome.state, event.obligation_settled().instance());
    if (row != nullptr && view.Shows(*row)) *response.add_satisfied() = view.Obligation(*row);
  }
}

// For methods that answer with the incident alone.
template <typename Response>
Fill<Response> FillIncident() {
  return [](const core::View& view, const Outcome&, Response& response) {
    *response.mutable_incident() = view.Incident();
  };
}

// For methods that settle one duty: the one that the first event is about.
template <typename Response>
Fill<Response> FillObligation() {
  return [](const core::View& view, const Outcome& outcome, Response& response) {
    for (const record::v1::Event& event : outcome.events) {
      const std::string& instance = event.has_obligation_held() ? event.obligation_held().instance()
                                    : event.has_reminder_snoozed()
                                        ? event.reminder_snoozed().instance()
                                        : event.obligation_settled().instance();
      const auto* row = core::FindObligation(*outcome.state, instance);
      if (row == nullptr || !view.Shows(*row)) continue;
      *response.mutable_obligation() = view.Obligation(*row);
      return;
    }
  };
}

// Everybody reports (POL-1.2), but who is nobody here cannot drown those who answer.
engine::Quota GuestReports() {
  return {.action = "guest-report",
          .max = 10,
          .window = absl::Hours(1),
          .reason = "TOO_MANY_REPORTS",
          .message =
              "this chat account has reported ten incidents within an hour; `link` it to "
              "report more, or call the service desk"};
}

}  // namespace

grpc::ServerUnaryReactor* IncidentServiceImpl::CreateIncident(
    grpc::CallbackServerContext* context, const v1::CreateIncidentRequest* request,
    v1::CreateIncidentResponse* response) {
  return RunCall(services_, context, "CreateIncident", [&](CallPtr call) {
    core::Report report;
    report.request = *request;
    engine::Quota quota = call->identity().guest ? GuestReports() : engine::Quota();
    Submit<v1::CreateIncidentRequest, v1::CreateIncidentResponse>(
        std::move(call), *request, response, "", std::move(report),
        [](const core::View& view, const Outcome& outcome, v1::CreateIncidentResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          for (v1::Obligation& duty : SortedObligations(view, *outcome.state, true)) {
            *answer.add_obligations() = std::move(duty);
          }
        },
        {.quota = std::move(quota)});
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::GetIncident(grpc::CallbackServerContext* context,
                                                           const v1::GetIncidentRequest* request,
                                                           v1::GetIncidentResponse* response) {
  return RunCall(services_, context, "GetIncident", [&](CallPtr call) {
    WithIncident(
        std::move(call), "name", request->name(),
        [response](CallPtr found, const std::string&, StatePtr state) {
          const auto directory = found->engine().directory();
          *response->mutable_incident() = ViewOf(*found, *directory, *state).Incident();
          const core::Context now{found->engine().PolicyOf(*state), *directory,
                                  found->engine().Now()};
          for (std::string& act : core::AllowedActs(now, found->identity().caller, *state)) {
            response->add_allowed_acts(std::move(act));
          }
          NoteReading(found->engine(), found->identity().caller, *state, "incident");
          found->Finish(absl::OkStatus());
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ListIncidents(
    grpc::CallbackServerContext* context, const v1::ListIncidentsRequest* request,
    v1::ListIncidentsResponse* response) {
  return RunCall(services_, context, "ListIncidents", [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) {
      return ListVisibleIncidents(*call, store, *request, *response);
    });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::UpdateIncident(
    grpc::CallbackServerContext* context, const v1::UpdateIncidentRequest* request,
    v1::UpdateIncidentResponse* response) {
  return RunCall(services_, context, "UpdateIncident", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "incident.name", request->incident().name(),
           FillIncident<v1::UpdateIncidentResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::TransitionIncident(
    grpc::CallbackServerContext* context, const v1::TransitionIncidentRequest* request,
    v1::TransitionIncidentResponse* response) {
  return RunCall(services_, context, "TransitionIncident", [&](CallPtr call) {
    Mutate<v1::TransitionIncidentRequest, v1::TransitionIncidentResponse>(
        std::move(call), request, response, "name", request->name(),
        [](const core::View& view, const Outcome& outcome, v1::TransitionIncidentResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          const bool moved =
              std::any_of(outcome.events.begin(), outcome.events.end(),
                          [](const record::v1::Event& event) { return event.has_state_changed(); });
          answer.set_awaiting_second_person(!moved);
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::AcknowledgeIncident(
    grpc::CallbackServerContext* context, const v1::AcknowledgeIncidentRequest* request,
    v1::AcknowledgeIncidentResponse* response) {
  return RunCall(services_, context, "AcknowledgeIncident", [&](CallPtr call) {
    Mutate<v1::AcknowledgeIncidentRequest, v1::AcknowledgeIncidentResponse>(
        std::move(call), request, response, "name", request->name(),
        [](const core::View& view, const Outcome& outcome,
           v1::AcknowledgeIncidentResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          answer.set_already_acknowledged(outcome.events.empty());
          AddSatisfied(view, outcome, answer);
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::EscalateIncident(
    grpc::CallbackServerContext* context, const v1::EscalateIncidentRequest* request,
    v1::EscalateIncidentResponse* response) {
  return RunCall(services_, context, "EscalateIncident", [&](CallPtr call) {
    Mutate<v1::EscalateIncidentRequest, v1::EscalateIncidentResponse>(
        std::move(call), request, response, "name", request->name(),
        [](const core::View& view, const Outcome& outcome, v1::EscalateIncidentResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          if (view.sight() != core::Sight::kAll) return;
          for (const record::v1::Event& event : outcome.events) {
            for (const std::string& person : event.chain_paged().people()) {
              answer.add_paged_people(person);
            }
            for (const std::string& person : event.roles_paged().people()) {
              answer.add_paged_people(person);
            }
          }
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ChangeSeverity(
    grpc::CallbackServerContext* context, const v1::ChangeSeverityRequest* request,
    v1::ChangeSeverityResponse* response) {
  return RunCall(services_, context, "ChangeSeverity", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::ChangeSeverityResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::RecordFacts(grpc::CallbackServerContext* context,
                                                           const v1::RecordFactsRequest* request,
                                                           v1::RecordFactsResponse* response) {
  return RunCall(services_, context, "RecordFacts", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::RecordFactsResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::AssignCategories(
    grpc::CallbackServerContext* context, const v1::AssignCategoriesRequest* request,
    v1::AssignCategoriesResponse* response) {
  return RunCall(services_, context, "AssignCategories", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::AssignCategoriesResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::AddEntity(grpc::CallbackServerContext* context,
                                                         const v1::AddEntityRequest* request,
                                                         v1::AddEntityResponse* response) {
  return RunCall(services_, context, "AddEntity", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::AddEntityResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::AddNote(grpc::CallbackServerContext* context,
                                                       const v1::AddNoteRequest* request,
                                                       v1::AddNoteResponse* response) {
  return RunCall(services_, context, "AddNote",
                 [&](CallPtr call) { AddNoteAs(std::move(call), request, response); });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::LinkTicket(grpc::CallbackServerContext* context,
                                                          const v1::LinkTicketRequest* request,
                                                          v1::LinkTicketResponse* response) {
  return RunCall(services_, context, "LinkTicket", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::LinkTicketResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::SubmitDocument(
    grpc::CallbackServerContext* context, const v1::SubmitDocumentRequest* request,
    v1::SubmitDocumentResponse* response) {
  return RunCall(services_, context, "SubmitDocument", [&](CallPtr call) {
    Mutate<v1::SubmitDocumentRequest, v1::SubmitDocumentResponse>(
        std::move(call), request, response, "name", request->name(),
        [](const core::View& view, const Outcome& outcome, v1::SubmitDocumentResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          AddSatisfied(view, outcome, answer);
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::SendObligationNotice(
    grpc::CallbackServerContext* context, const v1::SendObligationNoticeRequest* request,
    v1::SendObligationNoticeResponse* response) {
  return RunCall(services_, context, "SendObligationNotice", [&](CallPtr call) {
    Mutate<v1::SendObligationNoticeRequest, v1::SendObligationNoticeResponse>(
        std::move(call), request, response, "name", request->name(),
        [](const core::View& view, const Outcome& outcome,
           v1::SendObligationNoticeResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          for (const record::v1::Event& event : outcome.events) {
            for (const auto& recipient : event.notice_sent().recipients()) {
              answer.add_recipients(recipient.person());
            }
          }
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::RecordDecision(
    grpc::CallbackServerContext* context, const v1::RecordDecisionRequest* request,
    v1::RecordDecisionResponse* response) {
  return RunCall(services_, context, "RecordDecision", [&](CallPtr call) {
    Mutate<v1::RecordDecisionRequest, v1::RecordDecisionResponse>(
        std::move(call), request, response, "name", request->name(),
        [](const core::View& view, const Outcome& outcome, v1::RecordDecisionResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          AddSatisfied(view, outcome, answer);
        });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::WaiveObligation(
    grpc::CallbackServerContext* context, const v1::WaiveObligationRequest* request,
    v1::WaiveObligationResponse* response) {
  return RunCall(services_, context, "WaiveObligation", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillObligation<v1::WaiveObligationResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::HoldObligation(
    grpc::CallbackServerContext* context, const v1::HoldObligationRequest* request,
    v1::HoldObligationResponse* response) {
  return RunCall(services_, context, "HoldObligation", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillObligation<v1::HoldObligationResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::SnoozeObligation(
    grpc::CallbackServerContext* context, const v1::SnoozeObligationRequest* request,
    v1::SnoozeObligationResponse* response) {
  return RunCall(services_, context, "SnoozeObligation", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillObligation<v1::SnoozeObligationResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ReleaseObligation(
    grpc::CallbackServerContext* context, const v1::ReleaseObligationRequest* request,
    v1::ReleaseObligationResponse* response) {
  return RunCall(services_, context, "ReleaseObligation", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillObligation<v1::ReleaseObligationResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::LinkIncident(grpc::CallbackServerContext* context,
                                                            const v1::LinkIncidentRequest* request,
                                                            v1::LinkIncidentResponse* response) {
  return RunCall(services_, context, "LinkIncident", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::LinkIncidentResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::RecordDevices(
    grpc::CallbackServerContext* context, const v1::RecordDevicesRequest* request,
    v1::RecordDevicesResponse* response) {
  return RunCall(services_, context, "RecordDevices", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::RecordDevicesResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ConfirmRemoval(
    grpc::CallbackServerContext* context, const v1::ConfirmRemovalRequest* request,
    v1::ConfirmRemovalResponse* response) {
  return RunCall(services_, context, "ConfirmRemoval", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::ConfirmRemovalResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::RecordScan(grpc::CallbackServerContext* context,
                                                          const v1::RecordScanRequest* request,
                                                          v1::RecordScanResponse* response) {
  return RunCall(services_, context, "RecordScan", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::RecordScanResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::LiftRemoval(grpc::CallbackServerContext* context,
                                                           const v1::LiftRemovalRequest* request,
                                                           v1::LiftRemovalResponse* response) {
  return RunCall(services_, context, "LiftRemoval", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::LiftRemovalResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::RecordCost(grpc::CallbackServerContext* context,
                                                          const v1::RecordCostRequest* request,
                                                          v1::RecordCostResponse* response) {
  return RunCall(services_, context, "RecordCost", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::RecordCostResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::AssessCost(grpc::CallbackServerContext* context,
                                                          const v1::AssessCostRequest* request,
                                                          v1::AssessCostResponse* response) {
  return RunCall(services_, context, "AssessCost", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::AssessCostResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::RequestSpend(grpc::CallbackServerContext* context,
                                                            const v1::RequestSpendRequest* request,
                                                            v1::RequestSpendResponse* response) {
  return RunCall(services_, context, "RequestSpend", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::RequestSpendResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::DecideSpend(grpc::CallbackServerContext* context,
                                                           const v1::DecideSpendRequest* request,
                                                           v1::DecideSpendResponse* response) {
  return RunCall(services_, context, "DecideSpend", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::DecideSpendResponse>());
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ExplainObligation(
    grpc::CallbackServerContext* context, const v1::ExplainObligationRequest* request,
    v1::ExplainObligationResponse* response) {
  return RunCall(services_, context, "ExplainObligation", [&](CallPtr call) {
    WithIncident(std::move(call), "name", request->name(),
                 [request, response](CallPtr found, const std::string&, StatePtr state) {
                   const auto directory = found->engine().directory();
                   absl::StatusOr<v1::ExplainObligationResponse> explained =
                       ViewOf(*found, *directory, *state)
                           .Explain(found->engine().Now(), request->obligation());
                   NoteReading(found->engine(), found->identity().caller, *state, "duties");
                   if (explained.ok()) response->Swap(&*explained);
                   found->Finish(explained.status());
                 });
  });
}

grpc::ServerUnaryReactor* IncidentServiceImpl::ListObligations(
    grpc::CallbackServerContext* context, const v1::ListObligationsRequest* request,
    v1::ListObligationsResponse* response) {
  return RunCall(services_, context, "ListObligations", [&](CallPtr call) {
    WithIncident(
        std::move(call), "name", request->name(),
        [request, response](CallPtr found, const std::string&, StatePtr state) {
          const auto directory = found->engine().directory();
          const core::View view = ViewOf(*found, *directory, *state);
          for (v1::Obligation& duty : SortedObligations(view, *state, request->open_only())) {
            *response->add_obligations() = std::move(duty);
          }
          NoteReading(found->engine(), found->identity().caller, *state, "duties");
          found->Finish(absl::OkStatus());
        });
  });
}

grpc::ServerWriteReactor<v1::WatchIncidentsResponse>* IncidentServiceImpl::WatchIncidents(
    grpc::CallbackServerContext* context, const v1::WatchIncidentsRequest* request) {
  return watchers_.Open(context, *request);
}

}  // namespace belfry::frontend
