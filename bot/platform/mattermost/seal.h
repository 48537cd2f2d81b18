// Marks what travels through Mattermost and back, so that it comes back as it went.
//
// Mattermost does not sign what it sends when somebody presses a button or submits a dialog; a seal
// shows that the command in it is one that Belfry offered. Who pressed is Mattermost's word: the
// callback address is for the Mattermost server only.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_SEAL_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_SEAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::bot::mattermost {

class Sealer {
 public:
  // `secret` is never logged; empty: nothing can be sealed, and nothing opens.
  explicit Sealer(std::string secret) : secret_(std::move(secret)) {}

  bool works() const { return !secret_.empty(); }
  // Hexadecimal. `purpose` keeps a seal for one thing from opening another; `parts` may hold
  // anything.
  std::string Seal(absl::string_view purpose, const std::vector<std::string>& parts) const;
  // Compares in constant time.
  bool Opens(absl::string_view seal, absl::string_view purpose,
             const std::vector<std::string>& parts) const;

 private:
  const std::string secret_;
};

// True when a seal of that age is still good; a small step into the future is forgiven.
bool IsFresh(int64_t issued_seconds, absl::Duration age_max, absl::Time now);

// True for equal texts, in a time that does not tell where they differ.
bool EqualSecrets(absl::string_view a, absl::string_view b);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_SEAL_H_
