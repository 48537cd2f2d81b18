// Numbers of evidence as people type them.
#ifndef BELFRY_CLIENT_LIB_CHAT_EVIDENCE_NAME_H_
#define BELFRY_CLIENT_LIB_CHAT_EVIDENCE_NAME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry::chat {

struct EvidenceNo {
  std::string incident;  // "incidents/DOP-2026-0007"
  int32_t number = 0;
  // "incidents/DOP-2026-0007/evidence/3".
  std::string Name() const;
};

// "DOP-2026-0007-E3" or the resource name, any case.
std::optional<EvidenceNo> ParseEvidenceNo(absl::string_view text);
// "E3" or "3".
std::optional<int32_t> ParseItemNumber(absl::string_view text);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_EVIDENCE_NAME_H_
