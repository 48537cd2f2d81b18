#include "client-lib/exchange/ids.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace belfry::exchange {
namespace {

// Belfry's name space: a random UUID, chosen once. Changing it renames everything ever exported.
constexpr char kNamespaceHex[] = "6b1f0c5e9d4a4f7ea3c27d58e0b91f46";

std::string Digest(const EVP_MD* kind, absl::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, kind, nullptr);
  return std::string(reinterpret_cast<const char*>(digest), size);
}

std::string Format(std::string bytes, char version) {
  bytes.resize(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

}  // namespace

std::string Uuid5(absl::string_view name) {
  return Format(Digest(EVP_sha1(), absl::StrCat(absl::HexStringToBytes(kNamespaceHex), name)), 5);
}

std::string RandomUuid() {
  std::string bytes(16, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return Format(std::move(bytes), 4);
}

std::string Sha256Hex(absl::string_view bytes) {
  return absl::BytesToHexString(Digest(EVP_sha256(), bytes));
}

std::string StixIncidentId(absl::string_view uid) {
  return absl::StrCat("incident--", Uuid5(absl::StrCat("incident:", uid)));
}

}  // namespace belfry::exchange
