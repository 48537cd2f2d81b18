// Names and words of STIX 2.1 that the writer and the reader share.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_STIX_WORDS_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_STIX_WORDS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "client-lib/exchange/tlp.h"

namespace belfry::exchange {

// The TLP 2.0 extension of marking definitions.
inline constexpr char kTlpExtension[] =
    "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
// The Incident Core extension of OASIS' common object repository.
inline constexpr char kIncidentCoreExtension[] =
    "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
// Belfry's own, for incidents and notes: docs/exchange/stix-extension.schema.json.
inline constexpr char kBelfryExtension[] =
    "extension-definition--d05b0a55-ced2-54bb-99b0-5b556a26a5c5";
inline constexpr char kBelfryExtensionVersion[] = "1.0.0";

// The marking definition of a label; the ids are those of the published extension.
absl::string_view TlpMarkingId(Tlp tlp);
std::optional<Tlp> TlpOfMarking(absl::string_view id);
// "amber+strict".
absl::string_view TlpStixWord(Tlp tlp);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_STIX_WORDS_H_
