#include "server/core/personal_information.h"

#include "absl/strings/ascii.h"
#include "re2/re2.h"

namespace belfry::core {
namespace {

bool SatisfiesLuhn(re2::StringPiece text) {
  int sum = 0;
  int place = 0;
  for (size_t i = text.size(); i > 0; --i) {
    const auto c = static_cast<unsigned char>(text[i - 1]);
    if (!absl::ascii_isdigit(c)) continue;
    const int digit = (c - '0') << (place++ % 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum > 0 && sum % 10 == 0;
}

}  // namespace

PersonalFinder::PersonalFinder(const policy::v1::Policy& policy) {
  for (const policy::v1::PersonalPattern& pattern : policy.personal_patterns()) {
    auto regex = std::make_shared<const re2::RE2>(pattern.pattern(), re2::RE2::Quiet);
    // The lint of packs refuses others.
    if (regex->ok() && regex->NumberOfCapturingGroups() == 1) {
      patterns_.push_back({std::move(regex), pattern.luhn()});
    }
  }
}

std::vector<std::pair<size_t, size_t>> PersonalFinder::Find(absl::string_view text) const {
  std::vector<std::pair<size_t, size_t>> found;
  const re2::StringPiece whole(text.data(), text.size());
  for (const Pattern& pattern : patterns_) {
    re2::StringPiece groups[2];
    size_t from = 0;
    while (from <= text.size() &&
           pattern.regex->Match(whole, from, text.size(), re2::RE2::UNANCHORED, groups, 2)) {
      const auto begin = static_cast<size_t>(groups[0].data() - text.data());
      if (groups[1].empty() || (pattern.luhn && !SatisfiesLuhn(groups[1]))) {
        from = begin + 1;
        continue;
      }
      const auto at = static_cast<size_t>(groups[1].data() - text.data());
      from = at + groups[1].size();
      found.emplace_back(at, from);
    }
  }
  return found;
}

}  // namespace belfry::core
