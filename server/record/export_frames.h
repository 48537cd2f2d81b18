// The frames of an export file ("*.belfry-record"): logs, their leaves, payloads and checkpoints in
// one stream that can be checked with nothing but public keys.
//
//   "belfry-record/v1\n", then frames of u8 type, u32 length, bytes
#ifndef BELFRY_SERVER_RECORD_EXPORT_FRAMES_H_
#define BELFRY_SERVER_RECORD_EXPORT_FRAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::record {

inline constexpr absl::string_view kExportMagic = "belfry-record/v1\n";
// No frame is longer; a length beyond it is damage and not memory to reserve.
inline constexpr uint32_t kFrameSizeMax = 64 * 1024 * 1024;

enum class FrameType : char {
  kOrigin = 'O',      // origin of the log that follows
  kFirstIndex = 'F',  // u64: leaves of this log begin there instead of at 0
  kLeaf = 'L',        // leaf bytes
  kPayload = 'P',     // salt || payload of the leaf just before
  kExpunged = 'X',    // that leaf's payload was deleted
  kWithheld = 'W',    // that leaf's payload is not for whom this export is
  kCheckpoint = 'C',  // a note about the log just before
  kSuperLog = 'S',    // origin of the super-log, whose leaves and notes follow
  kEnd = 'E',         // u64: number of frames before this one
};

// Makes the bytes of a file, in pieces to be written one after the other. Keeps count only; the
// order of frames is the caller's.
class ExportWriter {
 public:
  // The first piece.
  static std::string Begin() { return std::string(kExportMagic); }

  std::string Origin(absl::string_view origin) { return Frame(FrameType::kOrigin, origin); }
  std::string SuperLog(absl::string_view origin) { return Frame(FrameType::kSuperLog, origin); }
  std::string FirstIndex(uint64_t index);
  std::string Leaf(absl::string_view leaf) { return Frame(FrameType::kLeaf, leaf); }
  std::string Payload(absl::string_view salt, absl::string_view payload);
  std::string Expunged() { return Frame(FrameType::kExpunged, ""); }
  std::string Withheld() { return Frame(FrameType::kWithheld, ""); }
  std::string Checkpoint(absl::string_view note) { return Frame(FrameType::kCheckpoint, note); }
  // The last piece.
  std::string End();

 private:
  std::string Frame(FrameType type, absl::string_view first, absl::string_view second = "");

  uint64_t frames_ = 0;
};

struct ExportFrame {
  FrameType type = FrameType::kEnd;
  uint64_t offset = 0;  // of the frame's first byte in the file
  std::string bytes;
};

// Takes a file apart while it arrives in pieces of any size, holding one frame at a time. Checks
// the framing and the final count; what frames mean is the caller's.
class ExportReader {
 public:
  // More of the file.
  void Feed(absl::string_view bytes);
  // The next frame; nothing when more must be fed first, or after the last one. DATA_LOSS, for
  // good, when the file is damaged here: another beginning, an unknown type, too long, a wrong
  // count, or something after the end.
  absl::StatusOr<std::optional<ExportFrame>> Next();
  // DATA_LOSS unless the 'E' frame was read and nothing is left: a file without it is cut off.
  absl::Status Finish();

  uint64_t offset() const { return offset_; }

 private:
  // Up to `size` bytes that are there already; empty when fewer are.
  absl::string_view Peek(size_t size) const;
  void Drop(size_t size);
  absl::Status Damaged(absl::string_view what);

  std::string buffer_;
  size_t begin_ = 0;  // of what is not read yet, in buffer_
  uint64_t offset_ = 0;
  uint64_t frames_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  absl::Status failed_;
};

}  // namespace belfry::record

#endif  // BELFRY_SERVER_RECORD_EXPORT_FRAMES_H_
