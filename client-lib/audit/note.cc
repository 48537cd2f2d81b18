#include "client-lib/audit/note.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/utf8.h"

namespace belfry::audit {
namespace {

constexpr absl::string_view kDash = "\u2014 ";
constexpr size_t kIdSize = 4;
constexpr size_t kEd25519KeySize = 32;
constexpr size_t kEd25519SignatureSize = 64;
constexpr size_t kSecondsSize = 8;

absl::Status NoNote(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("no checkpoint: ", what));
}

// Blanks would split a line, "+" a key.
bool IsKeyName(absl::string_view name) {
  return !name.empty() && chat::IsUtf8(name) &&
         std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c <= 0x20 || c == 0x7F || c == '+'; });
}

bool HasControlCharacters(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7F; });
}

std::string IdOf(absl::string_view name, absl::string_view bytes) {
  const Digest digest = Hasher().Hash({name, "\n", bytes});
  return std::string(View(digest).substr(0, kIdSize));
}

uint64_t BigEndian64(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < kSecondsSize; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

bool IsP256(EVP_PKEY* key) {
  if (!EVP_PKEY_is_a(key, "EC")) return false;
  char group[64] = {};
  return EVP_PKEY_get_group_name(key, group, sizeof(group), nullptr) == 1 &&
         absl::string_view(group) == "prime256v1";
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

bool DecodeBase64(absl::string_view text, std::string* bytes) {
  return absl::Base64Unescape(text, bytes) && absl::Base64Escape(*bytes) == text;
}

absl::StatusOr<SignatureLine> ParseSignatureLine(absl::string_view line) {
  SignatureLine parsed;
  std::string bytes;
  const absl::Status malformed = NoNote("a signature line is malformed");
  if (!absl::ConsumePrefix(&line, kDash)) return malformed;
  const size_t blank = line.find(' ');
  if (blank == absl::string_view::npos || !IsKeyName(line.substr(0, blank)) ||
      !DecodeBase64(line.substr(blank + 1), &bytes) || bytes.size() <= kIdSize) {
    return malformed;
  }
  parsed.name = std::string(line.substr(0, blank));
  parsed.id = bytes.substr(0, kIdSize);
  parsed.signature = bytes.substr(kIdSize);
  return parsed;
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view note) {
  if (!chat::IsUtf8(note)) return NoNote("it is not UTF-8");
  if (HasControlCharacters(note)) return NoNote("it has control characters");
  const size_t end = note.rfind("\n\n");
  if (end == absl::string_view::npos || note.back() != '\n') return NoNote("it has no signatures");
  Checkpoint checkpoint;
  checkpoint.text = std::string(note.substr(0, end + 1));
  const std::vector<absl::string_view> lines = absl::StrSplit(note.substr(0, end), '\n');
  std::string root;
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  if (lines.size() != 3 || lines[0].empty() || lines[1].empty() ||
      !std::all_of(lines[1].begin(), lines[1].end(), is_digit) ||
      (lines[1].size() > 1 && lines[1][0] == '0') ||
      !absl::SimpleAtoi(lines[1], &checkpoint.size) || !DecodeBase64(lines[2], &root) ||
      root.size() != kDigestSize) {
    return NoNote("it is not an origin, a size and a root");
  }
  checkpoint.origin = std::string(lines[0]);
  std::copy(root.begin(), root.end(), checkpoint.root.begin());
  const absl::string_view signatures = note.substr(end + 2, note.size() - end - 3);
  for (const absl::string_view line : absl::StrSplit(signatures, '\n')) {
    absl::StatusOr<SignatureLine> parsed = ParseSignatureLine(line);
    if (!parsed.ok()) return parsed.status();
    checkpoint.signatures.push_back(*std::move(parsed));
  }
  return checkpoint;
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('+', 2));
  std::string bytes;
  if (parts.size() != 3 || !IsKeyName(parts[0]) || !DecodeBase64(parts[2], &bytes) ||
      bytes.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat("no verifier key: ", text));
  }
  VerifierKey key;
  key.name_ = std::string(parts[0]);
  key.id_ = IdOf(key.name_, bytes);
  if (absl::BytesToHexString(key.id_) != parts[1]) {
    return absl::InvalidArgumentError(
        absl::StrCat("the id of the key ", key.name_, " is not that of its bytes"));
  }
  key.type_ = static_cast<Type>(bytes[0]);
  const absl::string_view raw = absl::string_view(bytes).substr(1);
  EVP_PKEY* pkey = nullptr;
  switch (key.type_) {
    case Type::kEd25519:
    case Type::kCosignature:
      if (raw.size() == kEd25519KeySize) {
        pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(raw), raw.size());
      }
      break;
    case Type::kEcdsaP256: {
      const unsigned char* at = Bytes(raw);
      pkey = d2i_PUBKEY(nullptr, &at, static_cast<long>(raw.size()));
      if (pkey != nullptr && (at != Bytes(raw) + raw.size() || !IsP256(pkey))) {
        EVP_PKEY_free(pkey);
        pkey = nullptr;
      }
      break;
    }
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("the key ", key.name_, " is of a type that is not known here"));
  }
  ERR_clear_error();
  if (pkey == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("the key ", key.name_, " cannot be read"));
  }
  key.key_ = std::shared_ptr<EVP_PKEY>(pkey, EVP_PKEY_free);
  return key;
}

absl::StatusOr<std::string> VerifierKey::Format(absl::string_view name, Type type, EVP_PKEY* key) {
  if (!IsKeyName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name of a key has no blanks and no \"+\": ", name));
  }
  std::string bytes(1, static_cast<char>(type));
  if (type == Type::kEcdsaP256) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0) return absl::InternalError("the public key cannot be written");
    bytes.append(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
    OPENSSL_free(der);
  } else {
    unsigned char raw[kEd25519KeySize];
    size_t size = sizeof(raw);
    if (EVP_PKEY_get_raw_public_key(key, raw, &size) != 1 || size != sizeof(raw)) {
      return absl::InternalError("the public key cannot be written");
    }
    bytes.append(reinterpret_cast<const char*>(raw), size);
  }
  return absl::StrCat(name, "+", absl::BytesToHexString(IdOf(name, bytes)), "+",
                      absl::Base64Escape(bytes));
}

bool VerifierKey::Holds(absl::string_view text, const SignatureLine& line) const {
  absl::string_view signature = line.signature;
  std::string dated;
  if (type_ == Type::kCosignature) {
    if (signature.size() != kSecondsSize + kEd25519SignatureSize) return false;
    dated = absl::StrCat("cosignature/v1\ntime ", BigEndian64(signature), "\n", text);
    text = dated;
    signature.remove_prefix(kSecondsSize);
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  const EVP_MD* md = type_ == Type::kEcdsaP256 ? EVP_sha256() : nullptr;
  const bool holds = context != nullptr &&
                     EVP_DigestVerifyInit(context.get(), nullptr, md, nullptr, key_.get()) == 1 &&
                     EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                                      Bytes(text), text.size()) == 1;
  ERR_clear_error();
  return holds;
}

}  // namespace belfry::audit
