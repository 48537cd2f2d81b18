// A connection that remembers what it was asked and answers what it was told to.
#ifndef BELFRY_TESTS_UNIT_CLIENT_LIB_FAKE_CONNECTION_H_
#define BELFRY_TESTS_UNIT_CLIENT_LIB_FAKE_CONNECTION_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/connection.h"

namespace belfry {

// For each method: `Get`'s answer is GetIncident_answer, its last request GetIncident_request.
#define BELFRY_FAKE(Method)                                                               \
  v1::Method##Request Method##_request;                                                   \
  absl::StatusOr<v1::Method##Response> Method##_answer = v1::Method##Response();          \
  absl::StatusOr<v1::Method##Response> Method(const v1::Method##Request& request,         \
                                              const client::CallOptions& call) override { \
    Method##_request = request;                                                           \
    calls.push_back(#Method);                                                             \
    last_call = call;                                                                     \
    return Method##_answer;                                                               \
  }

class FakeConnection : public client::Connection {
 public:
  FakeConnection();

  std::vector<std::string> calls;
  client::CallOptions last_call;

  BELFRY_FAKE(CreateIncident)
  BELFRY_FAKE(GetIncident)
  BELFRY_FAKE(TransitionIncident)
  BELFRY_FAKE(AcknowledgeIncident)
  BELFRY_FAKE(EscalateIncident)
  BELFRY_FAKE(ChangeSeverity)
  BELFRY_FAKE(RecordFacts)
  BELFRY_FAKE(AssignCategories)
  BELFRY_FAKE(AddEntity)
  BELFRY_FAKE(AddNote)
  BELFRY_FAKE(LinkTicket)
  BELFRY_FAKE(SubmitDocument)
  BELFRY_FAKE(SendObligationNotice)
  BELFRY_FAKE(RecordDecision)
  BELFRY_FAKE(WaiveObligation)
  BELFRY_FAKE(HoldObligation)
  BELFRY_FAKE(ReleaseObligation)
  BELFRY_FAKE(SnoozeObligation)
  BELFRY_FAKE(UpdateIncident)
  BELFRY_FAKE(LookupChatAccount)
  BELFRY_FAKE(StartAccountLink)
  BELFRY_FAKE(CompleteAccountLink)
  BELFRY_FAKE(UnlinkAccount)
  BELFRY_FAKE(ExplainObligation)
  BELFRY_FAKE(LinkIncident)
  BELFRY_FAKE(RecordDevices)
  BELFRY_FAKE(ConfirmRemoval)
  BELFRY_FAKE(RecordScan)
  BELFRY_FAKE(LiftRemoval)
  BELFRY_FAKE(RecordCost)
  BELFRY_FAKE(AssessCost)
  BELFRY_FAKE(RequestSpend)
  BELFRY_FAKE(DecideSpend)
  BELFRY_FAKE(PreviewDocument)
  BELFRY_FAKE(DraftDocument)
  BELFRY_FAKE(ApproveDocument)
  BELFRY_FAKE(DiscardDraft)
  BELFRY_FAKE(ListDocuments)
  BELFRY_FAKE(RenderDocument)
  BELFRY_FAKE(NameReader)
  BELFRY_FAKE(RemoveReader)
  BELFRY_FAKE(NameSubject)
  BELFRY_FAKE(ChangeTlp)
  BELFRY_FAKE(BreakGlass)
  BELFRY_FAKE(ListObligations)
  BELFRY_FAKE(ListTimelineEntries)
  BELFRY_FAKE(ResolveContacts)
  BELFRY_FAKE(ListEntities)
  BELFRY_FAKE(WhoAmI)
  BELFRY_FAKE(GetMeasures)
  BELFRY_FAKE(GetComplianceFile)
  BELFRY_FAKE(GetPolicy)
  BELFRY_FAKE(LintPolicy)
  BELFRY_FAKE(ListDeliveries)
  BELFRY_FAKE(RequeueDelivery)

  // One answer per page; the last one again when they are used up.
  std::deque<absl::StatusOr<v1::ListIncidentsResponse>> pages;
  std::vector<v1::ListIncidentsRequest> list_requests;
  absl::StatusOr<v1::ListIncidentsResponse> ListIncidents(const v1::ListIncidentsRequest& request,
                                                          const client::CallOptions& call) override;

  // One stream per call: its messages, and how it ends.
  struct Stream {
    std::vector<v1::WatchIncidentsResponse> messages;
    absl::Status end;
  };
  std::deque<Stream> streams;
  std::vector<std::string> resume_tokens;
  std::unique_ptr<client::IncidentStream> WatchIncidents(const v1::WatchIncidentsRequest& request,
                                                         const client::CallOptions& call) override;
};

#undef BELFRY_FAKE

// "DOP-2026-0007", declared, SEV3, one level paged, a daily status due at 14:05 tomorrow.
v1::Incident TestIncident();

// A refusal as the server sends it.
class Refusal {
 public:
  Refusal(absl::StatusCode code, std::string reason, std::string message);
  Refusal& Metadata(std::string key, std::string value);
  Refusal& Field(std::string field, std::string description);
  Refusal& Violation(std::string clause, std::string subject, std::string description);
  Refusal& RetryAfter(absl::Duration delay);
  absl::Status Status() const;

 private:
  absl::StatusCode code_;
  std::string reason_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<std::vector<std::string>> violations_;
  absl::Duration retry_after_;
};

}  // namespace belfry

#endif  // BELFRY_TESTS_UNIT_CLIENT_LIB_FAKE_CONNECTION_H_
