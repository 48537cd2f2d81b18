#include "client-lib/chat/evidence_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/parser.h"

namespace belfry::chat {

std::string EvidenceNo::Name() const { return absl::StrCat(incident, "/evidence/", number); }

std::optional<int32_t> ParseItemNumber(absl::string_view text) {
  if (!text.empty() && (text[0] == 'E' || text[0] == 'e')) text.remove_prefix(1);
  int32_t number = 0;
  const bool digits = !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0]));
  if (!digits || !absl::SimpleAtoi(text, &number) || number < 1) return std::nullopt;
  return number;
}

std::optional<EvidenceNo> ParseEvidenceNo(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  size_t at = lower.rfind("/evidence/");
  size_t skip = sizeof("/evidence/") - 1;
  if (at == std::string::npos) {
    at = lower.rfind("-e");
    skip = 1;
  }
  if (at == std::string::npos) return std::nullopt;
  const auto number = ParseItemNumber(text.substr(at + skip));
  const auto incident = ParseIncidentName(text.substr(0, at));
  if (!number.has_value() || !incident.has_value()) return std::nullopt;
  return EvidenceNo{*incident, *number};
}

}  // namespace belfry::chat
