// One-time codes as people type them.
#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/link_work.h"

namespace belfry::testing {
namespace {

// Repeats what it is given.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(uint64_t bits) : bits_(bits) {}
  uint64_t Bits64() override { return bits_; }

 private:
  const uint64_t bits_;
};

TEST(LinkCodeTest, HasTwoGroupsOfFourUnambiguousCharacters) {
  SystemRandom random;
  std::set<std::string> seen;
  std::map<char, int> characters;
  for (int i = 0; i < 2000; ++i) {
    const std::string code = engine::MakeLinkCode(random);
    ASSERT_THAT(code, ::testing::MatchesRegex("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"));
    seen.insert(code);
    for (const char c : code) ++characters[c];
  }
  EXPECT_EQ(seen.size(), 2000u);
  EXPECT_EQ(characters.size(), 33u);  // the whole alphabet and the dash
}

// Every one of the forty bits is in the code.
TEST(LinkCodeTest, HoldsFortyBits) {
  std::set<std::string> seen;
  for (int bit = 0; bit < 40; ++bit) {
    FixedRandom random(uint64_t{1} << bit);
    seen.insert(engine::MakeLinkCode(random));
  }
  EXPECT_EQ(seen.size(), 40u);
  EXPECT_EQ(seen.count("0000-0000"), 0u);
}

TEST(LinkCodeTest, IsReadHoweverItIsTyped) {
  for (const char* typed : {"K7QF-2MRD", "k7qf2mrd", " K7qf 2mrD ", "K-7-Q-F-2-M-R-D"}) {
    EXPECT_EQ(engine::ReadLinkCode(typed), "K7QF-2MRD") << typed;
  }
  EXPECT_EQ(engine::ReadLinkCode("oOiI-lL11"), "0011-1111");
  for (const char* typed : {"", "K7QF-2MR", "K7QF-2MRDX", "K7QF-2MR!", "U7QF-2MRD", "K7QF\n2MRD",
                            "--------", "K7QF-2MRD K7QF-2MRD"}) {
    EXPECT_FALSE(engine::ReadLinkCode(typed).has_value()) << typed;
  }
  EXPECT_FALSE(engine::ReadLinkCode(std::string(100'000, 'A')).has_value());
}

}  // namespace
}  // namespace belfry::testing
