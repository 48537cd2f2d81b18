// The record's verifier on exports that server/record writes: two implementations that share no
// code must agree on what is right, and what was changed must be named.
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client-lib/audit/hash.h"
#include "client-lib/audit/key_file.h"
#include "client-lib/audit/leaf.h"
#include "client-lib/audit/note.h"
#include "client-lib/audit/proof.h"
#include "client-lib/audit/verify.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_record.h"

namespace belfry::audit {
namespace {

using testing::HasSubstr;

class AuditTest : public testing::Test {
 protected:
  AuditTest() : path_(absl::StrCat(testing::TempDir(), "/audit_", getpid(), ".belfry-record")) {}
  ~AuditTest() override { unlink(path_.c_str()); }

  // Two agencies, some checkpoints on the way, a witness that saw the last one.
  static TestRecord SmallRecord() {
    TestRecord record;
    for (int i = 0; i < 20; ++i) {
      record.Append("dop", absl::StrCat("payload of dop ", i));
      if (i % 3 == 0) record.Append("dor", std::string(static_cast<size_t>(i), 'x'));
      if (i % 5 == 4) record.Checkpoint("dop");
    }
    record.Checkpoint("dop");
    record.Checkpoint("dor");
    record.Cosign();
    return record;
  }

  static VerifierKey Key(const std::string& text) { return *VerifierKey::Parse(text); }

  VerifyResult Verify(const TestRecord& record, const std::string& file) {
    VerifyOptions options;
    options.keys = {Key(record.key())};
    options.witness_keys = {Key(record.witness_key())};
    options.strict = true;
    return Verify(file, options);
  }
  VerifyResult Verify(const std::string& file, const VerifyOptions& options) {
    std::ofstream(path_, std::ios::binary) << file;
    const auto result = VerifyExport(path_, options);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : VerifyResult();
  }

  // Where the n-th (from 0) occurrence of `text` begins.
  static size_t Find(const std::string& file, absl::string_view text, int n = 0) {
    size_t at = file.find(std::string(text));
    for (; n > 0; --n) at = file.find(std::string(text), at + 1);
    EXPECT_NE(at, std::string::npos);
    return at;
  }

  const std::string path_;
};

TEST_F(AuditTest, TakesWhatTheServerWrites) {
  const TestRecord record = SmallRecord();
  const VerifyResult result = Verify(record, record.Export());
  ASSERT_FALSE(result.bad.has_value()) << result.bad->what;
  EXPECT_EQ(result.records, 27u);
  ASSERT_EQ(result.logs.size(), 2u);
  EXPECT_EQ(result.logs[0].origin, "mass.example/belfry/dop");
  EXPECT_EQ(result.logs[0].size, 20u);
  ASSERT_EQ(result.witnesses.size(), 1u);
  EXPECT_EQ(result.witnesses[0].size, result.super_log->size);
}

TEST_F(AuditTest, TakesP256) {
  TestRecord record("mass.example", KeyAlgorithm::kP256);
  record.Append("dop", "one");
  record.Checkpoint("dop");
  record.Cosign();
  EXPECT_FALSE(Verify(record, record.Export()).bad.has_value());
}

TEST_F(AuditTest, CountsWhatIsNotThere) {
  TestRecord record = SmallRecord();
  for (const char* id : {"dop", "dor"}) {
    record.AppendExpunging(id, 3);
    record.Checkpoint(id);
  }
  record.Cosign();
  const VerifyResult result = Verify(record, record.Export([](const std::string&, uint64_t index) {
    return index == 3 ? 'X' : index == 4 ? 'W' : 'P';
  }));
  ASSERT_FALSE(result.bad.has_value()) << result.bad->what;
  EXPECT_EQ(result.expunged, 2u);
  EXPECT_EQ(result.withheld, 2u);
}

TEST_F(AuditTest, WhatNoRecordSaysWasNotExpunged) {
  TestRecord record = SmallRecord();
  record.AppendExpunging("dop", 3);
  record.Checkpoint("dop");
  record.Cosign();
  const auto without = [&](uint64_t lost) {
    return Verify(record, record.Export([lost](const std::string& id, uint64_t index) {
      return id == "dop" && (index == 3 || index == lost) ? 'X' : 'P';
    }));
  };
  EXPECT_FALSE(without(3).bad.has_value());
  // Of another incident, of the same one, and behind the record that says so.
  for (const auto& [gone, subject] :
       std::map<uint64_t, std::string>{{5, "incidents/dop-2026-1005"},
                                       {10, "incidents/dop-2026-1003"},
                                       {20, "incidents/dop-2026-1003"}}) {
    const VerifyResult result = without(gone);
    ASSERT_TRUE(result.bad.has_value()) << gone;
    EXPECT_EQ(result.bad->reason, "EXPUNGED");
    EXPECT_EQ(result.bad->index, gone);
    EXPECT_EQ(result.bad->subject, subject);
  }
}

TEST_F(AuditTest, NamesAChangedPayload) {
  const TestRecord record = SmallRecord();
  std::string file = record.Export();
  file[Find(file, "payload of dop 12") + 3] ^= 1;
  const VerifyResult result = Verify(record, file);
  ASSERT_TRUE(result.bad.has_value());
  EXPECT_EQ(result.bad->reason, "COMMITMENT");
  EXPECT_EQ(result.bad->log, "mass.example/belfry/dop");
  EXPECT_EQ(result.bad->index, 12u);
  EXPECT_EQ(result.bad->subject, "incidents/dop-2026-1005");
  EXPECT_EQ(result.bad->version, 2u);
  EXPECT_EQ(file[result.bad->offset], 'P');
}

TEST_F(AuditTest, SaysBetweenWhichRootsALeafWasChanged) {
  const TestRecord record = SmallRecord();
  std::string file = record.Export();
  file[Find(file, "request-12")] ^= 1;
  const VerifyResult result = Verify(record, file);
  ASSERT_TRUE(result.bad.has_value());
  EXPECT_EQ(result.bad->reason, "ROOT");
  EXPECT_EQ(result.bad->index, 10u);
  EXPECT_EQ(result.bad->last, 14u);
}

TEST_F(AuditTest, AnOldExportIsFoundByWhatWasHeld) {
  TestRecord record = SmallRecord();
  const std::string old_file = record.Export();
  const std::string old_note = record.SuperNote();
  record.Append("dop", "news");
  record.Checkpoint("dop");
  record.Cosign();
  VerifyOptions options;
  options.keys = {Key(record.key())};
  EXPECT_FALSE(Verify(old_file, options).bad.has_value());
  options.held = {record.SuperNote()};
  const VerifyResult result = Verify(old_file, options);
  ASSERT_TRUE(result.bad.has_value());
  EXPECT_EQ(result.bad->reason, "MISSING");
  options.held = {old_note};
  EXPECT_FALSE(Verify(record.Export(), options).bad.has_value());
}

TEST_F(AuditTest, FindsEveryChangedBit) {
  TestRecord record;
  for (int i = 0; i < 5; ++i) record.Append("dop", "p");
  record.Append("dor", "q");
  record.Checkpoint("dop");
  record.Checkpoint("dor");
  record.Cosign();
  const std::string clean = record.Export();
  ASSERT_FALSE(Verify(record, clean).bad.has_value());
  for (size_t at = 0; at < clean.size(); ++at) {
    std::string file = clean;
    file[at] = static_cast<char>(file[at] ^ (1 << at % 8));
    // The super-log's first note has no cosignature; changing that it has none is no change.
    EXPECT_TRUE(Verify(record, file).bad.has_value()) << "byte " << at;
  }
}

TEST_F(AuditTest, FindsEveryCut) {
  const TestRecord record = SmallRecord();
  const std::string clean = record.Export();
  for (size_t size = 0; size < clean.size(); size += 7) {
    const VerifyResult result = Verify(record, clean.substr(0, size));
    ASSERT_TRUE(result.bad.has_value()) << size;
    EXPECT_LE(result.bad->offset, size);
  }
}

TEST_F(AuditTest, WantsAPlainFileAndGoodKeys) {
  const VerifyOptions options;
  EXPECT_TRUE(absl::IsNotFound(VerifyExport("/there/is/none", options).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyExport("/dev/null", options).status()));
  const TestRecord record;
  EXPECT_FALSE(VerifierKey::Parse("").ok());
  EXPECT_FALSE(VerifierKey::Parse("a+b").ok());
  std::string text = record.key();
  text[text.find('+') + 1] ^= 1;
  EXPECT_THAT(std::string(VerifierKey::Parse(text).status().message()), HasSubstr("id of the key"));
}

// Every leaf of every tree up to 33 leaves, and every pair of sizes, against proofs made by the
// definition (RFC 6962, 2.1.1 and 2.1.2).
class ProofTest : public testing::Test {
 protected:
  ProofTest() {
    for (int i = 0; i < 33; ++i) leaves_.push_back(hasher_.Leaf(absl::StrCat("leaf ", i)));
  }
  static size_t Split(size_t n) {
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  }
  Digest Root(size_t begin, size_t end) {
    if (begin == end) return hasher_.Hash({});
    if (end - begin == 1) return leaves_[begin];
    const size_t k = begin + Split(end - begin);
    return hasher_.Node(Root(begin, k), Root(k, end));
  }
  void Path(size_t m, size_t begin, size_t end, std::vector<Digest>& path) {
    if (end - begin == 1) return;
    const size_t k = begin + Split(end - begin);
    if (m < k) {
      Path(m, begin, k, path);
      path.push_back(Root(k, end));
    } else {
      Path(m, k, end, path);
      path.push_back(Root(begin, k));
    }
  }
  void SubProof(size_t m, size_t begin, size_t end, bool whole, std::vector<Digest>& proof) {
    if (m == end) {
      if (!whole) proof.push_back(Root(begin, end));
      return;
    }
    const size_t k = begin + Split(end - begin);
    if (m <= k) {
      SubProof(m, begin, k, whole, proof);
      proof.push_back(Root(k, end));
    } else {
      SubProof(m, k, end, false, proof);
      proof.push_back(Root(begin, k));
    }
  }

  Hasher hasher_;
  std::vector<Digest> leaves_;
};

TEST_F(ProofTest, InclusionIsWhatTheDefinitionSays) {
  for (size_t size = 1; size <= leaves_.size(); ++size) {
    Frontier tree;
    for (size_t i = 0; i < size; ++i) tree.Add(hasher_, leaves_[i]);
    ASSERT_EQ(tree.Root(hasher_), Root(0, size));
    for (size_t index = 0; index < size; ++index) {
      std::vector<Digest> path;
      Path(index, 0, size, path);
      EXPECT_TRUE(InclusionHolds(index, size, leaves_[index], path, Root(0, size)));
      EXPECT_FALSE(InclusionHolds(index, size, leaves_[(index + 1) % 33], path, Root(0, size)));
      if (size > 1) {
        EXPECT_FALSE(InclusionHolds((index + 1) % size, size, leaves_[index], path, Root(0, size)));
      }
      path.push_back(path.empty() ? leaves_[0] : path[0]);
      EXPECT_FALSE(InclusionHolds(index, size, leaves_[index], path, Root(0, size)));
    }
  }
}

TEST_F(ProofTest, ConsistencyIsWhatTheDefinitionSays) {
  for (size_t to = 0; to <= leaves_.size(); ++to) {
    for (size_t from = 0; from <= to; ++from) {
      std::vector<Digest> proof;
      if (from > 0 && from < to) SubProof(from, 0, to, true, proof);
      EXPECT_TRUE(ConsistencyHolds(from, Root(0, from), to, Root(0, to), proof))
          << from << " " << to;
      EXPECT_FALSE(ConsistencyHolds(from, leaves_[32], to, Root(0, to), proof));
      if (proof.empty()) continue;
      proof.back()[0] ^= 1;
      EXPECT_FALSE(ConsistencyHolds(from, Root(0, from), to, Root(0, to), proof));
      proof.pop_back();
      EXPECT_FALSE(ConsistencyHolds(from, Root(0, from), to, Root(0, to), proof));
    }
  }
}

TEST(KeyFileTest, MakesKeysThatOnlyTheirOwnerReads) {
  const std::string path = absl::StrCat(testing::TempDir(), "/key_", getpid(), ".pem");
  for (const auto type : {VerifierKey::Type::kEd25519, VerifierKey::Type::kEcdsaP256,
                          VerifierKey::Type::kCosignature}) {
    const auto made = MakeKeyFile(path, "mass.example/belfry", type);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_TRUE(VerifierKey::Parse(*made).ok());
    const auto read =
        VerifierKeyOfFile(path, "mass.example/belfry", type == VerifierKey::Type::kCosignature);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, *made);
    EXPECT_TRUE(absl::IsAlreadyExists(MakeKeyFile(path, "other", type).status()));
    unlink(path.c_str());
  }
  EXPECT_FALSE(MakeKeyFile(path, "a name", VerifierKey::Type::kEd25519).ok());
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST(KeyFileTest, IsReadByTheServersCodeToo) {
  const std::string path = absl::StrCat(testing::TempDir(), "/key2_", getpid(), ".pem");
  const auto made = MakeKeyFile(path, "mass.example/belfry", VerifierKey::Type::kEd25519);
  ASSERT_TRUE(made.ok());
  std::ifstream file(path);
  const std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  unlink(path.c_str());
  auto key = PrivateKey::FromPem(pem);
  ASSERT_TRUE(key.ok()) << key.status();
  const auto signer = record::NewNoteSigner("mass.example/belfry", *std::move(key));
  ASSERT_TRUE(signer.ok());
  EXPECT_EQ((*signer)->verifier().ToString(), *made);
}

TEST(NoteTest, TakesOnlyTheOneSpelling) {
  TestRecord record;
  record.Append("dop", "p");
  record.Checkpoint("dop");
  const std::string note = record.SuperNote();
  EXPECT_TRUE(ParseCheckpoint(note).ok());
  const std::vector<std::string> lines = absl::StrSplit(note, '\n');
  for (const std::string& bad : {std::string(), note.substr(1, note.size() - 2), note + "\n",
                                 note + "x", "\n" + note, absl::StrCat(note, "— a b\n")}) {
    EXPECT_FALSE(ParseCheckpoint(bad).ok()) << bad;
  }
  std::string zeros = note;
  zeros.insert(note.find('\n') + 1, "0");
  EXPECT_FALSE(ParseCheckpoint(zeros).ok());
}

}  // namespace
}  // namespace belfry::audit
