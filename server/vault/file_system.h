// Files as an interface, so that tests can make any call fail.
#ifndef BELFRY_SERVER_VAULT_FILE_SYSTEM_H_
#define BELFRY_SERVER_VAULT_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::vault {

// RESOURCE_EXHAUSTED for a full disk, a quota or a file-size limit; NOT_FOUND; else UNAVAILABLE.
// The message names the call and never a secret.
class File {
 public:
  virtual ~File() = default;
  // Exactly `size` bytes unless the file ends before.
  virtual absl::StatusOr<std::string> Read(int64_t offset, size_t size) = 0;
  // All of it.
  virtual absl::Status Write(int64_t offset, absl::string_view bytes) = 0;
  // Room on the disk for that many bytes, without changing the size. Where the file system knows no
  // such thing, nothing happens.
  virtual absl::Status Reserve(int64_t bytes) = 0;
  virtual absl::Status Truncate(int64_t bytes) = 0;
  virtual absl::Status Sync() = 0;
  virtual absl::StatusOr<int64_t> Size() = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // Created with mode 0600; ALREADY_EXISTS never: what is there is emptied.
  virtual absl::StatusOr<std::unique_ptr<File>> Create(const std::string& path) = 0;
  // For reading, and with `writable` for writing too.
  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, bool writable) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // OK when there is none.
  virtual absl::Status Remove(const std::string& path) = 0;
  virtual absl::StatusOr<bool> Exists(const std::string& path) = 0;
  // With mode 0700; OK when it is there.
  virtual absl::Status MakeDirectory(const std::string& path) = 0;
  // Makes names in it durable.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;
  // Names of the files in it, sorted.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& path) = 0;
};

// The operating system's.
FileSystem& RealFileSystem();

// A small file that is there whole or not at all, and durable when this returns.
absl::Status WriteDurably(FileSystem& files, const std::string& directory, const std::string& name,
                          absl::string_view bytes);
// Whole contents; INVALID_ARGUMENT when it is larger than `bytes_max`.
absl::StatusOr<std::string> ReadSmall(FileSystem& files, const std::string& path, size_t bytes_max);

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_FILE_SYSTEM_H_
