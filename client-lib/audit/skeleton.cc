#include "client-lib/audit/skeleton.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client-lib/audit/leaf.h"
#include "client-lib/chat/utf8.h"

namespace belfry::audit {
namespace {

constexpr char kBeginning = '^';

// Which frames may stand before each type. A leaf follows a leaf in the super-log only, whose
// leaves have no payloads; a log ends with its checkpoints.
absl::string_view MayFollow(char type) {
  switch (type) {
    case 'O':
    case 'S':
    case 'E':
      return "^C";
    case 'F':
      return "OS";
    case 'L':
      return "OSFPXWL";
    case 'C':
      return "OSFPXWLC";
    default:
      return "L";
  }
}

bool IsPayload(char type) { return type == 'P' || type == 'X' || type == 'W'; }

bool IsOrigin(absl::string_view text) {
  return !text.empty() && chat::IsUtf8(text) &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

// 'F': the first index, and the hashes of the complete subtrees before it.
bool ReadStart(absl::string_view bytes, Section& section) {
  if (bytes.size() < 8) return false;
  section.first = ReadU64(bytes);
  bytes.remove_prefix(8);
  for (uint64_t bits = section.first; bits != 0; bits &= bits - 1) {
    if (bytes.size() < kDigestSize) return false;
    Digest& hash = section.frontier.emplace_back();
    std::copy_n(bytes.begin(), kDigestSize, hash.begin());
    bytes.remove_prefix(kDigestSize);
  }
  return bytes.empty();
}

class Reader {
 public:
  explicit Reader(FileWindow& file) : file_(file) {}

  Skeleton Read() {
    uint64_t offset = 0;
    std::string wrong;
    const char* reason = "FRAMING";
    if (file_.Get(0, kMagic.size()) != kMagic) {
      wrong = "this is no export of a record: it begins otherwise";
    } else {
      offset = kMagic.size();
    }
    while (wrong.empty() && offset < file_.size()) {
      const absl::StatusOr<Frame> frame = ReadFrame(file_, offset);
      if (!frame.ok()) {
        if (absl::IsOutOfRange(frame.status())) reason = "TRUNCATED";
        wrong = std::string(frame.status().message());
        break;
      }
      wrong = Take(*frame);
      if (wrong.empty()) offset = frame->end();
    }
    if (wrong.empty() && before_ != 'E') {
      reason = "TRUNCATED";
      wrong = "the last frame is missing: the file was cut";
    }
    if (!wrong.empty()) Break(offset, reason, std::move(wrong));
    return std::move(skeleton_);
  }

 private:
  // Says what is wrong with the frame, or nothing.
  std::string Take(const Frame& frame) {
    if (before_ == 'E') return "something follows the last frame";
    const char type = frame.type;
    const bool in_super = section_ != nullptr && section_->is_super;
    if (!absl::StrContains(MayFollow(type), absl::string_view(&before_, 1)) ||
        (before_ == 'L' && IsPayload(type) == in_super) ||
        (in_super && (type == 'O' || type == 'S'))) {
      return absl::StrCat("a frame ", absl::string_view(&type, 1), " cannot stand here");
    }
    if ((type == 'X' || type == 'W') && frame.length != 0) {
      return absl::StrCat("a frame ", absl::string_view(&type, 1), " is empty");
    }
    std::string wrong;
    if (type == 'O' || type == 'S') {
      wrong = Begin(frame);
    } else if (type == 'F') {
      if (!ReadStart(Contents(frame), *section_)) wrong = "the first index lacks its hashes";
      section_->begin = frame.end();
    } else if (type == 'L') {
      ++section_->leaves;
    } else if (type == 'C') {
      if (section_->notes.empty()) section_->end = frame.offset;
      section_->notes.push_back({frame.offset, frame.body, frame.length});
    } else if (type == 'E') {
      if (frame.length != 8 || ReadU64(Contents(frame)) != frames_) {
        wrong = absl::StrCat("the last frame does not say that ", frames_, " stand before it");
      }
    }
    ++frames_;
    before_ = type;
    return wrong;
  }

  std::string Begin(const Frame& frame) {
    const absl::string_view origin = Contents(frame);
    if (!IsOrigin(origin)) return "an origin is one line of text";
    if (!origins_.emplace(origin).second) return absl::StrCat(origin, " is there twice");
    section_ = &skeleton_.sections.emplace_back();
    section_->origin = std::string(origin);
    section_->is_super = frame.type == 'S';
    section_->offset = frame.offset;
    section_->begin = frame.end();
    return "";
  }

  void Break(uint64_t offset, const char* reason, std::string what) {
    Finding& finding = skeleton_.broken.emplace();
    finding.offset = offset;
    finding.reason = reason;
    finding.what = std::move(what);
    if (section_ == nullptr) return;
    finding.section = skeleton_.sections.size() - 1;
    section_->cut = true;
    if (section_->notes.empty()) section_->end = offset;
  }

  absl::string_view Contents(const Frame& frame) { return file_.Get(frame.body, frame.length); }

  FileWindow& file_;
  Skeleton skeleton_;
  std::set<std::string> origins_;
  Section* section_ = nullptr;  // the last one
  char before_ = kBeginning;
  uint64_t frames_ = 0;
};

}  // namespace

Skeleton ReadSkeleton(FileWindow& file) { return Reader(file).Read(); }

}  // namespace belfry::audit
