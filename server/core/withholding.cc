#include "server/core/withholding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace belfry::core {
namespace {

constexpr size_t kTagBytesMax = 300;
constexpr size_t kEntityBytesMax = 12;

// One character that counts, and the bytes it was made from.
struct Unit {
  char32_t value;
  size_t begin;
  size_t end;
};

bool IsEmphasis(char32_t c) { return c == '*' || c == '_' || c == '~' || c == '`'; }

const icu::Normalizer2& Folding() {
  static const icu::Normalizer2* const folding = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFKCCasefoldInstance(status);
    return U_SUCCESS(status) ? instance : nullptr;
  }();
  return *folding;
}

// Where a tag of HTML that begins at `at` ends; `at` when none does. "<mailto:…>" is no tag.
size_t TagEnd(absl::string_view text, size_t at) {
  size_t i = at + 1;
  if (i < text.size() && text[i] == '/') ++i;
  const size_t name = i;
  while (i < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[i]))) ++i;
  if (i == name || absl::ascii_isdigit(static_cast<unsigned char>(text[name]))) return at;
  if (i < text.size() && text[i] != '>' && text[i] != '/' &&
      !absl::ascii_isspace(static_cast<unsigned char>(text[i]))) {
    return at;
  }
  while (i < text.size() && i - at < kTagBytesMax && text[i] != '<') {
    if (text[i++] == '>') return i;
  }
  return at;
}

// The character of an entity that begins at `at`, and where it ends; `at` when none does.
std::pair<char32_t, size_t> Entity(absl::string_view text, size_t at) {
  const size_t semicolon = text.substr(at, kEntityBytesMax).find(';');
  if (semicolon == absl::string_view::npos) return {0, at};
  const absl::string_view name = text.substr(at + 1, semicolon - 1);
  const size_t end = at + semicolon + 1;
  uint32_t number = 0;
  if (name.size() > 2 && name[0] == '#' && (name[1] == 'x' || name[1] == 'X')) {
    if (absl::SimpleHexAtoi(name.substr(2), &number)) return {static_cast<char32_t>(number), end};
  } else if (name.size() > 1 && name[0] == '#') {
    if (absl::SimpleAtoi(name.substr(1), &number)) return {static_cast<char32_t>(number), end};
  }
  static constexpr std::pair<absl::string_view, char32_t> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
  for (const auto& [known, value] : kNamed) {
    if (name == known) return {value, end};
  }
  return {0, at};
}

// Takes characters one by one and keeps those that count.
class Folder {
 public:
  void Take(char32_t c, size_t begin, size_t end) {
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
    // Most texts are plain, and each of their letters stands for itself.
    if (!pending_.isEmpty() && Folding().hasBoundaryBefore(static_cast<UChar32>(c))) Flush();
    if (pending_.isEmpty()) begin_ = begin;
    pending_.append(static_cast<UChar32>(c));
    end_ = end;
  }

  std::vector<Unit> Finish() && {
    Flush();
    while (!units_.empty() && units_.back().value == ' ') units_.pop_back();
    return std::move(units_);
  }

 private:
  void Flush() {
    if (pending_.isEmpty()) return;
    if (pending_.length() == 1 && pending_[0] < 0x80) {
      Put(static_cast<char32_t>(absl::ascii_tolower(static_cast<unsigned char>(pending_[0]))));
    } else {
      UErrorCode status = U_ZERO_ERROR;
      const icu::UnicodeString folded = Folding().normalize(pending_, status);
      const icu::UnicodeString& kept = U_SUCCESS(status) ? folded : pending_;
      for (int32_t i = 0; i < kept.length();) {
        const UChar32 c = kept.char32At(i);
        i += U16_LENGTH(c);
        Put(static_cast<char32_t>(c));
      }
    }
    pending_.remove();
  }

  void Put(char32_t c) {
    if (IsEmphasis(c)) return;
    if (u_isUWhiteSpace(static_cast<UChar32>(c)) != 0) {
      // One blank for any number of them; none at the beginning.
      if (units_.empty()) return;
      if (units_.back().value == ' ') {
        units_.back().end = end_;
        return;
      }
      c = ' ';
    }
    units_.push_back({c, begin_, end_});
  }

  icu::UnicodeString pending_;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::vector<Unit> units_;
};

std::vector<Unit> UnitsOf(absl::string_view text, bool html) {
  Folder folder;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    const auto begin = static_cast<size_t>(i);
    if (html && text[begin] == '<') {
      if (const size_t end = TagEnd(text, begin); end > begin) {
        i = static_cast<int32_t>(end);
        continue;
      }
    }
    if (html && text[begin] == '&') {
      if (const auto [value, end] = Entity(text, begin); end > begin) {
        folder.Take(value, begin, end);
        i = static_cast<int32_t>(end);
        continue;
      }
    }
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, i, size, c);
    folder.Take(static_cast<char32_t>(c), begin, static_cast<size_t>(i));
  }
  return std::move(folder).Finish();
}

bool HasHtml(absl::string_view text) { return text.find_first_of("<&") != absl::string_view::npos; }

// A letter or digit ends right before `at`, or begins there.
bool InsideWord(absl::string_view text, size_t at, bool before) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  auto i = static_cast<int32_t>(at);
  UChar32 c = 0;
  if (before) {
    if (i == 0) return false;
    U8_PREV_OR_FFFD(bytes, 0, i, c);
  } else {
    if (i >= size) return false;
    U8_NEXT_OR_FFFD(bytes, i, size, c);
  }
  return u_isalnum(c) != 0;
}

std::u32string ValuesOf(const std::vector<Unit>& units) {
  std::u32string values;
  for (const Unit& unit : units) values.push_back(unit.value);
  return values;
}

uint64_t Edge(uint32_t node, char32_t unit) {
  return (static_cast<uint64_t>(node) << 21) | static_cast<uint64_t>(unit);
}

}  // namespace

size_t CountedCharacters(absl::string_view phrase) { return UnitsOf(phrase, false).size(); }

uint32_t PhraseFinder::Child(uint32_t node, char32_t unit) const {
  const auto found = children_.find(Edge(node, unit));
  return found == children_.end() ? 0 : found->second;
}

void PhraseFinder::AddUnits(const std::u32string& units, uint32_t phrase) {
  uint32_t at = 0;
  for (const char32_t unit : units) {
    const auto [edge, fresh] =
        children_.emplace(Edge(at, unit), static_cast<uint32_t>(nodes_.size()));
    if (fresh) nodes_.push_back(Node{at, unit, nodes_[at].depth + 1, 0, 0, {}});
    at = edge->second;
  }
  nodes_[at].phrases.push_back(phrase);
}

void PhraseFinder::Add(absl::string_view phrase, size_t ground, bool whole_words) {
  std::set<std::u32string> ways = {ValuesOf(UnitsOf(phrase, false))};
  if (HasHtml(phrase)) ways.insert(ValuesOf(UnitsOf(phrase, true)));
  for (const std::u32string& units : ways) {
    if (units.empty()) continue;
    phrases_.push_back({ground, static_cast<uint32_t>(units.size()), whole_words});
    AddUnits(units, static_cast<uint32_t>(phrases_.size() - 1));
  }
}

void PhraseFinder::Prepare() {
  // Shorter ones first: what a node fails to is shallower.
  std::vector<uint32_t> order(nodes_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return nodes_[a].depth < nodes_[b].depth; });
  for (const uint32_t i : order) {
    Node& node = nodes_[i];
    node.fail = 0;
    if (node.depth > 1) {
      uint32_t up = nodes_[node.parent].fail;
      while (up != 0 && Child(up, node.unit) == 0) up = nodes_[up].fail;
      node.fail = Child(up, node.unit);
    }
    node.hit = node.phrases.empty() ? nodes_[node.fail].hit : i;
  }
}

template <typename Units>
void PhraseFinder::FindIn(absl::string_view text, const Units& units,
                          std::vector<WithheldSpan>& found) const {
  uint32_t at = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    while (at != 0 && Child(at, units[i].value) == 0) at = nodes_[at].fail;
    at = Child(at, units[i].value);
    // The longest that ends here covers all others that do.
    bool covered = false;
    for (uint32_t hit = nodes_[at].hit; hit != 0 && !covered; hit = nodes_[nodes_[hit].fail].hit) {
      for (const uint32_t id : nodes_[hit].phrases) {
        const Phrase& phrase = phrases_[id];
        const size_t begin = units[i + 1 - phrase.length].begin;
        const size_t end = units[i].end;
        if (phrase.whole_words && (InsideWord(text, begin, true) || InsideWord(text, end, false))) {
          continue;
        }
        found.push_back({begin, end, phrase.ground});
        covered = true;
      }
    }
  }
}

std::vector<WithheldSpan> PhraseFinder::Find(absl::string_view text) const {
  std::vector<WithheldSpan> found;
  if (phrases_.empty()) return found;
  FindIn(text, UnitsOf(text, false), found);
  if (HasHtml(text)) FindIn(text, UnitsOf(text, true), found);
  return found;
}

std::string WithheldSign(absl::string_view mark) { return absl::StrCat("[withheld: ", mark, "]"); }

std::string Withhold(absl::string_view text, std::vector<WithheldSpan> spans,
                     const std::vector<std::string>& marks) {
  std::sort(spans.begin(), spans.end(), [](const WithheldSpan& a, const WithheldSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::string kept;
  size_t at = 0;
  for (size_t i = 0; i < spans.size();) {
    const size_t begin = spans[i].begin;
    size_t end = spans[i].end;
    std::set<std::string> here;
    for (; i < spans.size() && spans[i].begin <= end; ++i) {
      end = std::max(end, spans[i].end);
      here.insert(marks[spans[i].ground]);
    }
    absl::StrAppend(&kept, text.substr(at, begin - at), WithheldSign(absl::StrJoin(here, ", ")));
    at = end;
  }
  absl::StrAppend(&kept, text.substr(at));
  return kept;
}

}  // namespace belfry::core
