// Private keys that sign checkpoints: made here, kept in files, never on the wire.
#ifndef BELFRY_CLIENT_LIB_AUDIT_KEY_FILE_H_
#define BELFRY_CLIENT_LIB_AUDIT_KEY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client-lib/audit/note.h"

namespace belfry::audit {

// Makes a key and writes it to a new file (PEM, PKCS#8, mode 0600, on disk when this returns).
// Returns the verifier key as text. ALREADY_EXISTS when there is such a file: a key is never
// overwritten. INVALID_ARGUMENT for a name with blanks or "+".
absl::StatusOr<std::string> MakeKeyFile(const std::string& path, absl::string_view name,
                                        VerifierKey::Type type);

// The verifier key of a key that is there. INVALID_ARGUMENT when the file holds no Ed25519 or P-256
// key; `witness`: the key cosigns checkpoints of others.
absl::StatusOr<std::string> VerifierKeyOfFile(const std::string& path, absl::string_view name,
                                              bool witness);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_KEY_FILE_H_
