#include "server/storage/anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::storage {
namespace {

// No checkpoint is as long; a file that is was not written by us.
constexpr size_t kSizeMax = 64 * 1024;

// Closes when it goes.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status Failed(absl::string_view doing, const std::string& path, int error) {
  return absl::UnavailableError(absl::StrCat("cannot ", doing, " the anchor file ", path, ": ",
                                             std::strerror(error),
                                             "; make its directory writable and free space"));
}

class FileAnchor final : public Anchor {
 public:
  explicit FileAnchor(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::optional<std::string>> Read() override {
    const File file(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
      if (errno == ENOENT) return std::nullopt;
      return Failed("read", path_, errno);
    }
    std::string text(kSizeMax + 1, '\0');
    size_t size = 0;
    for (;;) {
      const ssize_t got = read(file.get(), text.data() + size, text.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failed("read", path_, errno);
      if (got == 0) break;
      size += static_cast<size_t>(got);
      if (size > kSizeMax) return Failed("read", path_, EFBIG);
    }
    text.resize(size);
    return text;
  }

  absl::Status Write(absl::string_view note) override {
    const std::string fresh = path_ + ".new";
    {
      const File file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
      if (file.get() < 0) return Failed("write", fresh, errno);
      while (!note.empty()) {
        const ssize_t put = write(file.get(), note.data(), note.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return Failed("write", fresh, errno);
        note.remove_prefix(static_cast<size_t>(put));
      }
      if (fsync(file.get()) != 0) return Failed("write", fresh, errno);
    }
    if (rename(fresh.c_str(), path_.c_str()) != 0) return Failed("replace", path_, errno);
    std::string parent = std::filesystem::path(path_).parent_path().string();
    if (parent.empty()) parent = ".";
    const File directory(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || fsync(directory.get()) != 0) return Failed("write", path_, errno);
    return absl::OkStatus();
  }

 private:
  const std::string path_;
};

}  // namespace

std::unique_ptr<Anchor> NewFileAnchor(std::string path) {
  return std::make_unique<FileAnchor>(std::move(path));
}

}  // namespace belfry::storage
