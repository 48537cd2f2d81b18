#include "tests/properties/shrink.h"

#include <algorithm>
#include <utility>

#include "tests/properties/judge.h"

namespace belfry::properties {
namespace {

constexpr int kTriesMax = 1'500;

class Shrinker {
 public:
  Shrinker(const core::PolicyIndex& policy, int property, const std::string& tag)
      : policy_(policy), property_(property), tag_(tag) {}

  History Run(History history) {
    if (!Fails(history)) return history;
    for (size_t before = 0; before != history.steps.size();) {
      before = history.steps.size();
      LeaveOut(history);
    }
    // As little time as possible, passed as plainly as possible.
    for (const absl::Duration end : {absl::ZeroDuration(), absl::Hours(1), absl::Hours(50)}) {
      History shorter = history;
      shorter.end = (history.steps.empty() ? absl::ZeroDuration() : history.steps.back().at) + end;
      if (shorter.end < history.end && Fails(shorter)) {
        history = std::move(shorter);
        break;
      }
    }
    for (size_t i = 0; i < history.steps.size(); ++i) {
      if (history.steps[i].pace == Pace::kExact) continue;
      History plainer = history;
      plainer.steps[i].pace = Pace::kExact;
      if (Fails(plainer)) history = std::move(plainer);
    }
    return history;
  }

 private:
  void LeaveOut(History& history) {
    for (size_t size = std::max<size_t>(1, history.steps.size() / 2); size >= 1; size /= 2) {
      for (size_t at = 0; at < history.steps.size();) {
        History smaller = history;
        const auto first = smaller.steps.begin() + static_cast<std::ptrdiff_t>(at);
        smaller.steps.erase(
            first, first + static_cast<std::ptrdiff_t>(std::min(size, history.steps.size() - at)));
        if (Fails(smaller)) {
          history = std::move(smaller);
        } else {
          at += size;
        }
      }
    }
  }

  bool Fails(const History& history) {
    if (++tries_ > kTriesMax) return false;
    const Findings findings = JudgeHistory(history, policy_, property_);
    return std::any_of(findings.failures().begin(), findings.failures().end(),
                       [&](const Failure& failure) { return failure.tag == tag_; });
  }

  const core::PolicyIndex& policy_;
  const int property_;
  const std::string& tag_;
  int tries_ = 0;
};

}  // namespace

History Shrink(History history, const core::PolicyIndex& policy, int property,
               const std::string& tag) {
  return Shrinker(policy, property, tag).Run(std::move(history));
}

}  // namespace belfry::properties
