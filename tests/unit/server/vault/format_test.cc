// The cipher, the layout of a file, and key files, by known answers.
#include "server/vault/format.h"
#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/random.h"
#include "server/vault/cipher.h"
#include "server/vault/key_file.h"
#include "server/vault/key_ring.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Not;

std::string Hex(absl::string_view text) { return absl::HexStringToBytes(text); }

// Test case 16 of the GCM specification (McGrew, Viega), which NIST SP 800-38D refers to.
TEST(CipherTest, IsAes256Gcm) {
  vault::Aead aead(
      vault::SecretKey(Hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")));
  const std::string plain =
      Hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
          "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  std::string sealed;
  aead.Seal(Hex("cafebabefacedbaddecaf888"), Hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), plain,
            sealed);
  EXPECT_EQ(absl::BytesToHexString(sealed),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened = aead.Open(Hex("cafebabefacedbaddecaf888"),
                                Hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), sealed);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(*opened, plain);
}

TEST(CipherTest, OpensNothingThatWasChanged) {
  vault::Aead aead(vault::SecretKey(std::string(32, 'k')));
  std::string sealed;
  aead.Seal(std::string(12, 'n'), "head", "text", sealed);
  EXPECT_THAT(aead.Open(std::string(12, 'n'), "head", sealed), IsOk());
  EXPECT_THAT(aead.Open(std::string(12, 'm'), "head", sealed), Not(IsOk()));
  EXPECT_THAT(aead.Open(std::string(12, 'n'), "tail", sealed), Not(IsOk()));
  EXPECT_THAT(aead.Open(std::string(12, 'n'), "head", sealed.substr(1)), Not(IsOk()));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THAT(aead.Open(std::string(12, 'n'), "head", changed), Not(IsOk())) << i;
  }
}

// RFC 4231, test case 2 has a short key; ours are 32 bytes: the key padded with zeros is the same.
TEST(CipherTest, IsHmacSha256) {
  std::string key = "Jefe";
  key.resize(32, '\0');
  EXPECT_EQ(
      absl::BytesToHexString(vault::Hmac(vault::SecretKey(key), "what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(CipherTest, HashesInPieces) {
  vault::Sha256Stream hash;
  hash.Add("a");
  hash.Add("bc");
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(hash.Hex(), abc);
  EXPECT_EQ(hash.Hex(), abc) << "asking does not end it";
}

TEST(LayoutTest, CountsChunks) {
  EXPECT_EQ(vault::Layout{0}.chunks(), 1);
  EXPECT_EQ(vault::Layout{0}.ChunkSize(0), 0);
  EXPECT_EQ(vault::Layout{1}.chunks(), 1);
  EXPECT_EQ(vault::Layout{vault::kChunkBytes}.chunks(), 1);
  EXPECT_EQ(vault::Layout{vault::kChunkBytes + 1}.chunks(), 2);
  EXPECT_EQ(vault::Layout{vault::kChunkBytes + 1}.ChunkSize(1), 1);
  EXPECT_TRUE(vault::Layout{vault::kChunkBytes + 1}.IsLast(1));
  EXPECT_FALSE(vault::Layout{vault::kChunkBytes + 1}.IsLast(0));
}

TEST(LayoutTest, ReadsItsOwnHeaderAndNoOther) {
  const std::string address(32, 'a');
  const std::string header = vault::EncodeHeader(12345, address, std::string(32, 'r'));
  EXPECT_EQ(static_cast<int64_t>(header.size()), vault::kHeaderBytes);
  const auto layout = vault::DecodeHeader(header, address);
  ASSERT_THAT(layout, IsOk());
  EXPECT_EQ(layout->item_bytes, 12345);
  EXPECT_THAT(vault::DecodeHeader(header, std::string(32, 'b')), Not(IsOk()));
  EXPECT_THAT(vault::DecodeHeader(header.substr(1), address), Not(IsOk()));
}

TEST(LayoutTest, GivesEachChunkItsNonce) {
  EXPECT_EQ(absl::BytesToHexString(vault::ChunkNonce("saltsal", 258, true)),
            "73616c7473616c0000010201");
  EXPECT_EQ(absl::BytesToHexString(vault::ChunkNonce("saltsal", 258, false)),
            "73616c7473616c0000010200");
}

class KeyFileTest : public ::testing::Test {
 protected:
  KeyFileTest() {
    item_.key = vault::SecretKey(std::string(32, 'i'));
    item_.info.incident = "DOP-2026-0007";
    item_.info.number = 3;
    item_.info.size_bytes = 77;
    item_.info.sha256 = std::string(64, 'c');
    item_.info.principal = "people/dop.iso";
    item_.info.upload = "0190";
    item_.info.begin_time = absl::FromUnixSeconds(5);
  }
  vault::KeyRing old_ring_{{{"old", vault::SecretKey(std::string(32, 'o'))}}};
  vault::KeyRing both_{{{"old", vault::SecretKey(std::string(32, 'o'))},
                        {"new", vault::SecretKey(std::string(32, 'n'))}}};
  vault::KeyRing new_ring_{{{"new", vault::SecretKey(std::string(32, 'n'))}}};
  SystemRandom random_;
  vault::ItemKey item_;
};

TEST_F(KeyFileTest, KeepsTheKeyAndWhatItIsFor) {
  const std::string file = vault::WrapItemKey(old_ring_, item_, "item", random_);
  EXPECT_EQ(file.find(std::string(32, 'i')), std::string::npos);
  EXPECT_EQ(file.find("DOP-2026"), std::string::npos) << "not even the incident's name";
  const auto read = vault::UnwrapItemKey(old_ring_, file, "item");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->key.bytes(), item_.key.bytes());
  EXPECT_EQ(read->info.incident, "DOP-2026-0007");
  EXPECT_EQ(read->info.number, 3);
  EXPECT_EQ(read->info.size_bytes, 77);
  EXPECT_EQ(read->info.sha256, std::string(64, 'c'));
  EXPECT_EQ(read->info.principal, "people/dop.iso");
  EXPECT_EQ(read->info.upload, "0190");
  EXPECT_EQ(read->info.begin_time, absl::FromUnixSeconds(5));
}

TEST_F(KeyFileTest, FitsNothingElse) {
  const std::string file = vault::WrapItemKey(old_ring_, item_, "item", random_);
  EXPECT_THAT(vault::UnwrapItemKey(old_ring_, file, "address"), Not(IsOk()));
  for (size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THAT(vault::UnwrapItemKey(old_ring_, changed, "item"), Not(IsOk())) << i;
    EXPECT_THAT(vault::UnwrapItemKey(old_ring_, file.substr(0, i), "item"), Not(IsOk())) << i;
  }
}

TEST_F(KeyFileTest, IsWrappedAnew) {
  const std::string file = vault::WrapItemKey(old_ring_, item_, "item", random_);
  EXPECT_THAT(vault::UnwrapItemKey(new_ring_, file, "item"),
              RefusedBecause("KEY_MISSING", "\"old\""));
  const auto fresh = vault::Rewrap(both_, file, "item", random_);
  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ(*vault::WrappedBy(*fresh), "new");
  const auto read = vault::UnwrapItemKey(new_ring_, *fresh, "item");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->key.bytes(), item_.key.bytes());
}

}  // namespace
}  // namespace belfry::testing
