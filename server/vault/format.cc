#include "server/vault/format.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::vault {
namespace {

constexpr absl::string_view kMagic = "BLFRVLT1";

}  // namespace

void PutNumber(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

uint64_t GetNumber(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string EncodeHeader(int64_t item_bytes, absl::string_view address, absl::string_view random) {
  std::string header(kMagic);
  PutNumber(header, static_cast<uint64_t>(kChunkBytes), 4);
  PutNumber(header, static_cast<uint64_t>(item_bytes), 8);
  absl::StrAppend(&header, address, random);
  return header;
}

absl::StatusOr<Layout> DecodeHeader(absl::string_view header, absl::string_view address) {
  if (header.size() != kHeaderBytes || !absl::StartsWith(header, kMagic) ||
      GetNumber(header.substr(8, 4)) != static_cast<uint64_t>(kChunkBytes) ||
      header.substr(20, 32) != address) {
    return absl::DataLossError("the header is damaged, or another item's");
  }
  const uint64_t size = GetNumber(header.substr(12, 8));
  if (size > uint64_t{1} << 50) return absl::DataLossError("the header is damaged");
  return Layout{static_cast<int64_t>(size)};
}

std::string ChunkNonce(absl::string_view salt, int64_t index, bool last) {
  std::string nonce(salt);
  PutNumber(nonce, static_cast<uint64_t>(index), 4);
  PutNumber(nonce, last ? 1 : 0, 1);
  return nonce;
}

}  // namespace belfry::vault
