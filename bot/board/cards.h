// What one viewer has on the board, and what changed since they last looked.
#ifndef BELFRY_BOT_BOARD_CARDS_H_
#define BELFRY_BOT_BOARD_CARDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::board {

// A set of cards by name, every change numbered. A page that says which number it has seen gets
// what is newer, once and complete: of a card that changed twice only the last state. Not
// thread-safe.
class Cards {
 public:
  // How many removals are remembered; who has missed more begins anew.
  explicit Cards(size_t removals_max = 2000) : removals_max_(removals_max) {}

  // `time` is when the card's incident last changed. Ignored when the set holds a newer state of
  // it, or this very one.
  void Put(absl::string_view name, int64_t time, std::string json);
  void Remove(absl::string_view name);

  // The number of the last change; 0 before any.
  int64_t last() const { return last_; }
  size_t size() const { return cards_.size() - removals_.size(); }
  std::set<std::string> Names() const;

  struct Changes {
    std::vector<const std::string*> cards;  // valid until the next change
    std::vector<std::string> gone;
    int64_t until = 0;  // the number to ask from next
    bool more = false;  // there is more than `limit`
  };
  // Oldest first, at most `limit`. Without `seen` all that is there, removals left out; nullopt
  // when `seen` is too long ago, or not a number of this set.
  std::optional<Changes> Since(int64_t seen, size_t limit) const;

 private:
  struct Card {
    int64_t number = 0;
    int64_t time = 0;
    std::optional<std::string> json;  // absent: removed
  };
  void Renumber(const std::string& name, Card& card);

  const size_t removals_max_;
  std::map<std::string, Card, std::less<>> cards_;
  std::map<int64_t, std::string> order_;  // by number
  std::set<int64_t> removals_;            // their numbers
  int64_t last_ = 0;
  int64_t forgotten_ = 0;  // removals up to here are not remembered
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_CARDS_H_
