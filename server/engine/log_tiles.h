// A log of the store as the tree code reads it.
#ifndef BELFRY_SERVER_ENGINE_LOG_TILES_H_
#define BELFRY_SERVER_ENGINE_LOG_TILES_H_

#include <string>
#include <utility>
#include <vector>

#include "server/record/tree.h"
#include "server/storage/record_tables.h"

namespace belfry::engine {

// As thread-safe as the tables, which outlive it.
class LogTiles final : public record::TileSource {
 public:
  LogTiles(storage::RecordReader* tables, std::string log)
      : tables_(*tables), log_(std::move(log)) {}

  absl::StatusOr<std::string> ReadTile(int level, uint64_t number) override;
  // DATA_LOSS when one is missing.
  absl::StatusOr<std::vector<record::Hash>> ReadLeafHashes(uint64_t first, uint64_t count) override;

 private:
  storage::RecordReader& tables_;
  const std::string log_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_LOG_TILES_H_
