#include "server/base/secret_token.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace belfry {
namespace {

constexpr absl::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr size_t kWords = 4;           // of 64 bits
constexpr size_t kSecretDigits = 43;   // 62^43 is just above 2^256
constexpr size_t kChecksumDigits = 6;  // 62^6 is above 2^32

// Takes the last digit of a number that stands most significant part first.
template <size_t N>
size_t TakeDigit(std::array<uint32_t, N>& number) {
  uint64_t rest = 0;
  for (uint32_t& part : number) {
    const uint64_t value = (rest << 32) | part;
    part = static_cast<uint32_t>(value / kDigits.size());
    rest = value % kDigits.size();
  }
  return static_cast<size_t>(rest);
}

template <size_t N>
std::string Encode(std::array<uint32_t, N> number, size_t digits) {
  std::string text(digits, '0');
  for (size_t i = digits; i > 0; --i) text[i - 1] = kDigits[TakeDigit(number)];
  return text;
}

// CRC-32 as in ISO 3309: finds every slip of one or two characters of this length. No secret.
uint32_t Checksum(absl::string_view text) {
  constexpr uint32_t kPolynomial = 0xEDB88320;
  uint32_t crc = ~uint32_t{0};
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
  }
  return ~crc;
}

std::string ChecksumOf(absl::string_view secret) {
  return Encode(std::array<uint32_t, 1>{Checksum(secret)}, kChecksumDigits);
}

}  // namespace

std::string MakeSecretToken(Random& random) {
  std::array<uint32_t, 2 * kWords> number{};
  for (size_t i = 0; i < kWords; ++i) {
    const uint64_t bits = random.Bits64();
    number[2 * i] = static_cast<uint32_t>(bits >> 32);
    number[2 * i + 1] = static_cast<uint32_t>(bits);
  }
  const std::string secret = Encode(number, kSecretDigits);
  return absl::StrCat(kSecretTokenPrefix, secret, ChecksumOf(secret));
}

TokenShape ShapeOfToken(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kSecretTokenPrefix)) return TokenShape::kOther;
  if (text.size() != kSecretDigits + kChecksumDigits) return TokenShape::kMistyped;
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return absl::StrContains(kDigits, c); });
  if (!digits || ChecksumOf(text.substr(0, kSecretDigits)) != text.substr(kSecretDigits)) {
    return TokenShape::kMistyped;
  }
  return TokenShape::kWhole;
}

std::string MakeTokenId(Random& random) {
  constexpr absl::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr size_t kLength = 16;
  constexpr int kBitsPerCharacter = 5;
  std::string id;
  uint64_t bits = 0;
  for (size_t i = 0; i < kLength; ++i) {
    if (i % 12 == 0) bits = random.Bits64();
    id.push_back(kAlphabet[bits & 31]);
    bits >>= kBitsPerCharacter;
  }
  return id;
}

}  // namespace belfry
