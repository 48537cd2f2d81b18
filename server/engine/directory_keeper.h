// The directory in force, and changes to it.
#ifndef BELFRY_SERVER_ENGINE_DIRECTORY_KEEPER_H_
#define BELFRY_SERVER_ENGINE_DIRECTORY_KEEPER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "belfry/v1/directory.pb.h"
#include "server/core/directory.h"
#include "server/engine/work.h"
#include "server/storage/store.h"

namespace belfry::engine {

// One stored row for each resource, keyed "person people/…"; the snapshot is rebuilt from them.
using DirectoryRows = std::map<std::string, std::string>;

DirectoryRows ToRows(const v1::Directory& directory);
absl::StatusOr<v1::Directory> FromRows(const std::vector<storage::DirectoryRow>& rows);

// After a change: where the record keeps it, nothing when there was nothing to change; or why not.
using DirectoryDone = std::function<void(absl::StatusOr<std::optional<v1::Receipt>>)>;

// Checks `wanted` and writes what differs from the batch's directory, which it becomes; the
// snapshot is for after the commit. Store errors go to batch.failure.
absl::StatusOr<std::shared_ptr<const core::Directory>> WriteDirectory(
    Batch& batch, const std::string& principal, v1::Directory wanted,
    std::optional<v1::Receipt>& receipt);

// Holds the snapshot; swapped as a whole, so that a reader never sees half a change. Thread-safe.
class DirectoryKeeper {
 public:
  void Set(std::shared_ptr<const core::Directory> directory);
  std::shared_ptr<const core::Directory> Get() const;
  // Changes with every change.
  std::string Etag() const;

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const core::Directory> directory_ ABSL_GUARDED_BY(mutex_);
  std::string etag_ ABSL_GUARDED_BY(mutex_);
};

// Applies a change: checks the result, writes what differs, and swaps the snapshot after the
// commit.
class DirectoryWork final : public Work {
 public:
  using Change = std::function<absl::StatusOr<v1::Directory>(v1::Directory)>;

  DirectoryWork(std::string principal, Change change, DirectoryKeeper* keeper, DirectoryDone done)
      : principal_(std::move(principal)),
        change_(std::move(change)),
        keeper_(*keeper),
        done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::Status Apply(Batch& batch);

  const std::string principal_;
  const Change change_;
  DirectoryKeeper& keeper_;
  const DirectoryDone done_;
  absl::Status status_;
  std::optional<v1::Receipt> receipt_;
  std::shared_ptr<const core::Directory> changed_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_DIRECTORY_KEEPER_H_
