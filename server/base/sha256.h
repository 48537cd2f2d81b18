// SHA-256 of bytes held in memory.
#ifndef BELFRY_SERVER_BASE_SHA256_H_
#define BELFRY_SERVER_BASE_SHA256_H_

#include <array>
#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry {

// 32 raw bytes.
std::string Sha256(absl::string_view bytes);
// 64 lower-case hexadecimal characters.
std::string Sha256Hex(absl::string_view bytes);
// Of the pieces one after the other, without joining them first. For those who hash by the million.
std::array<char, 32> Sha256Of(std::initializer_list<absl::string_view> pieces);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_SHA256_H_
