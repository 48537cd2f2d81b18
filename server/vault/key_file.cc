#include "server/vault/key_file.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/vault/format.h"

namespace belfry::vault {
namespace {

constexpr absl::string_view kMagic = "BLFRKEY1";
constexpr size_t kFixedBytes = kKeyBytes + 8 + 32 + 4 + 8 + 2 + 2 + 2;

std::string Pack(const ItemKey& item) {
  std::string plain(item.key.bytes());
  PutNumber(plain, static_cast<uint64_t>(item.info.size_bytes), 8);
  std::string digest = absl::HexStringToBytes(item.info.sha256);
  digest.resize(32);
  plain.append(digest);
  PutNumber(plain, static_cast<uint64_t>(item.info.number), 4);
  PutNumber(plain, static_cast<uint64_t>(absl::ToUnixMicros(item.info.begin_time)), 8);
  PutNumber(plain, item.info.incident.size(), 2);
  PutNumber(plain, item.info.principal.size(), 2);
  PutNumber(plain, item.info.upload.size(), 2);
  absl::StrAppend(&plain, item.info.incident, item.info.principal, item.info.upload);
  return plain;
}

absl::StatusOr<ItemKey> Unpack(absl::string_view plain) {
  if (plain.size() < kFixedBytes) return absl::DataLossError("a key file is cut short");
  ItemKey item;
  item.key = SecretKey(plain.substr(0, kKeyBytes));
  plain.remove_prefix(kKeyBytes);
  item.info.size_bytes = static_cast<int64_t>(GetNumber(plain.substr(0, 8)));
  item.info.sha256 = absl::BytesToHexString(plain.substr(8, 32));
  item.info.number = static_cast<int32_t>(GetNumber(plain.substr(40, 4)));
  item.info.begin_time = absl::FromUnixMicros(static_cast<int64_t>(GetNumber(plain.substr(44, 8))));
  const size_t incident = GetNumber(plain.substr(52, 2));
  const size_t principal = GetNumber(plain.substr(54, 2));
  const size_t upload = GetNumber(plain.substr(56, 2));
  plain.remove_prefix(58);
  if (plain.size() != incident + principal + upload) {
    return absl::DataLossError("a key file is damaged");
  }
  item.info.incident = std::string(plain.substr(0, incident));
  item.info.principal = std::string(plain.substr(incident, principal));
  item.info.upload = std::string(plain.substr(incident + principal));
  return item;
}

struct Parts {
  absl::string_view head;  // magic and id
  std::string id;
  absl::string_view nonce;
  absl::string_view sealed;
};

absl::StatusOr<Parts> Split(absl::string_view file) {
  if (!absl::StartsWith(file, kMagic) || file.size() < kMagic.size() + 1) {
    return absl::DataLossError("this is no key file");
  }
  const size_t id = static_cast<unsigned char>(file[kMagic.size()]);
  const size_t head = kMagic.size() + 1 + id;
  if (file.size() < head + kNonceBytes + kTagBytes) {
    return absl::DataLossError("a key file is cut short");
  }
  return Parts{file.substr(0, head), std::string(file.substr(kMagic.size() + 1, id)),
               file.substr(head, kNonceBytes), file.substr(head + kNonceBytes)};
}

std::string AdditionalData(absl::string_view head, absl::string_view subject) {
  return absl::StrCat(head, subject);
}

std::string Seal(const KeyRing& ring, std::string plain, absl::string_view subject,
                 Random& random) {
  const std::string& id = ring.newest();
  std::string file(kMagic);
  PutNumber(file, id.size(), 1);
  file.append(id);
  const std::string aad = AdditionalData(file, subject);
  const std::string nonce = RandomBytes(random, kNonceBytes);
  file.append(nonce);
  Aead(*ring.Find(id)).Seal(nonce, aad, plain, file);
  Wipe(plain);
  return file;
}

absl::StatusOr<std::string> Open(const KeyRing& ring, absl::string_view file,
                                 absl::string_view subject) {
  BELFRY_ASSIGN_OR_RETURN(const Parts parts, Split(file));
  const SecretKey* key = ring.Find(parts.id);
  if (key == nullptr) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "KEY_MISSING",
                        absl::StrCat("the key-encryption key \"", parts.id,
                                     "\" is not among the settings' vault.keys"))
        .Build();
  }
  absl::StatusOr<std::string> plain =
      Aead(*key).Open(parts.nonce, AdditionalData(parts.head, subject), parts.sealed);
  if (!plain.ok()) {
    return absl::DataLossError("a key file is damaged, or for something else");
  }
  return plain;
}

}  // namespace

std::string WrapItemKey(const KeyRing& ring, const ItemKey& item, absl::string_view subject,
                        Random& random) {
  return Seal(ring, Pack(item), subject, random);
}

absl::StatusOr<ItemKey> UnwrapItemKey(const KeyRing& ring, absl::string_view file,
                                      absl::string_view subject) {
  BELFRY_ASSIGN_OR_RETURN(std::string plain, Open(ring, file, subject));
  absl::StatusOr<ItemKey> item = Unpack(plain);
  Wipe(plain);
  return item;
}

absl::StatusOr<std::string> WrappedBy(absl::string_view file) {
  BELFRY_ASSIGN_OR_RETURN(const Parts parts, Split(file));
  return parts.id;
}

absl::StatusOr<std::string> Rewrap(const KeyRing& ring, absl::string_view file,
                                   absl::string_view subject, Random& random) {
  BELFRY_ASSIGN_OR_RETURN(std::string plain, Open(ring, file, subject));
  return Seal(ring, std::move(plain), subject, random);
}

}  // namespace belfry::vault
