#include "client-lib/chat/nearest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace belfry::chat {
namespace {

// Longer words are not commands; the table below stays small.
constexpr size_t kWordBytesMax = 64;

}  // namespace

size_t EditDistance(absl::string_view a, absl::string_view b) {
  const std::string s = absl::AsciiStrToLower(a.substr(0, kWordBytesMax));
  const std::string t = absl::AsciiStrToLower(b.substr(0, kWordBytesMax));
  std::vector<std::vector<size_t>> d(s.size() + 1, std::vector<size_t>(t.size() + 1));
  for (size_t i = 0; i <= s.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= t.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= s.size(); ++i) {
    for (size_t j = 1; j <= t.size(); ++j) {
      const size_t change = s[i - 1] == t[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && s[i - 1] == t[j - 2] && s[i - 2] == t[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[s.size()][t.size()];
}

std::vector<std::string> Nearest(absl::string_view word, const std::vector<std::string>& candidates,
                                 size_t count) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const std::string& candidate : candidates) {
    const bool begins = !word.empty() && absl::StartsWithIgnoreCase(candidate, word);
    ranked.emplace_back(begins ? 1 : EditDistance(word, candidate), candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (const auto& [distance, candidate] : ranked) {
    if (nearest.size() == count) break;
    if (std::find(nearest.begin(), nearest.end(), candidate) == nearest.end()) {
      nearest.push_back(candidate);
    }
  }
  return nearest;
}

std::string Slip(absl::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> nearest = Nearest(word, candidates, 1);
  if (nearest.empty()) return "";
  const size_t allowed = std::min(word.size(), nearest[0].size()) <= 4 ? 1 : 2;
  return EditDistance(word, nearest[0]) <= allowed ? nearest[0] : "";
}

}  // namespace belfry::chat
