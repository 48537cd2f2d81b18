// Frames of an export file, read where they lie: memory stays the same however long the file is.
#ifndef BELFRY_CLIENT_LIB_AUDIT_FRAMES_H_
#define BELFRY_CLIENT_LIB_AUDIT_FRAMES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::audit {

inline constexpr absl::string_view kMagic = "belfry-record/v1\n";

// Bytes of a file by offset, through a window. Not thread-safe.
class FileWindow {
 public:
  static constexpr size_t kPieceMax = size_t{1} << 20;

  // NOT_FOUND names the file; INVALID_ARGUMENT when it is no plain file.
  static absl::StatusOr<std::unique_ptr<FileWindow>> Open(const std::string& path);
  ~FileWindow();
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;

  uint64_t size() const { return size_; }
  // `length` bytes, at most kPieceMax, from `offset` on; fewer where the file ends, or cannot be
  // read. Valid until the next call.
  absl::string_view Get(uint64_t offset, size_t length) {
    if (offset < start_ || offset - start_ + length > filled_) Fill(offset);
    return absl::string_view(window_.data(), filled_).substr(offset - start_, length);
  }

 private:
  static constexpr size_t kWindow = size_t{4} << 20;

  FileWindow(int file, uint64_t size);
  void Fill(uint64_t offset);

  const int file_;
  const uint64_t size_;
  std::string window_;
  uint64_t start_ = 0;
  size_t filled_ = 0;
};

struct Frame {
  char type = 0;
  uint64_t offset = 0;  // of the frame
  uint64_t body = 0;    // of its contents
  uint32_t length = 0;  // of its contents

  uint64_t end() const { return body + length; }
};

// The frame at `offset`. OUT_OF_RANGE: the file ends in the middle of it. DATA_LOSS: this is no
// frame. Contents of all but payloads fit into one piece.
absl::StatusOr<Frame> ReadFrame(FileWindow& file, uint64_t offset);

}  // namespace belfry::audit

#endif  // BELFRY_CLIENT_LIB_AUDIT_FRAMES_H_
