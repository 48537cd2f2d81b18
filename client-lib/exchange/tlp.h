// Traffic Light Protocol 2.0: labels, their order, and labels inside of texts.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_TLP_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_TLP_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry::exchange {

// In the order of strictness.
enum class Tlp { kClear, kGreen, kAmber, kAmberStrict, kRed };

inline constexpr Tlp kAllTlp[] = {Tlp::kClear, Tlp::kGreen, Tlp::kAmber, Tlp::kAmberStrict,
                                  Tlp::kRed};

// "TLP:AMBER+STRICT".
absl::string_view TlpLabel(Tlp tlp);

// "TLP:AMBER+STRICT" or "amber+strict"; the old WHITE is CLEAR. Nothing for any other text.
std::optional<Tlp> ParseTlp(absl::string_view text);

// The label of an incident: one that is not known, or none, is read as RED.
Tlp TlpOrRed(absl::string_view label);

// The strictest label that stands somewhere in running text, as the protocol asks people to write
// it; none where there is no label. "TLP: RED" and "tlp:red" count.
std::optional<Tlp> LabelInText(absl::string_view text);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_TLP_H_
