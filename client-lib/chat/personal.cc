#include "client-lib/chat/personal.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "re2/re2.h"

namespace belfry::chat {
namespace {

using policy::v1::PersonalPattern;

constexpr absl::string_view kMask = "●●●";
constexpr size_t kKeptPatterns = 256;

// Compiled once: every card of every platform is looked through. Null for a pattern that cannot be
// used, which the lint of packs has refused before.
std::shared_ptr<const re2::RE2> Compiled(const std::string& pattern) {
  static absl::Mutex mutex;
  static auto& kept = *new std::map<std::string, std::shared_ptr<const re2::RE2>>;
  absl::MutexLock lock(&mutex);
  const auto found = kept.find(pattern);
  if (found != kept.end()) return found->second;
  if (kept.size() >= kKeptPatterns) kept.clear();
  auto compiled = std::make_shared<const re2::RE2>(pattern, re2::RE2::Quiet);
  if (!compiled->ok() || compiled->NumberOfCapturingGroups() != 1) compiled = nullptr;
  kept[pattern] = compiled;
  return compiled;
}

bool FitsLuhn(absl::string_view text) {
  int sum = 0;
  bool doubled = false;
  for (size_t i = text.size(); i > 0; --i) {
    const char c = text[i - 1];
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) continue;
    int digit = c - '0';
    if (doubled) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    doubled = !doubled;
  }
  return sum > 0 && sum % 10 == 0;
}

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

std::vector<Span> Matches(const PersonalPattern& pattern, absl::string_view text) {
  std::vector<Span> spans;
  const auto compiled = Compiled(pattern.pattern());
  if (compiled == nullptr) return spans;
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece groups[2];
  size_t from = 0;
  while (from <= text.size() &&
         compiled->Match(whole, from, text.size(), re2::RE2::UNANCHORED, groups, 2)) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    if (groups[1].data() == nullptr || groups[1].empty() ||
        (pattern.luhn() && !FitsLuhn(absl::string_view(groups[1].data(), groups[1].size())))) {
      from = begin + 1;
      continue;
    }
    const auto at = static_cast<size_t>(groups[1].data() - text.data());
    spans.push_back({at, at + groups[1].size()});
    from = spans.back().end;
  }
  return spans;
}

}  // namespace

std::vector<const PersonalPattern*> FindPersonal(const policy::v1::Policy& policy,
                                                 absl::string_view text) {
  std::vector<const PersonalPattern*> found;
  for (const PersonalPattern& pattern : policy.personal_patterns()) {
    const bool said = std::any_of(found.begin(), found.end(), [&pattern](const auto* other) {
      return other->title() == pattern.title();
    });
    if (!said && !Matches(pattern, text).empty()) found.push_back(&pattern);
  }
  return found;
}

std::string MaskPersonal(const policy::v1::Policy& policy, absl::string_view text) {
  std::vector<Span> spans;
  for (const PersonalPattern& pattern : policy.personal_patterns()) {
    const std::vector<Span> more = Matches(pattern, text);
    spans.insert(spans.end(), more.begin(), more.end());
  }
  if (spans.empty()) return std::string(text);
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::string masked;
  size_t at = 0;
  for (const Span& span : spans) {
    if (span.end <= at) continue;
    // One that begins within another is masked already up to where that ended.
    if (span.begin >= at) absl::StrAppend(&masked, text.substr(at, span.begin - at), kMask);
    at = span.end;
  }
  absl::StrAppend(&masked, text.substr(at));
  return masked;
}

void MaskCard(const policy::v1::Policy& policy, Card& card) {
  if (policy.personal_patterns().empty()) return;
  const auto mask = [&policy](std::string& text) { text = MaskPersonal(policy, text); };
  mask(card.title);
  mask(card.body);
  mask(card.context);
  for (CardField& field : card.fields) {
    mask(field.label);
    mask(field.value);
  }
  for (auto& row : card.table) std::for_each(row.begin(), row.end(), mask);
  std::for_each(card.hints.begin(), card.hints.end(), mask);
  for (CardButton& button : card.buttons) {
    mask(button.label);
    mask(button.confirm);
  }
}

}  // namespace belfry::chat
