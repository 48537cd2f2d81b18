#include "server/record/note.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/record/base64.h"
#include "server/record/wire.h"

namespace belfry::record {
namespace {

constexpr absl::string_view kDash = "\xE2\x80\x94 ";  // an em dash and a blank
constexpr size_t kKeyIdSize = 4;
constexpr size_t kTimeSize = 8;
constexpr size_t kNameSizeMax = 255;

absl::Status NoNote(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("not a signed note: ", why));
}

absl::Status NoKey(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a verifier key of the form name+id+key: ", why));
}

// Well-formed UTF-8 without control characters, newlines apart.
bool IsPlainText(absl::string_view text) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  for (size_t i = 0; i < text.size();) {
    const uint8_t lead = at(i);
    if (lead < 0x80) {
      if (lead == 0x7F || (lead < 0x20 && lead != '\n')) return false;
      ++i;
      continue;
    }
    const size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - i <= more) return false;
    for (size_t k = 1; k <= more; ++k) {
      if ((at(i + k) & 0xC0) != 0x80) return false;
    }
    const uint8_t second = at(i + 1);
    // Longer than needed, half of a pair of surrogates, or beyond the last code point.
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

bool IsKeyName(absl::string_view name) {
  return !name.empty() && name.size() <= kNameSizeMax && IsPlainText(name) &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return c == '+' || c == ' ' || c == '\n'; });
}

uint32_t KeyId(absl::string_view name, SignatureType type, absl::string_view key) {
  const char type_byte = static_cast<char>(type);
  const auto digest = Sha256Of({name, "\n", absl::string_view(&type_byte, 1), key});
  return WireReader(absl::string_view(digest.data(), kKeyIdSize)).U32();
}

// What a witness signs.
std::string CosignedText(absl::string_view text, uint64_t unix_seconds) {
  return absl::StrCat("cosignature/v1\ntime ", unix_seconds, "\n", text);
}

class KeySigner final : public NoteSigner {
 public:
  KeySigner(PrivateKey key, VerifierKey verifier)
      : key_(std::move(key)), verifier_(std::move(verifier)) {}

  const VerifierKey& verifier() const override { return verifier_; }
  absl::StatusOr<NoteSignature> Sign(absl::string_view text) const override {
    if (text.empty() || text.back() != '\n' || !IsPlainText(text)) {
      return NoNote("the text must be plain and end in a newline");
    }
    BELFRY_ASSIGN_OR_RETURN(std::string bytes, key_.Sign(text));
    return NoteSignature{verifier_.name(), verifier_.id(), std::move(bytes)};
  }

 private:
  PrivateKey key_;
  VerifierKey verifier_;
};

}  // namespace

absl::StatusOr<NoteSignature> ParseSignatureLine(absl::string_view line) {
  absl::ConsumeSuffix(&line, "\n");
  if (!absl::ConsumePrefix(&line, kDash)) return NoNote("a signature line begins with a dash");
  const size_t blank = line.find(' ');
  if (blank == absl::string_view::npos || !IsKeyName(line.substr(0, blank))) {
    return NoNote("a signature line names its key");
  }
  const std::optional<std::string> bytes = DecodeBase64(line.substr(blank + 1));
  if (!bytes.has_value() || bytes->size() <= kKeyIdSize) {
    return NoNote("a signature is base64 of a key id and more");
  }
  return NoteSignature{std::string(line.substr(0, blank)), WireReader(*bytes).U32(),
                       bytes->substr(kKeyIdSize)};
}

std::string FormatSignatureLine(const NoteSignature& signature) {
  std::string bytes;
  PutU32(bytes, signature.key_id);
  bytes += signature.bytes;
  return absl::StrCat(kDash, signature.key_name, " ", absl::Base64Escape(bytes), "\n");
}

absl::StatusOr<SignedNote> ParseNote(absl::string_view bytes) {
  if (bytes.size() > kNoteSizeMax) return NoNote("it is too long");
  if (!IsPlainText(bytes)) return NoNote("it holds control characters or is not UTF-8");
  const size_t blank = bytes.rfind("\n\n");
  if (blank == absl::string_view::npos) return NoNote("no blank line before the signatures");
  SignedNote note;
  note.text = std::string(bytes.substr(0, blank + 1));
  absl::string_view lines = bytes.substr(blank + 2);
  if (lines.empty() || lines.back() != '\n') return NoNote("it does not end in a signature line");
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    if (note.signatures.size() == kNoteSignaturesMax) return NoNote("too many signatures");
    BELFRY_ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(lines.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string FormatNote(const SignedNote& note) {
  std::string bytes = absl::StrCat(note.text, "\n");
  for (const NoteSignature& signature : note.signatures) bytes += FormatSignatureLine(signature);
  return bytes;
}

absl::StatusOr<VerifierKey> VerifierKey::Create(absl::string_view name, SignatureType type,
                                                PublicKey key) {
  if (!IsKeyName(name)) return NoKey("the name must not be empty nor hold blanks or '+'");
  const bool ed25519 = key.algorithm() == KeyAlgorithm::kEd25519;
  if (ed25519 == (type == SignatureType::kP256)) return NoKey("the type does not fit the key");
  const uint32_t id = KeyId(name, type, key.bytes());
  return VerifierKey(std::string(name), type, id, std::move(key));
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(absl::string_view text) {
  const size_t first = text.find('+');
  const size_t second = first == absl::string_view::npos ? first : text.find('+', first + 1);
  if (second == absl::string_view::npos) return NoKey("two '+' are needed");
  const absl::string_view id_text = text.substr(first + 1, second - first - 1);
  const std::optional<std::string> bytes = DecodeBase64(text.substr(second + 1));
  if (!bytes.has_value() || bytes->empty()) return NoKey("the key is not base64");
  const auto type = static_cast<SignatureType>(bytes->front());
  if (type != SignatureType::kEd25519 && type != SignatureType::kP256 &&
      type != SignatureType::kCosignature) {
    return NoKey("known types are 1 (Ed25519), 2 (P-256) and 4 (cosignature)");
  }
  BELFRY_ASSIGN_OR_RETURN(
      PublicKey key, PublicKey::FromBytes(type == SignatureType::kP256 ? KeyAlgorithm::kP256
                                                                       : KeyAlgorithm::kEd25519,
                                          absl::string_view(*bytes).substr(1)));
  BELFRY_ASSIGN_OR_RETURN(VerifierKey verifier,
                          Create(text.substr(0, first), type, std::move(key)));
  if (id_text != absl::StrCat(absl::Hex(verifier.id(), absl::kZeroPad8))) {
    return NoKey("the id does not belong to the key; was it copied whole?");
  }
  return verifier;
}

std::string VerifierKey::ToString() const {
  const char type_byte = static_cast<char>(type_);
  return absl::StrCat(
      name_, "+", absl::Hex(id_, absl::kZeroPad8), "+",
      absl::Base64Escape(absl::StrCat(absl::string_view(&type_byte, 1), key_.bytes())));
}

bool VerifierKey::Verify(absl::string_view text, const NoteSignature& signature) const {
  if (!Claims(signature)) return false;
  if (type_ != SignatureType::kCosignature) return key_.Verify(text, signature.bytes);
  WireReader reader(signature.bytes);
  const uint64_t time = reader.U64();
  return reader.ok() && key_.Verify(CosignedText(text, time),
                                    absl::string_view(signature.bytes).substr(kTimeSize));
}

absl::Status VerifyNote(const SignedNote& note, const VerifierKey& key) {
  bool claimed = false;
  for (const NoteSignature& signature : note.signatures) {
    if (!key.Claims(signature)) continue;
    if (key.Verify(note.text, signature)) return absl::OkStatus();
    claimed = true;
  }
  return absl::InvalidArgumentError(
      claimed ? absl::StrCat("the signature of ", key.name(), " is wrong")
              : absl::StrCat("there is no signature of ", key.name(), " with the key ",
                             absl::Hex(key.id(), absl::kZeroPad8)));
}

absl::StatusOr<uint64_t> CosignatureTime(const NoteSignature& signature) {
  WireReader reader(signature.bytes);
  const uint64_t time = reader.U64();
  if (!reader.ok()) return absl::InvalidArgumentError("a cosignature begins with its time");
  return time;
}

absl::StatusOr<std::unique_ptr<NoteSigner>> NewNoteSigner(absl::string_view name, PrivateKey key) {
  const SignatureType type = key.public_key().algorithm() == KeyAlgorithm::kEd25519
                                 ? SignatureType::kEd25519
                                 : SignatureType::kP256;
  BELFRY_ASSIGN_OR_RETURN(VerifierKey verifier, VerifierKey::Create(name, type, key.public_key()));
  return std::make_unique<KeySigner>(std::move(key), std::move(verifier));
}

absl::StatusOr<Cosigner> Cosigner::Create(absl::string_view name, PrivateKey key) {
  BELFRY_ASSIGN_OR_RETURN(VerifierKey verifier,
                          VerifierKey::Create(name, SignatureType::kCosignature, key.public_key()));
  return Cosigner(std::move(key), std::move(verifier));
}

absl::StatusOr<NoteSignature> Cosigner::Sign(absl::string_view text, uint64_t unix_seconds) const {
  BELFRY_ASSIGN_OR_RETURN(const std::string signature, key_.Sign(CosignedText(text, unix_seconds)));
  std::string bytes;
  PutU64(bytes, unix_seconds);
  return NoteSignature{verifier_.name(), verifier_.id(), bytes + signature};
}

}  // namespace belfry::record
