// Databases of every older schema are taken over with all that is in them.
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/sqlite/record_schema.h"
#include "server/storage/sqlite/schema.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using storage::OpenSqliteStore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What each version adds, and a row for each table that comes with it.
struct Version {
  const char* tables;
  const char* rows;
};

constexpr Version kVersions[] = {
    {storage::kSchemaVersion1, R"sql(
INSERT INTO events VALUES (1, 'DOP-1', 1, 7, x'00FF');
INSERT INTO events VALUES (2, 'DOP-1', 2, 8, x'01');
INSERT INTO incidents (id, version, state_blob, state, severity, open, overdue, restricted,
                       create_time_us, update_time_us, next_due_us)
  VALUES ('DOP-1', 2, x'00', 'REPORTED', 'SEV4', 1, 0, 0, 5, 6, 7);
INSERT INTO incident_scopes VALUES ('entities/dop', 'DOP-1');
INSERT INTO requests VALUES ('people/a', 'once', x'02', x'03', 9);
INSERT INTO counters VALUES ('incidents/DOP', 1);
INSERT INTO deliveries (sequence, id, incident, target, platform, conversation, blob, state,
                        conflation_key, attempt, ambiguous, endpoint_index, not_before_us,
                        create_time_us, lease_holder, lease_incarnation, lease_until_us,
                        message_blob, last_error)
  VALUES (1, 'd1', 'DOP-1', 'channels/a', 'console', 'c', x'04', 1, '', 0, 0, 0, 0, 7, '', '', 0,
          x'', '');
INSERT INTO headlines VALUES ('DOP-1', 'channels/a', x'6D');
INSERT INTO directory VALUES ('people/a', x'05');
INSERT INTO directory_changes VALUES (1, 7, 'people/a', 'set', x'06');
)sql"},
    {storage::kSchemaVersion2, "INSERT INTO policies VALUES (1, 'itd@1', x'70', 7, 'system');"},
    {storage::kSchemaVersion3, R"sql(
INSERT INTO places VALUES ('slack', 'T1', 'C1', '1.1', 'DOP-1', 0, 7);
INSERT INTO conversations VALUES ('teams', 't', 'a', x'07', 0);
INSERT INTO link_codes VALUES (x'08', 'people/a', 9);
INSERT INTO attempts VALUES ('link-code', 'people/a', 7);
)sql"},
    {storage::kSchemaVersion4,
     "INSERT INTO cards VALUES ('DOP-1', 'duty:X', 'channels/a', x'09', x'', 'd1');"},
    {storage::kSchemaVersion5, R"sql(
INSERT INTO log_heads VALUES ('dop', 'mass.example/dop', 1, x'0A', x'0B', 1);
INSERT INTO log_leaves VALUES ('dop', 0, x'0C', x'0D', 1, 1);
INSERT INTO log_tiles VALUES ('dop', 0, 0, x'0E');
INSERT INTO checkpoints VALUES ('dop', 1, x'0F', 1, 7, 0);
INSERT INTO record_events VALUES (1, 7, 'system', 'key', x'10');
)sql"},
    {storage::kSchemaVersion6, R"sql(
INSERT INTO tokens VALUES ('tokens/a', x'11', 'people/a', x'12', 50, 0, 0);
INSERT INTO access_changes VALUES (1, 7, 'people/a', 'token.created', 'tokens/a', x'13');
)sql"},
    {storage::kSchemaVersion7, R"sql(
INSERT INTO evidence VALUES ('DOP-1', 1, 'object', x'14');
INSERT INTO custody VALUES ('DOP-1', 1, 1, x'15');
)sql"},
};
static_assert(std::size(kVersions) == storage::kSchemaVersion);

class MigrationTest : public ::testing::Test {
 protected:
  MigrationTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "migration-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    directory_ = pattern;
  }
  ~MigrationTest() override { std::filesystem::remove_all(directory_); }

  std::string path() const { return directory_ + "/belfry.db"; }

  // One text for each row of the answer.
  std::vector<std::string> Ask(const std::string& sql) const {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    std::vector<std::string> rows;
    const auto collect = [](void* into, int count, char** values, char**) {
      std::vector<std::string> row;
      for (int i = 0; i < count; ++i) row.push_back(values[i] == nullptr ? "NULL" : values[i]);
      static_cast<std::vector<std::string>*>(into)->push_back(absl::StrJoin(row, "|"));
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), collect, &rows, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database) << " in " << sql;
    sqlite3_close(database);
    return rows;
  }
  std::string AskOne(const std::string& sql) const {
    const std::vector<std::string> rows = Ask(sql);
    EXPECT_THAT(rows, SizeIs(1)) << sql;
    return rows.empty() ? "" : rows[0];
  }

  // A database as the belfryd of that schema left it, with a row in every table.
  void Make(int version) const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
    std::string sql;
    for (int i = 0; i < version; ++i) {
      absl::StrAppend(&sql, kVersions[i].tables, kVersions[i].rows);
    }
    Ask(absl::StrCat(sql, "PRAGMA application_id=", storage::kApplicationId,
                     "; PRAGMA user_version=", version, ";"));
  }

  // Tables and indices, as they were written.
  std::vector<std::string> Shape() const {
    return Ask("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name");
  }

  // Every table's rows, in the columns that it has now.
  std::map<std::string, std::vector<std::string>> Contents(
      const std::map<std::string, std::string>& columns) const {
    std::map<std::string, std::vector<std::string>> contents;
    for (const auto& [table, names] : columns) {
      contents[table] = Ask(absl::StrCat("SELECT ", names, " FROM ", table, " ORDER BY 1, 2"));
    }
    return contents;
  }
  std::map<std::string, std::string> Columns() const {
    std::map<std::string, std::string> columns;
    for (const std::string& table : Ask("SELECT name FROM sqlite_master WHERE type = 'table'")) {
      std::vector<std::string> names;
      for (const std::string& name :
           Ask(absl::StrCat("SELECT name FROM pragma_table_info('", table, "')"))) {
        names.push_back(absl::StrCat("quote(", name, ")"));
      }
      columns[table] = absl::StrJoin(names, ", ");
    }
    return columns;
  }

  std::string directory_;
};

TEST_F(MigrationTest, EveryOlderDatabaseBecomesLikeAFreshOneAndKeepsItsRows) {
  ASSERT_THAT(OpenSqliteStore(path()), IsOk());
  const std::vector<std::string> fresh = Shape();
  ASSERT_FALSE(fresh.empty());
  for (int version = 1; version <= storage::kSchemaVersion; ++version) {
    SCOPED_TRACE(absl::StrCat("from schema ", version));
    Make(version);
    std::map<std::string, std::string> columns = Columns();
    // They become cards, which the next test looks at.
    columns.erase("headlines");
    columns.erase("cards");
    const auto before = Contents(columns);
    for (const auto& [table, rows] : before) EXPECT_FALSE(rows.empty()) << table;
    ASSERT_THAT(OpenSqliteStore(path()), IsOk());
    EXPECT_EQ(Shape(), fresh);
    EXPECT_EQ(Contents(columns), before);
    EXPECT_EQ(AskOne("PRAGMA user_version"), absl::StrCat(storage::kSchemaVersion));
    EXPECT_EQ(AskOne("PRAGMA application_id"), absl::StrCat(storage::kApplicationId));
    EXPECT_EQ(AskOne("PRAGMA integrity_check"), "ok");
    // And once more, as at every later start.
    ASSERT_THAT(OpenSqliteStore(path()), IsOk());
    EXPECT_EQ(Shape(), fresh);
    EXPECT_EQ(Contents(columns), before);
  }
}

TEST_F(MigrationTest, HeadlinesBecomeCards) {
  for (int version = 1; version <= storage::kSchemaVersion; ++version) {
    SCOPED_TRACE(absl::StrCat("from schema ", version));
    Make(version);
    const auto store = OpenSqliteStore(path());
    ASSERT_THAT(store, IsOk());
    const auto transaction = (*store)->Begin();
    ASSERT_THAT(transaction, IsOk());
    const auto headline = (*transaction)->FindCard("DOP-1", "channels/a", "");
    ASSERT_THAT(headline, IsOk());
    ASSERT_TRUE(headline->has_value());
    EXPECT_EQ((*headline)->message_blob, "m");
    EXPECT_EQ((*transaction)->FindCard("DOP-1", "channels/a", "duty:X")->has_value(), version >= 4);
  }
}

// The first schema kept no packs.
TEST_F(MigrationTest, IncidentsOfTheFirstSchemaArePinnedToNoPack) {
  Make(1);
  const auto store = OpenSqliteStore(path());
  ASSERT_THAT(store, IsOk());
  const auto row = (*store)->LoadIncident("DOP-1");
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ((*row)->version, 2);
  EXPECT_EQ((*row)->policy, "");
  EXPECT_EQ((*row)->next_due_us, 7);
  EXPECT_THAT(*(*store)->ListPinnedTo("", 10), ElementsAre("DOP-1"));
  EXPECT_THAT(*(*store)->LoadPolicies(), IsEmpty());
}

// The second schema knew nothing of chat, nor when a delivery was queued.
TEST_F(MigrationTest, ADatabaseOfTheSecondSchemaLearnsOfChat) {
  Make(2);
  const auto store = OpenSqliteStore(path());
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(*(*store)->FindPlaces("slack", "T1", "C1", "1.1"), IsEmpty());
  const auto transaction = (*store)->Begin();
  ASSERT_THAT(transaction, IsOk());
  const auto delivery = (*transaction)->LoadDelivery("d1");
  ASSERT_THAT(delivery, IsOk());
  EXPECT_EQ((*delivery)->create_time_us, 7);
  EXPECT_EQ((*delivery)->queued_us, 0);
  ASSERT_THAT((*transaction)->PutPlace({"slack", "T1", "C1", "1.1", "DOP-1"}), IsOk());
  ASSERT_THAT((*transaction)->PutConversation({"teams", "t", "a", "ref", false}), IsOk());
  ASSERT_THAT((*transaction)->AddLinkCode({"hash", "people/x", 7}), IsOk());
  ASSERT_THAT((*transaction)->AddAttempt("link-code", "people/x", 7), IsOk());
  ASSERT_THAT((*transaction)->Commit(), IsOk());
  EXPECT_THAT(*(*store)->FindPlaces("slack", "T1", "C1", "1.1"), SizeIs(1));
}

// What came with schemas 5, 6 and 7 is there and empty, and takes rows.
TEST_F(MigrationTest, ADatabaseOfTheFourthSchemaGetsRecordTokensAndEvidence) {
  Make(4);
  auto store = OpenSqliteStore(path());
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(*(*store)->record().ListLogHeads(), IsEmpty());
  EXPECT_EQ(*(*store)->record().LastLogged(storage::PayloadKind::kEvent), 0)
      << "the engine appends the leaves of what happened before";
  EXPECT_THAT(*(*store)->LoadTokens(), IsEmpty());
  EXPECT_THAT(*(*store)->ListAccessChanges(0, 10), IsEmpty());
  EXPECT_THAT(*(*store)->ListEvidence("DOP-1", 0, 10), IsEmpty());
  EXPECT_THAT(*(*store)->ListEvents("DOP-1", 0, 10), SizeIs(2));
  {
    auto transaction = (*store)->Begin();
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT((*transaction)->PutToken({"tokens/a", "hash", "people/a", "", 5, 0, 0}), IsOk());
    ASSERT_THAT((*transaction)->PutEvidence({"DOP-1", 1, "object", "item"}), IsOk());
    ASSERT_THAT((*transaction)->AppendCustody({"DOP-1", 1, 1, "link"}), IsOk());
    ASSERT_THAT((*transaction)->Commit(), IsOk());
  }
  store->reset();
  store = OpenSqliteStore(path());
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(*(*store)->LoadTokens(), SizeIs(1));
  EXPECT_TRUE(*(*store)->HasEvidenceObject("object"));
  EXPECT_THAT(*(*store)->ListCustody("DOP-1", 1, 0, 10), SizeIs(1));
}

// All or nothing: a step that fails takes back the steps before it.
TEST_F(MigrationTest, AMigrationThatFailsLeavesTheDatabaseAsItWas) {
  Make(4);
  Ask("CREATE TABLE custody (in_the_way TEXT)");
  const std::vector<std::string> before = Shape();
  EXPECT_FALSE(OpenSqliteStore(path()).ok());
  EXPECT_EQ(AskOne("PRAGMA user_version"), "4");
  EXPECT_EQ(Shape(), before);
  Ask("DROP TABLE custody");
  EXPECT_THAT(OpenSqliteStore(path()), IsOk());
  EXPECT_EQ(AskOne("PRAGMA user_version"), absl::StrCat(storage::kSchemaVersion));
}

TEST_F(MigrationTest, ANewerDatabaseIsLeftAlone) {
  Make(storage::kSchemaVersion);
  Ask(absl::StrCat("PRAGMA user_version=", storage::kSchemaVersion + 1));
  const std::vector<std::string> before = Shape();
  const absl::Status refused = OpenSqliteStore(path()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("newer belfryd"));
  EXPECT_EQ(AskOne("PRAGMA user_version"), absl::StrCat(storage::kSchemaVersion + 1));
  EXPECT_EQ(Shape(), before);
}

}  // namespace
}  // namespace belfry::testing
