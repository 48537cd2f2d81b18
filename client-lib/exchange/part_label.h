// The label of a part of an export: what it was given, and what its texts say.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_PART_LABEL_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_PART_LABEL_H_

#include "belfry/exchange/v1/export.pb.h"
#include "client-lib/exchange/tlp.h"
#include "google/protobuf/message.h"

namespace belfry::exchange {

// The label of the incident itself, whatever its parts say: a restricted one is RED.
Tlp IncidentLabel(const belfry::v1::Incident& incident);

// The strictest label of `message` and everything below it: its fields "tlp" (one that nobody knows
// is RED) and labels in running text. None where there is neither.
std::optional<Tlp> StrictestIn(const google::protobuf::Message& message);

// What whoever is handed the incident with all its fields must keep to; with people it is about
// that is RED (POL-1.12). The timeline is not looked at.
Tlp LabelWithFields(const belfry::v1::Incident& incident);

// The same with timeline and duties.
Tlp LabelOfAll(const v1::IncidentExport& part);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_PART_LABEL_H_
