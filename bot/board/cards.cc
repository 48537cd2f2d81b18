#include "bot/board/cards.h"

#include <utility>

namespace belfry::board {

void Cards::Renumber(const std::string& name, Card& card) {
  if (card.number != 0) {
    order_.erase(card.number);
    removals_.erase(card.number);
  }
  card.number = ++last_;
  order_.emplace(card.number, name);
}

void Cards::Put(absl::string_view name, int64_t time, std::string json) {
  auto found = cards_.find(name);
  if (found == cards_.end()) found = cards_.emplace(std::string(name), Card()).first;
  Card& card = found->second;
  if (card.json.has_value() && (time < card.time || json == *card.json)) return;
  card.time = time;
  card.json = std::move(json);
  Renumber(found->first, card);
}

void Cards::Remove(absl::string_view name) {
  const auto found = cards_.find(name);
  if (found == cards_.end() || !found->second.json.has_value()) return;
  found->second.json.reset();
  Renumber(found->first, found->second);
  removals_.insert(found->second.number);
  while (removals_.size() > removals_max_) {
    forgotten_ = *removals_.begin();
    removals_.erase(removals_.begin());
    const auto order = order_.find(forgotten_);
    cards_.erase(order->second);
    order_.erase(order);
  }
}

std::set<std::string> Cards::Names() const {
  std::set<std::string> names;
  for (const auto& [name, card] : cards_) {
    if (card.json.has_value()) names.insert(name);
  }
  return names;
}

std::optional<Cards::Changes> Cards::Since(int64_t seen, size_t limit) const {
  if (seen < 0 || seen > last_ || (seen != 0 && seen < forgotten_)) return std::nullopt;
  Changes changes;
  changes.until = seen;
  for (auto it = order_.upper_bound(seen); it != order_.end(); ++it) {
    if (changes.cards.size() + changes.gone.size() >= limit) {
      changes.more = true;
      return changes;
    }
    const Card& card = cards_.find(it->second)->second;
    if (card.json.has_value()) {
      changes.cards.push_back(&*card.json);
    } else if (seen != 0) {
      changes.gone.push_back(it->second);
    }
    changes.until = it->first;
  }
  changes.until = last_;
  return changes;
}

}  // namespace belfry::board
