#include "server/vault/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::vault {
namespace {

absl::Status Failed(absl::string_view call, int error) {
  const std::string text = absl::StrCat(call, ": ", std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(text);
    case ENOENT:
      return absl::NotFoundError(text);
    default:
      return absl::UnavailableError(text);
  }
}

class RealFile final : public File {
 public:
  explicit RealFile(int descriptor) : descriptor_(descriptor) {}
  ~RealFile() override { close(descriptor_); }

  absl::StatusOr<std::string> Read(int64_t offset, size_t size) override {
    std::string bytes(size, '\0');
    size_t done = 0;
    while (done < size) {
      const ssize_t got =
          pread(descriptor_, bytes.data() + done, size - done, offset + static_cast<off_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failed("read", errno);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

  absl::Status Write(int64_t offset, absl::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = pwrite(descriptor_, bytes.data(), bytes.size(), offset);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return Failed("write", errno);
      offset += put;
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return absl::OkStatus();
  }

  absl::Status Reserve(int64_t bytes) override {
    if (bytes == 0) return absl::OkStatus();
    while (fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, bytes) != 0) {
      if (errno == EINTR) continue;
      if (errno == EOPNOTSUPP || errno == ENOSYS) return absl::OkStatus();
      return Failed("fallocate", errno);
    }
    return absl::OkStatus();
  }

  absl::Status Truncate(int64_t bytes) override {
    return ftruncate(descriptor_, bytes) == 0 ? absl::OkStatus() : Failed("ftruncate", errno);
  }
  absl::Status Sync() override {
    return fsync(descriptor_) == 0 ? absl::OkStatus() : Failed("fsync", errno);
  }
  absl::StatusOr<int64_t> Size() override {
    struct stat status = {};
    if (fstat(descriptor_, &status) != 0) return Failed("fstat", errno);
    return status.st_size;
  }

 private:
  const int descriptor_;
};

class RealFiles final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Create(const std::string& path) override {
    return Opened(path, O_RDWR | O_CREAT | O_TRUNC);
  }
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, bool writable) override {
    return Opened(path, writable ? O_RDWR : O_RDONLY);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return rename(from.c_str(), to.c_str()) == 0 ? absl::OkStatus() : Failed("rename", errno);
  }
  absl::Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
    return Failed("unlink", errno);
  }
  absl::StatusOr<bool> Exists(const std::string& path) override {
    struct stat status = {};
    if (lstat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT) return false;
    return Failed("stat", errno);
  }
  absl::Status MakeDirectory(const std::string& path) override {
    if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
    return Failed("mkdir", errno);
  }
  absl::Status SyncDirectory(const std::string& path) override {
    const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return Failed("open", errno);
    const int result = fsync(descriptor);
    const int error = errno;
    close(descriptor);
    return result == 0 ? absl::OkStatus() : Failed("fsync", error);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    DIR* const directory = opendir(path.c_str());
    if (directory == nullptr) return Failed("opendir", errno);
    std::vector<std::string> names;
    while (const dirent* entry = readdir(directory)) {
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  static absl::StatusOr<std::unique_ptr<File>> Opened(const std::string& path, int flags) {
    // A link in the place of a file would lead writes elsewhere.
    const int descriptor = open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return Failed("open", errno);
    return std::make_unique<RealFile>(descriptor);
  }
};

}  // namespace

FileSystem& RealFileSystem() {
  static RealFiles files;
  return files;
}

absl::Status WriteDurably(FileSystem& files, const std::string& directory, const std::string& name,
                          absl::string_view bytes) {
  const std::string path = absl::StrCat(directory, "/", name);
  const std::string fresh = absl::StrCat(path, ".tmp");
  const auto write = [&]() -> absl::Status {
    BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Create(fresh));
    BELFRY_RETURN_IF_ERROR(file->Write(0, bytes));
    BELFRY_RETURN_IF_ERROR(file->Sync());
    BELFRY_RETURN_IF_ERROR(files.Rename(fresh, path));
    return files.SyncDirectory(directory);
  };
  const absl::Status status = write();
  if (!status.ok()) files.Remove(fresh).IgnoreError();
  return status;
}

absl::StatusOr<std::string> ReadSmall(FileSystem& files, const std::string& path,
                                      size_t bytes_max) {
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<File> file, files.Open(path, false));
  BELFRY_ASSIGN_OR_RETURN(std::string bytes, file->Read(0, bytes_max + 1));
  if (bytes.size() > bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is larger than it can be"));
  }
  return bytes;
}

}  // namespace belfry::vault
