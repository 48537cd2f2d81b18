// What the vault promises when nothing fails.
#include "tests/unit/server/vault/vault_fixture.h"

#include <algorithm>

#include "server/vault/format.h"

namespace belfry::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const auto kNothingKept = [](const std::string&) -> absl::StatusOr<bool> { return false; };
const auto kAllKept = [](const std::string&) -> absl::StatusOr<bool> { return true; };

TEST_F(VaultTest, GivesBackWhatItTook) {
  ASSERT_THAT(Open(), IsOk());
  const auto chunk = static_cast<size_t>(vault::kChunkBytes);
  for (const size_t size : {size_t{0}, size_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk + 5}) {
    const std::string bytes = Noise(size, size + 1);
    const auto object = Store(bytes, "DOP-" + std::to_string(size));
    ASSERT_THAT(object, IsOk()) << size;
    const auto read = Load(*object);
    ASSERT_THAT(read, IsOk()) << size;
    EXPECT_TRUE(*read == bytes) << size;
  }
  EXPECT_THAT(FilesIn("uploads"), IsEmpty());
  EXPECT_THAT(FilesIn("intents"), IsEmpty());
}

TEST_F(VaultTest, WritesNothingThatCanBeRead) {
  ASSERT_THAT(Open(), IsOk());
  const std::string text(300'000, 'x');
  const auto object = Store(text);
  ASSERT_THAT(object, IsOk());
  const std::string file = ReadAll(PathOf(*object));
  EXPECT_EQ(file.find("xxxxxxxx"), std::string::npos);
  EXPECT_EQ(object->find(Sha256Hex(text)), std::string::npos);
}

TEST_F(VaultTest, TellsNobodyThatTwoIncidentsHaveTheSameBytes) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(5000);
  const auto one = Store(bytes, "DOP-1");
  const auto other = Store(bytes, "DOR-1");
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(other, IsOk());
  EXPECT_NE(*one, *other);
  EXPECT_NE(ReadAll(PathOf(*one)).substr(100), ReadAll(PathOf(*other)).substr(100));
  // Destroying one leaves the other.
  ASSERT_THAT(vault_->Shred(*one), IsOk());
  EXPECT_THAT(Load(*one), Not(IsOk()));
  EXPECT_THAT(Load(*other), IsOk());
}

TEST_F(VaultTest, RefusesWhatIsNotWhatWasAnnounced) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(2'000'000);
  auto info = InfoOf(bytes);
  info.sha256 = Sha256Hex("something else");
  auto upload = vault_->BeginUpload(info);
  ASSERT_THAT(upload, IsOk());
  const auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, bytes), IsOk());
  EXPECT_THAT(vault_->Finish(*upload, *ticket),
              RefusedBecause("HASH_MISMATCH", "nothing was kept"));
  EXPECT_THAT(FilesIn("uploads"), IsEmpty());
  EXPECT_THAT(FilesIn("objects"), IsEmpty());
  EXPECT_EQ(vault_->total_bytes(), 0);
  EXPECT_THAT(vault_->FindUpload((*upload)->id(), "people/a"),
              RefusedBecause("UPLOAD_NOT_FOUND", ""));
}

TEST_F(VaultTest, RefusesMoreThanWasAnnounced) {
  ASSERT_THAT(Open(), IsOk());
  auto upload = vault_->BeginUpload(InfoOf("abc"));
  ASSERT_THAT(upload, IsOk());
  const auto ticket = (*upload)->Attach();
  EXPECT_THAT(vault_->Append(*upload, *ticket, "abcd"), RefusedBecause("FIELD_INVALID", "data"));
}

TEST_F(VaultTest, GoesOnAfterAStreamBroke) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(3'500'000);
  auto upload = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(upload, IsOk());
  auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, absl::string_view(bytes).substr(0, 2'600'000)),
              IsOk());
  (*upload)->Detach(*ticket);
  EXPECT_EQ(*(*upload)->Committed(), 2 * vault::kChunkBytes) << "whole chunks only";
  // The same bytes announced again are the same upload.
  const auto again = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ((*again)->id(), (*upload)->id());
  ticket = (*again)->Attach();
  ASSERT_THAT(
      vault_->Append(*again, *ticket, absl::string_view(bytes).substr(2 * vault::kChunkBytes)),
      IsOk());
  const auto object = vault_->Finish(*again, *ticket);
  ASSERT_THAT(object, IsOk());
  EXPECT_TRUE(*Load(*object) == bytes);
}

TEST_F(VaultTest, GoesOnAfterAKill) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(5'000'000);
  auto upload = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(upload, IsOk());
  const std::string id = (*upload)->id();
  auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, absl::string_view(bytes).substr(0, 3'300'000)),
              IsOk());
  upload->reset();
  // A torn write behind the last whole chunk, as a power failure leaves one.
  const std::string path = options_.directory + "/uploads/" + id;
  WriteAll(path, ReadAll(path) + Noise(70'000, 9));
  ASSERT_THAT(Open(), IsOk());
  auto found = vault_->FindUpload(id, "people/a");
  ASSERT_THAT(found, IsOk());
  const auto committed = (*found)->Committed();
  ASSERT_THAT(committed, IsOk());
  EXPECT_EQ(*committed, 3 * vault::kChunkBytes);
  ticket = (*found)->Attach();
  ASSERT_THAT(vault_->Append(*found, *ticket,
                             absl::string_view(bytes).substr(static_cast<size_t>(*committed))),
              IsOk());
  const auto object = vault_->Finish(*found, *ticket);
  ASSERT_THAT(object, IsOk());
  EXPECT_TRUE(*Load(*object) == bytes);
}

TEST_F(VaultTest, GivesAnUploadToWhoeverBeganItAlone) {
  ASSERT_THAT(Open(), IsOk());
  auto upload = vault_->BeginUpload(InfoOf("abc"));
  ASSERT_THAT(upload, IsOk());
  EXPECT_THAT(vault_->FindUpload((*upload)->id(), "people/b"),
              RefusedBecause("UPLOAD_NOT_FOUND", ""));
  const auto other = vault_->BeginUpload(InfoOf("abc", "DOP-1", "people/b"));
  ASSERT_THAT(other, IsOk());
  EXPECT_NE((*other)->id(), (*upload)->id());
}

TEST_F(VaultTest, LetsALaterStreamTakeOver) {
  ASSERT_THAT(Open(), IsOk());
  auto upload = vault_->BeginUpload(InfoOf("abcdef"));
  ASSERT_THAT(upload, IsOk());
  const auto first = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *first, "abc"), IsOk());
  const auto second = (*upload)->Attach();
  EXPECT_THAT(vault_->Append(*upload, *first, "def"), RefusedBecause("UPLOAD_TAKEN_OVER", ""));
  ASSERT_THAT(vault_->Append(*upload, *second, "abcdef"), IsOk());
  EXPECT_THAT(vault_->Finish(*upload, *first), RefusedBecause("UPLOAD_TAKEN_OVER", ""));
  EXPECT_THAT(vault_->Finish(*upload, *second), IsOk());
}

// A caller whose connection broke at the last byte comes again before the row is committed.
TEST_F(VaultTest, ASecondFinishHarmsNothing) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(1'500'000);
  auto upload = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(upload, IsOk());
  const auto first = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *first, bytes), IsOk());
  const auto object = vault_->Finish(*upload, *first);
  ASSERT_THAT(object, IsOk());
  const auto again = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(again, IsOk());
  const auto second = (*again)->Attach();
  ASSERT_THAT(vault_->Append(*again, *second, ""), IsOk());
  EXPECT_THAT(vault_->Finish(*again, *second), RefusedBecause("UPLOAD_FINISHING", ""));
  EXPECT_THAT(vault_->Abort(*again), RefusedBecause("UPLOAD_FINISHING", ""));
  clock_.AdvanceTo(clock_.Now() + absl::Hours(25));
  EXPECT_EQ(vault_->ExpireUploads(), 0);
  ASSERT_THAT(vault_->Keep(*object), IsOk());
  EXPECT_THAT(vault_->Finish(*again, *second), RefusedBecause("UPLOAD_FINISHING", ""));
  EXPECT_TRUE(*Load(*object) == bytes);
}

// A crash before the header was written must not stand in the way for a day.
TEST_F(VaultTest, BeginsAnewWhatCannotBeGoneOnWith) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(1000);
  auto upload = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(upload, IsOk());
  const std::string id = (*upload)->id();
  upload->reset();
  WriteAll(options_.directory + "/uploads/" + id, "");
  ASSERT_THAT(Open(), IsOk());
  const auto fresh = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(fresh, IsOk());
  EXPECT_NE((*fresh)->id(), id);
  EXPECT_THAT(Store(bytes), IsOk());
  EXPECT_THAT(FilesIn("uploads"), IsEmpty());
}

// Two people bring the same bytes; whoever comes last must not harm what is kept already.
TEST_F(VaultTest, NeverWritesOverAnItem) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(1000);
  const auto one = Store(bytes, "DOP-1", "people/a");
  ASSERT_THAT(one, IsOk());
  auto upload = vault_->BeginUpload(InfoOf(bytes, "DOP-1", "people/b"));
  ASSERT_THAT(upload, IsOk());
  const auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, bytes), IsOk());
  const auto other = vault_->Finish(*upload, *ticket);
  ASSERT_THAT(other, IsOk());
  EXPECT_NE(*other, *one);
  // Its row was refused.
  ASSERT_THAT(vault_->Unfinish(*other, *upload), IsOk());
  ASSERT_THAT(vault_->Abort(*upload), IsOk());
  EXPECT_TRUE(*Load(*one) == bytes);
}

TEST_F(VaultTest, GivesBackAnUploadWhoseRowWasNotCommitted) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(1'500'000);
  auto upload = vault_->BeginUpload(InfoOf(bytes));
  auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, bytes), IsOk());
  auto object = vault_->Finish(*upload, *ticket);
  ASSERT_THAT(object, IsOk());
  ASSERT_THAT(vault_->Unfinish(*object, *upload), IsOk());
  EXPECT_THAT(FilesIn("objects"), IsEmpty());
  EXPECT_THAT(FilesIn("intents"), IsEmpty());
  EXPECT_EQ(*(*upload)->Committed(), 1'500'000);
  // A repeat has nothing left to send.
  ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, ""), IsOk());
  EXPECT_TRUE((*upload)->IsComplete());
  object = vault_->Finish(*upload, *ticket);
  ASSERT_THAT(object, IsOk());
  EXPECT_TRUE(*Load(*object) == bytes);
}

// ---- Damage ----

TEST_F(VaultTest, FindsEveryFlippedBit) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(2'100'000);
  const auto object = Store(bytes);
  ASSERT_THAT(object, IsOk());
  const std::string file = ReadAll(PathOf(*object));
  for (size_t i = 0; i < 40; ++i) {
    // Also the header, the salts and the tags.
    const size_t at = i < 20 ? i * 5 : file.size() - 1 - (i - 20) * 100'003;
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (i % 8)));
    WriteAll(PathOf(*object), changed);
    EXPECT_THAT(Load(*object), RefusedBecause("CONTENT_DAMAGED", "")) << at;
  }
  WriteAll(PathOf(*object), file);
  EXPECT_THAT(Load(*object), IsOk());
}

TEST_F(VaultTest, FindsChunksMovedRepeatedAndLeftOut) {
  ASSERT_THAT(Open(), IsOk());
  const auto object = Store(Noise(3 * static_cast<size_t>(vault::kChunkBytes)));
  ASSERT_THAT(object, IsOk());
  const std::string file = ReadAll(PathOf(*object));
  const auto offset = [](int64_t i) { return static_cast<size_t>(vault::Layout::ChunkOffset(i)); };
  const std::string first = file.substr(offset(0), offset(1) - offset(0));
  const std::string second = file.substr(offset(1), offset(1) - offset(0));
  const std::string head = file.substr(0, offset(0));
  const std::string third = file.substr(offset(2));
  for (const std::string& changed :
       {head + second + first + third, head + first + first + third, head + first + third,
        head + first + second, head + first + second + third + third}) {
    WriteAll(PathOf(*object), changed);
    EXPECT_THAT(Load(*object), RefusedBecause("CONTENT_DAMAGED", ""));
  }
}

TEST_F(VaultTest, FindsFilesThatChangedPlaces) {
  ASSERT_THAT(Open(), IsOk());
  const auto one = Store(Noise(1000, 1), "DOP-1");
  const auto other = Store(Noise(1000, 2), "DOP-2");
  const auto swap = [&](const std::string& suffix) {
    const std::string kept = ReadAll(PathOf(*one) + suffix);
    WriteAll(PathOf(*one) + suffix, ReadAll(PathOf(*other) + suffix));
    WriteAll(PathOf(*other) + suffix, kept);
  };
  swap("");
  EXPECT_THAT(Load(*one), RefusedBecause("CONTENT_DAMAGED", ""));
  swap(".key");
  EXPECT_THAT(Load(*one), RefusedBecause("CONTENT_DAMAGED", "another item")) << "bytes and key";
  swap("");
  EXPECT_THAT(Load(*one), RefusedBecause("CONTENT_DAMAGED", "another item")) << "the key alone";
}

// ---- Keys ----

TEST_F(VaultTest, WrapsKeysAnewAndLeavesTheBytes) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(1'200'000);
  const auto object = Store(bytes);
  ASSERT_THAT(object, IsOk());
  auto upload = vault_->BeginUpload(InfoOf(bytes, "DOP-2"));
  ASSERT_THAT(upload, IsOk());
  const std::string id = (*upload)->id();
  upload->reset();
  const std::string file = ReadAll(PathOf(*object));
  keys_.emplace_back("k2", vault::SecretKey(std::string(32, 'b')));
  ASSERT_THAT(Open(), IsOk());
  auto result = vault_->Rekey();
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->rewrapped, 3) << "the item's, the upload's and that of names";
  result = vault_->Rekey();
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->rewrapped, 0);
  EXPECT_EQ(result->unchanged, 3);
  EXPECT_TRUE(ReadAll(PathOf(*object)) == file);
  // The old key can go.
  keys_.erase(keys_.begin());
  ASSERT_THAT(Open(), IsOk());
  EXPECT_TRUE(*Load(*object) == bytes);
  EXPECT_THAT(vault_->FindUpload(id, "people/a"), IsOk());
}

TEST_F(VaultTest, ADamagedKeyDoesNotStandInTheWayOfOthers) {
  ASSERT_THAT(Open(), IsOk());
  const auto one = Store("one", "DOP-1");
  const auto other = Store("other", "DOP-2");
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(other, IsOk());
  // The first that is looked at.
  const std::string damaged = PathOf(std::min(*one, *other)) + ".key";
  WriteAll(damaged, Noise(178));
  keys_.emplace_back("k2", vault::SecretKey(std::string(32, 'b')));
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(vault_->Rekey(), RefusedBecause("CONTENT_DAMAGED", "objects/"));
  keys_.erase(keys_.begin());
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(Load(std::max(*one, *other)), IsOk());
}

TEST_F(VaultTest, SaysWhichKeyIsMissing) {
  ASSERT_THAT(Open(), IsOk());
  vault_.reset();
  keys_ = {{"k9", vault::SecretKey(std::string(32, 'z'))}};
  EXPECT_THAT(Open(), RefusedBecause("KEY_MISSING", "k1"));
}

// ---- Crashes ----

TEST_F(VaultTest, SweepsWhatACrashLeftBetweenRenameAndCommit) {
  ASSERT_THAT(Open(), IsOk());
  const auto kept = Store("kept", "DOP-1");
  ASSERT_THAT(kept, IsOk());
  auto upload = vault_->BeginUpload(InfoOf("orphan", "DOP-2"));
  const auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, "orphan"), IsOk());
  const auto orphan = vault_->Finish(*upload, *ticket);
  ASSERT_THAT(orphan, IsOk());
  upload->reset();
  ASSERT_THAT(Open(), IsOk());
  const auto swept = vault_->Sweep(
      [&](const std::string& object) -> absl::StatusOr<bool> { return object == *kept; });
  ASSERT_THAT(swept, IsOk());
  EXPECT_EQ(*swept, 1);
  EXPECT_THAT(FilesIn("objects"), SizeIs(2)) << "the kept item and its key";
  EXPECT_THAT(FilesIn("intents"), IsEmpty());
  EXPECT_THAT(Load(*kept), IsOk());
}

TEST_F(VaultTest, KeepsWhatWasCommittedBeforeACrash) {
  ASSERT_THAT(Open(), IsOk());
  auto upload = vault_->BeginUpload(InfoOf("committed"));
  const auto ticket = (*upload)->Attach();
  ASSERT_THAT(vault_->Append(*upload, *ticket, "committed"), IsOk());
  const auto object = vault_->Finish(*upload, *ticket);
  ASSERT_THAT(object, IsOk());
  upload->reset();
  ASSERT_THAT(Open(), IsOk());
  ASSERT_THAT(vault_->Sweep(kAllKept), IsOk());
  EXPECT_EQ(*Load(*object), "committed");
}

// Beside a wrong or older database nothing is an orphan that nobody intended to be one.
TEST_F(VaultTest, SweepsNothingThatNoIntentNames) {
  ASSERT_THAT(Open(), IsOk());
  const auto object = Store("evidence");
  ASSERT_THAT(object, IsOk());
  ASSERT_THAT(Open(), IsOk());
  const auto swept = vault_->Sweep(kNothingKept);
  ASSERT_THAT(swept, IsOk());
  EXPECT_EQ(*swept, 0);
  EXPECT_EQ(*Load(*object), "evidence");
}

TEST_F(VaultTest, FinishesADestructionAfterACrash) {
  ASSERT_THAT(Open(), IsOk());
  const auto object = Store("evidence");
  ASSERT_THAT(vault_->IntendToShred(*object), IsOk());
  // The power went while its key was being overwritten.
  WriteAll(PathOf(*object) + ".key", Noise(178));
  ASSERT_THAT(Open(), IsOk());
  ASSERT_THAT(vault_->Sweep(kNothingKept), IsOk());
  EXPECT_THAT(FilesIn("objects"), IsEmpty());
  EXPECT_EQ(vault_->total_bytes(), 0);
}

TEST_F(VaultTest, DestroysNothingThatWasRefused) {
  ASSERT_THAT(Open(), IsOk());
  const auto object = Store("evidence");
  ASSERT_THAT(vault_->IntendToShred(*object), IsOk());
  ASSERT_THAT(vault_->Forgive(*object), IsOk());
  EXPECT_THAT(FilesIn("intents"), IsEmpty());
  EXPECT_EQ(*Load(*object), "evidence");
}

// ---- Limits ----

TEST_F(VaultTest, HasLimits) {
  options_.item_bytes_max = 1'000'000;
  options_.total_bytes_max = 1'500'000;
  options_.uploads_per_principal_max = 2;
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(vault_->BeginUpload(InfoOf(Noise(1'000'001))),
              RefusedBecause("FIELD_INVALID", "size_bytes"));
  ASSERT_THAT(vault_->BeginUpload(InfoOf(Noise(900'000), "DOP-1")), IsOk());
  EXPECT_THAT(vault_->BeginUpload(InfoOf(Noise(900'000), "DOP-2")),
              RefusedBecause("VAULT_FULL", "1500000"));
  ASSERT_THAT(vault_->BeginUpload(InfoOf("2", "DOP-3")), IsOk());
  EXPECT_THAT(vault_->BeginUpload(InfoOf("3", "DOP-4")), RefusedBecause("TOO_MANY_UPLOADS", "2"));
  EXPECT_THAT(vault_->BeginUpload(InfoOf("3", "DOP-4", "people/b")), IsOk());
}

TEST_F(VaultTest, ForgetsUploadsThatBringNothing) {
  ASSERT_THAT(Open(), IsOk());
  auto upload = vault_->BeginUpload(InfoOf(Noise(10'000)));
  ASSERT_THAT(upload, IsOk());
  const auto ticket = (*upload)->Attach();
  clock_.AdvanceTo(clock_.Now() + absl::Hours(20));
  ASSERT_THAT(vault_->Append(*upload, *ticket, "x"), IsOk());
  clock_.AdvanceTo(clock_.Now() + absl::Hours(20));
  EXPECT_EQ(vault_->ExpireUploads(), 0) << "something came within the day";
  clock_.AdvanceTo(clock_.Now() + absl::Hours(5));
  EXPECT_EQ(vault_->ExpireUploads(), 1);
  EXPECT_THAT(FilesIn("uploads"), IsEmpty());
  EXPECT_EQ(vault_->total_bytes(), 0);
  EXPECT_THAT(vault_->Append(*upload, *ticket, "y"), RefusedBecause("UPLOAD_TAKEN_OVER", ""));
}

TEST_F(VaultTest, IsForOneProcess) {
  ASSERT_THAT(Open(), IsOk());
  const auto second =
      vault::Vault::Open(options_, vault::KeyRing(keys_), files_, &clock_, &random_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace belfry::testing
