#include "server/record/wire.h"

namespace belfry::record {
namespace {

void PutNumber(std::string& out, uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

}  // namespace

void PutU8(std::string& out, uint8_t value) { PutNumber(out, value, 1); }
void PutU16(std::string& out, uint16_t value) { PutNumber(out, value, 2); }
void PutU32(std::string& out, uint32_t value) { PutNumber(out, value, 4); }
void PutU64(std::string& out, uint64_t value) { PutNumber(out, value, 8); }

bool PutShort(std::string& out, absl::string_view text) {
  if (text.size() > 0xFFFF) return false;
  PutU16(out, static_cast<uint16_t>(text.size()));
  out.append(text.data(), text.size());
  return true;
}

absl::string_view WireReader::Take(size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const absl::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

uint64_t WireReader::Number(size_t size) {
  uint64_t value = 0;
  for (const char byte : Take(size)) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace belfry::record
