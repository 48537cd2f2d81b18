// One function for each act. Each checks rights, then the request, then the state, in that order;
// refuses with the field or the clause; or records what happened and what follows from it.
#ifndef BELFRY_SERVER_CORE_ACTS_H_
#define BELFRY_SERVER_CORE_ACTS_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/core/command.h"
#include "server/core/draft.h"

namespace belfry::core {

// Draws the consequences of what was recorded: severity, escalation, duties; until nothing moves.
void Reconcile(Draft& draft);

// Takes the transition that the pack takes by rule when this was seen; call it before Reconcile().
void TakeByRule(Draft& draft, const policy::v1::RuleTrigger& seen, absl::string_view reason);

// Follow-ups of a DevicesRecorded event: the owners' registers keep the history of their devices.
void AddDeviceNotes(const record::v1::IncidentState& after, const record::v1::Event& event,
                    std::vector<FollowUp>& result);

absl::Status DecideReport(Draft& draft, const Caller& caller, const Report& act);
absl::Status DecideUpdate(Draft& draft, const Caller& caller, const v1::UpdateIncidentRequest& act);
absl::Status DecideTransition(Draft& draft, const Caller& caller,
                              const v1::TransitionIncidentRequest& act);
absl::Status DecideAcknowledge(Draft& draft, const Caller& caller);
absl::Status DecideEscalate(Draft& draft, const Caller& caller,
                            const v1::EscalateIncidentRequest& act);
absl::Status DecideSeverity(Draft& draft, const Caller& caller,
                            const v1::ChangeSeverityRequest& act);
absl::Status DecideFacts(Draft& draft, const Caller& caller,
                         const google::protobuf::RepeatedPtrField<v1::Fact>& facts);
absl::Status DecideCategories(Draft& draft, const Caller& caller,
                              const v1::AssignCategoriesRequest& act);
absl::Status DecideEntity(Draft& draft, const Caller& caller, const v1::AddEntityRequest& act);
// `earlier` is what stands in the record of the message that the note is made from.
absl::Status DecideNote(Draft& draft, const Caller& caller, const v1::AddNoteRequest& act,
                        const std::optional<record::v1::NoteAdded>& earlier);
absl::Status DecideTicket(Draft& draft, const Caller& caller, const v1::LinkTicketRequest& act);
absl::Status DecideDocument(Draft& draft, const Caller& caller,
                            const v1::SubmitDocumentRequest& act);
absl::Status DecideDraftDocument(Draft& draft, const Caller& caller,
                                 const v1::DraftDocumentRequest& act);
absl::Status DecideApproveDocument(Draft& draft, const Caller& caller,
                                   const v1::ApproveDocumentRequest& act);
absl::Status DecideDiscardDraft(Draft& draft, const Caller& caller,
                                const v1::DiscardDraftRequest& act);
absl::Status DecideNotice(Draft& draft, const Caller& caller,
                          const v1::SendObligationNoticeRequest& act);
absl::Status DecideDecision(Draft& draft, const Caller& caller,
                            const v1::RecordDecisionRequest& act);
absl::Status DecideWaiver(Draft& draft, const Caller& caller,
                          const v1::WaiveObligationRequest& act);
absl::Status DecideHold(Draft& draft, const Caller& caller, const v1::HoldObligationRequest& act);
absl::Status DecideSnooze(Draft& draft, const Caller& caller,
                          const v1::SnoozeObligationRequest& act);
absl::Status DecideRelease(Draft& draft, const Caller& caller,
                           const v1::ReleaseObligationRequest& act);
// `target_closed`: the other incident is for named readers only.
absl::Status DecideLink(Draft& draft, const Caller& caller, const v1::LinkIncidentRequest& act,
                        bool target_closed);
absl::Status DecideDevices(Draft& draft, const Caller& caller, const v1::RecordDevicesRequest& act,
                           const std::vector<v1::Device>& history);
absl::Status DecideNoteDevices(Draft& draft, const NoteDevices& act);
absl::Status DecideConfirmRemoval(Draft& draft, const Caller& caller,
                                  const v1::ConfirmRemovalRequest& act);
absl::Status DecideScan(Draft& draft, const Caller& caller, const v1::RecordScanRequest& act);
absl::Status DecideLift(Draft& draft, const Caller& caller, const v1::LiftRemovalRequest& act,
                        const std::vector<v1::Device>& history);
absl::Status DecideCost(Draft& draft, const Caller& caller, const v1::RecordCostRequest& act);
absl::Status DecideAssessment(Draft& draft, const Caller& caller, const v1::AssessCostRequest& act);
absl::Status DecideSpendRequest(Draft& draft, const Caller& caller,
                                const v1::RequestSpendRequest& act);
absl::Status DecideSpend(Draft& draft, const Caller& caller, const v1::DecideSpendRequest& act);
// `event` is what the request names, when there is such an event.
absl::Status DecideExpunge(Draft& draft, const Caller& caller, const v1::ExpungePayloadRequest& act,
                           const std::optional<record::v1::Event>& event);
// `item` is null for a new one, and for an act on all of them.
absl::Status DecideEvidence(Draft& draft, const Caller& caller, const EvidenceAct& act,
                            const record::v1::EvidenceState* item);
// Public records (public_release.h prepares the last two).
absl::Status DecideRecordRequest(Draft& draft, const Caller& caller,
                                 const v1::RequestRecordRequest& act);
absl::Status DecideRecordDenial(Draft& draft, const Caller& caller,
                                const v1::DenyRecordRequest& act);
absl::Status DecideRecordReview(Draft& draft, const Caller& caller,
                                const record::v1::RecordReviewed& act);
absl::Status DecideRecordRelease(Draft& draft, const Caller& caller,
                                 const record::v1::RecordReleased& act);
absl::Status DecideRegister(Draft& draft, const OpenRegister& act);
absl::Status DecideAdoption(Draft& draft, const AdoptChild& act);
absl::Status DecideAbsorption(Draft& draft, const Absorb& act);
absl::Status DecideParentSatisfied(Draft& draft, const ParentSatisfied& act);
absl::Status DecideTick(Draft& draft, const Tick& act);
absl::Status DecideOutcome(Draft& draft, const DeliveryOutcome& act);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_ACTS_H_
