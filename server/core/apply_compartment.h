// What the record says about who may know: readers, subjects, labels, broken glass.
#ifndef BELFRY_SERVER_CORE_APPLY_COMPARTMENT_H_
#define BELFRY_SERVER_CORE_APPLY_COMPARTMENT_H_

#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"

namespace belfry::core {

void ApplyReaderNamed(record::v1::IncidentState& state, const record::v1::ReaderNamed& body);
void ApplyReaderRemoved(record::v1::IncidentState& state, const record::v1::ReaderRemoved& body);
void ApplySubjectNamed(record::v1::IncidentState& state, const record::v1::SubjectNamed& body);
void ApplyTlpChanged(record::v1::IncidentState& state, const record::v1::TlpChanged& body);
void ApplyGlassBroken(record::v1::IncidentState& state, const record::v1::GlassBroken& body);
void ApplyGlassClosed(record::v1::IncidentState& state, const record::v1::GlassClosed& body);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_APPLY_COMPARTMENT_H_
