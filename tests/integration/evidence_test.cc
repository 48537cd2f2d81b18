// Evidence over the real API: bytes in and out, breaks, damage, and what nobody else may see.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "belfry/error.h"
#include "belfry/evidence_transfer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/sha256.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::CustodyEntry;
using v1::Evidence;

std::string ReasonOf(const absl::Status& status) { return client::DescribeError(status).reason; }

// The shipped pack, with an hour in the place of years.
std::string WithShortRetention() {
  return absl::StrReplaceAll(ReadSourceFile("deploy/policy/itd-sec-4.3.textproto"),
                             {{"retention { seconds: 94608000 }", "retention { seconds: 3600 }"}});
}

class EvidenceServiceTest : public ::testing::Test {
 protected:
  EvidenceServiceTest()
      : server_(WithShortRetention(), DemoDirectory()), incident_(server_.Open()) {}

  std::string Add(const std::string& who = "dop.iso") {
    v1::CreateEvidenceRequest request;
    request.set_parent(incident_);
    request.mutable_evidence()->set_kind(Evidence::KIND_IMAGE);
    request.mutable_evidence()->set_description("disk of ws-14");
    const auto response = server_.As(who).CreateEvidence(request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->evidence().name() : "";
  }

  // A file of `size` bytes that do not repeat, written in pieces.
  std::string MakeFile(const std::string& name, int64_t size) {
    const std::string path = absl::StrCat(server_.directory(), "/", name);
    std::ofstream file(path, std::ios::binary);
    std::string block(1 << 20, '\0');
    uint64_t state = 88172645463325252ULL + static_cast<uint64_t>(size);
    for (int64_t done = 0; done < size;) {
      for (size_t i = 0; i + 8 <= block.size(); i += 8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        std::copy_n(reinterpret_cast<const char*>(&state), 8, block.data() + i);
      }
      const auto part = std::min<int64_t>(static_cast<int64_t>(block.size()), size - done);
      file.write(block.data(), part);
      done += part;
    }
    return path;
  }

  absl::StatusOr<Evidence> Upload(const std::string& item, const std::string& path,
                                  const std::string& who = "dop.iso") {
    return client::UploadFile(server_.As(who), item, path, {});
  }
  absl::StatusOr<v1::Content> Download(const std::string& item, const std::string& path,
                                       const std::string& who = "dop.iso") {
    client::TransferOptions options;
    options.attempts_max = 1;
    return client::DownloadFile(server_.As(who), item, "analysis", path, options);
  }
  std::string Out(const std::string& name) const {
    return absl::StrCat(server_.directory(), "/", name);
  }
  static std::string ReadAll(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::vector<CustodyEntry::Kind> Custody(const std::string& item) {
    v1::ListCustodyRequest request;
    request.set_parent(item);
    const auto response = server_.As("dop.iso").ListCustody(request);
    EXPECT_THAT(response, IsOk());
    std::vector<CustodyEntry::Kind> kinds;
    for (const CustodyEntry& entry : response->entries()) kinds.push_back(entry.kind());
    return kinds;
  }

  // Objects in the vault without their keys.
  std::vector<std::string> Objects(const std::string& folder = "objects") const {
    std::vector<std::string> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(server_.vault_directory() + "/" + folder)) {
      if (entry.path().extension() != ".key") paths.push_back(entry.path().string());
    }
    return paths;
  }

  // Of this process, in which the server runs.
  static int64_t ResidentBytes() {
    std::ifstream file("/proc/self/statm");
    int64_t size = 0;
    int64_t resident = 0;
    file >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE);
  }

  // Says that bytes come, without bringing them.
  absl::StatusOr<v1::Upload> Begin(const std::string& item, int64_t size, const std::string& sha256,
                                   const std::string& who = "dop.iso") {
    v1::BeginUploadRequest request;
    request.set_evidence(item);
    request.set_size_bytes(size);
    request.set_sha256(sha256);
    auto response = server_.As(who).BeginUpload(request);
    if (!response.ok()) return response.status();
    return response->upload();
  }

  TestServer server_;
  const std::string incident_;
};

// 64 MiB in the gate; BELFRY_EVIDENCE_MIB=2048 for the long run.
TEST_F(EvidenceServiceTest, MovesLargeItemsInConstantMemory) {
  int64_t mib = 64;
  if (const char* text = std::getenv("BELFRY_EVIDENCE_MIB"); text != nullptr) {
    ASSERT_TRUE(absl::SimpleAtoi(text, &mib));
  }
  const std::string item = Add();
  const std::string source = MakeFile("source", mib << 20);
  // What libraries allocate once is not what an item costs.
  ASSERT_THAT(Upload(Add(), MakeFile("warm", 4 << 20)), IsOk());
  const int64_t before = ResidentBytes();
  absl::Time start = absl::Now();
  const auto stored = Upload(item, source);
  ASSERT_THAT(stored, IsOk());
  const double up = absl::ToDoubleSeconds(absl::Now() - start);
  start = absl::Now();
  const auto content = Download(item, Out("copy"));
  ASSERT_THAT(content, IsOk());
  const double down = absl::ToDoubleSeconds(absl::Now() - start);
  EXPECT_LT(ResidentBytes() - before, 32 << 20);
  EXPECT_EQ(content->sha256(), stored->content().sha256());
  RecordProperty("up_mib_s", static_cast<int>(static_cast<double>(mib) / up));
  RecordProperty("down_mib_s", static_cast<int>(static_cast<double>(mib) / down));
  std::printf("%lld MiB: up %.0f MiB/s (hash and send), down %.0f MiB/s\n",
              static_cast<long long>(mib), static_cast<double>(mib) / up,
              static_cast<double>(mib) / down);
}

TEST_F(EvidenceServiceTest, GivesBackWhatItTook) {
  for (const int64_t size : {int64_t{0}, int64_t{1}, int64_t{1} << 20, int64_t{3'000'001}}) {
    const std::string item = Add();
    const std::string source = MakeFile(absl::StrCat("in", size), size);
    const auto stored = Upload(item, source);
    ASSERT_THAT(stored, IsOk()) << size;
    EXPECT_EQ(stored->content().sha256(), Sha256Hex(ReadAll(source)));
    const std::string copy = Out(absl::StrCat("out", size));
    ASSERT_THAT(Download(item, copy), IsOk()) << size;
    EXPECT_TRUE(ReadAll(copy) == ReadAll(source)) << size;
    EXPECT_THAT(Custody(item), ElementsAre(CustodyEntry::KIND_COLLECTED, CustodyEntry::KIND_STORED,
                                           CustodyEntry::KIND_ACCESSED));
  }
}

TEST_F(EvidenceServiceTest, SendsARange) {
  const std::string item = Add();
  const std::string source = MakeFile("in", 3'000'000);
  ASSERT_THAT(Upload(item, source), IsOk());
  v1::DownloadEvidenceRequest request;
  request.set_name(item);
  request.set_offset(1'048'570);
  request.set_length(1'000'000);
  request.set_purpose("the partition table");
  const auto stream = server_.As("dop.iso").DownloadEvidence(request);
  v1::DownloadEvidenceResponse response;
  std::string bytes;
  while (stream->Read(&response)) bytes += response.data();
  ASSERT_THAT(stream->Finish(), IsOk());
  EXPECT_TRUE(bytes == ReadAll(source).substr(1'048'570, 1'000'000));
}

TEST_F(EvidenceServiceTest, GoesOnAfterTheClientWasKilled) {
  const std::string item = Add();
  const std::string source = MakeFile("in", 5'000'000);
  const std::string bytes = ReadAll(source);
  const auto upload = Begin(item, 5'000'000, Sha256Hex(bytes));
  ASSERT_THAT(upload, IsOk());
  {
    const auto stream = server_.As("dop.iso").UploadEvidence();
    v1::UploadEvidenceRequest message;
    message.set_upload(upload->name());
    for (size_t at = 0; at < 3'400'000; at += 170'000) {
      message.set_data(bytes.substr(at, 170'000));
      ASSERT_TRUE(stream->Write(message));
      message.clear_upload();
    }
    stream->Cancel();
    EXPECT_THAT(stream->Finish(), Not(IsOk()));
  }
  // Also when the server is killed in between.
  server_.Restart();
  v1::QueryUploadRequest query;
  query.set_name(upload->name());
  const auto known = server_.As("dop.iso").QueryUpload(query);
  ASSERT_THAT(known, IsOk());
  EXPECT_EQ(known->upload().committed_bytes() % (1 << 20), 0);
  int64_t sent_from = -1;
  client::TransferOptions options;
  options.progress = [&](const client::TransferProgress& progress) {
    if (std::string(progress.what) == "sending" && sent_from < 0) sent_from = progress.done_bytes;
  };
  const auto stored = client::UploadFile(server_.As("dop.iso"), item, source, options);
  ASSERT_THAT(stored, IsOk());
  EXPECT_GT(sent_from, known->upload().committed_bytes()) << "what was there was not sent again";
  EXPECT_EQ(stored->content().sha256(), Sha256Hex(bytes));
  EXPECT_THAT(Objects("uploads"), IsEmpty());
}

TEST_F(EvidenceServiceTest, RefusesWhatIsNotWhatWasAnnounced) {
  const std::string item = Add();
  const auto upload = Begin(item, 3, Sha256Hex("abc"));
  ASSERT_THAT(upload, IsOk());
  const auto stream = server_.As("dop.iso").UploadEvidence();
  v1::UploadEvidenceRequest message;
  message.set_upload(upload->name());
  message.set_data("abd");
  stream->Write(message);
  EXPECT_EQ(ReasonOf(stream->Finish().status()), "HASH_MISMATCH");
  EXPECT_THAT(Objects(), IsEmpty());
  EXPECT_THAT(Objects("uploads"), IsEmpty());
  EXPECT_THAT(Custody(item), ElementsAre(CustodyEntry::KIND_COLLECTED));
}

TEST_F(EvidenceServiceTest, NeverReplacesContent) {
  const std::string item = Add();
  const std::string source = MakeFile("in", 10);
  ASSERT_THAT(Upload(item, source), IsOk());
  EXPECT_EQ(ReasonOf(Upload(item, MakeFile("other", 11)).status()), "CONTENT_EXISTS");
  EXPECT_EQ(ReasonOf(Begin(item, 10, Sha256Hex(ReadAll(source))).status()), "CONTENT_EXISTS");
  // The same file again, as after an answer that was lost.
  EXPECT_THAT(Upload(item, source), IsOk());
  EXPECT_THAT(Custody(item), ElementsAre(CustodyEntry::KIND_COLLECTED, CustodyEntry::KIND_STORED));
}

// ---- Who may not ----

TEST_F(EvidenceServiceTest, AnswersAlikeForWhatIsNotThereAndWhatIsNotShown) {
  const std::string item = Add();
  ASSERT_THAT(Upload(item, MakeFile("in", 10)), IsOk());
  v1::GetEvidenceRequest mine;
  mine.set_name(item);
  v1::GetEvidenceRequest nobodys;
  nobodys.set_name("incidents/DOP-2026-9999/evidence/1");
  const auto hidden = server_.As("bor.contact").GetEvidence(mine).status();
  const auto absent = server_.As("bor.contact").GetEvidence(nobodys).status();
  EXPECT_EQ(ReasonOf(hidden), "INCIDENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(absent), "INCIDENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Download(item, Out("stolen"), "bor.contact").status()), "INCIDENT_NOT_FOUND");
  EXPECT_FALSE(std::filesystem::exists(Out("stolen")));
  nobodys.set_name(incident_ + "/evidence/99");
  EXPECT_EQ(ReasonOf(server_.As("dop.iso").GetEvidence(nobodys).status()), "EVIDENCE_NOT_FOUND");
}

TEST_F(EvidenceServiceTest, GivesAnUploadToWhoeverBeganItAlone) {
  const auto upload = Begin(Add(), 3, Sha256Hex("abc"));
  ASSERT_THAT(upload, IsOk());
  v1::QueryUploadRequest query;
  query.set_name(upload->name());
  EXPECT_EQ(ReasonOf(server_.As("dop.contact").QueryUpload(query).status()), "UPLOAD_NOT_FOUND");
  v1::AbortUploadRequest abort;
  abort.set_name(upload->name());
  EXPECT_EQ(ReasonOf(server_.As("dop.contact").AbortUpload(abort).status()), "UPLOAD_NOT_FOUND");
  ASSERT_THAT(server_.As("dop.iso").AbortUpload(abort), IsOk());
  EXPECT_THAT(Objects("uploads"), IsEmpty());
}

TEST_F(EvidenceServiceTest, LetsOnlyReadersHaveTheBytes) {
  const std::string item = Add();
  ASSERT_THAT(Upload(item, MakeFile("in", 10)), IsOk());
  EXPECT_EQ(ReasonOf(Download(item, Out("copy"), "dop.contact").status()), "ROLE_REQUIRED");
  EXPECT_THAT(Custody(item), Not(Contains(CustodyEntry::KIND_ACCESSED)));
}

TEST_F(EvidenceServiceTest, LimitsUploadsOfOnePrincipal) {
  std::vector<std::string> items;
  for (int i = 0; i < 5; ++i) items.push_back(Add());
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(Begin(items[static_cast<size_t>(i)], 3, Sha256Hex("abc")), IsOk());
  }
  EXPECT_EQ(ReasonOf(Begin(items[4], 3, Sha256Hex("abc")).status()), "TOO_MANY_UPLOADS");
  EXPECT_THAT(Begin(items[4], 3, Sha256Hex("abc"), "dop.contact"), IsOk());
}

// ---- Damage and the end ----

TEST_F(EvidenceServiceTest, FindsAFlippedBitAndRaisesTheAlarm) {
  const std::string item = Add();
  ASSERT_THAT(Upload(item, MakeFile("in", 3'000'000)), IsOk());
  v1::VerifyEvidenceRequest verify;
  verify.set_name(item);
  auto verified = server_.As("dop.iso").VerifyEvidence(verify);
  ASSERT_THAT(verified, IsOk());
  EXPECT_TRUE(verified->intact());
  const std::string object = Objects().at(0);
  {
    std::fstream file(object, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(1'500'000);
    const char byte = static_cast<char>(file.get() ^ 4);
    file.seekp(1'500'000);
    file.put(byte);
  }
  verified = server_.As("dop.iso").VerifyEvidence(verify);
  ASSERT_THAT(verified, IsOk());
  EXPECT_FALSE(verified->intact());
  EXPECT_TRUE(verified->evidence().integrity_alert());
  EXPECT_EQ(ReasonOf(Download(item, Out("copy")).status()), "CONTENT_DAMAGED");
  EXPECT_FALSE(std::filesystem::exists(Out("copy")));
  EXPECT_THAT(Custody(item), Contains(CustodyEntry::KIND_INTEGRITY_FAILED));
  v1::ListDeliveriesRequest list;
  list.set_page_size(100);
  const auto deliveries = server_.As("admin").ListDeliveries(list);
  ASSERT_THAT(deliveries, IsOk());
  EXPECT_TRUE(std::any_of(deliveries->deliveries().begin(), deliveries->deliveries().end(),
                          [](const v1::Delivery& delivery) {
                            return delivery.target() == "people/csirt.executive" &&
                                   delivery.notice().reason() == "EVIDENCE_CHANGED";
                          }));
}

TEST_F(EvidenceServiceTest, DestroysKeyAndBytesWithTheAnswer) {
  const std::string item = Add();
  ASSERT_THAT(Upload(item, MakeFile("in", 1000)), IsOk());
  server_.AdvanceTo(absl::Hours(2));
  v1::DestroyEvidenceRequest destroy;
  destroy.set_name(item);
  destroy.set_method("ERASED");
  destroy.set_reason("kept long enough");
  ASSERT_THAT(server_.As("dop.iso").DestroyEvidence(destroy), IsOk());
  v1::DecideDestructionRequest approve;
  approve.set_name(item);
  approve.set_approve(true);
  approve.set_request_id("once");
  const auto gone = server_.As("csirt.executive").DecideDestruction(approve);
  ASSERT_THAT(gone, IsOk());
  EXPECT_EQ(gone->evidence().state(), Evidence::STATE_DESTROYED);
  EXPECT_TRUE(std::filesystem::is_empty(server_.vault_directory() + "/objects"));
  EXPECT_TRUE(std::filesystem::is_empty(server_.vault_directory() + "/intents"));
  v1::GetEvidenceRequest get;
  get.set_name(item);
  const auto row = server_.As("dop.iso").GetEvidence(get);
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->evidence().disposition().approved_by(), "people/csirt.executive");
  const auto again = server_.As("csirt.executive").DecideDestruction(approve);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
}

TEST_F(EvidenceServiceTest, RefusedDestructionLeavesTheBytes) {
  const std::string item = Add();
  ASSERT_THAT(Upload(item, MakeFile("in", 1000)), IsOk());
  v1::DecideDestructionRequest approve;
  approve.set_name(item);
  approve.set_approve(true);
  EXPECT_THAT(server_.As("csirt.executive").DecideDestruction(approve), Not(IsOk()));
  EXPECT_TRUE(std::filesystem::is_empty(server_.vault_directory() + "/intents"));
  EXPECT_THAT(Download(item, Out("copy")), IsOk());
}

TEST_F(EvidenceServiceTest, KeepsItemsOverARestart) {
  const std::string item = Add();
  ASSERT_THAT(Upload(item, MakeFile("in", 1000)), IsOk());
  server_.Restart();
  EXPECT_THAT(Download(item, Out("copy")), IsOk());
}

TEST_F(EvidenceServiceTest, RekeysForAdministratorsOnly) {
  EXPECT_EQ(ReasonOf(server_.As("dop.iso").RekeyVault(v1::RekeyVaultRequest()).status()),
            "RIGHT_REQUIRED");
  const auto result = server_.As("admin").RekeyVault(v1::RekeyVaultRequest());
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->rewrapped(), 0);
}

}  // namespace
}  // namespace belfry::testing
