// Random changes to bytes, for tests of parsers.
#ifndef BELFRY_TESTS_SUPPORT_MUTATE_H_
#define BELFRY_TESTS_SUPPORT_MUTATE_H_

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace belfry::testing {

// One to four random changes: a bit, a byte, a piece cut out, doubled or moved to the front, or the
// rest cut off. `words` are put in whole: what means something to the parser.
inline std::string Mutate(std::string text, std::mt19937_64& random,
                          const std::vector<std::string>& words = {}) {
  const auto below = [&](size_t limit) {
    return limit == 0 ? 0 : std::uniform_int_distribution<size_t>(0, limit - 1)(random);
  };
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    if (text.empty()) text = "{";
    const size_t at = below(text.size());
    const size_t length = 1 + below(std::min<size_t>(40, text.size() - at));
    switch (below(8)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        text[at] = "\"{}[]:,%&=+\\\0\xFF<>"[below(16)];
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      case 4:
        text.insert(at, words.empty() ? "null" : words[below(words.size())]);
        break;
      case 5:
        text.resize(at);
        break;
      case 6:
        text[at] = static_cast<char>(below(256));
        break;
      default:
        text = text.substr(at) + text.substr(0, at);
        break;
    }
  }
  return text;
}

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_MUTATE_H_
