#include "client-lib/audit/frames.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "client-lib/audit/leaf.h"

namespace belfry::audit {
namespace {

constexpr size_t kHeader = 5;

}  // namespace

absl::StatusOr<std::unique_ptr<FileWindow>> FileWindow::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  struct stat status = {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(file);
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no plain file; it is read twice, so save it first"));
  }
  posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<FileWindow>(new FileWindow(file, static_cast<uint64_t>(status.st_size)));
}

FileWindow::FileWindow(int file, uint64_t size)
    : file_(file), size_(size), window_(std::min<uint64_t>(size, kWindow), '\0') {}

FileWindow::~FileWindow() { close(file_); }

void FileWindow::Fill(uint64_t offset) {
  start_ = offset;
  filled_ = 0;
  while (filled_ < window_.size()) {
    const ssize_t got = pread(file_, window_.data() + filled_, window_.size() - filled_,
                              static_cast<off_t>(offset + filled_));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    filled_ += static_cast<size_t>(got);
  }
}

absl::StatusOr<Frame> ReadFrame(FileWindow& file, uint64_t offset) {
  const auto cut = [] { return absl::OutOfRangeError("the file ends in the middle of a frame"); };
  const absl::string_view header = file.Get(offset, kHeader);
  if (header.size() < kHeader) return cut();
  Frame frame;
  frame.type = header[0];
  frame.offset = offset;
  frame.body = offset + kHeader;
  frame.length = ReadU32(header.substr(1));
  if (absl::string_view("OFLPXWCSE").find(frame.type) == absl::string_view::npos) {
    const int type = static_cast<unsigned char>(frame.type);
    return absl::DataLossError(absl::StrCat("there is no frame of type ", type));
  }
  if (frame.type != 'P' && frame.length > FileWindow::kPieceMax) {
    return absl::DataLossError(
        absl::StrCat("a frame ", header.substr(0, 1), " cannot have ", frame.length, " bytes"));
  }
  if (frame.end() > file.size()) return cut();
  return frame;
}

}  // namespace belfry::audit
