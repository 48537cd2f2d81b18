// What every store promises about the tamper-evident record.
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/anchor.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using storage::CheckpointRow;
using storage::LogHeadRow;
using storage::LogLeafRow;
using storage::PayloadKind;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RecordStoreTest : public ::testing::Test {
 protected:
  RecordStoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "record-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    Reopen();
  }
  ~RecordStoreTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::string path() const { return directory_ + "/belfry.db"; }
  void Reopen() {
    store_.reset();
    auto store = storage::OpenSqliteStore(path(), {});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }
  template <typename Work>
  void Commit(Work work) {
    auto transaction = store_->Begin();
    ASSERT_THAT(transaction, IsOk());
    work(**transaction);
    ASSERT_THAT((*transaction)->Commit(), IsOk());
  }
  static LogLeafRow Leaf(const std::string& log, int64_t index, int64_t ref = 0) {
    LogLeafRow row;
    row.log = log;
    row.index = index;
    row.leaf = std::string("leaf\0", 5) + std::to_string(index);
    row.salt = std::string(32, 's');
    row.payload_kind = ref == 0 ? PayloadKind::kNone : PayloadKind::kEvent;
    row.payload_ref = ref;
    return row;
  }
  std::string FileText(const std::string& file) const {
    std::ifstream stream(file, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::string directory_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(RecordStoreTest, AnEmptyStoreHasAnEmptyRecord) {
  storage::RecordReader& record = store_->record();
  EXPECT_THAT(*record.ListLogHeads(), IsEmpty());
  EXPECT_FALSE(record.FindLogHead("dop")->has_value());
  EXPECT_THAT(*record.ListLeaves("dop", 0, 10), IsEmpty());
  EXPECT_EQ(*record.LastLogged(PayloadKind::kEvent), 0);
  EXPECT_FALSE(record.ReadTile("dop", 0, 0)->has_value());
  EXPECT_FALSE(record.FindCheckpoint("", 0, true)->has_value());
  EXPECT_FALSE(record.FindCosigned("")->has_value());
}

TEST_F(RecordStoreTest, KeepsHeadsLeavesAndTiles) {
  Commit([](storage::Transaction& transaction) {
    storage::RecordWriter& record = transaction.record();
    EXPECT_THAT(record.PutLogHead({"dop", "a/belfry/dop", 1, "f1", "r1", 0}), IsOk());
    EXPECT_THAT(record.PutLogHead({"dop", "a/belfry/dop", 3, std::string("f\0", 2), "r3", 2}),
                IsOk());
    EXPECT_THAT(record.PutLogHead({"", "a/belfry", 1, "f", "r", 0}), IsOk());
    for (int64_t index = 0; index < 3; ++index) {
      EXPECT_THAT(record.AppendLeaf(Leaf("dop", index, 10 + index)), IsOk());
    }
    EXPECT_THAT(record.AppendLeaf(Leaf("", 0)), IsOk());
    EXPECT_THAT(record.AddTile("dop", 0, 0, std::string(8192, 'h')), IsOk());
    // Seen within the transaction.
    EXPECT_EQ((*record.FindLogHead("dop"))->size, 3);
  });
  Reopen();
  storage::RecordReader& record = store_->record();
  const auto heads = *record.ListLogHeads();
  ASSERT_THAT(heads, SizeIs(2));
  EXPECT_EQ(heads[0].log, "");
  EXPECT_EQ(heads[1].frontier, std::string("f\0", 2));
  EXPECT_EQ(heads[1].published, 2);
  const auto leaves = *record.ListLeaves("dop", 1, 5);
  ASSERT_THAT(leaves, SizeIs(2));
  EXPECT_EQ(leaves[0].index, 1);
  EXPECT_EQ(leaves[0].leaf, std::string("leaf\0", 5) + "1");
  EXPECT_THAT(*record.ListLeaves("dop", 0, 2), SizeIs(2));
  EXPECT_EQ((*record.FindLeafOf(PayloadKind::kEvent, 12))->index, 2);
  EXPECT_FALSE(record.FindLeafOf(PayloadKind::kPolicy, 12)->has_value());
  EXPECT_EQ(*record.LastLogged(PayloadKind::kEvent), 12);
  EXPECT_EQ((*record.ReadTile("dop", 0, 0))->size(), 8192u);
}

TEST_F(RecordStoreTest, NoPlaceIsTakenTwiceAndNothingHasTwoLeaves) {
  Commit([](storage::Transaction& transaction) {
    EXPECT_THAT(transaction.record().AppendLeaf(Leaf("dop", 0, 7)), IsOk());
    EXPECT_THAT(transaction.record().AddTile("dop", 0, 0, "hashes"), IsOk());
  });
  const auto aborted = [&](auto work) {
    auto transaction = store_->Begin();
    ASSERT_THAT(transaction, IsOk());
    EXPECT_EQ(work((*transaction)->record()).code(), absl::StatusCode::kAborted);
  };
  aborted([](storage::RecordWriter& record) { return record.AppendLeaf(Leaf("dop", 0, 8)); });
  aborted([](storage::RecordWriter& record) { return record.AppendLeaf(Leaf("bor", 0, 7)); });
  aborted([](storage::RecordWriter& record) { return record.AddTile("dop", 0, 0, "others"); });
}

TEST_F(RecordStoreTest, WhatIsNotCommittedIsNotThere) {
  {
    auto transaction = store_->Begin();
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT((*transaction)->record().AppendLeaf(Leaf("dop", 0, 7)), IsOk());
  }
  EXPECT_THAT(*store_->record().ListLeaves("dop", 0, 10), IsEmpty());
}

TEST_F(RecordStoreTest, CheckpointsAreFoundBySizeAndForgottenUnlessCosigned) {
  Commit([](storage::Transaction& transaction) {
    storage::RecordWriter& record = transaction.record();
    for (int64_t size : {2, 4, 6, 8}) {
      CheckpointRow row{"", size, "note " + std::to_string(size), false, 100 * size, -1};
      EXPECT_THAT(record.PutCheckpoint(row), IsOk());
    }
    EXPECT_THAT(record.PutCheckpoint({"", 4, "note 4, cosigned", true, 0, -1}), IsOk());
    EXPECT_THAT(record.PutCheckpoint({"dop", 9, "another log's", false, 0, 3}), IsOk());
  });
  storage::RecordReader& record = store_->record();
  EXPECT_EQ((*record.FindCheckpoint("", 0, true))->size, 8);
  EXPECT_EQ((*record.FindCheckpoint("", 3, false))->size, 4);
  EXPECT_EQ((*record.FindCheckpoint("", 3, true))->size, 8);
  EXPECT_FALSE(record.FindCheckpoint("", 9, true)->has_value());
  EXPECT_EQ((*record.FindCosigned(""))->note, "note 4, cosigned");
  EXPECT_EQ((*record.FindCheckpoint("dop", 0, true))->super_index, 3);
  Commit([](storage::Transaction& transaction) {
    // 6 is smaller than 8 but too young.
    EXPECT_THAT(transaction.record().ForgetCheckpoints("", 8, 500), IsOk());
  });
  EXPECT_EQ((*record.FindCheckpoint("", 0, false))->size, 4);
  EXPECT_EQ((*record.FindCheckpoint("", 5, false))->size, 6);
}

TEST_F(RecordStoreTest, PayloadsAreReadWhereTheyAreKept) {
  int64_t change = 0;
  Commit([&](storage::Transaction& transaction) {
    storage::EventRow event;
    event.incident = "DOP-1";
    event.version = 1;
    event.blob = "event";
    EXPECT_THAT(transaction.AppendEvent(event), IsOk());
    EXPECT_EQ(event.position, 1);
    const auto position = transaction.AppendDirectoryChange(5, "people/x", "put person a", "blob");
    ASSERT_THAT(position, IsOk());
    change = *position;
    storage::PolicyRow policy;
    policy.name = "p@1";
    policy.text = "text";
    EXPECT_THAT(transaction.AddPolicy(policy), IsOk());
    storage::RecordEventRow row;
    row.kind = "record.x";
    row.blob = "about the record";
    EXPECT_THAT(transaction.record().AddRecordEvent(row), IsOk());
    EXPECT_EQ(row.position, 1);
  });
  storage::RecordReader& record = store_->record();
  EXPECT_EQ(**record.ReadPayload(PayloadKind::kEvent, 1), "event");
  EXPECT_EQ(**record.ReadPayload(PayloadKind::kDirectoryChange, change), "blob");
  EXPECT_EQ(**record.ReadPayload(PayloadKind::kPolicy, 1), "text");
  EXPECT_EQ(**record.ReadPayload(PayloadKind::kRecord, 1), "about the record");
  EXPECT_FALSE(record.ReadPayload(PayloadKind::kEvent, 2)->has_value());
  EXPECT_FALSE(record.ReadPayload(PayloadKind::kNone, 1)->has_value());
  const auto changes = *record.ListDirectoryChanges(0, 10);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].change, "put person a");
  EXPECT_EQ((*record.FindEvent("DOP-1", 1))->blob, "event");
  EXPECT_FALSE(record.FindEvent("DOP-1", 2)->has_value());
}

// Not in the rows, not in a free page, not in the WAL.
TEST_F(RecordStoreTest, WhatIsExpungedIsGoneFromTheFiles) {
  const std::string secret(3'000, 'q');
  Commit([&](storage::Transaction& transaction) {
    storage::EventRow event;
    event.incident = "DOP-1";
    event.version = 1;
    event.blob = secret;
    EXPECT_THAT(transaction.AppendEvent(event), IsOk());
    LogLeafRow leaf = Leaf("dop", 0, 1);
    leaf.salt = std::string(32, 'z');
    EXPECT_THAT(transaction.record().AppendLeaf(leaf), IsOk());
    storage::RequestRow request{"people/x", "r1", "f", "entry-1 " + secret, 1};
    EXPECT_THAT(transaction.PutRequest(request), IsOk());
    storage::DeliveryRow delivery;
    delivery.id = "d1";
    delivery.incident = "DOP-1";
    delivery.platform = "console";
    delivery.blob = secret;
    EXPECT_THAT(transaction.AddDelivery(delivery), IsOk());
  });
  Commit([&](storage::Transaction& transaction) {
    storage::RecordWriter& record = transaction.record();
    EXPECT_THAT(record.ReplaceEvent(1, "gone"), IsOk());
    EXPECT_THAT(record.DropSalt("dop", 0), IsOk());
    const auto answers = *record.ListResponses("people/x", "entry-1");
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].request_id, "r1");
    EXPECT_THAT(*record.ListResponses("people/y", "entry-1"), IsEmpty());
    EXPECT_THAT(record.ReplaceResponse("people/x", "r1", "gone"), IsOk());
    EXPECT_THAT(*record.ListDeliveriesAbout("DOP-1"), SizeIs(1));
    EXPECT_THAT(*record.ListDeliveriesAbout("DOP-2"), IsEmpty());
    EXPECT_THAT(record.ReplaceDelivery("d1", "gone"), IsOk());
  });
  ASSERT_THAT(store_->Maintain(), IsOk());
  const std::string marks = std::string(64, 'q');
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    EXPECT_FALSE(absl::StrContains(FileText(entry.path().string()), marks)) << entry.path();
    EXPECT_FALSE(absl::StrContains(FileText(entry.path().string()), std::string(32, 'z')))
        << entry.path();
  }
  EXPECT_EQ((*store_->record().ListLeaves("dop", 0, 1))[0].salt, "");
  EXPECT_EQ(**store_->record().ReadPayload(PayloadKind::kEvent, 1), "gone");
}

TEST_F(RecordStoreTest, AnAnchorIsReplacedWhole) {
  const std::string file = directory_ + "/anchor";
  const auto anchor = storage::NewFileAnchor(file);
  EXPECT_FALSE(anchor->Read()->has_value());
  ASSERT_THAT(anchor->Write("one\n"), IsOk());
  EXPECT_EQ(**anchor->Read(), "one\n");
  ASSERT_THAT(anchor->Write("two, which is longer\n"), IsOk());
  ASSERT_THAT(anchor->Write("3\n"), IsOk());
  EXPECT_EQ(**storage::NewFileAnchor(file)->Read(), "3\n");
  EXPECT_FALSE(std::filesystem::exists(file + ".new"));
  // A directory that is not there is an error that says which file.
  const auto nowhere = storage::NewFileAnchor(directory_ + "/none/anchor");
  EXPECT_THAT(std::string(nowhere->Write("x").message()), ::testing::HasSubstr("none/anchor"));
}

}  // namespace
}  // namespace belfry::testing
