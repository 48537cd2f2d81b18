// What every store promises; each promise is looked at again after reopening.
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using storage::DeliveryRow;
using storage::DeliveryState;
using storage::IncidentQuery;
using storage::IncidentRow;
using storage::OpenSqliteStore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    Reopen();
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::string path() const { return directory_ + "/belfry.db"; }
  void Reopen(storage::SqliteOptions options = {}) {
    store_.reset();
    auto store = OpenSqliteStore(path(), options);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }
  // Runs `work` in a transaction and commits it.
  template <typename Work>
  void Commit(Work work) {
    auto transaction = store_->Begin();
    ASSERT_THAT(transaction, IsOk());
    work(**transaction);
    ASSERT_THAT((*transaction)->Commit(), IsOk());
  }
  static IncidentRow Incident(const std::string& id, int64_t created) {
    IncidentRow row;
    row.id = id;
    row.version = 1;
    row.state_blob = std::string("blob\0with zero", 14);
    row.state = "REPORTED";
    row.severity = "SEV4";
    row.create_time_us = created;
    row.update_time_us = created;
    row.next_due_us = created + 10;
    row.scopes = {"entities/dop", "secretariats/eox"};
    return row;
  }
  static DeliveryRow Delivery(const std::string& id, const std::string& conversation) {
    DeliveryRow row;
    row.id = id;
    row.incident = "DOP-1";
    row.target = "channels/" + conversation;
    row.platform = "console";
    row.conversation = conversation;
    row.blob = "content of " + id;
    return row;
  }
  std::vector<std::string> Lease(int64_t now, const std::string& incarnation = "1",
                                 const std::string& holder = "bot") {
    std::vector<std::string> ids;
    Commit([&](storage::Transaction& transaction) {
      const auto leased =
          transaction.LeaseDeliveries(holder, incarnation, {"console"}, now, now + 100, 10);
      ASSERT_THAT(leased, IsOk());
      for (const DeliveryRow& row : *leased) {
        ids.push_back(row.id + (row.ambiguous ? "?" : ""));
      }
    });
    return ids;
  }

  std::string directory_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(StoreTest, WithoutACommitNothingHappened) {
  {
    auto transaction = store_->Begin();
    ASSERT_THAT((*transaction)->PutIncident(Incident("DOP-1", 1)), IsOk());
    ASSERT_THAT((*transaction)->NextCounter("c"), IsOk());
  }
  EXPECT_EQ(*store_->LoadIncident("DOP-1"), std::nullopt);
  Commit([](auto& transaction) { EXPECT_EQ(*transaction.NextCounter("c"), 1); });
  Commit([](auto& transaction) { EXPECT_EQ(*transaction.NextCounter("c"), 2); });
}

TEST_F(StoreTest, KeepsPacksInTheOrderInWhichTheyCame) {
  Commit([](auto& transaction) {
    storage::PolicyRow first{0, "itd@2", "text\nof 2", 7, "system"};
    storage::PolicyRow second{0, "itd@1", "text of 1", 8, "people/as-it"};
    ASSERT_THAT(transaction.AddPolicy(first), IsOk());
    ASSERT_THAT(transaction.AddPolicy(second), IsOk());
    EXPECT_LT(first.sequence, second.sequence);
  });
  Reopen();
  const auto kept = store_->LoadPolicies();
  ASSERT_THAT(kept, IsOk());
  ASSERT_THAT(*kept, SizeIs(2));
  EXPECT_EQ((*kept)[0].name, "itd@2");
  EXPECT_EQ((*kept)[0].text, "text\nof 2");
  EXPECT_EQ((*kept)[0].time_us, 7);
  EXPECT_EQ((*kept)[1].name, "itd@1");
  EXPECT_EQ((*kept)[1].principal, "people/as-it");
  // What was in force is never replaced.
  auto transaction = store_->Begin();
  storage::PolicyRow again{0, "itd@2", "another text", 9, "system"};
  EXPECT_EQ((*transaction)->AddPolicy(again).code(), absl::StatusCode::kAborted);
}

TEST_F(StoreTest, SaysWhichPacksIncidentsArePinnedTo) {
  EXPECT_THAT(*store_->ListPinned(), IsEmpty());
  Commit([](auto& transaction) {
    for (const auto& [id, policy] : std::vector<std::pair<std::string, std::string>>{
             {"DOP-3", "itd@2"}, {"DOP-1", "itd@2"}, {"DOP-2", "county@1"}}) {
      IncidentRow row = Incident(id, 1);
      row.policy = policy;
      ASSERT_THAT(transaction.PutIncident(row), IsOk());
    }
  });
  Reopen();
  const auto pinned = store_->ListPinned();
  ASSERT_THAT(*pinned, SizeIs(2));
  EXPECT_EQ((*pinned)[0].policy, "county@1");
  EXPECT_EQ((*pinned)[0].incident, "DOP-2");
  EXPECT_EQ((*pinned)[1].policy, "itd@2");
  EXPECT_EQ((*pinned)[1].incident, "DOP-1");
  EXPECT_THAT(*store_->ListPinnedTo("itd@2", 10), ElementsAre("DOP-1", "DOP-3"));
  EXPECT_THAT(*store_->ListPinnedTo("itd@2", 1), ElementsAre("DOP-1"));
  EXPECT_EQ((*store_->LoadIncident("DOP-1"))->policy, "itd@2");
  // A register moves to another pack.
  Commit([](auto& transaction) {
    IncidentRow row = Incident("DOP-1", 1);
    row.policy = "itd@3";
    ASSERT_THAT(transaction.PutIncident(row), IsOk());
  });
  EXPECT_THAT(*store_->ListPinnedTo("itd@2", 10), ElementsAre("DOP-3"));
  EXPECT_EQ(store_->ListIncidents(IncidentQuery())->front().policy, "itd@2");
  EXPECT_EQ(store_->ListIncidents(IncidentQuery())->back().policy, "itd@3");
}

// ---- Evidence ----

TEST_F(StoreTest, KeepsEvidenceAndItsCustody) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutEvidence({"DOP-1", 1, "", "one"}), IsOk());
    ASSERT_THAT(transaction.PutEvidence({"DOP-1", 2, "", "two"}), IsOk());
    ASSERT_THAT(transaction.PutEvidence({"DOR-1", 1, "", "other"}), IsOk());
    ASSERT_THAT(transaction.PutEvidence({"DOP-1", 2, "object", "two, stored"}), IsOk());
    for (int32_t sequence = 1; sequence <= 3; ++sequence) {
      ASSERT_THAT(transaction.AppendCustody({"DOP-1", 2, sequence, "link"}), IsOk());
    }
    EXPECT_EQ((*transaction.FindEvidence("DOP-1", 2))->blob, "two, stored");
  });
  Reopen();
  EXPECT_EQ((*store_->FindEvidence("DOP-1", 1))->blob, "one");
  EXPECT_FALSE(store_->FindEvidence("DOP-1", 3)->has_value());
  EXPECT_THAT(*store_->ListEvidence("DOP-1", 0, 10), SizeIs(2));
  EXPECT_THAT(*store_->ListEvidence("DOP-1", 1, 10), SizeIs(1));
  EXPECT_THAT(*store_->ListEvidence("DOP-1", 0, 1), SizeIs(1));
  EXPECT_THAT(*store_->ListCustody("DOP-1", 2, 1, 10), SizeIs(2));
  EXPECT_THAT(*store_->ListCustody("DOP-1", 1, 0, 10), IsEmpty());
  EXPECT_TRUE(*store_->HasEvidenceObject("object"));
  EXPECT_FALSE(*store_->HasEvidenceObject("")) << "no item has an empty name in the vault";
}

// A link of the chain is written once.
TEST_F(StoreTest, RefusesALinkOfCustodyThatIsThere) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.AppendCustody({"DOP-1", 1, 1, "link"}), IsOk());
  });
  const auto transaction = store_->Begin();
  ASSERT_THAT(transaction, IsOk());
  EXPECT_FALSE((*transaction)->AppendCustody({"DOP-1", 1, 1, "another"}).ok());
}

std::vector<std::string> IncidentsAt(storage::Store& store, const std::string& channel,
                                     const std::string& message) {
  std::vector<std::string> incidents;
  const auto rows = store.FindPlaces("slack", "T1", channel, message);
  for (const storage::PlaceRow& row : *rows) incidents.push_back(row.incident);
  return incidents;
}

TEST_F(StoreTest, APlaceIsBelfrysOwnIncidentFirstThenTheNewest) {
  using storage::PlaceRow;
  Commit([](auto& transaction) {
    for (const PlaceRow& row :
         std::vector<PlaceRow>{{"slack", "T1", "C1", "1.1", "NOTE-OLD", PlaceRow::kNote, 5},
                               {"slack", "T1", "C1", "1.1", "NOTE-NEW", PlaceRow::kNote, 9},
                               {"slack", "T1", "C1", "1.1", "OWN", PlaceRow::kBelfry, 1},
                               {"slack", "T1", "C1", "1.1", "OWN", PlaceRow::kBelfry, 1},
                               {"slack", "T1", "C1", "", "ROOM", PlaceRow::kBelfry, 1},
                               {"slack", "T2", "C1", "1.1", "OTHER", PlaceRow::kBelfry, 1},
                               {"teams", "T1", "C1", "1.1", "OTHER", PlaceRow::kBelfry, 1}}) {
      ASSERT_THAT(transaction.PutPlace(row), IsOk());
    }
  });
  EXPECT_THAT(IncidentsAt(*store_, "C1", "1.1"), ElementsAre("OWN", "NOTE-NEW", "NOTE-OLD"));
  EXPECT_THAT(IncidentsAt(*store_, "C1", ""), ElementsAre("ROOM"));
  EXPECT_THAT(IncidentsAt(*store_, "C1", "1.2"), IsEmpty());
  // Noted again, it is the newest; an older report changes nothing.
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutPlace({"slack", "T1", "C1", "1.1", "NOTE-OLD", PlaceRow::kNote, 10}),
                IsOk());
    ASSERT_THAT(transaction.PutPlace({"slack", "T1", "C1", "1.1", "NOTE-NEW", PlaceRow::kNote, 2}),
                IsOk());
  });
  Reopen();
  EXPECT_THAT(IncidentsAt(*store_, "C1", "1.1"), ElementsAre("OWN", "NOTE-OLD", "NOTE-NEW"));
}

TEST_F(StoreTest, AConversationThatIsGoneKeepsItsReference) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutConversation({"teams", "t", "a", std::string("r\0f", 3), false}),
                IsOk());
    ASSERT_THAT(transaction.PutConversation({"teams", "t", "b", "other", false}), IsOk());
    ASSERT_THAT(transaction.PutConversation({"teams", "u", "a", "elsewhere", false}), IsOk());
    ASSERT_THAT(transaction.PutConversation({"teams", "t", "a", "", true}), IsOk());
  });
  Reopen();
  auto row = *store_->FindConversation("teams", "t", "a");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->reference, std::string("r\0f", 3));
  EXPECT_TRUE(row->gone);
  EXPECT_THAT(*store_->ListConversations("teams", "t", "", 10), SizeIs(2));
  EXPECT_THAT(*store_->ListConversations("teams", "t", "", 1), SizeIs(1));
  EXPECT_EQ(store_->ListConversations("teams", "t", "a", 10)->front().address, "b");
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutConversation({"teams", "t", "a", "new", false}), IsOk());
  });
  row = *store_->FindConversation("teams", "t", "a");
  EXPECT_EQ(row->reference, "new");
  EXPECT_FALSE(row->gone);
  EXPECT_EQ(*store_->FindConversation("slack", "t", "a"), std::nullopt);
}

TEST_F(StoreTest, CodesAndAttemptsSurviveARestartAndAreForgottenInTime) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.AddLinkCode({"h1", "people/x", 30}), IsOk());
    ASSERT_THAT(transaction.AddLinkCode({"h2", "people/x", 20}), IsOk());
    ASSERT_THAT(transaction.AddLinkCode({"h3", "people/y", 20}), IsOk());
    // At one instant: each counts.
    for (int i = 0; i < 2; ++i) ASSERT_THAT(transaction.AddAttempt("a", "people/x", 20), IsOk());
    ASSERT_THAT(transaction.AddAttempt("b", "people/x", 20), IsOk());
    ASSERT_THAT(transaction.AddAttempt("a", "people/x", 25), IsOk());
  });
  Reopen();
  Commit([](auto& transaction) {
    EXPECT_THAT(*transaction.LinkCodeExpiries("people/x", 10), ElementsAre(20, 30));
    EXPECT_THAT(*transaction.LinkCodeExpiries("people/x", 20), ElementsAre(30));
    EXPECT_EQ((*transaction.FindLinkCode("h1"))->principal, "people/x");
    EXPECT_EQ((*transaction.FindLinkCode("h1"))->expire_time_us, 30);
    EXPECT_THAT(*transaction.ListAttempts("a", "people/x", 10), ElementsAre(20, 20, 25));
    EXPECT_THAT(*transaction.ListAttempts("a", "people/x", 20), ElementsAre(25));
    ASSERT_THAT(transaction.DeleteLinkCode("h1"), IsOk());
    EXPECT_EQ(*transaction.FindLinkCode("h1"), std::nullopt);
    ASSERT_THAT(transaction.ForgetOldAttempts(20), IsOk());
    EXPECT_EQ(*transaction.FindLinkCode("h2"), std::nullopt);
    EXPECT_THAT(*transaction.ListAttempts("a", "people/x", 0), ElementsAre(25));
    EXPECT_THAT(*transaction.ListAttempts("b", "people/x", 0), IsEmpty());
  });
}

TEST_F(StoreTest, OneEventIsFoundByItsVersion) {
  Commit([](auto& transaction) {
    for (int64_t version = 1; version <= 3; ++version) {
      storage::EventRow event{0, "DOP-1", version, 7, absl::StrCat("event ", version)};
      ASSERT_THAT(transaction.AppendEvent(event), IsOk());
      EXPECT_EQ((*transaction.LoadEvent("DOP-1", version))->blob, event.blob);
    }
    EXPECT_EQ((*transaction.LoadEvent("DOP-1", 2))->position, 2);
    EXPECT_FALSE(transaction.LoadEvent("DOP-1", 4)->has_value());
    EXPECT_FALSE(transaction.LoadEvent("DOP-2", 1)->has_value());
  });
}

TEST_F(StoreTest, KeepsIncidentsAndTheirEventsInOrder) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutIncident(Incident("DOP-1", 1)), IsOk());
    for (int64_t version = 1; version <= 3; ++version) {
      storage::EventRow event{0, "DOP-1", version, 7, absl::StrCat("event ", version)};
      ASSERT_THAT(transaction.AppendEvent(event), IsOk());
      EXPECT_EQ(event.position, version);
    }
  });
  Reopen();
  const auto row = *store_->LoadIncident("DOP-1");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->state_blob, std::string("blob\0with zero", 14));
  EXPECT_EQ(row->next_due_us, 11);
  const auto events = *store_->ListEvents("DOP-1", 1, 10);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].blob, "event 2");
  EXPECT_EQ(*store_->LastPosition(), 3);
  EXPECT_THAT(*store_->ListEventsAfter(2, 10), SizeIs(1));
}

TEST_F(StoreTest, OneVersionIsWrittenOnce) {
  Commit([](auto& transaction) {
    storage::EventRow event{0, "DOP-1", 1, 7, "first"};
    ASSERT_THAT(transaction.AppendEvent(event), IsOk());
  });
  auto transaction = store_->Begin();
  storage::EventRow event{0, "DOP-1", 1, 7, "second"};
  EXPECT_EQ((*transaction)->AppendEvent(event).code(), absl::StatusCode::kAborted);
}

TEST_F(StoreTest, RemembersRequestsByPrincipal) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutRequest({"people/a", "id", "print", "answer", 1}), IsOk());
  });
  Reopen();
  Commit([](auto& transaction) {
    EXPECT_EQ((*transaction.FindRequest("people/a", "id"))->response_blob, "answer");
    EXPECT_EQ(*transaction.FindRequest("people/b", "id"), std::nullopt);
  });
}

TEST_F(StoreTest, ListsByScopeStateAndPage) {
  Commit([](auto& transaction) {
    for (int i = 1; i <= 5; ++i) {
      IncidentRow row = Incident(absl::StrCat("DOP-", i), i / 2);  // equal times too
      row.open = i != 3;
      row.restricted = i == 4;
      if (i == 5) row.scopes = {"entities/bor"};
      ASSERT_THAT(transaction.PutIncident(row), IsOk());
    }
  });
  const auto ids = [&](const IncidentQuery& query) {
    std::vector<std::string> found;
    const auto rows = store_->ListIncidents(query);
    for (const IncidentRow& row : *rows) found.push_back(row.id);
    return found;
  };
  IncidentQuery query;
  query.all_restricted = true;
  EXPECT_THAT(ids(query), ElementsAre("DOP-5", "DOP-4", "DOP-3", "DOP-2", "DOP-1"));
  query.limit = 2;
  query.before_create_us = 2;
  query.before_id = "DOP-5";
  EXPECT_THAT(ids(query), ElementsAre("DOP-4", "DOP-3"));
  query = IncidentQuery();
  EXPECT_THAT(ids(query), ElementsAre("DOP-5", "DOP-3", "DOP-2", "DOP-1"));
  query.readable_restricted = {"DOP-4"};
  query.visible_scopes = {"secretariats/eox"};
  EXPECT_THAT(ids(query), ElementsAre("DOP-4", "DOP-3", "DOP-2", "DOP-1"));
  query.open = false;
  EXPECT_THAT(ids(query), ElementsAre("DOP-3"));
  query = IncidentQuery();
  query.visible_scopes = std::vector<std::string>();
  EXPECT_THAT(ids(query), IsEmpty());
}

TEST_F(StoreTest, FindsWhatIsDueEarliestFirst) {
  Commit([](auto& transaction) {
    for (const int due : {30, 10, 20}) {
      IncidentRow row = Incident(absl::StrCat("DOP-", due), 1);
      row.next_due_us = due;
      ASSERT_THAT(transaction.PutIncident(row), IsOk());
    }
    IncidentRow never = Incident("DOP-0", 1);
    never.next_due_us.reset();
    ASSERT_THAT(transaction.PutIncident(never), IsOk());
  });
  EXPECT_EQ(*store_->NextDue(), 10);
  std::vector<std::string> due;
  const auto rows = store_->ListDue(20, 10);
  for (const auto& entry : *rows) due.push_back(entry.incident);
  EXPECT_THAT(due, ElementsAre("DOP-10", "DOP-20"));
}

TEST_F(StoreTest, LeasesTheOldestOfEachConversation) {
  Commit([](auto& transaction) {
    for (const char* id : {"1", "2"}) {
      DeliveryRow row = Delivery(std::string("a") + id, "a");
      ASSERT_THAT(transaction.AddDelivery(row), IsOk());
    }
    DeliveryRow other = Delivery("b1", "b");
    ASSERT_THAT(transaction.AddDelivery(other), IsOk());
  });
  EXPECT_THAT(Lease(1), ElementsAre("a1", "b1"));
  EXPECT_THAT(Lease(2), IsEmpty());
  Commit([](auto& transaction) {
    DeliveryRow row = **transaction.LoadDelivery("a1");
    row.state = DeliveryState::kDelivered;
    ASSERT_THAT(transaction.UpdateDelivery(row), IsOk());
  });
  Reopen();
  EXPECT_THAT(Lease(3), ElementsAre("a2"));
  // What ran out may have been sent.
  EXPECT_THAT(Lease(150), ElementsAre("a2?", "b1?"));
}

TEST_F(StoreTest, WhatADeadBotLeftWaitingTakesNothingFromItsNextIncarnation) {
  Commit([](auto& transaction) {
    for (const char* id : {"a", "b"}) {
      DeliveryRow row = Delivery(std::string(id) + "1", id);
      ASSERT_THAT(transaction.AddDelivery(row), IsOk());
    }
  });
  EXPECT_THAT(Lease(1, "2"), ElementsAre("a1", "b1"));
  // The call of the first incarnation was still waiting.
  EXPECT_THAT(Lease(2, "1"), IsEmpty());
  EXPECT_THAT(Lease(3, "2"), IsEmpty());
  EXPECT_THAT(Lease(4, "3"), ElementsAre("a1?", "b1?"));
}

TEST_F(StoreTest, APlatformThatIsNamedTwiceGivesEachRowOnce) {
  Commit([&](storage::Transaction& transaction) {
    DeliveryRow row = Delivery("a1", "a");
    ASSERT_THAT(transaction.AddDelivery(row), IsOk());
    const auto leased = transaction.LeaseDeliveries("bot", "1", {"console", "console"}, 1, 100, 10);
    ASSERT_THAT(leased, IsOk());
    EXPECT_THAT(*leased, SizeIs(1));
  });
}

TEST_F(StoreTest, ANewIncarnationGetsWhatTheOldOneHeld) {
  Commit([](auto& transaction) {
    DeliveryRow row = Delivery("a1", "a");
    ASSERT_THAT(transaction.AddDelivery(row), IsOk());
  });
  EXPECT_THAT(Lease(1, "1"), ElementsAre("a1"));
  EXPECT_THAT(Lease(2, "1", "another bot"), IsEmpty());
  EXPECT_THAT(Lease(3, "2"), ElementsAre("a1?"));
}

TEST_F(StoreTest, ConflatesOnlyWhatWasNeverTried) {
  Commit([](auto& transaction) {
    DeliveryRow first = Delivery("h1", "a");
    first.conflation_key = "headline";
    ASSERT_THAT(transaction.AddDelivery(first), IsOk());
    DeliveryRow line = Delivery("line", "a");
    ASSERT_THAT(transaction.AddDelivery(line), IsOk());
    DeliveryRow newer = Delivery("h2", "a");
    newer.conflation_key = "headline";
    ASSERT_THAT(transaction.AddDelivery(newer), IsOk());
    EXPECT_EQ(newer.id, "h1");  // in its place, before the line
    EXPECT_EQ((*transaction.LoadDelivery("h1"))->blob, "content of h2");
  });
  EXPECT_THAT(Lease(1), ElementsAre("h1"));
  Commit([](auto& transaction) {
    DeliveryRow newest = Delivery("h3", "a");
    newest.conflation_key = "headline";
    ASSERT_THAT(transaction.AddDelivery(newest), IsOk());
    EXPECT_EQ(newest.id, "h3");
  });
}

TEST_F(StoreTest, ReadersSeeCommittedDataOnlyAndDoNotWait) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutIncident(Incident("DOP-1", 1)), IsOk());
  });
  auto transaction = store_->Begin();
  IncidentRow changed = Incident("DOP-1", 1);
  changed.version = 2;
  ASSERT_THAT((*transaction)->PutIncident(changed), IsOk());
  EXPECT_EQ((*store_->LoadIncident("DOP-1"))->version, 1);
  ASSERT_THAT((*transaction)->Commit(), IsOk());
  EXPECT_EQ((*store_->LoadIncident("DOP-1"))->version, 2);
}

TEST_F(StoreTest, ASecondProcessIsTurnedAway) {
  const auto second = OpenSqliteStore(path());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another belfryd"));
}

TEST_F(StoreTest, AFullDiskIsAnErrorAndWhatWasAcceptedStays) {
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutIncident(Incident("DOP-1", 1)), IsOk());
  });
  Reopen({.pages_max = 60});
  absl::Status status;
  for (int64_t i = 1; i < 10'000 && status.ok(); ++i) {
    auto transaction = store_->Begin();
    ASSERT_THAT(transaction, IsOk());
    storage::EventRow event{0, "DOP-1", i, 7, std::string(10'000, 'x')};
    status = (*transaction)->AppendEvent(event);
    if (status.ok()) status = (*transaction)->Commit();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("free space"));
  EXPECT_TRUE((*store_->LoadIncident("DOP-1")).has_value());
  Reopen();
  Commit([](auto& transaction) {
    ASSERT_THAT(transaction.PutIncident(Incident("DOP-2", 1)), IsOk());
  });
}

TEST_F(StoreTest, DamageIsFoundAtTheStart) {
  Commit([](auto& transaction) {
    for (int i = 0; i < 200; ++i) {
      IncidentRow row = Incident(absl::StrCat("DOP-", i), i + 1);
      row.state_blob = std::string(2000, 'x');
      ASSERT_THAT(transaction.PutIncident(row), IsOk());
    }
  });
  store_.reset();
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 20);
    for (int i = 0; i < 4096 * 10; ++i) file.put('\x5a');
  }
  const auto damaged = OpenSqliteStore(path());
  EXPECT_EQ(damaged.status().code(), absl::StatusCode::kDataLoss) << damaged.status();
  EXPECT_THAT(std::string(damaged.status().message()), HasSubstr("backup"));
  std::filesystem::remove(path());
  Reopen();
}

TEST_F(StoreTest, AnotherProgramsDatabaseIsLeftAlone) {
  store_.reset();
  std::filesystem::remove(path());
  ASSERT_EQ(std::system(("sqlite3 " + path() + " 'CREATE TABLE t (x)' 2>/dev/null").c_str()), 0);
  EXPECT_THAT(std::string(OpenSqliteStore(path()).status().message()),
              HasSubstr("another program's database"));
  std::filesystem::remove(path());
  Reopen();
}

TEST_F(StoreTest, CardsAreKeptByPlaceAndTopic) {
  using storage::CardRow;
  Commit([](storage::Transaction& transaction) {
    for (const CardRow& row :
         {CardRow{"DOP-1", "channels/a", "", "headline", "", ""},
          CardRow{"DOP-1", "channels/b", "duty:X", "", "", "d2"},
          CardRow{"DOP-1", "channels/a", "duty:X", "card", "endpoint", "d1"},
          CardRow{"DOP-1", "channels/a", "duty:X#1", "another", "", "d3"},
          CardRow{"DOP-2", "channels/a", "duty:X", "of another incident", "", "d4"}}) {
      ASSERT_THAT(transaction.PutCard(row), IsOk());
    }
  });
  Reopen();
  Commit([](storage::Transaction& transaction) {
    const auto rows = transaction.ListCards("DOP-1", "duty:X");
    ASSERT_THAT(rows, IsOk());
    ASSERT_THAT(*rows, SizeIs(2));
    EXPECT_EQ((*rows)[0].target, "channels/a");
    EXPECT_EQ((*rows)[0].message_blob, "card");
    EXPECT_EQ((*rows)[0].endpoint_blob, "endpoint");
    EXPECT_EQ((*rows)[1].delivery, "d2");
    // The headline is one of them, under no topic; a newer one replaces it.
    ASSERT_THAT(transaction.PutCard({"DOP-1", "channels/a", "", "newer", "", ""}), IsOk());
    EXPECT_EQ((*transaction.FindCard("DOP-1", "channels/a", ""))->message_blob, "newer");
    ASSERT_THAT(transaction.DropCard("DOP-1", "channels/a", "duty:X"), IsOk());
    EXPECT_EQ((*transaction.FindCard("DOP-1", "channels/a", "duty:X")).has_value(), false);
    EXPECT_EQ((*transaction.FindCard("DOP-1", "channels/a", "duty:X#1"))->message_blob, "another");
    EXPECT_THAT(*transaction.ListCards("DOP-2", "duty:X"), SizeIs(1));
  });
}

TEST_F(StoreTest, AConflatedDeliveryGoesToTheNewAddressInItsTurn) {
  Commit([](storage::Transaction& transaction) {
    DeliveryRow first = Delivery("d1", "old");
    first.conflation_key = "duty:X DOP-1 people/a";
    DeliveryRow between = Delivery("d2", "new");
    DeliveryRow newer = Delivery("d3", "new");
    newer.conflation_key = first.conflation_key;
    newer.endpoint_index = 1;
    newer.queued_us = 9;
    for (DeliveryRow* row : {&first, &between, &newer}) {
      ASSERT_THAT(transaction.AddDelivery(*row), IsOk());
    }
    EXPECT_EQ(newer.id, "d1");
    const auto row = transaction.LoadDelivery("d1");
    EXPECT_EQ((*row)->conversation, "new");
    EXPECT_EQ((*row)->blob, "content of d3");
    EXPECT_EQ((*row)->endpoint_index, 1);
  });
  EXPECT_THAT(Lease(1), ElementsAre("d1"));
}

TEST_F(StoreTest, KnowsWhatBecameOfTheNewestDeliveryToAPlace) {
  Commit([](storage::Transaction& transaction) {
    const auto last = [&](int64_t sequence) {
      return *transaction.LastConcluded("DOP-1", "c", sequence);
    };
    EXPECT_EQ(last(100), std::nullopt);
    for (const auto& [id, state] :
         {std::pair("d1", DeliveryState::kDelivered), std::pair("d2", DeliveryState::kDead),
          std::pair("d3", DeliveryState::kPending)}) {
      DeliveryRow row = Delivery(id, "c");
      row.state = state;
      ASSERT_THAT(transaction.AddDelivery(row), IsOk());
    }
    DeliveryRow elsewhere = Delivery("d4", "e");
    elsewhere.state = DeliveryState::kDelivered;
    ASSERT_THAT(transaction.AddDelivery(elsewhere), IsOk());
    EXPECT_EQ(last(100), DeliveryState::kDead);
    EXPECT_EQ(last(2), DeliveryState::kDelivered);
    EXPECT_EQ(last(1), std::nullopt);
  });
}

TEST_F(StoreTest, FindsWhatHappenedSinceATimeWithWhatIsNotCommittedYet) {
  Commit([](storage::Transaction& transaction) {
    for (int i = 1; i <= 5; ++i) {
      IncidentRow row = Incident(absl::StrCat("DOP-", i), i);
      row.open = i > 3;
      row.update_time_us = 10 * i;
      ASSERT_THAT(transaction.PutIncident(row), IsOk());
      storage::EventRow event{0, "DOP-1", i, 10 * i, absl::StrCat("event ", i)};
      ASSERT_THAT(transaction.AppendEvent(event), IsOk());
    }
    IncidentQuery closed;
    closed.open = false;
    closed.updated_since_us = 20;
    std::vector<std::string> ids;
    const auto rows = transaction.ListIncidents(closed);
    ASSERT_THAT(rows, IsOk());
    for (const IncidentRow& row : *rows) ids.push_back(row.id);
    EXPECT_THAT(ids, ElementsAre("DOP-3", "DOP-2"));
    const auto events = transaction.ListEventsSince("DOP-1", 30, 10);
    ASSERT_THAT(events, IsOk());
    ASSERT_THAT(*events, SizeIs(3));
    EXPECT_EQ((*events)[0].blob, "event 5");
    EXPECT_EQ((*events)[2].blob, "event 3");
    EXPECT_THAT(*transaction.ListEventsSince("DOP-1", 0, 2), SizeIs(2));
    EXPECT_THAT(*transaction.ListEventsSince("DOP-2", 0, 2), IsEmpty());
  });
}

TEST_F(StoreTest, TokensAndWhatBecameOfThemOutliveARestart) {
  storage::TokenRow row{"tokens/a", std::string("h\0sh", 4), "people/ana", "blob", 50, 0, 0};
  Commit([&](auto& transaction) {
    ASSERT_THAT(transaction.PutToken(row), IsOk());
    ASSERT_THAT(transaction.PutToken({"tokens/b", "other", "people/ben", "blob", 60, 0, 0}),
                IsOk());
    storage::AccessChangeRow change{0, 7, "people/ana", "token.created", "tokens/a", "blob"};
    ASSERT_THAT(transaction.AppendAccessChange(change), IsOk());
    EXPECT_EQ(change.position, 1);
  });
  Commit([&](auto& transaction) {
    EXPECT_THAT(*transaction.ListTokensOf("people/ana"), SizeIs(1));
    EXPECT_FALSE(transaction.LoadToken("tokens/c")->has_value());
    row.revoke_time_us = 40;
    ASSERT_THAT(transaction.PutToken(row), IsOk());
    ASSERT_THAT(transaction.TouchToken("tokens/a", 30), IsOk());
    ASSERT_THAT(transaction.TouchToken("tokens/a", 20), IsOk());
    ASSERT_THAT(transaction.TouchToken("tokens/c", 20), IsOk());
    ASSERT_THAT(transaction.DeleteToken("tokens/b"), IsOk());
  });
  Reopen();
  const auto tokens = store_->LoadTokens();
  ASSERT_THAT(tokens, IsOk());
  ASSERT_THAT(*tokens, SizeIs(1));
  EXPECT_EQ((*tokens)[0].hash, row.hash);
  EXPECT_EQ((*tokens)[0].revoke_time_us, 40);
  EXPECT_EQ((*tokens)[0].last_use_time_us, 30) << "the latest, whatever came last";
  const auto changes = store_->ListAccessChanges(0, 10);
  ASSERT_THAT(*changes, SizeIs(1));
  EXPECT_EQ((*changes)[0].subject, "tokens/a");
  EXPECT_THAT(*store_->ListAccessChanges(1, 10), IsEmpty());
}

// No two principals may have one secret.
TEST_F(StoreTest, AHashStandsForOneToken) {
  auto transaction = store_->Begin();
  ASSERT_THAT(transaction, IsOk());
  ASSERT_THAT((*transaction)->PutToken({"tokens/a", "hash", "people/ana", "", 5, 0, 0}), IsOk());
  EXPECT_FALSE((*transaction)->PutToken({"tokens/b", "hash", "people/ben", "", 5, 0, 0}).ok());
}

}  // namespace
}  // namespace belfry::testing
