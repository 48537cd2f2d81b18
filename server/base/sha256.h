// SHA-256 of bytes held in memory.
#ifndef BELFRY_SERVER_BASE_SHA256_H_
#define BELFRY_SERVER_BASE_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"

namespace belfry {

// 32 raw bytes.
std::string Sha256(absl::string_view bytes);
// 64 lower-case hexadecimal characters.
std::string Sha256Hex(absl::string_view bytes);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_SHA256_H_
