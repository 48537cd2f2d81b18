// Signed notes (C2SP signed-note) with their keys, and cosignatures of witnesses (C2SP
// tlog-cosignature).
//
// A note is a text and lines that sign it:
//
//   agency.example/belfry/dop
//   7
//   q1bN…=
//
//   — agency.example/belfry b2x5…=
#ifndef BELFRY_SERVER_RECORD_NOTE_H_
#define BELFRY_SERVER_RECORD_NOTE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/signing_key.h"

namespace belfry::record {

inline constexpr size_t kNoteSizeMax = 64 * 1024;
inline constexpr size_t kNoteSignaturesMax = 100;

// One signature line.
struct NoteSignature {
  std::string key_name;
  uint32_t key_id = 0;
  std::string bytes;  // after the key id

  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;
};

// INVALID_ARGUMENT when these are not the bytes of a note: no blank line, no signature, control
// characters, not UTF-8, more than kNoteSizeMax bytes or kNoteSignaturesMax signatures.
absl::StatusOr<SignedNote> ParseNote(absl::string_view bytes);
// The bytes of a note that ParseNote() takes.
std::string FormatNote(const SignedNote& note);
// One line with its newline: "— name base64\n". What a witness answers with.
std::string FormatSignatureLine(const NoteSignature& signature);
// The same of one line; its newline may be missing.
absl::StatusOr<NoteSignature> ParseSignatureLine(absl::string_view line);

// What kind of signature a key makes; the type byte in its id and text.
enum class SignatureType : uint8_t {
  kEd25519 = 0x01,
  kP256 = 0x02,
  kCosignature = 0x04,  // Ed25519 with a time, of witnesses
};

// A key that checks the notes of one name. A value; thread-safe.
class VerifierKey {
 public:
  // "<name>+<8 hexadecimal digits>+<base64(type byte || public key)>". INVALID_ARGUMENT says what
  // is wrong with it.
  static absl::StatusOr<VerifierKey> Parse(absl::string_view text);
  // INVALID_ARGUMENT when the name is none (empty, blanks, '+') or the type does not fit the key.
  static absl::StatusOr<VerifierKey> Create(absl::string_view name, SignatureType type,
                                            PublicKey key);

  const std::string& name() const { return name_; }
  SignatureType type() const { return type_; }
  uint32_t id() const { return id_; }
  std::string ToString() const;

  // Whether a signature line says that it is of this key. It need not be true.
  bool Claims(const NoteSignature& signature) const {
    return signature.key_name == name_ && signature.key_id == id_;
  }
  // For cosignatures too: their time is part of what is signed.
  bool Verify(absl::string_view text, const NoteSignature& signature) const;

 private:
  VerifierKey(std::string name, SignatureType type, uint32_t id, PublicKey key)
      : name_(std::move(name)), type_(type), id_(id), key_(std::move(key)) {}

  std::string name_;
  SignatureType type_;
  uint32_t id_;
  PublicKey key_;
};

// OK when some signature of the note is of `key` and good; otherwise INVALID_ARGUMENT that tells
// a missing signature from a wrong one. Signatures of other keys are passed over.
absl::Status VerifyNote(const SignedNote& note, const VerifierKey& key);
// The time that a cosignature was made at, in seconds since 1970; nothing for other signatures or
// when it is too short. Look at Verify() first.
absl::StatusOr<uint64_t> CosignatureTime(const NoteSignature& signature);

// Signs notes under a name. Thread-safe.
class NoteSigner {
 public:
  virtual ~NoteSigner() = default;
  virtual const VerifierKey& verifier() const = 0;
  virtual absl::StatusOr<NoteSignature> Sign(absl::string_view text) const = 0;
};

// Ed25519 or P-256, as the key is. INVALID_ARGUMENT for a name that is none.
absl::StatusOr<std::unique_ptr<NoteSigner>> NewNoteSigner(absl::string_view name, PrivateKey key);

// A witness. Its key is Ed25519.
class Cosigner {
 public:
  static absl::StatusOr<Cosigner> Create(absl::string_view name, PrivateKey key);
  const VerifierKey& verifier() const { return verifier_; }
  // `text` is that of a checkpoint.
  absl::StatusOr<NoteSignature> Sign(absl::string_view text, uint64_t unix_seconds) const;

 private:
  Cosigner(PrivateKey key, VerifierKey verifier)
      : key_(std::move(key)), verifier_(std::move(verifier)) {}

  PrivateKey key_;
  VerifierKey verifier_;
};

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_NOTE_H_
