// The part of Apply() that public records are made of.
#ifndef BELFRY_SERVER_CORE_APPLY_PUBLIC_H_
#define BELFRY_SERVER_CORE_APPLY_PUBLIC_H_

#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"

namespace belfry::core {

// A request for the record, a review, a release or a denial.
void ApplyPublicRecord(record::v1::IncidentState& state, const record::v1::Event& event);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_APPLY_PUBLIC_H_
