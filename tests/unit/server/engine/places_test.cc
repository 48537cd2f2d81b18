// Which messages and channels become places of an incident.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/engine/places.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PlacesTest : public ::testing::Test {
 protected:
  PlacesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "places-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    store_ = *storage::OpenSqliteStore(directory_ + "/belfry.db");
  }
  ~PlacesTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Event(const std::string& incident, const record::v1::Event& event) {
    Commit([&](engine::Batch& batch) { return engine::KeepPlaces(batch, incident, event); });
  }
  void Delivered(const v1::Delivery& delivery, const v1::MessageRef& message) {
    Commit([&](engine::Batch& batch) { return engine::KeepPlace(batch, delivery, message); });
  }
  std::vector<std::string> At(const std::string& channel, const std::string& message) {
    std::vector<std::string> incidents;
    const auto rows = store_->FindPlaces("slack", "T1", channel, message);
    for (const storage::PlaceRow& row : *rows) incidents.push_back(row.incident);
    return incidents;
  }
  static v1::Delivery About(v1::Notice::Kind kind) {
    v1::Delivery delivery;
    delivery.set_incident("incidents/DOP-1");
    delivery.mutable_endpoint()->set_platform("slack");
    delivery.mutable_endpoint()->set_workspace("T1");
    delivery.mutable_endpoint()->set_address("C1");
    delivery.mutable_notice()->set_kind(kind);
    delivery.mutable_notice()->mutable_incident()->set_name("incidents/DOP-1");
    return delivery;
  }

 private:
  template <typename Work>
  void Commit(Work work) {
    auto transaction = store_->Begin();
    engine::Batch batch;
    batch.transaction = transaction->get();
    batch.now = absl::FromUnixSeconds(7);
    ASSERT_THAT(work(batch), IsOk());
    ASSERT_THAT((*transaction)->Commit(), IsOk());
  }

  std::string directory_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(PlacesTest, AChannelOfItsOwnIsTheIncidents) {
  record::v1::Event event;
  event.mutable_room_opened()->set_platform("slack");
  event.mutable_room_opened()->set_workspace("T1");
  event.mutable_room_opened()->set_channel("C7");
  Event("DOP-1", event);
  EXPECT_THAT(At("C7", ""), ElementsAre("DOP-1"));
  EXPECT_THAT(At("C7", "1.1"), IsEmpty());
}

TEST_F(PlacesTest, OtherEventsAreNoPlaces) {
  record::v1::Event event;
  event.mutable_note_added()->set_text("typed at a terminal");
  Event("DOP-1", event);
  EXPECT_THAT(At("", ""), IsEmpty());
}

TEST_F(PlacesTest, WhatTheReportLeavesOutIsTheEndpoints) {
  v1::MessageRef message;
  message.set_id("1.1");
  Delivered(About(v1::Notice::KIND_HEADLINE), message);
  EXPECT_THAT(At("C1", "1.1"), ElementsAre("DOP-1"));
  // A direct message stands in a channel of its own.
  message.set_channel("D9");
  Delivered(About(v1::Notice::KIND_PAGE), message);
  EXPECT_THAT(At("D9", "1.1"), ElementsAre("DOP-1"));
}

TEST_F(PlacesTest, MessagesAboutNoneOrManyArePlacesOfNone) {
  v1::MessageRef message;
  message.set_id("1.1");
  Delivered(About(v1::Notice::KIND_DIGEST), message);
  Delivered(About(v1::Notice::KIND_ROOM), message);
  v1::Delivery list = About(v1::Notice::KIND_STATEMENT);
  list.mutable_notice()->clear_incident();
  Delivered(list, message);
  EXPECT_THAT(At("C1", "1.1"), IsEmpty());
  // Nor is the channel, when a platform gave no id back.
  Delivered(About(v1::Notice::KIND_HEADLINE), v1::MessageRef());
  EXPECT_THAT(At("C1", ""), IsEmpty());
}

// A bot may report anything; a name that could not be asked for loses the place, not the delivery.
TEST_F(PlacesTest, StrangeNamesAreLeftOut) {
  v1::MessageRef message;
  message.set_id("1\n1");
  Delivered(About(v1::Notice::KIND_HEADLINE), message);
  EXPECT_THAT(At("C1", "1\n1"), IsEmpty());
}

}  // namespace
}  // namespace belfry::testing
