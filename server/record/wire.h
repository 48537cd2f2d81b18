// Big-endian numbers and length-prefixed strings, as leaves and export files use them.
#ifndef BELFRY_SERVER_RECORD_WIRE_H_
#define BELFRY_SERVER_RECORD_WIRE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry::record {

void PutU8(std::string& out, uint8_t value);
void PutU16(std::string& out, uint16_t value);
void PutU32(std::string& out, uint32_t value);
void PutU64(std::string& out, uint64_t value);
// u16 length and the bytes; false, with nothing written, when there are more than 65,535.
bool PutShort(std::string& out, absl::string_view text);

// Takes from the front. After one failure everything fails, so that one look at ok() is enough.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : rest_(bytes) {}

  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  absl::string_view Short() { return Take(U16()); }
  absl::string_view Take(size_t size);

  bool ok() const { return ok_; }
  // All was there and nothing is left.
  bool done() const { return ok_ && rest_.empty(); }

 private:
  uint64_t Number(size_t size);

  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_WIRE_H_
