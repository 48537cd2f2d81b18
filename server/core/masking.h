// Secrets that people paste into what they write. They are masked before anything is stored.
#ifndef BELFRY_SERVER_CORE_MASKING_H_
#define BELFRY_SERVER_CORE_MASKING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "server/core/command.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// Where secrets stood, and what they looked like; never the secrets.
struct Masked {
  std::vector<std::string> fields;  // "summary", "facts[2].value"
  std::vector<const policy::v1::SecretPattern*> patterns;
};

// Stands in the place of a secret.
inline constexpr char kMask[] = "***";

// Masks what the policy's patterns find in every text of the message. Every string is a text,
// wherever it stands, so that a new field cannot be forgotten; names and codes do not look like
// secrets.
void MaskSecrets(const PolicyIndex& policy, google::protobuf::Message& message, Masked& masked);

// As above, for an act of a caller; what Belfry does itself holds no text of anybody.
Masked MaskSecrets(const PolicyIndex& policy, Act& act);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_MASKING_H_
