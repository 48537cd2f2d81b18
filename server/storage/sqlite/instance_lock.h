// One process for one database.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_INSTANCE_LOCK_H_
#define BELFRY_SERVER_STORAGE_SQLITE_INSTANCE_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace belfry::storage {

// Held until destroyed; the kernel lets go when the process dies. On a file of its own, because
// closing any other descriptor of the database would drop SQLite's locks.
class InstanceLock {
 public:
  static absl::StatusOr<InstanceLock> Take(const std::string& path);

  InstanceLock(InstanceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  InstanceLock& operator=(InstanceLock&&) = delete;
  ~InstanceLock();

 private:
  explicit InstanceLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_INSTANCE_LOCK_H_
