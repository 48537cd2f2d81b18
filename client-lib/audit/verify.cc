#include "client-lib/audit/verify.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/audit/log_check.h"
#include "client-lib/audit/skeleton.h"

namespace belfry::audit {
namespace {

// What the super-log says of one log; the sizes never fall.
struct Named {
  std::vector<Claim> claims;
  uint64_t first_index = 0;
  uint64_t first_offset = 0;
  uint64_t last_index = 0;
  uint64_t last_offset = 0;
  bool exported = false;
};

struct Signatures {
  std::string wrong;                          // or nothing
  std::vector<const VerifierKey*> witnesses;  // whose cosignatures hold
};

const VerifierKey* Claimed(const std::vector<VerifierKey>& keys, const SignatureLine& line) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const VerifierKey& key) { return key.Claims(line); });
  return found == keys.end() ? nullptr : &*found;
}

// Each line of a known key must hold, and one must be the server's. A key signs the logs under its
// own name and no others.
Signatures CheckSignatures(const Checkpoint& checkpoint, const VerifyOptions& options,
                           bool strict) {
  Signatures result;
  bool is_signed = false;
  for (const SignatureLine& line : checkpoint.signatures) {
    const VerifierKey* server = Claimed(options.keys, line);
    const VerifierKey* key = server != nullptr ? server : Claimed(options.witness_keys, line);
    if (key == nullptr) {
      if (!strict) continue;
      result.wrong = absl::StrCat("no key was given for the signature of ", line.name);
      return result;
    }
    if (!key->Holds(checkpoint.text, line)) {
      result.wrong = absl::StrCat("the signature of ", line.name, " does not hold");
      return result;
    }
    if (key != server) {
      result.witnesses.push_back(key);
    } else if (checkpoint.origin == key->name() ||
               absl::StartsWith(checkpoint.origin, absl::StrCat(key->name(), "/"))) {
      is_signed = true;
    }
  }
  if (!is_signed) result.wrong = "none of the given keys has signed the checkpoint";
  return result;
}

class Verifier {
 public:
  Verifier(FileWindow& file, const VerifyOptions& options)
      : file_(file), options_(options), skeleton_(ReadSkeleton(file)) {
    const size_t count = skeleton_.sections.size();
    claims_.resize(count);
    newest_.resize(count);
    checks_.resize(count);
    for (size_t i = 0; i < count; ++i) {
      if (skeleton_.sections[i].is_super) super_ = i;
    }
  }

  absl::StatusOr<VerifyResult> Run() {
    for (size_t i = 0; i < skeleton_.sections.size(); ++i) CheckNotes(i);
    if (absl::Status status = TakeHeld(); !status.ok()) return status;
    // The super-log first: what it says of the other logs counts only when it is sound itself.
    const bool sound = super_ != Finding::kNoSection && CheckSuperLog();
    for (size_t i = 0; i < skeleton_.sections.size(); ++i) {
      if (i == super_) continue;
      if (sound) CheckNamed(i);
      Check(i, nullptr);
    }
    if (sound) CheckAllThere();
    CheckWitnesses();
    // Before what else is missing at the same place: it explains the rest.
    if (skeleton_.broken.has_value()) {
      findings_.insert(findings_.begin(), Completed(*skeleton_.broken));
    }
    return Result();
  }

 private:
  void Add(size_t section, uint64_t offset, const char* reason, std::string what,
           std::optional<uint64_t> index = std::nullopt) {
    Finding& finding = findings_.emplace_back();
    finding.section = section;
    finding.offset = offset;
    finding.reason = reason;
    finding.what = std::move(what);
    finding.index = index;
    finding.last = index.value_or(0);
  }

  // Well-formed, of this log, signed; and the newest one covers everything.
  void CheckNotes(size_t at) {
    const Section& section = skeleton_.sections[at];
    const uint64_t total = section.first + section.leaves;
    bool all_good = true;
    bool covered = false;
    for (const Note& note : section.notes) {
      const char* reason = "CHECKPOINT";
      const absl::StatusOr<Checkpoint> checkpoint =
          ParseCheckpoint(file_.Get(note.body, note.length));
      std::string wrong;
      if (!checkpoint.ok()) {
        wrong = std::string(checkpoint.status().message());
      } else if (checkpoint->origin != section.origin) {
        wrong = absl::StrCat("the checkpoint is one of ", checkpoint->origin);
      } else if (checkpoint->size < section.first) {
        wrong = "the checkpoint is older than the first leaf";
      } else {
        Signatures signatures = CheckSignatures(*checkpoint, options_, options_.strict);
        reason = "SIGNATURE";
        wrong = std::move(signatures.wrong);
        if (section.is_super && wrong.empty()) {
          for (const VerifierKey* key : signatures.witnesses) {
            uint64_t& size = witnessed_[key];
            size = std::max(size, checkpoint->size);
          }
        }
      }
      if (!wrong.empty()) {
        all_good = false;
        Add(at, note.offset, reason, std::move(wrong));
        continue;
      }
      claims_[at].push_back({checkpoint->size, checkpoint->root, Claim::By::kCheckpoint});
      newest_[at] = std::max(newest_[at], checkpoint->size);
      covered = covered || checkpoint->size >= total;
    }
    // With fewer leaves than it says, CheckLog() finds that they are missing.
    if (section.cut || !all_good || covered) return;
    Add(at, section.notes.empty() ? section.end : section.notes[0].offset, "CHECKPOINT",
        absl::StrCat("no checkpoint covers all ", total, " records"));
  }

  // What was kept elsewhere is signed as well, or it proves nothing.
  absl::Status TakeHeld() {
    for (const std::string& note : options_.held) {
      const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note);
      if (!checkpoint.ok()) return checkpoint.status();
      const Signatures signatures = CheckSignatures(*checkpoint, options_, false);
      if (!signatures.wrong.empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat("the checkpoint held of ", checkpoint->origin, ": ", signatures.wrong));
      }
      const auto section =
          std::find_if(skeleton_.sections.begin(), skeleton_.sections.end(),
                       [&](const Section& other) { return other.origin == checkpoint->origin; });
      if (section == skeleton_.sections.end() || checkpoint->size < section->first) {
        Add(Finding::kNoSection, file_.size(), "HELD",
            absl::StrCat("nothing to compare with the checkpoint held of ", checkpoint->origin));
        continue;
      }
      claims_[static_cast<size_t>(section - skeleton_.sections.begin())].push_back(
          {checkpoint->size, checkpoint->root, Claim::By::kHeld});
    }
    return absl::OkStatus();
  }

  bool CheckSuperLog() {
    Check(super_, [this](const SuperLeafView& leaf, uint64_t index, uint64_t offset) {
      Named& named = named_[std::string(leaf.origin)];
      if (!named.claims.empty() && named.claims.back().size > leaf.size) {
        return absl::StrCat(leaf.origin, " was larger before");
      }
      if (named.claims.empty()) {
        named.first_index = index;
        named.first_offset = offset;
      }
      Claim& claim = named.claims.emplace_back();
      claim.size = leaf.size;
      std::copy_n(leaf.root.begin(), kDigestSize, claim.root.begin());
      claim.by = Claim::By::kSuperLog;
      named.last_index = index;
      named.last_offset = offset;
      return std::string();
    });
    return !checks_[super_].bad.has_value() && !skeleton_.sections[super_].cut;
  }

  // What the super-log says of a log, and that it knows its newest checkpoint.
  void CheckNamed(size_t at) {
    const Section& section = skeleton_.sections[at];
    const Section& super_log = skeleton_.sections[super_];
    Named& named = named_[section.origin];
    named.exported = true;
    claims_[at].insert(claims_[at].end(), named.claims.begin(), named.claims.end());
    const uint64_t size = named.claims.empty() ? 0 : named.claims.back().size;
    if (size >= newest_[at] &&
        absl::StartsWith(section.origin, absl::StrCat(super_log.origin, "/"))) {
      return;
    }
    const bool any = !named.claims.empty();
    Add(super_, any ? named.last_offset : super_log.offset, "SUPER_LOG",
        absl::StrCat("the super-log does not name the newest checkpoint of ", section.origin),
        any ? std::optional<uint64_t>(named.last_index) : std::nullopt);
  }

  // Who is given the super-log is given every log that it names.
  void CheckAllThere() {
    for (const auto& [origin, named] : named_) {
      if (named.exported) continue;
      Add(super_, named.first_offset, "MISSING",
          absl::StrCat("the log ", origin, ", which it names, is missing in the file"),
          named.first_index);
    }
  }

  void Check(size_t at, const SuperLeafVisitor& visit_super) {
    const Section& section = skeleton_.sections[at];
    std::function<void(uint64_t)> progress;
    if (options_.progress) {
      progress = [this](uint64_t offset) { options_.progress(offset, file_.size()); };
    }
    checks_[at] = CheckLog(file_, section, std::move(claims_[at]), visit_super, progress);
    if (!checks_[at].bad.has_value()) return;
    checks_[at].bad->section = at;
    findings_.push_back(*checks_[at].bad);
  }

  void CheckWitnesses() {
    for (const VerifierKey& key : options_.witness_keys) {
      if (witnessed_.contains(&key)) continue;
      uint64_t offset = file_.size();
      if (super_ != Finding::kNoSection && !skeleton_.sections[super_].notes.empty()) {
        offset = skeleton_.sections[super_].notes[0].offset;
      }
      Add(super_, offset, "COSIGNATURE",
          absl::StrCat("no checkpoint of the super-log has a cosignature of ", key.name()));
    }
  }

  // Where the framing breaks, the record just before is the best that can be said.
  Finding Completed(Finding broken) const {
    if (broken.section == Finding::kNoSection) return broken;
    const Section& section = skeleton_.sections[broken.section];
    if (section.leaves == 0) return broken;
    broken.index = section.first + section.leaves - 1;
    broken.last = *broken.index;
    broken.subject = checks_[broken.section].last_subject;
    broken.version = checks_[broken.section].last_version;
    return broken;
  }

  VerifyResult Result() const {
    VerifyResult result;
    result.bytes = file_.size();
    for (const LogCheck& check : checks_) {
      result.records += check.records;
      result.expunged += check.expunged;
      result.withheld += check.withheld;
    }
    for (const Section& section : skeleton_.sections) {
      VerifyResult::Log log{section.origin, section.first + section.leaves};
      if (section.is_super) {
        result.super_log = std::move(log);
      } else {
        result.logs.push_back(std::move(log));
      }
    }
    for (const VerifierKey& key : options_.witness_keys) {
      const auto found = witnessed_.find(&key);
      if (found != witnessed_.end()) result.witnesses.push_back({key.name(), found->second});
    }
    const auto first =
        std::min_element(findings_.begin(), findings_.end(),
                         [](const Finding& a, const Finding& b) { return a.offset < b.offset; });
    if (first == findings_.end()) return result;
    BadRecord& bad = result.bad.emplace();
    if (first->section != Finding::kNoSection) bad.log = skeleton_.sections[first->section].origin;
    bad.index = first->index;
    if (first->index.has_value() && first->last != *first->index) bad.last = first->last;
    bad.subject = first->subject;
    bad.version = first->version;
    bad.offset = first->offset;
    bad.reason = first->reason;
    bad.what = first->what;
    return result;
  }

  FileWindow& file_;
  const VerifyOptions& options_;
  const Skeleton skeleton_;
  size_t super_ = Finding::kNoSection;
  // Of each section.
  std::vector<std::vector<Claim>> claims_;
  std::vector<uint64_t> newest_;  // size of its newest good checkpoint
  std::vector<LogCheck> checks_;
  std::map<std::string, Named> named_;
  std::map<const VerifierKey*, uint64_t> witnessed_;
  std::vector<Finding> findings_;
};

}  // namespace

absl::StatusOr<VerifyResult> VerifyExport(const std::string& path, const VerifyOptions& options) {
  const absl::StatusOr<std::unique_ptr<FileWindow>> file = FileWindow::Open(path);
  if (!file.ok()) return file.status();
  return Verifier(**file, options).Run();
}

}  // namespace belfry::audit
