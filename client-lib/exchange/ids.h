// Names that are computed, so that the same thing has the same name in every export.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_IDS_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_IDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace belfry::exchange {

// RFC 4122 version 5 UUID of `name` within Belfry's own name space.
std::string Uuid5(absl::string_view name);

// A random version 4 UUID.
std::string RandomUuid();

// Lower-case hex.
std::string Sha256Hex(absl::string_view bytes);

// The STIX id of an incident with this Incident.uid.
std::string StixIncidentId(absl::string_view uid);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_IDS_H_
