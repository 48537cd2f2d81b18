// A record of an instance as belfryd would keep it, for tests of what checks it. Written with
// server/record; what reads it shares no code with that.
#ifndef BELFRY_TESTS_SUPPORT_TEST_RECORD_H_
#define BELFRY_TESTS_SUPPORT_TEST_RECORD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/record/checkpoint.h"
#include "server/record/note.h"
#include "server/record/tree.h"

namespace belfry {

class TestRecord {
 public:
  // `algorithm` of the server's key. Keys come from fixed seeds.
  explicit TestRecord(std::string instance = "mass.example",
                      KeyAlgorithm algorithm = KeyAlgorithm::kEd25519);

  void Append(const std::string& id, absl::string_view payload);
  // The record that says that the payload of a record of this log was expunged.
  void AppendExpunging(const std::string& id, uint64_t index);
  // Signs what a log is now, and the super-log with it. Twice without news is once.
  void Checkpoint(const std::string& id);
  // Adds the witness's line to the newest checkpoint of the super-log.
  void Cosign();

  // The export file. `omit` says of (log, index) what stands instead of the payload: 'X', 'W', or
  // 'P' for the payload itself.
  std::string Export(const std::function<char(const std::string&, uint64_t)>& omit = nullptr) const;
  // The same in pieces, for files that should not be in memory.
  void ExportTo(const std::function<void(absl::string_view)>& write,
                const std::function<char(const std::string&, uint64_t)>& omit = nullptr) const;

  std::string SuperNote() const { return super_notes_.back(); }
  std::string SuperOrigin() const;
  uint64_t super_size() const { return super_tree_.size(); }
  std::string key() const { return signer_->verifier().ToString(); }
  std::string witness_key() const { return cosigner_->verifier().ToString(); }
  const record::NoteSigner& signer() const { return *signer_; }

 private:
  struct Entry {
    std::string leaf;
    std::string salt;
    std::string payload;
  };
  struct Log {
    std::vector<Entry> entries;
    record::Frontier tree;
    std::vector<std::string> notes;
    uint64_t told = UINT64_MAX;  // size of the newest checkpoint
  };

  void AppendLeaf(const std::string& id, absl::string_view kind, uint64_t subject,
                  absl::string_view payload);

  const std::string instance_;
  std::unique_ptr<record::NoteSigner> signer_;
  std::unique_ptr<record::Cosigner> cosigner_;
  std::map<std::string, Log> logs_;  // by id
  std::vector<std::string> super_leaves_;
  record::Frontier super_tree_;
  std::vector<std::string> super_notes_;
};

}  // namespace belfry

#endif  // BELFRY_TESTS_SUPPORT_TEST_RECORD_H_
