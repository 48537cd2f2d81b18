// Words that are withheld inside of texts, and what stands in their place.
//
// Two ways of writing the same are the same here: case, canonical and compatible forms of a letter
// (NFKC_Casefold), invisible characters, white space of any kind and length, marks of emphasis
// ("**web**-01"), entities and tags of HTML ("web&#45;01", "<b>web</b>-01").
#ifndef BELFRY_SERVER_CORE_WITHHOLDING_H_
#define BELFRY_SERVER_CORE_WITHHOLDING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace belfry::core {

// Bytes [begin, end) of a text that are withheld, and on which of the caller's grounds.
struct WithheldSpan {
  size_t begin;
  size_t end;
  size_t ground;
};

// Characters that count when a phrase is looked for; none for a text of markup alone.
size_t CountedCharacters(absl::string_view phrase);

// Finds many phrases in one pass, overlapping ones as well (Aho and Corasick). Add() all, then
// Find().
class PhraseFinder {
 public:
  // A phrase of less than one counted character is nowhere. `whole_words`: not inside of a longer
  // word: "web-1" is neither in "web-11" nor in "myweb-1", but in "web-1.example.org".
  void Add(absl::string_view phrase, size_t ground, bool whole_words);
  // After the last Add().
  void Prepare();
  bool empty() const { return phrases_.empty(); }
  // Every place where a phrase stands is covered by the spans, which may overlap.
  std::vector<WithheldSpan> Find(absl::string_view text) const;

 private:
  struct Phrase {
    size_t ground;
    uint32_t length;  // in units
    bool whole_words;
  };
  struct Node {
    uint32_t parent;
    char32_t unit;
    uint32_t depth;
    // The longest proper suffix that is in the tree.
    uint32_t fail = 0;
    // The longest suffix, this node or a shorter one, at which a phrase ends; 0: none.
    uint32_t hit = 0;
    // Phrases that end here.
    std::vector<uint32_t> phrases;
  };

  void AddUnits(const std::u32string& units, uint32_t phrase);
  uint32_t Child(uint32_t node, char32_t unit) const;
  template <typename Units>
  void FindIn(absl::string_view text, const Units& units, std::vector<WithheldSpan>& found) const;

  std::vector<Phrase> phrases_;
  std::vector<Node> nodes_ = {Node{0, 0, 0, 0, 0, {}}};
  absl::flat_hash_map<uint64_t, uint32_t> children_;
};

// "[withheld: 26(n)]".
std::string WithheldSign(absl::string_view mark);

// The text with a sign in the place of each span; spans that overlap or touch become one, with the
// marks of all their grounds ("26(n)", by ground). Nothing tells how long it was.
std::string Withhold(absl::string_view text, std::vector<WithheldSpan> spans,
                     const std::vector<std::string>& marks);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_WITHHOLDING_H_
