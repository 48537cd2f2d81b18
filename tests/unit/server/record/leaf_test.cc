// Leaves: every byte of them, and everything that is none.
#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/record/hash.h"
#include "server/record/leaf.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

record::Leaf Sample() {
  record::Leaf leaf;
  leaf.origin = "a.b/belfry/dop";
  leaf.index = 258;
  leaf.time_us = 0x0102030405060708;
  leaf.kind = "incident.note_added";
  leaf.subject = "incidents/DOP-2026-0007";
  leaf.version = 3;
  leaf.principal = "people/x";
  leaf.request_id = "r-1";
  leaf.commitment.fill('\x7F');
  return leaf;
}

TEST(LeafTest, IsFramedByteByByteAsWritten) {
  const auto framed = record::FrameLeaf(Sample());
  ASSERT_THAT(framed, IsOk());
  EXPECT_EQ(absl::BytesToHexString(*framed),
            "01"
            "000e612e622f62656c6672792f646f70"
            "0000000000000102"
            "0102030405060708"
            "0013696e636964656e742e6e6f74655f6164646564"
            "0017696e636964656e74732f444f502d323032362d30303037"
            "0000000000000003"
            "000870656f706c652f78"
            "0003722d31"
            "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f");
}

TEST(LeafTest, IsReadBack) {
  const std::string framed = *record::FrameLeaf(Sample());
  const auto leaf = record::ParseLeaf(framed);
  ASSERT_THAT(leaf, IsOk());
  EXPECT_EQ(*record::FrameLeaf(*leaf), framed);
  EXPECT_EQ(leaf->subject, "incidents/DOP-2026-0007");
  EXPECT_EQ(leaf->index, 258u);
  EXPECT_EQ(leaf->commitment, Sample().commitment);
}

TEST(LeafTest, AnythingElseIsRefused) {
  const std::string framed = *record::FrameLeaf(Sample());
  for (size_t size = 0; size < framed.size(); ++size) {
    EXPECT_FALSE(record::ParseLeaf(framed.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(record::ParseLeaf(framed + "x").ok());
  std::string other = framed;
  other[0] = 2;
  EXPECT_FALSE(record::ParseLeaf(other).ok());
}

TEST(LeafTest, TextsThatDoNotFitAreRefused) {
  record::Leaf leaf = Sample();
  leaf.request_id = std::string(65'535, 'r');
  EXPECT_THAT(record::FrameLeaf(leaf), IsOk());
  leaf.request_id += "r";
  EXPECT_FALSE(record::FrameLeaf(leaf).ok());
}

TEST(SuperLeafTest, IsFramedByteByByteAndReadBack) {
  record::SuperLeaf leaf{"a/belfry/d", 5, {}};
  leaf.root.fill('\1');
  const std::string framed = *record::FrameSuperLeaf(leaf);
  EXPECT_EQ(absl::BytesToHexString(framed),
            "01000a612f62656c6672792f640000000000000005"
            "0101010101010101010101010101010101010101010101010101010101010101");
  const auto parsed = record::ParseSuperLeaf(framed);
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->origin, leaf.origin);
  EXPECT_EQ(parsed->size, 5u);
  EXPECT_EQ(parsed->root, leaf.root);
  for (size_t size = 0; size < framed.size(); ++size) {
    EXPECT_FALSE(record::ParseSuperLeaf(framed.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(record::ParseSuperLeaf(framed + "x").ok());
}

TEST(CommitmentTest, IsTheHashOfSaltAndPayload) {
  // SHA-256("abc"), wherever salt and payload meet.
  const auto digest = [](const char* salt, const char* payload) {
    return absl::BytesToHexString(record::View(record::Commitment(salt, payload)));
  };
  EXPECT_EQ(digest("a", "bc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("a", "bc"), digest("ab", "c"));
}

TEST(NamesTest, OfInstancesAndLogs) {
  for (const char* good : {"localhost", "irp.mass.gov", "a", "belfry-1.example"}) {
    EXPECT_TRUE(record::IsInstanceName(good)) << good;
  }
  for (const char* bad : {"", "A", "a/b", "-a", "a.", "a b", "ä", "a+b", "a\n"}) {
    EXPECT_FALSE(record::IsInstanceName(bad)) << bad;
  }
  for (const char* good : {"dop", "_instance", "EOTSS", "a.b-c"}) {
    EXPECT_TRUE(record::IsLogId(good)) << good;
  }
  for (const char* bad : {"", "a/b", "a b", "a+b", "a\n"}) {
    EXPECT_FALSE(record::IsLogId(bad)) << bad;
  }
  EXPECT_EQ(record::LogOrigin("localhost", "dop"), "localhost/belfry/dop");
  EXPECT_EQ(record::SuperOrigin("localhost"), "localhost/belfry");
}

}  // namespace
}  // namespace belfry::testing
