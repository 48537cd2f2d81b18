// What somebody probably meant.
#ifndef BELFRY_CLIENT_LIB_CHAT_NEAREST_H_
#define BELFRY_CLIENT_LIB_CHAT_NEAREST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::chat {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other;
// case does not matter.
size_t EditDistance(absl::string_view a, absl::string_view b);

// The up to `count` candidates nearest to `word`, nearest first; equal ones in the order given. A
// candidate that begins with the word counts as near.
std::vector<std::string> Nearest(absl::string_view word, const std::vector<std::string>& candidates,
                                 size_t count);

// The one candidate so near that `word` is most likely a slip of the finger; empty when none is.
std::string Slip(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_NEAREST_H_
