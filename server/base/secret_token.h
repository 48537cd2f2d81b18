// Tokens of Belfry's own: secrets that are recognised as such wherever they turn up.
//
// "bft_", 43 digits of base 62 that are 256 random bits, and 6 that are a checksum: 53 characters.
// The beginning lets secret scanners find a lost one (bft_[0-9A-Za-z]{49}); the checksum tells a
// token that was mistyped or cut from one that somebody made up or that has ended.
#ifndef BELFRY_SERVER_BASE_SECRET_TOKEN_H_
#define BELFRY_SERVER_BASE_SECRET_TOKEN_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/base/random.h"

namespace belfry {

inline constexpr absl::string_view kSecretTokenPrefix = "bft_";

std::string MakeSecretToken(Random& random);

enum class TokenShape {
  kOther,     // none of Belfry's own
  kMistyped,  // begins like one; characters are wrong, missing or too many
  kWhole,     // what MakeSecretToken() could have made
};
TokenShape ShapeOfToken(absl::string_view text);

// "k3v9…": 16 random characters a-z and 2-7, to name something by.
std::string MakeTokenId(Random& random);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_SECRET_TOKEN_H_
