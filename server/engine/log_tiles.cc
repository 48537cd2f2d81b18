#include "server/engine/log_tiles.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::engine {
namespace {

absl::Status Missing(absl::string_view what, const std::string& log) {
  return absl::DataLossError(absl::StrCat(what, " of the log \"", log,
                                          "\" is missing; the database was changed by hand or is "
                                          "damaged: restore the newest backup"));
}

}  // namespace

absl::StatusOr<std::string> LogTiles::ReadTile(int level, uint64_t number) {
  BELFRY_ASSIGN_OR_RETURN(std::optional<std::string> hashes,
                          tables_.ReadTile(log_, level, static_cast<int64_t>(number)));
  if (!hashes.has_value()) return Missing(absl::StrCat("tile ", level, "/", number), log_);
  return *std::move(hashes);
}

absl::StatusOr<std::vector<record::Hash>> LogTiles::ReadLeafHashes(uint64_t first, uint64_t count) {
  BELFRY_ASSIGN_OR_RETURN(
      const std::vector<storage::LogLeafRow> rows,
      tables_.ListLeaves(log_, static_cast<int64_t>(first), static_cast<int64_t>(count)));
  std::vector<record::Hash> hashes;
  hashes.reserve(rows.size());
  for (const storage::LogLeafRow& row : rows) {
    if (row.index != static_cast<int64_t>(first + hashes.size())) break;
    hashes.push_back(record::LeafHash(row.leaf));
  }
  if (hashes.size() != count) return Missing(absl::StrCat("leaf ", first + hashes.size()), log_);
  return hashes;
}

}  // namespace belfry::engine
