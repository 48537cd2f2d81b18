// The tree: the roots of RFC 6962's reference, tiles, proofs, and what must not pass for one.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/record/hash.h"
#include "server/record/proof.h"
#include "server/record/tree.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using record::Frontier;
using record::Hash;
using record::LeafHash;
using record::NodeHash;
using record::NodeReader;

std::string Hex(const Hash& hash) { return absl::BytesToHexString(record::View(hash)); }

// Known answers of the reference implementation of RFC 6962: eight leaves, the root after each.
const std::vector<std::pair<std::string, std::string>> kReference = {
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {"606162636465666768696a6b6c6d6e6f",
     "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

Hash LeafNumber(uint64_t index) { return LeafHash(absl::StrCat("leaf ", index)); }

// The definition of the RFC, word by word and without any cleverness.
Hash SlowRoot(const std::vector<Hash>& leaves, size_t begin, size_t end) {
  if (begin == end) return record::EmptyRoot();
  if (end - begin == 1) return leaves[begin];
  size_t left = 1;
  while (left * 2 < end - begin) left *= 2;
  return NodeHash(SlowRoot(leaves, begin, begin + left), SlowRoot(leaves, begin + left, end));
}

// A log in memory that keeps what a store keeps, and counts what is read of it.
class MemoryLog final : public record::TileSource {
 public:
  void Append(const Hash& hash) {
    leaves.push_back(hash);
    frontier.Append(hash);
    for (const record::Tile& tile : tail.Append(hash)) {
      EXPECT_TRUE(tiles.emplace(std::pair(tile.level, tile.number), tile.hashes).second)
          << "tile " << tile.level << "/" << tile.number << " was written twice";
    }
  }
  void Grow(uint64_t size) {
    while (leaves.size() < size) Append(LeafNumber(leaves.size()));
  }

  absl::StatusOr<std::string> ReadTile(int level, uint64_t number) override {
    ++tiles_read;
    const auto found = tiles.find({level, number});
    if (found == tiles.end()) {
      return absl::NotFoundError(absl::StrCat("no tile ", level, "/", number));
    }
    return found->second;
  }
  absl::StatusOr<std::vector<Hash>> ReadLeafHashes(uint64_t first, uint64_t count) override {
    leaves_read += count;
    if (first + count > leaves.size()) return absl::DataLossError("no such leaves");
    return std::vector<Hash>(leaves.begin() + static_cast<std::ptrdiff_t>(first),
                             leaves.begin() + static_cast<std::ptrdiff_t>(first + count));
  }

  std::vector<Hash> leaves;
  Frontier frontier;
  record::TileTail tail;
  std::map<std::pair<int, uint64_t>, std::string> tiles;
  uint64_t leaves_read = 0;
  uint64_t tiles_read = 0;
};

TEST(TreeTest, GivesTheRootsOfTheReference) {
  EXPECT_EQ(Hex(record::EmptyRoot()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Frontier frontier;
  EXPECT_EQ(frontier.Root(), record::EmptyRoot());
  for (const auto& [leaf, root] : kReference) {
    frontier.Append(LeafHash(absl::HexStringToBytes(leaf)));
    EXPECT_EQ(Hex(frontier.Root()), root) << frontier.size();
  }
}

TEST(TreeTest, ProofsOfTheReference) {
  MemoryLog log;
  for (const auto& [leaf, root] : kReference) log.Append(LeafHash(absl::HexStringToBytes(leaf)));
  NodeReader nodes(&log, 8);
  const auto hexes = [](const absl::StatusOr<std::vector<Hash>>& proof) {
    EXPECT_THAT(proof, IsOk());
    std::vector<std::string> texts;
    for (const Hash& hash : *proof) texts.push_back(Hex(hash));
    return texts;
  };
  EXPECT_THAT(
      hexes(record::InclusionProof(nodes, 0, 8)),
      ::testing::ElementsAre("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"));
  EXPECT_THAT(
      hexes(record::ConsistencyProof(nodes, 6, 8)),
      ::testing::ElementsAre("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"));
}

TEST(TreeTest, FrontierSurvivesBeingWrittenDown) {
  Frontier frontier;
  for (uint64_t size = 0; size < 300; ++size) {
    absl::StatusOr<Frontier> again = Frontier::Parse(size, frontier.Serialize());
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->Root(), frontier.Root());
    again->Append(LeafNumber(size));
    frontier.Append(LeafNumber(size));
    EXPECT_EQ(again->Root(), frontier.Root());
  }
  EXPECT_FALSE(Frontier::Parse(3, frontier.Serialize()).ok());
}

TEST(TreeTest, EverySmallTreeAgreesWithTheDefinition) {
  MemoryLog log;
  std::vector<Hash> roots = {record::EmptyRoot()};
  constexpr uint64_t kMax = 40;
  for (uint64_t size = 1; size <= kMax; ++size) {
    log.Grow(size);
    roots.push_back(SlowRoot(log.leaves, 0, size));
    ASSERT_EQ(log.frontier.Root(), roots.back()) << size;
  }
  NodeReader nodes(&log, kMax);
  for (uint64_t size = 0; size <= kMax; ++size) {
    ASSERT_EQ(*record::RootAt(nodes, size), roots[size]);
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = record::InclusionProof(nodes, index, size);
      ASSERT_THAT(proof, IsOk());
      EXPECT_THAT(record::VerifyInclusion(index, size, LeafNumber(index), *proof, roots[size]),
                  IsOk());
    }
    for (uint64_t from = 0; from <= size; ++from) {
      const auto proof = record::ConsistencyProof(nodes, from, size);
      ASSERT_THAT(proof, IsOk());
      EXPECT_THAT(record::VerifyConsistency(from, roots[from], size, roots[size], *proof), IsOk());
    }
  }
  EXPECT_FALSE(record::InclusionProof(nodes, 5, 5).ok());
  EXPECT_FALSE(record::InclusionProof(nodes, 0, kMax + 1).ok());
  EXPECT_FALSE(record::ConsistencyProof(nodes, 6, 5).ok());
  EXPECT_FALSE(record::ConsistencyProof(nodes, 6, kMax + 1).ok());
}

// Whatever is changed about a true proof, it proves nothing any more.
TEST(TreeTest, AChangedProofIsRefused) {
  MemoryLog log;
  log.Grow(40);
  NodeReader nodes(&log, 40);
  for (uint64_t size = 2; size <= 40; ++size) {
    const Hash root = *record::RootAt(nodes, size);
    for (uint64_t index = 0; index < size; ++index) {
      const std::vector<Hash> good = *record::InclusionProof(nodes, index, size);
      const auto verify = [&](uint64_t at, const std::vector<Hash>& proof) {
        return record::VerifyInclusion(at, size, LeafNumber(index), proof, root).ok();
      };
      ASSERT_TRUE(verify(index, good));
      for (uint64_t other = 0; other < size; ++other) {
        EXPECT_EQ(verify(other, good), other == index) << index << " as " << other;
      }
      for (size_t at = 0; at < good.size(); ++at) {
        std::vector<Hash> bad = good;
        bad[at][7] ^= 1;
        EXPECT_FALSE(verify(index, bad));
        bad = good;
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(verify(index, bad));
      }
      std::vector<Hash> longer = good;
      longer.push_back(root);
      EXPECT_FALSE(verify(index, longer));
      EXPECT_FALSE(record::VerifyInclusion(index, size, LeafNumber(index + 1), good, root).ok());
    }
    for (uint64_t from = 1; from < size; ++from) {
      const Hash from_root = *record::RootAt(nodes, from);
      const std::vector<Hash> good = *record::ConsistencyProof(nodes, from, size);
      const auto verify = [&](const std::vector<Hash>& proof) {
        return record::VerifyConsistency(from, from_root, size, root, proof).ok();
      };
      ASSERT_TRUE(verify(good));
      for (size_t at = 0; at < good.size(); ++at) {
        std::vector<Hash> bad = good;
        bad[at][31] ^= 4;
        EXPECT_FALSE(verify(bad)) << from << " " << size << " " << at;
        bad = good;
        bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(verify(bad));
      }
      std::vector<Hash> longer = good;
      longer.push_back(root);
      EXPECT_FALSE(verify(longer));
      Hash other_root = from_root;
      other_root[0] ^= 1;
      EXPECT_FALSE(record::VerifyConsistency(from, other_root, size, root, good).ok());
      EXPECT_FALSE(record::VerifyConsistency(from, from_root, size, other_root, good).ok());
    }
    EXPECT_FALSE(record::VerifyConsistency(size, root, size - 1, root, {}).ok());
    EXPECT_FALSE(record::VerifyConsistency(size, root, size, record::EmptyRoot(), {}).ok());
    EXPECT_FALSE(record::VerifyConsistency(0, root, size, root, {}).ok());
  }
}

TEST(TreeTest, LargeTreesAreReadFromTiles) {
  MemoryLog log;
  // Past the first full tile of the second level, and unfilled ones on three.
  constexpr uint64_t kSize = 65'536 + 3 * 256 + 17;
  log.Grow(kSize);
  EXPECT_EQ(log.tiles.size(), 256u + 3 + 1);
  const Hash root = log.frontier.Root();
  ASSERT_EQ(root, SlowRoot(log.leaves, 0, kSize));
  for (const uint64_t index : {uint64_t{0}, uint64_t{255}, uint64_t{256}, uint64_t{40'000},
                               uint64_t{65'535}, uint64_t{65'536}, kSize - 18, kSize - 1}) {
    log.leaves_read = log.tiles_read = 0;
    NodeReader nodes(&log, kSize);
    const auto proof = record::InclusionProof(nodes, index, kSize);
    ASSERT_THAT(proof, IsOk());
    EXPECT_THAT(record::VerifyInclusion(index, kSize, LeafNumber(index), *proof, root), IsOk());
    EXPECT_LE(log.leaves_read, 255u);
    EXPECT_LE(log.tiles_read, 8u);
  }
  NodeReader nodes(&log, kSize);
  for (const uint64_t from : {1, 255, 256, 257, 4'000, 65'535, 65'536, 65'537, 66'000}) {
    const Hash from_root = *record::RootAt(nodes, from);
    EXPECT_EQ(from_root, SlowRoot(log.leaves, 0, from)) << from;
    const auto proof = record::ConsistencyProof(nodes, from, kSize);
    ASSERT_THAT(proof, IsOk());
    EXPECT_THAT(record::VerifyConsistency(from, from_root, kSize, root, *proof), IsOk()) << from;
  }
}

TEST(TreeTest, TheTailIsReadBackFromWhatIsKept) {
  MemoryLog log;
  for (const uint64_t size : {0, 1, 255, 256, 257, 1'000, 65'535, 65'536, 65'800}) {
    log.Grow(size);
    absl::StatusOr<record::TileTail> tail = record::ReadTail(log, size);
    ASSERT_THAT(tail, IsOk()) << size;
    // What it fills from here on is what the log itself fills.
    MemoryLog ahead = log;
    for (int i = 0; i < 600; ++i) {
      const Hash hash = LeafNumber(ahead.leaves.size());
      ahead.Append(hash);
      for (const record::Tile& tile : tail->Append(hash)) {
        EXPECT_EQ(tile.hashes, ahead.tiles.at({tile.level, tile.number}));
      }
    }
  }
}

TEST(TreeTest, DamagedTilesAreErrorsAndNoCrash) {
  MemoryLog log;
  log.Grow(600);
  log.tiles[{0, 0}].pop_back();
  NodeReader nodes(&log, 600);
  EXPECT_EQ(record::RootAt(nodes, 600).status().code(), absl::StatusCode::kDataLoss);
  log.tiles.erase({0, 0});
  NodeReader again(&log, 600);
  EXPECT_EQ(record::RootAt(again, 600).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace belfry::testing
