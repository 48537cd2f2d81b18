#include "server/record/export_frames.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/record/wire.h"

namespace belfry::record {
namespace {

constexpr size_t kHeaderSize = 5;
constexpr absl::string_view kTypes = "OFLPXWCSE";

}  // namespace

std::string ExportWriter::Frame(FrameType type, absl::string_view first, absl::string_view second) {
  std::string out;
  out.reserve(kHeaderSize + first.size() + second.size());
  PutU8(out, static_cast<uint8_t>(type));
  PutU32(out, static_cast<uint32_t>(first.size() + second.size()));
  out.append(first.data(), first.size());
  out.append(second.data(), second.size());
  ++frames_;
  return out;
}

std::string ExportWriter::FirstIndex(uint64_t index) {
  std::string number;
  PutU64(number, index);
  return Frame(FrameType::kFirstIndex, number);
}

std::string ExportWriter::Payload(absl::string_view salt, absl::string_view payload) {
  return Frame(FrameType::kPayload, salt, payload);
}

std::string ExportWriter::End() {
  std::string number;
  PutU64(number, frames_);
  return Frame(FrameType::kEnd, number);
}

void ExportReader::Feed(absl::string_view bytes) {
  // What was read is dropped only once in a while: moving the rest each time would cost more.
  if (begin_ > 0 && begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes.data(), bytes.size());
}

absl::string_view ExportReader::Peek(size_t size) const {
  return absl::string_view(buffer_).substr(begin_, size);
}

void ExportReader::Drop(size_t size) {
  begin_ += size;
  offset_ += size;
}

absl::Status ExportReader::Damaged(absl::string_view what) {
  failed_ = absl::DataLossError(absl::StrCat("at byte ", offset_, ": ", what));
  return failed_;
}

absl::StatusOr<std::optional<ExportFrame>> ExportReader::Next() {
  if (!failed_.ok()) return failed_;
  if (!begun_) {
    const absl::string_view magic = Peek(kExportMagic.size());
    if (magic != kExportMagic.substr(0, magic.size())) {
      return Damaged("not an export of a record, version 1");
    }
    if (magic.size() < kExportMagic.size()) return std::nullopt;
    Drop(kExportMagic.size());
    begun_ = true;
  }
  const absl::string_view header = Peek(kHeaderSize);
  if (ended_) {
    if (header.empty()) return std::nullopt;
    return Damaged("something follows the end");
  }
  if (header.empty()) return std::nullopt;
  if (!absl::StrContains(kTypes, header.front())) return Damaged("an unknown type of frame");
  if (header.size() < kHeaderSize) return std::nullopt;
  WireReader reader(header.substr(1));
  const uint32_t size = reader.U32();
  if (size > kFrameSizeMax) return Damaged("a frame that says it is too long");
  if (buffer_.size() - begin_ < kHeaderSize + size) return std::nullopt;
  ExportFrame frame;
  frame.type = static_cast<FrameType>(header.front());
  frame.offset = offset_;
  frame.bytes = std::string(Peek(kHeaderSize + size).substr(kHeaderSize));
  if (frame.type == FrameType::kEnd) {
    WireReader count(frame.bytes);
    const uint64_t frames = count.U64();
    if (!count.done()) return Damaged("the last frame is no number");
    if (frames != frames_) {
      return Damaged(absl::StrCat("the file should have ", frames,
                                  " frames before the last one; "
                                  "it has ",
                                  frames_));
    }
    ended_ = true;
  }
  ++frames_;
  Drop(kHeaderSize + size);
  return frame;
}

absl::Status ExportReader::Finish() {
  if (!failed_.ok()) return failed_;
  if (!ended_) return Damaged("the file ends in the middle; it is cut off");
  if (begin_ != buffer_.size()) return Damaged("something follows the end");
  return absl::OkStatus();
}

}  // namespace belfry::record
