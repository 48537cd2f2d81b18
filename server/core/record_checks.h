// Checks and recordings that several acts share.
#ifndef BELFRY_SERVER_CORE_RECORD_CHECKS_H_
#define BELFRY_SERVER_CORE_RECORD_CHECKS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/v1/directory.pb.h"
#include "belfry/v1/incident.pb.h"
#include "server/core/command.h"
#include "server/core/draft.h"

namespace belfry::core {

using Categories = google::protobuf::RepeatedPtrField<v1::CategoryAssignment>;
using Facts = google::protobuf::RepeatedPtrField<v1::Fact>;

// INVALID_ARGUMENT naming the field, what is allowed, and what was sent.
absl::Status CheckCategories(const PolicyIndex& policy, const Categories& categories);
absl::Status CheckFacts(const Draft& draft, const Caller& caller, const Facts& facts);
absl::Status UnknownSeverity(const PolicyIndex& policy, absl::string_view severity);

// Is one of them a kind of incident that only named readers may know of?
bool Restricts(const PolicyIndex& policy, const Categories& categories);

// Record what was checked. Nothing is recorded that is so already.
void RecordCategories(Draft& draft, const Categories& categories);
void RecordFacts(Draft& draft, const Caller& caller, const Facts& facts);
void RecordEntity(Draft& draft, const v1::Entity& entity, v1::IncidentEntity::Relation relation,
                  absl::Time detected, absl::string_view reason = "");

// How long the acknowledged chains may stay without work, by the ladder's numbers.
void SetRecheck(const Draft& draft, record::v1::Acknowledged& body);

// The clauses by which the pack lets people do `act`.
void AddPermissionClauses(const Draft& draft, absl::string_view act, record::v1::Event& event);

// Replaces {incident} in a remedy.
std::string Remedy(const record::v1::IncidentState& state, absl::string_view remedy);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_RECORD_CHECKS_H_
