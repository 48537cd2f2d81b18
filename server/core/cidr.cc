#include "server/core/cidr.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace belfry::core {
namespace {

struct Block {
  int family = AF_INET;
  std::array<uint8_t, sizeof(in6_addr)> address = {};
  int bits = 0;
};

// Keeps the first `bits` of the address.
void Mask(std::array<uint8_t, sizeof(in6_addr)>& address, int bits) {
  for (size_t i = 0; i < address.size(); ++i) {
    const int kept = bits - static_cast<int>(i) * 8;
    if (kept >= 8) continue;
    address[i] = kept <= 0 ? 0 : static_cast<uint8_t>(address[i] & (0xFF << (8 - kept)));
  }
}

std::optional<Block> Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  Block block;
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(text.substr(slash + 1), &block.bits)) {
    return std::nullopt;
  }
  const std::string address(text.substr(0, slash));
  int width = 32;
  if (inet_pton(AF_INET, address.c_str(), block.address.data()) != 1) {
    block.family = AF_INET6;
    width = 128;
    if (inet_pton(AF_INET6, address.c_str(), block.address.data()) != 1) return std::nullopt;
  }
  if (block.bits < 0 || block.bits > width) return std::nullopt;
  Mask(block.address, block.bits);
  return block;
}

}  // namespace

bool IsCidr(absl::string_view text) { return Parse(text).has_value(); }

std::string NormalCidr(absl::string_view text) {
  const std::optional<Block> block = Parse(text);
  std::array<char, INET6_ADDRSTRLEN> address = {};
  if (!block.has_value() || inet_ntop(block->family, block->address.data(), address.data(),
                                      static_cast<socklen_t>(address.size())) == nullptr) {
    return std::string(text);
  }
  return absl::StrCat(address.data(), "/", block->bits);
}

bool BlockContains(absl::string_view outer, absl::string_view inner) {
  if (outer == inner) return true;
  const std::optional<Block> wide = Parse(outer);
  std::optional<Block> narrow = Parse(inner);
  if (!wide.has_value() || !narrow.has_value() || wide->family != narrow->family ||
      wide->bits > narrow->bits) {
    return false;
  }
  Mask(narrow->address, wide->bits);
  return wide->address == narrow->address;
}

}  // namespace belfry::core
