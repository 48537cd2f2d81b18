// Is what stands in a document right, and is it all there?
#ifndef BELFRY_SERVER_CORE_DOCUMENT_CHECKS_H_
#define BELFRY_SERVER_CORE_DOCUMENT_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/core/command.h"
#include "server/core/core.h"
#include "server/core/guards.h"

namespace belfry::core {

const v1::DocumentField* FindField(const Fields& fields, absl::string_view name);

// The type with this code or alias. INVALID_ARGUMENT names `type` and those that there are.
absl::StatusOr<const policy::v1::DocumentType*> FindDocumentType(const PolicyIndex& policy,
                                                                 const std::string& code);

// For which entity it is: as asked, else the caller's when it takes part, else the reporting one.
// Empty only in the register of the whole government. INVALID_ARGUMENT names `entity`.
absl::StatusOr<std::string> DocumentEntity(const record::v1::IncidentState& state,
                                           const Caller& caller, const std::string& asked);

// Every field is one of the type, stands there once, and says what it may. INVALID_ARGUMENT names
// it.
absl::Status CheckFields(const record::v1::IncidentState& state,
                         const policy::v1::DocumentType& type, const Fields& fields);

// The fields that are needed and missing: which ones are needed may depend on others.
std::vector<const policy::v1::DocumentType::Field*> MissingFields(
    const policy::v1::DocumentType& type, const Fields& fields);

// FAILED_PRECONDITION names every missing part and its clause: a document with a required part
// missing is not sent.
absl::Status CheckComplete(const policy::v1::DocumentType& type, const Fields& fields);

// Groups of roles of which nobody has approved yet; who sends it approves it by that.
std::vector<const policy::v1::DocumentType::Approval*> MissingApprovals(
    const policy::v1::DocumentType& type,
    const google::protobuf::RepeatedPtrField<v1::DocumentApproval>& approvals,
    const std::vector<record::v1::RoleGrant>& sender);

// FAILED_PRECONDITION names the roles and their clause.
absl::Status CheckApproved(const PolicyIndex& policy, const record::v1::IncidentState& state,
                           const policy::v1::DocumentType& type, absl::string_view entity,
                           const std::vector<const policy::v1::DocumentType::Approval*>& missing);

// Clauses of a field: its own, or those of the document.
std::vector<std::string> ClausesOf(const policy::v1::DocumentType& type,
                                   const policy::v1::DocumentType::Field& field);

// "FOLLOWUP.dop": a draft's name within its incident.
std::string DraftId(absl::string_view type, absl::string_view entity);
const record::v1::DraftRow* FindDraft(const record::v1::IncidentState& state,
                                      absl::string_view draft_id);

// The document that event `version` sent; null when there is none.
const record::v1::DocumentRow* FindDocumentRow(const record::v1::IncidentState& state,
                                               int64_t version);

// What is amended is of the same type and entity, and was not amended before: the newest is.
absl::Status CheckAmends(const record::v1::IncidentState& state,
                         const policy::v1::DocumentType& type, absl::string_view entity,
                         int64_t version);

// "incidents/DOP-2026-0007/documents/41" to 41, for this incident. INVALID_ARGUMENT names `field`.
absl::StatusOr<int64_t> ParseDocumentName(absl::string_view field,
                                          const record::v1::IncidentState& state,
                                          absl::string_view name);
std::string DocumentName(const record::v1::IncidentState& state, int64_t version);

// A document that was sent, as callers see it.
v1::SubmittedDocument ToSubmittedDocument(const record::v1::IncidentState& state,
                                          const record::v1::DocumentRow& row);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_DOCUMENT_CHECKS_H_
