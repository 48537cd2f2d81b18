// Labels of the Traffic Light Protocol 2.0 (first.org/tlp), as FIRST writes them.
#ifndef BELFRY_SERVER_BASE_TLP_H_
#define BELFRY_SERVER_BASE_TLP_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry {

// From what anybody may know to what named people may: the stricter, the greater.
enum class Tlp { kClear, kGreen, kAmber, kAmberStrict, kRed };

// "TLP:AMBER+STRICT": capitals, no spaces, never translated.
absl::string_view TlpName(Tlp label);

// Reads what people type: "amber", "TLP:Amber+Strict". The old WHITE is read as CLEAR and never
// written. nullopt for anything else.
std::optional<Tlp> ParseTlp(absl::string_view text);

// The label of what is composed of two parts: the stricter of their labels. Empty ones do not
// count; what is no label counts as TLP:RED, because nobody knows whom it keeps out.
std::string StricterTlp(absl::string_view a, absl::string_view b);

// Is `label` stricter than `limit`? What is no label is stricter than any.
bool IsStricterThan(absl::string_view label, absl::string_view limit);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_TLP_H_
