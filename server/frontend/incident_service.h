// IncidentService on the wire: one short method for each RPC.
#ifndef BELFRY_SERVER_FRONTEND_INCIDENT_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_INCIDENT_SERVICE_H_

#include "belfry/v1/incident_service.grpc.pb.h"
#include "server/frontend/call.h"
#include "server/frontend/watch.h"

namespace belfry::frontend {

class IncidentServiceImpl final : public v1::IncidentService::CallbackService {
 public:
  IncidentServiceImpl(const Services* services, WatchHub* watchers)
      : services_(*services), watchers_(*watchers) {}

  grpc::ServerUnaryReactor* CreateIncident(grpc::CallbackServerContext* context,
                                           const v1::CreateIncidentRequest* request,
                                           v1::CreateIncidentResponse* response) override;
  grpc::ServerUnaryReactor* GetIncident(grpc::CallbackServerContext* context,
                                        const v1::GetIncidentRequest* request,
                                        v1::GetIncidentResponse* response) override;
  grpc::ServerUnaryReactor* ListIncidents(grpc::CallbackServerContext* context,
                                          const v1::ListIncidentsRequest* request,
                                          v1::ListIncidentsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateIncident(grpc::CallbackServerContext* context,
                                           const v1::UpdateIncidentRequest* request,
                                           v1::UpdateIncidentResponse* response) override;
  grpc::ServerUnaryReactor* TransitionIncident(grpc::CallbackServerContext* context,
                                               const v1::TransitionIncidentRequest* request,
                                               v1::TransitionIncidentResponse* response) override;
  grpc::ServerUnaryReactor* AcknowledgeIncident(grpc::CallbackServerContext* context,
                                                const v1::AcknowledgeIncidentRequest* request,
                                                v1::AcknowledgeIncidentResponse* response) override;
  grpc::ServerUnaryReactor* EscalateIncident(grpc::CallbackServerContext* context,
                                             const v1::EscalateIncidentRequest* request,
                                             v1::EscalateIncidentResponse* response) override;
  grpc::ServerUnaryReactor* ChangeSeverity(grpc::CallbackServerContext* context,
                                           const v1::ChangeSeverityRequest* request,
                                           v1::ChangeSeverityResponse* response) override;
  grpc::ServerUnaryReactor* RecordFacts(grpc::CallbackServerContext* context,
                                        const v1::RecordFactsRequest* request,
                                        v1::RecordFactsResponse* response) override;
  grpc::ServerUnaryReactor* AssignCategories(grpc::CallbackServerContext* context,
                                             const v1::AssignCategoriesRequest* request,
                                             v1::AssignCategoriesResponse* response) override;
  grpc::ServerUnaryReactor* AddEntity(grpc::CallbackServerContext* context,
                                      const v1::AddEntityRequest* request,
                                      v1::AddEntityResponse* response) override;
  grpc::ServerUnaryReactor* AddNote(grpc::CallbackServerContext* context,
                                    const v1::AddNoteRequest* request,
                                    v1::AddNoteResponse* response) override;
  grpc::ServerUnaryReactor* LinkTicket(grpc::CallbackServerContext* context,
                                       const v1::LinkTicketRequest* request,
                                       v1::LinkTicketResponse* response) override;
  grpc::ServerUnaryReactor* SubmitDocument(grpc::CallbackServerContext* context,
                                           const v1::SubmitDocumentRequest* request,
                                           v1::SubmitDocumentResponse* response) override;
  grpc::ServerUnaryReactor* SendObligationNotice(
      grpc::CallbackServerContext* context, const v1::SendObligationNoticeRequest* request,
      v1::SendObligationNoticeResponse* response) override;
  grpc::ServerUnaryReactor* RecordDecision(grpc::CallbackServerContext* context,
                                           const v1::RecordDecisionRequest* request,
                                           v1::RecordDecisionResponse* response) override;
  grpc::ServerUnaryReactor* WaiveObligation(grpc::CallbackServerContext* context,
                                            const v1::WaiveObligationRequest* request,
                                            v1::WaiveObligationResponse* response) override;
  grpc::ServerUnaryReactor* SnoozeObligation(grpc::CallbackServerContext* context,
                                             const v1::SnoozeObligationRequest* request,
                                             v1::SnoozeObligationResponse* response) override;
  grpc::ServerUnaryReactor* HoldObligation(grpc::CallbackServerContext* context,
                                           const v1::HoldObligationRequest* request,
                                           v1::HoldObligationResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseObligation(grpc::CallbackServerContext* context,
                                              const v1::ReleaseObligationRequest* request,
                                              v1::ReleaseObligationResponse* response) override;
  grpc::ServerUnaryReactor* LinkIncident(grpc::CallbackServerContext* context,
                                         const v1::LinkIncidentRequest* request,
                                         v1::LinkIncidentResponse* response) override;
  grpc::ServerUnaryReactor* RecordDevices(grpc::CallbackServerContext* context,
                                          const v1::RecordDevicesRequest* request,
                                          v1::RecordDevicesResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmRemoval(grpc::CallbackServerContext* context,
                                           const v1::ConfirmRemovalRequest* request,
                                           v1::ConfirmRemovalResponse* response) override;
  grpc::ServerUnaryReactor* RecordScan(grpc::CallbackServerContext* context,
                                       const v1::RecordScanRequest* request,
                                       v1::RecordScanResponse* response) override;
  grpc::ServerUnaryReactor* LiftRemoval(grpc::CallbackServerContext* context,
                                        const v1::LiftRemovalRequest* request,
                                        v1::LiftRemovalResponse* response) override;
  grpc::ServerUnaryReactor* RecordCost(grpc::CallbackServerContext* context,
                                       const v1::RecordCostRequest* request,
                                       v1::RecordCostResponse* response) override;
  grpc::ServerUnaryReactor* AssessCost(grpc::CallbackServerContext* context,
                                       const v1::AssessCostRequest* request,
                                       v1::AssessCostResponse* response) override;
  grpc::ServerUnaryReactor* RequestSpend(grpc::CallbackServerContext* context,
                                         const v1::RequestSpendRequest* request,
                                         v1::RequestSpendResponse* response) override;
  grpc::ServerUnaryReactor* DecideSpend(grpc::CallbackServerContext* context,
                                        const v1::DecideSpendRequest* request,
                                        v1::DecideSpendResponse* response) override;
  grpc::ServerUnaryReactor* ExplainObligation(grpc::CallbackServerContext* context,
                                              const v1::ExplainObligationRequest* request,
                                              v1::ExplainObligationResponse* response) override;
  grpc::ServerUnaryReactor* ListObligations(grpc::CallbackServerContext* context,
                                            const v1::ListObligationsRequest* request,
                                            v1::ListObligationsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchIncidentsResponse>* WatchIncidents(
      grpc::CallbackServerContext* context, const v1::WatchIncidentsRequest* request) override;

 private:
  const Services& services_;
  WatchHub& watchers_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_INCIDENT_SERVICE_H_
