#include "server/record/tree.h"

#include <bit>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::record {
namespace {

constexpr size_t kTileBytes = kTileWidth * kHashSize;
// 2^64 leaves have tiles of eight levels.
constexpr int kLevels = 8;

std::vector<Hash> SplitHashes(absl::string_view bytes) {
  std::vector<Hash> hashes;
  hashes.reserve(bytes.size() / kHashSize);
  for (size_t at = 0; at + kHashSize <= bytes.size(); at += kHashSize) {
    hashes.push_back(*HashFromBytes(bytes.substr(at, kHashSize)));
  }
  return hashes;
}

std::string JoinHashes(const std::vector<Hash>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * kHashSize);
  for (const Hash& hash : hashes) bytes.append(hash.data(), hash.size());
  return bytes;
}

}  // namespace

absl::StatusOr<Frontier> Frontier::Parse(uint64_t size, absl::string_view bytes) {
  if (bytes.size() != kHashSize * static_cast<size_t>(std::popcount(size))) {
    return absl::DataLossError(
        absl::StrCat("the frontier of a log of ", size, " leaves has ", bytes.size(), " bytes"));
  }
  Frontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = SplitHashes(bytes);
  return frontier;
}

void Frontier::Append(const Hash& leaf_hash) {
  Hash hash = leaf_hash;
  // As many complete subtrees are joined as the size has ones at its end.
  for (uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    hash = NodeHash(hashes_.back(), hash);
    hashes_.pop_back();
  }
  hashes_.push_back(hash);
  ++size_;
}

Hash Frontier::Root() const {
  if (hashes_.empty()) return EmptyRoot();
  Hash root = hashes_.back();
  for (size_t i = hashes_.size() - 1; i > 0; --i) root = NodeHash(hashes_[i - 1], root);
  return root;
}

std::string Frontier::Serialize() const { return JoinHashes(hashes_); }

Hash RootOfComplete(const Hash* hashes, uint64_t count) {
  if (count == 1) return hashes[0];
  std::vector<Hash> level(hashes, hashes + count);
  for (; count > 1; count /= 2) {
    for (uint64_t i = 0; i < count / 2; ++i) level[i] = NodeHash(level[2 * i], level[2 * i + 1]);
  }
  return level[0];
}

absl::StatusOr<TileTail> TileTail::Restore(uint64_t size, std::vector<std::vector<Hash>> levels) {
  levels.resize(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    if (levels[static_cast<size_t>(level)].size() != CountAt(size, level)) {
      return absl::DataLossError(
          absl::StrCat("the tile of level ", level, " of a log of ", size, " leaves has ",
                       levels[static_cast<size_t>(level)].size(), " hashes"));
    }
  }
  TileTail tail;
  tail.size_ = size;
  tail.levels_ = std::move(levels);
  return tail;
}

std::vector<Tile> TileTail::Append(const Hash& leaf_hash) {
  levels_.resize(kLevels);
  std::vector<Tile> filled;
  Hash hash = leaf_hash;
  for (int level = 0; level < kLevels; ++level) {
    std::vector<Hash>& hashes = levels_[static_cast<size_t>(level)];
    hashes.push_back(hash);
    if (hashes.size() < kTileWidth) break;
    filled.push_back({level, size_ >> (kTileHeight * (level + 1)), JoinHashes(hashes)});
    hash = RootOfComplete(hashes.data(), kTileWidth);
    hashes.clear();
  }
  ++size_;
  return filled;
}

absl::StatusOr<TileTail> ReadTail(TileSource& source, uint64_t size) {
  NodeReader reader(&source, size);
  std::vector<std::vector<Hash>> levels(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    const uint64_t count = TileTail::CountAt(size, level);
    const uint64_t end = size >> (kTileHeight * level);
    if (level == 0 && count > 0) {
      BELFRY_ASSIGN_OR_RETURN(levels[0], source.ReadLeafHashes(end - count, count));
      continue;
    }
    for (uint64_t number = end - count; number < end; ++number) {
      BELFRY_ASSIGN_OR_RETURN(const Hash hash, reader.Node(kTileHeight * level, number));
      levels[static_cast<size_t>(level)].push_back(hash);
    }
  }
  return TileTail::Restore(size, std::move(levels));
}

absl::StatusOr<const std::vector<Hash>*> NodeReader::TileHashes(int level, uint64_t number) {
  for (const auto& tile : tiles_) {
    if (tile->level == level && tile->number == number) return &tile->hashes;
  }
  const uint64_t nodes = size_ >> (kTileHeight * level);  // complete ones of this level
  const uint64_t first = number << kTileHeight;
  if (first >= nodes) return absl::OutOfRangeError("beyond the end of the tree");
  std::vector<Hash> hashes;
  if (nodes - first >= kTileWidth) {
    BELFRY_ASSIGN_OR_RETURN(const std::string bytes, source_.ReadTile(level, number));
    if (bytes.size() != kTileBytes) {
      return absl::DataLossError(
          absl::StrCat("tile ", number, " of level ", level, " has ", bytes.size(), " bytes"));
    }
    hashes = SplitHashes(bytes);
  } else if (level == 0) {
    BELFRY_ASSIGN_OR_RETURN(hashes, source_.ReadLeafHashes(first, nodes - first));
    if (hashes.size() != nodes - first) return absl::DataLossError("leaves are missing");
  } else {
    // Not full yet: each of its hashes is the root of a full tile below.
    for (uint64_t below = first; below < nodes; ++below) {
      BELFRY_ASSIGN_OR_RETURN(const std::string bytes, source_.ReadTile(level - 1, below));
      if (bytes.size() != kTileBytes) {
        return absl::DataLossError(
            absl::StrCat("tile ", below, " of level ", level - 1, " has ", bytes.size(), " bytes"));
      }
      const std::vector<Hash> children = SplitHashes(bytes);
      hashes.push_back(RootOfComplete(children.data(), kTileWidth));
    }
  }
  tiles_.push_back(std::make_unique<CachedTile>(CachedTile{level, number, std::move(hashes)}));
  return &tiles_.back()->hashes;
}

absl::StatusOr<Hash> NodeReader::Node(int height, uint64_t number) {
  const int level = height / kTileHeight;
  const int within = height % kTileHeight;
  const uint64_t first = number << within;  // in nodes of the tile's height
  const uint64_t count = uint64_t{1} << within;
  BELFRY_ASSIGN_OR_RETURN(const std::vector<Hash>* hashes, TileHashes(level, first >> kTileHeight));
  const uint64_t at = first & (kTileWidth - 1);
  if (at + count > hashes->size()) return absl::OutOfRangeError("beyond the end of the tree");
  return RootOfComplete(hashes->data() + at, count);
}

absl::StatusOr<Hash> NodeReader::RangeRoot(uint64_t begin, uint64_t end) {
  if (begin >= end || end > size_) return absl::OutOfRangeError("beyond the end of the tree");
  const uint64_t count = end - begin;
  // In RFC 6962's recursion a range begins at a multiple of its own rounded-up size, so that its
  // complete parts are nodes of the tree.
  if (std::has_single_bit(count)) {
    const int height = std::countr_zero(count);
    return Node(height, begin >> height);
  }
  const uint64_t left = std::bit_floor(count);
  BELFRY_ASSIGN_OR_RETURN(const Hash left_root, RangeRoot(begin, begin + left));
  BELFRY_ASSIGN_OR_RETURN(const Hash right_root, RangeRoot(begin + left, end));
  return NodeHash(left_root, right_root);
}

}  // namespace belfry::record
