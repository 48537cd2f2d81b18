// One item of evidence: the fold of its events, what callers see of it, and what may be done to it.
#ifndef BELFRY_SERVER_CORE_EVIDENCE_H_
#define BELFRY_SERVER_CORE_EVIDENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/evidence.pb.h"
#include "server/core/command.h"
#include "server/core/core.h"

namespace belfry::core {

// "incidents/DOP-2026-0007/evidence/3" and "DOP-2026-0007-E3".
std::string EvidenceName(absl::string_view incident, int32_t number);
std::string EvidenceNo(absl::string_view incident, int32_t number);

// The item that an event is about; zero for events that are about none, or about all of them.
int32_t EvidenceNumber(const record::v1::Event& event);
// The link of custody that an event adds; null when it adds none.
const v1::CustodyEntry* CustodyOf(const record::v1::Event& event);
// Folds an event about the item. As total as Apply().
void FoldEvidence(record::v1::EvidenceState& item, const record::v1::Event& event);
// Folds an event into what the incident's state keeps of its evidence; nothing for other events.
void FoldSummary(record::v1::IncidentState& state, const record::v1::Event& event);

// Why nothing of the incident's evidence may be disposed of: the pack's holds that are true now,
// and one set by a person for all of it.
std::vector<v1::LegalHold> HoldsOn(const Context& context, const record::v1::IncidentState& state);
// The policy forbids to copy what the incident is about (catalogue 3.4, CAT-03).
bool IsCopyForbidden(const Context& context, const record::v1::IncidentState& state);

// The item as callers see it.
v1::Evidence ToEvidence(const Context& context, const record::v1::IncidentState& state,
                        const record::v1::EvidenceState& item);

// May the caller bring the bytes of the item? FAILED_PRECONDITION: NO_COPY, CONTENT_EXISTS,
// CUSTODY_STATE.
absl::Status CheckUpload(const Context& context, const Caller& caller,
                         const record::v1::IncidentState& state,
                         const record::v1::EvidenceState& item);
// May the caller have them? FAILED_PRECONDITION: NO_COPY, NO_CONTENT.
absl::Status CheckDownload(const Context& context, const Caller& caller,
                           const record::v1::IncidentState& state,
                           const record::v1::EvidenceState& item);
absl::Status CheckVerify(const Context& context, const Caller& caller,
                         const record::v1::IncidentState& state,
                         const record::v1::EvidenceState& item);

// 64 lower-case hexadecimal digits.
bool IsSha256Hex(absl::string_view text);

// "There is no such item", also for those one may not see.
absl::Status EvidenceNotFound(absl::string_view incident, int32_t number);

// "INTEGRITY_FAILED" for KIND_INTEGRITY_FAILED, and so on.
std::string CustodyKindName(v1::CustodyEntry::Kind kind);

// An event about evidence as a sentence of the timeline. `kind` becomes its stable code.
std::string EvidenceSentence(const record::v1::Event& event, const char** kind);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_EVIDENCE_H_
