// A page that asks "what is new since?" ends with what is there, whenever it asks.
#include "bot/board/cards.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::board {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const Cards::Changes& changes) {
  std::vector<std::string> texts;
  for (const std::string* card : changes.cards) texts.push_back(*card);
  return texts;
}

TEST(CardsTest, TellsOnlyTheLastStateOfWhatChangedTwice) {
  Cards cards;
  cards.Put("a", 1, "a1");
  cards.Put("b", 1, "b1");
  const int64_t seen = cards.last();
  cards.Put("a", 2, "a2");
  cards.Put("a", 3, "a3");
  EXPECT_THAT(Texts(*cards.Since(seen, 10)), ElementsAre("a3"));
  EXPECT_THAT(Texts(*cards.Since(0, 10)), ElementsAre("b1", "a3"));
  EXPECT_EQ(cards.size(), 2u);
}

TEST(CardsTest, KeepsTheNewerStateAndIgnoresTheSameOne) {
  Cards cards;
  cards.Put("a", 5, "new");
  const int64_t seen = cards.last();
  cards.Put("a", 4, "old");
  cards.Put("a", 5, "new");
  EXPECT_EQ(cards.last(), seen);
  cards.Put("a", 5, "seen by other eyes");
  EXPECT_THAT(Texts(*cards.Since(seen, 10)), ElementsAre("seen by other eyes"));
}

TEST(CardsTest, SaysWhatIsGoneToWhomHadItAndToNobodyElse) {
  Cards cards;
  cards.Put("a", 1, "a1");
  const int64_t seen = cards.last();
  cards.Remove("a");
  cards.Remove("never there");
  EXPECT_THAT(cards.Since(seen, 10)->gone, ElementsAre("a"));
  EXPECT_THAT(cards.Since(0, 10)->gone, IsEmpty());
  cards.Put("a", 1, "a1");  // and it may come back
  EXPECT_THAT(Texts(*cards.Since(seen, 10)), ElementsAre("a1"));
}

TEST(CardsTest, WhoMissedTooMuchBeginsAnew) {
  Cards cards(2);
  for (int i = 0; i < 5; ++i) cards.Put(absl::StrCat(i), 1, "x");
  const int64_t seen = cards.last();
  for (int i = 0; i < 3; ++i) cards.Remove(absl::StrCat(i));
  EXPECT_EQ(cards.Since(seen, 10), std::nullopt);
  EXPECT_EQ(cards.Since(cards.last() + 1, 10), std::nullopt) << "of another set";
  EXPECT_EQ(cards.Since(-1, 10), std::nullopt);
  EXPECT_EQ(cards.Since(0, 10)->cards.size(), 2u);
}

TEST(CardsTest, PagesEndWithWhatIsThereWheneverTheyAsk) {
  std::mt19937 random(7);
  Cards cards(20);
  std::map<std::string, std::string> truth;
  struct Page {
    std::map<std::string, std::string> has;
    int64_t seen = 0;
  };
  std::vector<Page> pages(4);
  const auto ask = [&](Page& page, size_t limit, bool all) {
    do {
      auto changes = cards.Since(page.seen, limit);
      if (!changes.has_value()) {
        page = {};
        changes = cards.Since(0, limit);
      }
      for (const std::string& gone : changes->gone) page.has.erase(gone);
      for (const std::string* card : changes->cards) {
        page.has[card->substr(0, card->find('='))] = *card;
      }
      page.seen = changes->until;
      all &= changes->more;
    } while (all);
  };
  for (int step = 0; step < 4000; ++step) {
    const std::string name = absl::StrCat("n", random() % 40);
    if (random() % 3 == 0) {
      cards.Remove(name);
      truth.erase(name);
    } else {
      const std::string text = absl::StrCat(name, "=", step);
      cards.Put(name, step, text);
      truth[name] = text;
    }
    if (random() % 4 == 0) ask(pages[random() % pages.size()], 1 + random() % 5, random() % 2 == 0);
  }
  for (Page& page : pages) {
    ask(page, 3, true);
    EXPECT_EQ(page.has, truth);
  }
}

}  // namespace
}  // namespace belfry::board
