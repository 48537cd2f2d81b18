#include "server/vault/key_ring.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::vault {
namespace {

constexpr std::streamsize kKeyFileBytesMax = 1024;

bool IsKeyId(absl::string_view id) {
  return !id.empty() && id.size() <= kKeyIdCharactersMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

absl::StatusOr<SecretKey> ReadKey(const std::string& path, absl::string_view what) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": cannot read ", path));
  }
  if ((status.st_mode & 077) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": ", path, " can be read by others; chmod 600 it"));
  }
  std::ifstream file(path);
  std::string text(kKeyFileBytesMax, '\0');
  file.read(text.data(), kKeyFileBytesMax);
  text.resize(static_cast<size_t>(file.gcount()));
  std::string hex(absl::StripAsciiWhitespace(text));
  Wipe(text);
  const bool good = hex.size() == 2 * kKeyBytes && std::all_of(hex.begin(), hex.end(), [](char c) {
                      return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                    });
  if (!good) {
    Wipe(hex);
    return absl::InvalidArgumentError(absl::StrCat(
        what, ": ", path, " must hold 64 hex digits, as `openssl rand -hex 32` prints them"));
  }
  std::string bytes = absl::HexStringToBytes(hex);
  Wipe(hex);
  SecretKey key(bytes);
  Wipe(bytes);
  return key;
}

}  // namespace

absl::StatusOr<KeyRing> KeyRing::Load(const std::vector<Source>& sources) {
  if (sources.empty()) {
    return absl::InvalidArgumentError("vault.keys: at least one key-encryption key is needed");
  }
  std::vector<std::pair<std::string, SecretKey>> keys;
  std::set<std::string> seen;
  for (const Source& source : sources) {
    if (!IsKeyId(source.id) || !seen.insert(source.id).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("vault.keys: \"", source.id, "\" is no id of its own of at most ",
                       kKeyIdCharactersMax, " characters a-z, 0-9 and \"-\""));
    }
    BELFRY_ASSIGN_OR_RETURN(SecretKey key,
                            ReadKey(source.file, absl::StrCat("vault.keys ", source.id)));
    keys.emplace_back(source.id, std::move(key));
  }
  return KeyRing(std::move(keys));
}

const SecretKey* KeyRing::Find(absl::string_view id) const {
  for (const auto& [known, key] : keys_) {
    if (known == id) return &key;
  }
  return nullptr;
}

}  // namespace belfry::vault
