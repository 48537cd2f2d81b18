// Disks that fill up and fail: no half item, no lost item, and nothing that looks stored and is
// not.
#include <sys/resource.h>

#include <csignal>
#include <functional>

#include "tests/unit/server/vault/vault_fixture.h"

namespace belfry::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

// The call with this number, from 1, and every later one while `sticky`, fails.
struct Faults {
  int64_t calls = 0;
  int64_t fail_at = 0;
  bool sticky = false;
  absl::Status error = absl::ResourceExhaustedError("write: No space left on device");

  absl::Status Next() {
    ++calls;
    const bool fails = fail_at > 0 && (sticky ? calls >= fail_at : calls == fail_at);
    return fails ? error : absl::OkStatus();
  }
};

class FaultyFile final : public vault::File {
 public:
  FaultyFile(std::unique_ptr<vault::File> real, Faults* faults)
      : real_(std::move(real)), faults_(*faults) {}
  absl::StatusOr<std::string> Read(int64_t offset, size_t size) override {
    return real_->Read(offset, size);
  }
  absl::Status Write(int64_t offset, absl::string_view bytes) override {
    if (absl::Status status = faults_.Next(); !status.ok()) {
      // Half of it arrives.
      real_->Write(offset, bytes.substr(0, bytes.size() / 2)).IgnoreError();
      return status;
    }
    return real_->Write(offset, bytes);
  }
  absl::Status Reserve(int64_t bytes) override {
    if (absl::Status status = faults_.Next(); !status.ok()) return status;
    return real_->Reserve(bytes);
  }
  absl::Status Truncate(int64_t bytes) override {
    if (absl::Status status = faults_.Next(); !status.ok()) return status;
    return real_->Truncate(bytes);
  }
  absl::Status Sync() override {
    if (absl::Status status = faults_.Next(); !status.ok()) return status;
    return real_->Sync();
  }
  absl::StatusOr<int64_t> Size() override { return real_->Size(); }

 private:
  const std::unique_ptr<vault::File> real_;
  Faults& faults_;
};

class FaultyFiles final : public vault::FileSystem {
 public:
  explicit FaultyFiles(Faults* faults) : faults_(*faults) {}
  absl::StatusOr<std::unique_ptr<vault::File>> Create(const std::string& path) override {
    if (absl::Status status = faults_.Next(); !status.ok()) return status;
    return Wrapped(real_.Create(path));
  }
  absl::StatusOr<std::unique_ptr<vault::File>> Open(const std::string& path,
                                                    bool writable) override {
    return Wrapped(real_.Open(path, writable));
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (absl::Status status = faults_.Next(); !status.ok()) return status;
    return real_.Rename(from, to);
  }
  // A full disk removes files all the same.
  absl::Status Remove(const std::string& path) override { return real_.Remove(path); }
  absl::StatusOr<bool> Exists(const std::string& path) override { return real_.Exists(path); }
  absl::Status MakeDirectory(const std::string& path) override { return real_.MakeDirectory(path); }
  absl::Status SyncDirectory(const std::string& path) override {
    if (absl::Status status = faults_.Next(); !status.ok()) return status;
    return real_.SyncDirectory(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    return real_.List(path);
  }

 private:
  absl::StatusOr<std::unique_ptr<vault::File>> Wrapped(
      absl::StatusOr<std::unique_ptr<vault::File>> file) {
    if (!file.ok()) return file;
    return std::unique_ptr<vault::File>(std::make_unique<FaultyFile>(*std::move(file), &faults_));
  }

  vault::FileSystem& real_ = vault::RealFileSystem();
  Faults& faults_;
};

class VaultFaultsTest : public VaultTest {
 protected:
  VaultFaultsTest() { files_ = &faulty_; }

  // Stores two and a half chunks while call `n` fails, then starts anew on a good disk. True when
  // nothing failed, because there are fewer calls.
  bool TryWithFault(int64_t n, bool sticky) {
    const std::string bytes = Noise(2'600'000, static_cast<uint64_t>(n));
    const std::string incident = absl::StrCat("DOP-", n, sticky ? "s" : "");
    faults_.calls = 0;
    faults_.fail_at = n;
    faults_.sticky = sticky;
    const auto object = Store(bytes, incident);
    const bool reached = faults_.calls >= n;
    faults_.fail_at = 0;
    EXPECT_THAT(vault_->OpenObject(first_), IsOk()) << "what was there stays";
    EXPECT_THAT(Open(), IsOk()) << n;
    EXPECT_THAT(vault_->Sweep([&](const std::string& known) -> absl::StatusOr<bool> {
      return known == first_ || (object.ok() && known == *object);
    }),
                IsOk())
        << n;
    if (object.ok()) {
      EXPECT_TRUE(*Load(*object) == bytes) << n;
      EXPECT_THAT(vault_->Shred(*object), IsOk());
    } else {
      EXPECT_THAT(object.status().code(), ::testing::AnyOf(absl::StatusCode::kResourceExhausted,
                                                           absl::StatusCode::kUnavailable))
          << n << " " << object.status();
    }
    // Uploads that could not be cleaned up under the fault go with their time.
    clock_.AdvanceTo(clock_.Now() + absl::Hours(25));
    vault_->ExpireUploads();
    EXPECT_THAT(FilesIn("uploads"), IsEmpty()) << n;
    EXPECT_THAT(FilesIn("intents"), IsEmpty()) << n;
    return !reached;
  }

  Faults faults_;
  FaultyFiles faulty_{&faults_};
  std::string first_;
};

TEST_F(VaultFaultsTest, LeavesNoHalfItemWhicheverCallFails) {
  ASSERT_THAT(Open(), IsOk());
  const auto first = Store("first", "DOP-first");
  ASSERT_THAT(first, IsOk());
  first_ = *first;
  for (const absl::Status& error : {absl::ResourceExhaustedError("write: No space left on device"),
                                    absl::UnavailableError("write: Input/output error")}) {
    faults_.error = error;
    for (const bool sticky : {false, true}) {
      int64_t n = 1;
      while (n < 200 && !TryWithFault(n, sticky)) ++n;
      EXPECT_GT(n, 10) << "the faults must bite";
      EXPECT_LT(n, 200);
    }
  }
}

TEST_F(VaultFaultsTest, SaysThatTheDiskIsFullAndFreesIt) {
  ASSERT_THAT(Open(), IsOk());
  const std::string bytes = Noise(3'000'000);
  auto upload = vault_->BeginUpload(InfoOf(bytes));
  ASSERT_THAT(upload, IsOk());
  const auto ticket = (*upload)->Attach();
  faults_.calls = 0;
  faults_.fail_at = 2;
  EXPECT_THAT(vault_->Append(*upload, *ticket, bytes),
              RefusedBecause("DISK_FULL", "nothing was kept"));
  EXPECT_THAT(FilesIn("uploads"), IsEmpty());
  EXPECT_EQ(vault_->total_bytes(), 0);
  EXPECT_EQ(vault_->upload_count(), 0);
}

// The kernel's own refusal, by a limit that needs no root.
TEST_F(VaultTest, LeavesNoHalfItemAtAFileSizeLimit) {
  ASSERT_THAT(Open(), IsOk());
  signal(SIGXFSZ, SIG_IGN);
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  rlimit small = old;
  small.rlim_cur = 1'500'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto object = Store(Noise(3'000'000));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_THAT(object, RefusedBecause("DISK_FULL", "File too large"));
  EXPECT_THAT(FilesIn("uploads"), IsEmpty());
  EXPECT_THAT(FilesIn("objects"), IsEmpty());
  EXPECT_THAT(Store(Noise(3'000'000)), IsOk());
}

}  // namespace
}  // namespace belfry::testing
