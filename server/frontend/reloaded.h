// Files that are read again when they change.
#ifndef BELFRY_SERVER_FRONTEND_RELOADED_H_
#define BELFRY_SERVER_FRONTEND_RELOADED_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace belfry::frontend {

// Tells one state of a file from another, also when a link was pointed elsewhere.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  int64_t modified_ns = 0;
  int64_t size = -1;  // -1: there is no such file

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp StampOf(const std::string& path);

// The texts of files, none of which changed while they were read. INVALID_ARGUMENT names the file
// that cannot be read, is empty or larger than a megabyte; UNAVAILABLE when somebody keeps writing.
absl::StatusOr<std::vector<std::string>> ReadFiles(const std::vector<std::string>& paths);

enum class Reload { kUnchanged, kTaken, kRefused };

// Says in the log what became of files that changed.
void LogReload(const std::string& what, const absl::Status& status);

// Something that is made from one or more files together. What cannot be made leaves the old one in
// use, and is tried again when a file changes. Thread-safe.
template <typename T>
class Reloaded {
 public:
  using Parse = std::function<absl::StatusOr<T>(const std::vector<std::string>& texts)>;

  // `what` is for the log: "client_ca_file".
  Reloaded(std::string what, std::vector<std::string> paths, Parse parse)
      : what_(std::move(what)), paths_(std::move(paths)), parse_(std::move(parse)) {}

  // The first time.
  absl::Status Load() {
    absl::MutexLock lock(&refresh_mutex_);
    return Take(Stamps());
  }

  Reload Refresh() {
    absl::MutexLock lock(&refresh_mutex_);
    std::vector<FileStamp> stamps = Stamps();
    if (stamps == stamps_) return Reload::kUnchanged;
    const absl::Status status = Take(std::move(stamps));
    // Somebody is writing: the next look sees more.
    if (absl::IsUnavailable(status)) stamps_.clear();
    LogReload(what_, status);
    return status.ok() ? Reload::kTaken : Reload::kRefused;
  }

  // What was made last; null before Load(). Never waits for a file.
  std::shared_ptr<const T> Get() const {
    absl::MutexLock lock(&mutex_);
    return value_;
  }

 private:
  std::vector<FileStamp> Stamps() const {
    std::vector<FileStamp> stamps;
    for (const std::string& path : paths_) stamps.push_back(StampOf(path));
    return stamps;
  }

  absl::Status Take(std::vector<FileStamp> stamps) ABSL_EXCLUSIVE_LOCKS_REQUIRED(refresh_mutex_) {
    // Older than what is read next: a change in between is seen at the next look.
    stamps_ = std::move(stamps);
    absl::StatusOr<std::vector<std::string>> texts = ReadFiles(paths_);
    if (!texts.ok()) return texts.status();
    absl::StatusOr<T> value = parse_(*texts);
    if (!value.ok()) return value.status();
    auto made = std::make_shared<const T>(*std::move(value));
    absl::MutexLock lock(&mutex_);
    value_ = std::move(made);
    return absl::OkStatus();
  }

  const std::string what_;
  const std::vector<std::string> paths_;
  const Parse parse_;
  absl::Mutex refresh_mutex_;  // before mutex_
  std::vector<FileStamp> stamps_ ABSL_GUARDED_BY(refresh_mutex_);
  mutable absl::Mutex mutex_;
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_RELOADED_H_
