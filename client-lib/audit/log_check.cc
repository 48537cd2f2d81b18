#include "client-lib/audit/log_check.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::audit {
namespace {

constexpr size_t kSaltSize = 32;
constexpr absl::string_view kExpunging = ".payload_expunged";
constexpr uint64_t kProgressBytes = uint64_t{16} << 20;

std::string ByWhom(const Claim& claim) {
  switch (claim.by) {
    case Claim::By::kCheckpoint:
      return absl::StrCat("signed for size ", claim.size);
    case Claim::By::kSuperLog:
      return absl::StrCat("in the super-log for size ", claim.size);
    case Claim::By::kHeld:
      return absl::StrCat("of the checkpoint held for size ", claim.size);
  }
  return "";
}

class Checker {
 public:
  Checker(FileWindow& file, const Section& section, std::vector<Claim> claims,
          const SuperLeafVisitor& visit_super)
      : file_(file),
        section_(section),
        claims_(std::move(claims)),
        visit_super_(visit_super),
        tree_(section.first, section.frontier),
        sound_size_(section.first),
        sound_offset_(section.begin) {
    claims_.erase(std::remove_if(claims_.begin(), claims_.end(),
                                 [&](const Claim& claim) { return claim.size < section.first; }),
                  claims_.end());
    std::stable_sort(claims_.begin(), claims_.end(),
                     [](const Claim& a, const Claim& b) { return a.size < b.size; });
  }

  LogCheck Run(const std::function<void(uint64_t)>& progress) {
    uint64_t offset = section_.begin;
    uint64_t told = offset;
    while (!result_.bad.has_value() && offset < section_.end) {
      // The first reading has seen that these are frames.
      const absl::StatusOr<Frame> frame = ReadFrame(file_, offset);
      if (!frame.ok()) {
        Bad("TRUNCATED", std::string(frame.status().message()), offset, tree_.size());
        break;
      }
      Take(*frame);
      offset = frame->end();
      if (progress && offset - told >= kProgressBytes) {
        told = offset;
        progress(offset);
      }
    }
    if (!result_.bad.has_value()) Compare(offset);
    if (!result_.bad.has_value() && !section_.cut && next_ < claims_.size()) {
      result_.last_subject.clear();
      result_.last_version.reset();
      Bad("MISSING", absl::StrCat("it is missing: there is a root ", ByWhom(claims_[next_])),
          offset, tree_.size());
    }
    if (!result_.bad.has_value() && !section_.cut) CheckExpunged();
    return std::move(result_);
  }

 private:
  void Take(const Frame& frame) {
    switch (frame.type) {
      case 'L':
        Compare(frame.offset);
        if (!result_.bad.has_value()) Leaf(frame);
        break;
      case 'P':
        Payload(frame);
        break;
      case 'X':
        ++result_.expunged;
        expunged_[result_.last_subject].push_back(
            {frame.offset, tree_.size() - 1, *result_.last_version});
        break;
      default:
        ++result_.withheld;
        break;
    }
  }

  // Compares the root with what is claimed of this very size.
  void Compare(uint64_t offset) {
    for (; next_ < claims_.size() && claims_[next_].size == tree_.size(); ++next_) {
      if (claims_[next_].root != tree_.Root(hasher_)) {
        // The changed record is one of those since the last root that was right.
        if (tree_.size() - sound_size_ != 1) {
          result_.last_subject.clear();
          result_.last_version.reset();
        }
        Bad("ROOT", absl::StrCat("it does not give the root ", ByWhom(claims_[next_])),
            sound_offset_, sound_size_);
        if (tree_.size() > sound_size_) result_.bad->last = tree_.size() - 1;
        return;
      }
      sound_size_ = tree_.size();
      sound_offset_ = offset;
    }
  }

  void Leaf(const Frame& frame) {
    const absl::string_view bytes = file_.Get(frame.body, frame.length);
    // While it cannot be read there is nothing to say of it.
    result_.last_subject.clear();
    result_.last_version.reset();
    std::string wrong;
    const char* reason = "LEAF";
    if (section_.is_super) {
      SuperLeafView leaf;
      wrong = ReadSuperLeaf(bytes, &leaf);
      if (wrong.empty()) {
        reason = "SUPER_LOG";
        wrong = visit_super_(leaf, tree_.size(), frame.offset);
      }
    } else {
      LeafView leaf;
      wrong = ReadLeaf(bytes, &leaf);
      if (wrong.empty()) {
        result_.last_subject.assign(leaf.subject.data(), leaf.subject.size());
        result_.last_version = leaf.version;
        std::copy_n(leaf.commitment.begin(), kDigestSize, commitment_.begin());
        if (absl::EndsWith(leaf.kind, kExpunging)) Explain(result_.last_subject);
        reason = "ORDER";
        if (leaf.origin != section_.origin) {
          wrong = absl::StrCat("it says that it belongs to the log ", leaf.origin);
        } else if (leaf.index != tree_.size()) {
          wrong = absl::StrCat("it says that it is number ", leaf.index);
        }
      }
      ++result_.records;
    }
    if (!wrong.empty()) return Bad(reason, std::move(wrong), frame.offset, tree_.size());
    tree_.Add(hasher_, hasher_.Leaf(bytes));
  }

  void Payload(const Frame& frame) {
    if (frame.length < kSaltSize) {
      return Bad("COMMITMENT", "its payload is shorter than a salt", frame.offset,
                 tree_.size() - 1);
    }
    hasher_.Begin();
    for (uint64_t at = frame.body; at < frame.end();) {
      const size_t piece = std::min<uint64_t>(frame.end() - at, FileWindow::kPieceMax);
      hasher_.Add(file_.Get(at, piece));
      at += piece;
    }
    if (hasher_.End() != commitment_) {
      Bad("COMMITMENT", "its payload is not the one that was recorded", frame.offset,
          tree_.size() - 1);
    }
  }

  // A record that says that something of this subject was expunged.
  void Explain(const std::string& subject) {
    const auto found = expunged_.find(subject);
    if (found == expunged_.end()) return;
    found->second.pop_front();
    if (found->second.empty()) expunged_.erase(found);
  }

  // Whoever takes a payload away cannot call it expunged: that is a record itself.
  void CheckExpunged() {
    const auto offset = [](const auto& subject) { return subject.second.front().offset; };
    const auto first =
        std::min_element(expunged_.begin(), expunged_.end(),
                         [&](const auto& a, const auto& b) { return offset(a) < offset(b); });
    if (first == expunged_.end()) return;
    const Gone& gone = first->second.front();
    result_.last_subject = first->first;
    result_.last_version = gone.version;
    Bad("EXPUNGED", "its payload is gone, and no later record says that it was expunged",
        gone.offset, gone.index);
  }

  void Bad(const char* reason, std::string what, uint64_t offset, uint64_t index) {
    Finding& bad = result_.bad.emplace();
    bad.reason = reason;
    bad.what = std::move(what);
    bad.offset = offset;
    bad.index = index;
    bad.last = index;
    bad.subject = result_.last_subject;
    bad.version = result_.last_version;
  }

  struct Gone {
    uint64_t offset;
    uint64_t index;
    uint64_t version;
  };

  FileWindow& file_;
  const Section& section_;
  std::vector<Claim> claims_;
  const SuperLeafVisitor& visit_super_;
  Hasher hasher_;
  Frontier tree_;
  Digest commitment_ = {};
  size_t next_ = 0;  // in claims_
  // By subject, in their order: what was expunged as far as no record has said so yet.
  std::map<std::string, std::deque<Gone>> expunged_;
  uint64_t sound_size_;
  uint64_t sound_offset_;
  LogCheck result_;
};

}  // namespace

LogCheck CheckLog(FileWindow& file, const Section& section, std::vector<Claim> claims,
                  const SuperLeafVisitor& visit_super,
                  const std::function<void(uint64_t)>& progress) {
  return Checker(file, section, std::move(claims), visit_super).Run(progress);
}

}  // namespace belfry::audit
