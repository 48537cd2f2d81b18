#include "tests/support/test_record.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"
#include "server/record/export_frames.h"
#include "server/record/hash.h"
#include "server/record/leaf.h"

namespace belfry {
namespace {

constexpr uint64_t kBeginUs = 1'790'000'000'000'000;
constexpr uint64_t kSubjects = 7;
constexpr uint64_t kBeginSeconds = 1'790'000'000;

PrivateKey KeyOf(KeyAlgorithm algorithm, absl::string_view seed) {
  if (algorithm == KeyAlgorithm::kEd25519) return *PrivateKey::FromEd25519Seed(Sha256(seed));
  return *PrivateKey::Generate(algorithm);
}

}  // namespace

TestRecord::TestRecord(std::string instance, KeyAlgorithm algorithm)
    : instance_(std::move(instance)),
      signer_(*record::NewNoteSigner(record::SuperOrigin(instance_), KeyOf(algorithm, instance_))),
      cosigner_(std::make_unique<record::Cosigner>(*record::Cosigner::Create(
          "witness.example/w1", KeyOf(KeyAlgorithm::kEd25519, "witness")))) {}

std::string TestRecord::SuperOrigin() const { return record::SuperOrigin(instance_); }

void TestRecord::Append(const std::string& id, absl::string_view payload) {
  AppendLeaf(id, "incident.note_added", logs_[id].entries.size(), payload);
}

void TestRecord::AppendExpunging(const std::string& id, uint64_t index) {
  AppendLeaf(id, "incident.payload_expunged", index, "by order of a court");
}

void TestRecord::AppendLeaf(const std::string& id, absl::string_view kind, uint64_t subject,
                            absl::string_view payload) {
  Log& log = logs_[id];
  Entry entry;
  record::Leaf leaf;
  leaf.origin = record::LogOrigin(instance_, id);
  leaf.index = log.entries.size();
  leaf.time_us = kBeginUs + leaf.index;
  leaf.kind = std::string(kind);
  leaf.subject = absl::StrCat("incidents/", id, "-2026-", 1000 + subject % kSubjects);
  leaf.version = leaf.index / kSubjects + 1;
  leaf.principal = leaf.index % 2 == 0 ? "people/ann.chief" : "system";
  leaf.request_id = leaf.index % 3 == 0 ? absl::StrCat("request-", leaf.index) : "";
  entry.salt = Sha256(absl::StrCat("salt ", id, leaf.index));
  entry.payload = std::string(payload);
  leaf.commitment = record::Commitment(entry.salt, entry.payload);
  entry.leaf = *record::FrameLeaf(leaf);
  log.tree.Append(record::LeafHash(entry.leaf));
  log.entries.push_back(std::move(entry));
}

void TestRecord::Checkpoint(const std::string& id) {
  Log& log = logs_[id];
  if (log.told == log.tree.size()) return;
  log.told = log.tree.size();
  const record::Checkpoint checkpoint{record::LogOrigin(instance_, id), log.tree.size(),
                                      log.tree.Root()};
  log.notes.push_back(record::FormatNote(*record::SignCheckpoint(checkpoint, *signer_)));
  super_leaves_.push_back(
      *record::FrameSuperLeaf({checkpoint.origin, checkpoint.size, checkpoint.root}));
  super_tree_.Append(record::LeafHash(super_leaves_.back()));
  super_notes_.push_back(record::FormatNote(
      *record::SignCheckpoint({SuperOrigin(), super_tree_.size(), super_tree_.Root()}, *signer_)));
}

void TestRecord::Cosign() {
  const record::SignedNote note = *record::ParseNote(super_notes_.back());
  super_notes_.back() +=
      record::FormatSignatureLine(*cosigner_->Sign(note.text, kBeginSeconds + super_tree_.size()));
}

std::string TestRecord::Export(
    const std::function<char(const std::string&, uint64_t)>& omit) const {
  std::string file;
  ExportTo([&file](absl::string_view piece) { absl::StrAppend(&file, piece); }, omit);
  return file;
}

void TestRecord::ExportTo(const std::function<void(absl::string_view)>& write,
                          const std::function<char(const std::string&, uint64_t)>& omit) const {
  record::ExportWriter writer;
  write(record::ExportWriter::Begin());
  for (const auto& [id, log] : logs_) {
    write(writer.Origin(record::LogOrigin(instance_, id)));
    for (size_t index = 0; index < log.entries.size(); ++index) {
      const Entry& entry = log.entries[index];
      write(writer.Leaf(entry.leaf));
      const char type = omit ? omit(id, index) : 'P';
      write(type == 'X'   ? writer.Expunged()
            : type == 'W' ? writer.Withheld()
                          : writer.Payload(entry.salt, entry.payload));
    }
    for (const std::string& note : log.notes) write(writer.Checkpoint(note));
  }
  write(writer.SuperLog(SuperOrigin()));
  for (const std::string& leaf : super_leaves_) write(writer.Leaf(leaf));
  for (const std::string& note : super_notes_) write(writer.Checkpoint(note));
  write(writer.End());
}

}  // namespace belfry
