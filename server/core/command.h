// Who wants what: the input of Decide().
#ifndef BELFRY_SERVER_CORE_COMMAND_H_
#define BELFRY_SERVER_CORE_COMMAND_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/audit_service.pb.h"
#include "belfry/v1/compartment_service.pb.h"
#include "belfry/v1/document_service.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/public_records_service.pb.h"
#include "server/core/evidence_act.h"

namespace belfry::core {

// Everything due at `now` or before is to be decided.
struct Tick {
  // Leave undone what falls due exactly now: acts at an instant come before what falls due at it.
  bool before_now = false;
};

// A delivery reached its end.
struct DeliveryOutcome {
  std::string delivery;  // "deliveries/…"
  std::string target;    // "people/…", "channels/…" or "rooms/…"
  v1::Endpoint endpoint;
  v1::Notice::Kind kind = v1::Notice::KIND_UNSPECIFIED;
  std::string obligation;
  std::string chain_entity;
  bool delivered = false;
  std::string error;
  // What it became.
  v1::MessageRef message;
};

// The directory has changed, or the register of an entity does not exist yet.
struct OpenRegister {
  std::string id;      // "DOP-REGISTER"
  std::string uid;     // UUIDv7
  std::string entity;  // "entities/…"; empty for the government as a whole
};

// Between incidents: what the engine asks of the other one, in the same commit.
struct AdoptChild {
  std::string child;  // "incidents/…"
};
struct Absorb {
  // The incident that is merged into this one, as it was.
  std::shared_ptr<const record::v1::IncidentState> from;
};
struct ParentSatisfied {
  // Codes of duties that the parent satisfied for its parts.
  std::vector<std::string> codes;
};

// In an entity's register: what became of its devices in some incident.
struct NoteDevices {
  std::vector<v1::Device> devices;
};

// A new report, with the identifiers the engine has reserved for it.
struct Report {
  v1::CreateIncidentRequest request;
  std::string id;   // "DOP-2026-0007"
  std::string uid;  // UUIDv7
};

using Act = std::variant<
    Report, v1::UpdateIncidentRequest, v1::TransitionIncidentRequest,
    v1::AcknowledgeIncidentRequest, v1::EscalateIncidentRequest, v1::ChangeSeverityRequest,
    v1::RecordFactsRequest, v1::AssignCategoriesRequest, v1::AddEntityRequest, v1::AddNoteRequest,
    v1::LinkTicketRequest, v1::SubmitDocumentRequest, v1::DraftDocumentRequest,
    v1::ApproveDocumentRequest, v1::DiscardDraftRequest, v1::SendObligationNoticeRequest,
    v1::RecordDecisionRequest, v1::WaiveObligationRequest, v1::HoldObligationRequest,
    v1::ReleaseObligationRequest, v1::SnoozeObligationRequest, v1::LinkIncidentRequest,
    v1::RecordDevicesRequest, v1::ConfirmRemovalRequest, v1::RecordScanRequest,
    v1::LiftRemovalRequest, v1::RecordCostRequest, v1::AssessCostRequest, v1::RequestSpendRequest,
    v1::DecideSpendRequest, v1::NameReaderRequest, v1::RemoveReaderRequest, v1::NameSubjectRequest,
    v1::ChangeTlpRequest, v1::BreakGlassRequest, v1::ExpungePayloadRequest, OpenRegister,
    AdoptChild, Absorb, ParentSatisfied, NoteDevices, Tick, DeliveryOutcome,
    record::v1::IncidentRead, EvidenceAct, v1::RequestRecordRequest, v1::DenyRecordRequest,
    record::v1::RecordReviewed, record::v1::RecordReleased>;

// The one who asks. What they may do follows from `actor.principal` and the directory.
struct Caller {
  record::v1::Actor actor;
  // For agency systems: the entity they speak for, "entities/…"; for people their own.
  std::string entity;
  // An agency system, not a person.
  bool system = false;
  // Belfry itself: what falls due, and what deliveries report.
  bool internal = false;
  // An administrator of the server.
  bool admin = false;
};

struct Command {
  Caller caller;
  Act act;
  std::string request_id;
  // What the registers named by RegistersFor() know of devices.
  std::vector<v1::Device> device_history;
  // What stands in the record of the message that a note is made from, when there is anything.
  std::optional<record::v1::NoteAdded> earlier_note;
  // The event whose payload is to be expunged, when there is one.
  std::optional<record::v1::Event> to_expunge;
  // The item that an act on evidence is about, as the store has it.
  std::optional<record::v1::EvidenceState> evidence;
  // The incident that a link leads to is for named readers only.
  bool link_target_closed = false;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_COMMAND_H_
