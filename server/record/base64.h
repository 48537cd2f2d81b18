// Base64 as it may stand in what is signed: one text for each value (RFC 4648, section 4).
#ifndef BELFRY_SERVER_RECORD_BASE64_H_
#define BELFRY_SERVER_RECORD_BASE64_H_

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace belfry::record {

// Nothing unless `text` is exactly what encoding would give: padded, without blanks or stray bits.
inline std::optional<std::string> DecodeBase64(absl::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) || absl::Base64Escape(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_BASE64_H_
