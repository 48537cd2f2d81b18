// A witness's state as one small file for each log.
#ifndef BELFRY_SERVER_WITNESS_STATE_DIRECTORY_H_
#define BELFRY_SERVER_WITNESS_STATE_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/witness/witness.h"

namespace belfry::witness {

// Reads from the disk each time, so that what it says is what is there. Used under the witness's
// lock.
class StateDirectory final : public StateStore {
 public:
  // Makes the directory when it is not there and locks it until this is destroyed. UNAVAILABLE when
  // another witness has it: two would vouch for two histories.
  static absl::StatusOr<std::unique_ptr<StateDirectory>> Open(const std::string& path);
  ~StateDirectory() override;

  absl::StatusOr<std::optional<record::Checkpoint>> Load(const std::string& origin) override;
  absl::Status Save(const record::Checkpoint& checkpoint, absl::string_view note) override;

 private:
  StateDirectory(std::string path, int directory, int lock)
      : path_(std::move(path)), directory_(directory), lock_(lock) {}

  const std::string path_;
  const int directory_;
  const int lock_;
};

}  // namespace belfry::witness

#endif  // BELFRY_SERVER_WITNESS_STATE_DIRECTORY_H_
