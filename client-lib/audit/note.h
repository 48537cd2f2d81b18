// Checkpoints in signed notes, and the keys that check them (C2SP signed-note, tlog-checkpoint,
// tlog-cosignature).
#ifndef BELFRY_CLIENT_LIB_AUDIT_NOTE_H_
#define BELFRY_CLIENT_LIB_AUDIT_NOTE_H_

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client-lib/audit/hash.h"

namespace belfry::audit {

// Standard base64 in its one canonical spelling; false otherwise.
bool DecodeBase64(absl::string_view text, std::string* bytes);

// One signature line, not checked yet.
struct SignatureLine {
  std::string name;
  std::string id;         // 4 bytes
  std::string signature;  // of a cosignature: u64 seconds, then the signature
};

// A line "— <name> <base64>", without its newline. INVALID_ARGUMENT when it is none.
absl::StatusOr<SignatureLine> ParseSignatureLine(absl::string_view line);

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Digest root = {};
  std::string text;  // what is signed
  std::vector<SignatureLine> signatures;
};

// A whole note. INVALID_ARGUMENT says what is wrong with it.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view note);

// A public key by which signatures of one name are checked. A value; thread-safe.
class VerifierKey {
 public:
  // The type byte: what kind of signature it makes.
  enum class Type : unsigned char { kEd25519 = 0x01, kEcdsaP256 = 0x02, kCosignature = 0x04 };

  // "<name>+<8 hex digits>+<base64>". INVALID_ARGUMENT says what is wrong with it.
  static absl::StatusOr<VerifierKey> Parse(absl::string_view text);
  // What Parse() reads, of a key of the type that `type` needs. INVALID_ARGUMENT for a name with
  // blanks or "+".
  static absl::StatusOr<std::string> Format(absl::string_view name, Type type, EVP_PKEY* key);

  const std::string& name() const { return name_; }
  bool is_witness() const { return type_ == Type::kCosignature; }
  // Whether the line says that it is of this key. It need not be true.
  bool Claims(const SignatureLine& line) const { return line.name == name_ && line.id == id_; }
  bool Holds(absl::string_view text, const SignatureLine& line) const;

 private:
  std::string name_;
  std::string id_;
  Type type_ = Type::kEd25519;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_NOTE_H_
