// Personal information in running text, by the pack's patterns.
#ifndef BELFRY_SERVER_CORE_PERSONAL_INFORMATION_H_
#define BELFRY_SERVER_CORE_PERSONAL_INFORMATION_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"

namespace re2 {
class RE2;
}

namespace belfry::core {

// Compiled once for many texts.
class PersonalFinder {
 public:
  explicit PersonalFinder(const policy::v1::Policy& policy);

  // Bytes [begin, end) of each place; they may overlap.
  std::vector<std::pair<size_t, size_t>> Find(absl::string_view text) const;

 private:
  struct Pattern {
    std::shared_ptr<const re2::RE2> regex;
    bool luhn;
  };
  std::vector<Pattern> patterns_;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_PERSONAL_INFORMATION_H_
