// A log's Merkle tree while it grows (RFC 6962, section 2.1): frontier and tiles.
//
// The frontier is all that appending needs: the roots of the complete subtrees, largest first, one
// for each bit of the size. Tiles keep complete hashes for proofs: tile (level, n) holds the 256
// nodes of height 8 * level from number 256 * n on, and is written once, when it is full.
#ifndef BELFRY_SERVER_RECORD_TREE_H_
#define BELFRY_SERVER_RECORD_TREE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/record/hash.h"

namespace belfry::record {

inline constexpr int kTileHeight = 8;
inline constexpr uint64_t kTileWidth = uint64_t{1} << kTileHeight;

// A value; not thread-safe.
class Frontier {
 public:
  Frontier() = default;
  // DATA_LOSS unless there is one hash for each bit set in `size`.
  static absl::StatusOr<Frontier> Parse(uint64_t size, absl::string_view bytes);

  void Append(const Hash& leaf_hash);
  uint64_t size() const { return size_; }
  Hash Root() const;
  // The hashes, one after the other, largest subtree first.
  std::string Serialize() const;

 private:
  uint64_t size_ = 0;
  std::vector<Hash> hashes_;
};

// The root of a complete subtree over `hashes`; their number is a power of two.
Hash RootOfComplete(const Hash* hashes, uint64_t count);

// A tile that has become full.
struct Tile {
  int level = 0;
  uint64_t number = 0;
  std::string hashes;  // 256 * 32 bytes
};

// The hashes of the tiles that are not full yet: what must be known to fill them. A value; not
// thread-safe.
class TileTail {
 public:
  // `levels[k]` holds the hashes of the unfilled tile of level k, as a tree of `size` leaves has
  // them: (size >> 8k) mod 256. DATA_LOSS otherwise.
  static absl::StatusOr<TileTail> Restore(uint64_t size, std::vector<std::vector<Hash>> levels);
  // How many hashes the unfilled tile of a level has.
  static uint64_t CountAt(uint64_t size, int level) {
    return size >> (kTileHeight * level) & (kTileWidth - 1);
  }

  TileTail() = default;
  // Tiles filled by this leaf, lowest first; nearly always none.
  std::vector<Tile> Append(const Hash& leaf_hash);

 private:
  uint64_t size_ = 0;
  std::vector<std::vector<Hash>> levels_;
};

// A whole tree's tiles and the leaves after the last full one, as somebody keeps them.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // The 256 hashes of a full tile, one after the other. NOT_FOUND when there is none.
  virtual absl::StatusOr<std::string> ReadTile(int level, uint64_t number) = 0;
  // The hashes of `count` leaves from `first` on; fewer is an error.
  virtual absl::StatusOr<std::vector<Hash>> ReadLeafHashes(uint64_t first, uint64_t count) = 0;
};

// Reads back what Append() left to be filled, for a log of `size` leaves.
absl::StatusOr<TileTail> ReadTail(TileSource& source, uint64_t size);

// Complete nodes of a tree that has `size` leaves, from its tiles. Keeps what it has read, so one
// reader serves the few proofs of one answer. Not thread-safe.
class NodeReader {
 public:
  // The source outlives the reader.
  NodeReader(TileSource* source, uint64_t size) : source_(*source), size_(size) {}

  uint64_t size() const { return size_; }
  // The node of `height` that stands over leaves [number << height, (number + 1) << height), all of
  // them below size().
  absl::StatusOr<Hash> Node(int height, uint64_t number);
  // MTH of the leaves [begin, end), begin < end <= size(), as RFC 6962 defines it for a list.
  absl::StatusOr<Hash> RangeRoot(uint64_t begin, uint64_t end);

 private:
  struct CachedTile {
    int level;
    uint64_t number;
    std::vector<Hash> hashes;
  };

  // The hashes of a tile, of which the last one may not be full.
  absl::StatusOr<const std::vector<Hash>*> TileHashes(int level, uint64_t number);

  TileSource& source_;
  const uint64_t size_;
  std::vector<std::unique_ptr<CachedTile>> tiles_;
};

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_TREE_H_
