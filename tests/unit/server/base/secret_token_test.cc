// Belfry's own tokens, and the scopes they have.
#include "server/base/secret_token.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/scope.h"

namespace belfry {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(uint64_t bits) : bits_(bits) {}
  uint64_t Bits64() override { return bits_; }

 private:
  const uint64_t bits_;
};

TEST(SecretTokenTest, LooksTheSameWhateverTheBits) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = MakeSecretToken(random);
    EXPECT_EQ(token.size(), 53u);
    EXPECT_THAT(token, MatchesRegex("bft_[0-9A-Za-z]+"));
    EXPECT_EQ(ShapeOfToken(token), TokenShape::kWhole);
    EXPECT_TRUE(seen.insert(token).second);
  }
  FixedRandom none(0);
  FixedRandom all(~uint64_t{0});
  EXPECT_THAT(MakeSecretToken(none), StartsWith("bft_0000000000000000000000000000000000000000000"));
  EXPECT_EQ(ShapeOfToken(MakeSecretToken(none)), TokenShape::kWhole);
  EXPECT_EQ(ShapeOfToken(MakeSecretToken(all)), TokenShape::kWhole);
  EXPECT_EQ(MakeSecretToken(all).size(), 53u);
}

// Computed with Python's big integers and zlib: whoever changes the format breaks every token.
TEST(SecretTokenTest, IsWrittenThisWay) {
  FixedRandom one(1);
  EXPECT_EQ(MakeSecretToken(one), "bft_00000000002lFA6LboL2y4npfdXOPV9PZ0QLDGa8LOT0zctjG");
  EXPECT_EQ(ShapeOfToken("bft_" + std::string(43, '0') + std::string(6, '0')),
            TokenShape::kMistyped);
}

TEST(SecretTokenTest, EverySlipIsNoticed) {
  SystemRandom random;
  const std::string good = MakeSecretToken(random);
  for (size_t i = 4; i < good.size(); ++i) {
    std::string wrong = good;
    wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(ShapeOfToken(wrong), TokenShape::kMistyped) << i;
    if (i + 1 < good.size() && good[i] != good[i + 1]) {
      std::string swapped = good;
      std::swap(swapped[i], swapped[i + 1]);
      EXPECT_EQ(ShapeOfToken(swapped), TokenShape::kMistyped) << i;
    }
    EXPECT_EQ(ShapeOfToken(good.substr(0, i)), TokenShape::kMistyped);
  }
  EXPECT_EQ(ShapeOfToken(good + "0"), TokenShape::kMistyped);
  EXPECT_EQ(ShapeOfToken("bft_"), TokenShape::kMistyped);
  EXPECT_EQ(ShapeOfToken(""), TokenShape::kOther);
  EXPECT_EQ(ShapeOfToken("BFT_" + good.substr(4)), TokenShape::kOther);
  EXPECT_EQ(ShapeOfToken("token-of-dop.clerk"), TokenShape::kOther);
}

TEST(SecretTokenTest, IdsAreNamesAndNoSecrets) {
  SystemRandom random;
  EXPECT_THAT(MakeTokenId(random), MatchesRegex("[a-z2-7]+"));
  EXPECT_EQ(MakeTokenId(random).size(), 16u);
  EXPECT_NE(MakeTokenId(random), MakeTokenId(random));
}

TEST(ScopeTest, NamesAndSetsAgree) {
  ScopeSet all;
  for (int i = 0; i < kScopeCount; ++i) {
    const auto scope = static_cast<Scope>(i);
    EXPECT_EQ(ParseScope(ScopeName(scope)), scope);
    all.Add(scope);
  }
  EXPECT_EQ(ParseScope("everything"), std::nullopt);
  EXPECT_EQ(ParseScope(""), std::nullopt);
  EXPECT_EQ(all.Names().size(), static_cast<size_t>(kScopeCount));
  const ScopeSet read = {Scope::kIncidentsRead};
  EXPECT_TRUE(read.Within(ScopeSet::All()) == read);
  EXPECT_FALSE(ScopeSet::All().Within(read) == ScopeSet::All());
  EXPECT_FALSE(all == ScopeSet::All()) << "narrowed credentials stay narrow when scopes are added";
}

}  // namespace
}  // namespace belfry
