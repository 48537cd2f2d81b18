// Exports and imports over the public API: who gets what, what is recorded, what comes back.
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client-lib/cli/exchange_commands.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/ids.h"
#include "client-lib/exchange/import.h"
#include "client-lib/exchange/read.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/exchange_schema.h"
#include "tests/support/exchange_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using exchange::Collected;
using exchange::ExportOptions;
using exchange::Format;
using exchange::ReadFile;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

ExportOptions Everything(const TestServer& server) {
  ExportOptions options;
  options.now = server.now();
  options.tlp_max = exchange::Tlp::kRed;
  options.restricted = true;
  options.recipient = "the inspector general";
  return options;
}

std::string Written(Format format, const Collected& collected) {
  const auto mappings = exchange::LoadMappings(collected, "");
  EXPECT_THAT(mappings, IsOk());
  exchange::v1::Export file = collected.file;
  const auto bytes = exchange::Write(format, *mappings, false, file);
  EXPECT_THAT(bytes, IsOk());
  return bytes.ok() ? *bytes : "";
}

// Answers that not every reporter may give.
bool ForSomeToSay(const policy::v1::Policy& policy, const v1::Fact& fact) {
  for (const auto& known : policy.facts()) {
    if (known.name() != fact.name()) continue;
    if (known.author_roles_size() > 0) return true;
    for (const auto& row : known.value_authors()) {
      if (row.value() == fact.value()) return true;
    }
  }
  return false;
}

// Of those that are read back, so many are opened on another server: they are of every kind.
constexpr size_t kOpenedElsewhere = 60;

// One server for all that only reads.
class ManyIncidentsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new TestServer();
    names_ = new std::vector<std::string>(PlayIncidents(*server_, 200));
    auto collected = exchange::Collect(server_->As("csirt.handler"), Everything(*server_));
    ASSERT_THAT(collected, IsOk());
    collected_ = new Collected(*std::move(collected));
    policy_ = new policy::v1::Policy(server_->As("admin").GetPolicy({})->policy());
  }
  static void TearDownTestSuite() {
    delete policy_;
    delete collected_;
    delete names_;
    delete server_;
  }

  static TestServer* server_;
  static std::vector<std::string>* names_;
  static Collected* collected_;
  static policy::v1::Policy* policy_;
};

TestServer* ManyIncidentsTest::server_ = nullptr;
std::vector<std::string>* ManyIncidentsTest::names_ = nullptr;
Collected* ManyIncidentsTest::collected_ = nullptr;
policy::v1::Policy* ManyIncidentsTest::policy_ = nullptr;

TEST_F(ManyIncidentsTest, AreOfEveryKind) {
  EXPECT_THAT(*names_, SizeIs(200));
  std::map<std::string, int> seen;
  for (const auto& part : collected_->file.incidents()) {
    const v1::Incident& incident = part.incident();
    ++seen[incident.state()];
    ++seen[incident.severity()];
    ++seen[incident.entity()];
    seen["restricted"] += incident.restricted();
    seen["drill"] += incident.drill();
    seen["devices"] += incident.devices_size() > 0;
    seen["subjects"] += incident.subjects_size() > 0;
    seen["lead"] += !incident.lead().empty();
    seen["child"] += !incident.parent().empty();
    seen["without category"] += incident.categories().empty();
    for (const auto& category : incident.categories()) {
      ++seen[category.category()];
      for (const auto& sub : category.sub_values()) ++seen[category.category() + "/" + sub];
    }
    for (const auto& duty : part.obligations()) {
      seen["overdue"] += duty.state() == v1::Obligation::STATE_OVERDUE;
    }
  }
  for (const auto& [what, count] : seen) RecordProperty(what, count);
  for (const char* what : {"REPORTED",
                           "CLOSED",
                           "DISMISSED",
                           "MERGED",
                           "SEV1",
                           "SEV2",
                           "SEV3",
                           "SEV4",
                           "entities/dop",
                           "entities/dor",
                           "entities/bor",
                           "restricted",
                           "drill",
                           "devices",
                           "subjects",
                           "lead",
                           "child",
                           "without category",
                           "overdue"}) {
    EXPECT_GT(seen[what], 0) << what;
  }
  for (const auto& category : policy_->categories()) {
    EXPECT_GT(seen[category.code()], 0) << category.code();
    for (const auto& sub : category.sub_values()) {
      EXPECT_GT(seen[category.code() + "/" + sub.code()], 0) << category.code() << sub.code();
    }
  }
}

TEST_F(ManyIncidentsTest, OwnJsonLosesNothing) {
  const auto json = exchange::ParseJson(Written(Format::kJson, *collected_));
  ASSERT_THAT(json, IsOk());
  const auto read = exchange::ReadJson(*json);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->SerializeAsString() == collected_->file.SerializeAsString());
}

TEST_F(ManyIncidentsTest, StixLosesNothingOfAnIncident) {
  const auto read = exchange::ReadIncidents(Written(Format::kStix, *collected_), "");
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->incidents.size(), static_cast<size_t>(collected_->file.incidents_size()));
  std::map<std::string, const exchange::v1::IncidentExport*> by_name;
  for (const auto& incident : read->incidents) {
    by_name[incident.part.incident().name()] = &incident.part;
  }
  for (const auto& part : collected_->file.incidents()) {
    const auto* back = by_name[part.incident().name()];
    ASSERT_NE(back, nullptr) << part.incident().name();
    EXPECT_EQ(back->DebugString(), part.DebugString());
  }
}

TEST_F(ManyIncidentsTest, HostileTextsAreInEveryFormatAndBreakNone) {
  for (const exchange::FormatRow& row : exchange::kFormats) {
    const std::string bytes = Written(row.format, *collected_);
    EXPECT_THAT(bytes, HasSubstr("\U0001F512")) << row.name;
    for (const char c : bytes) {
      ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t')
          << row.name << " has a raw control character";
    }
    // Personal information is in the record of some of them.
    EXPECT_THAT(bytes, Not(HasSubstr("219-09-9999"))) << row.name;
    EXPECT_THAT(bytes, Not(HasSubstr("4111 1111 1111 1111"))) << row.name;
  }
}

TEST_F(ManyIncidentsTest, TheDefaultLabelKeepsBackWhatIsRedAndSaysSo) {
  ExportOptions options;
  options.now = server_->now();
  const auto amber = exchange::Collect(server_->As("csirt.handler"), options);
  ASSERT_THAT(amber, IsOk());
  EXPECT_LT(amber->file.incidents_size(), collected_->file.incidents_size());
  for (const auto& part : amber->file.incidents()) {
    EXPECT_FALSE(part.incident().restricted());
    EXPECT_THAT(part.incident().subjects(), IsEmpty());
    for (const auto& entry : part.timeline()) EXPECT_THAT(entry.text(), Not(HasSubstr("TLP:RED")));
  }
  int restricted = 0;
  for (const auto& omission : amber->file.omissions()) {
    if (omission.reason() == exchange::v1::Omission::REASON_RESTRICTED) {
      restricted += omission.count();
      EXPECT_EQ(omission.incident(), "") << "the number itself is not told";
    }
  }
  EXPECT_EQ(restricted, collected_->file.incidents_size() - amber->file.incidents_size());
}

TEST_F(ManyIncidentsTest, NobodyExportsMoreThanTheyMayRead) {
  const auto mine = exchange::Collect(server_->As("bor.contact"), Everything(*server_));
  ASSERT_THAT(mine, IsOk());
  ASSERT_GT(mine->file.incidents_size(), 0);
  EXPECT_LT(mine->file.incidents_size(), collected_->file.incidents_size());
  ExportOptions options = Everything(*server_);
  for (const auto& part : mine->file.incidents()) {
    bool concerned = false;
    for (const auto& entity : part.incident().entities()) {
      concerned |= entity.entity() == "entities/bor";
    }
    EXPECT_TRUE(concerned) << part.incident().name();
  }
  options.incidents = {"incidents/DOR-2026-0001"};
  EXPECT_TRUE(absl::IsNotFound(exchange::Collect(server_->As("bor.contact"), options).status()));
}

// The round trip over a second server: what a report may say arrives.
TEST_F(ManyIncidentsTest, OpenElsewhereAsTheyWereReported) {
  for (const Format format : {Format::kJson, Format::kStix}) {
    TestServer other;
    other.AdvanceTo(server_->now() - server_->start());
    auto read = exchange::ReadIncidents(Written(format, *collected_), "");
    ASSERT_THAT(read, IsOk());
    ASSERT_GT(read->incidents.size(), kOpenedElsewhere);
    read->incidents.resize(kOpenedElsewhere);
    const auto client = other.As("csirt.handler");
    const auto imported = exchange::Import(client, *read, {});
    ASSERT_THAT(imported, IsOk());
    ASSERT_EQ(imported->size(), read->incidents.size());
    for (size_t i = 0; i < imported->size(); ++i) {
      const v1::Incident& before = read->incidents[i].part.incident();
      v1::GetIncidentRequest request;
      request.set_name((*imported)[i].incident);
      const auto got = client.GetIncident(request);
      ASSERT_THAT(got, IsOk());
      const v1::Incident& after = got->incident();
      const std::string mark = exchange::ImportMark(read->incidents[i].object_id);
      EXPECT_EQ(after.title(), before.title());
      EXPECT_EQ(after.summary(),
                before.summary().empty() ? mark : absl::StrCat(before.summary(), "\n\n", mark));
      EXPECT_EQ(after.entity(), before.entity());
      EXPECT_EQ(after.drill(), before.drill());
      EXPECT_TRUE(after.restricted() || !before.restricted());
      EXPECT_LE(after.severity(), before.severity()) << "never milder";
      EXPECT_EQ(after.categories_size(), before.categories_size());
      for (int n = 0; n < std::min(after.categories_size(), before.categories_size()); ++n) {
        EXPECT_EQ(after.categories(n).category(), before.categories(n).category());
        EXPECT_EQ(after.categories(n).sub_values_size(), before.categories(n).sub_values_size());
      }
      std::map<std::string, std::string> answers;
      for (const auto& fact : after.facts()) answers[fact.name() + fact.entity()] = fact.value();
      for (const auto& fact : before.facts()) {
        if (ForSomeToSay(*policy_, fact)) continue;
        const auto answer = answers.find(fact.name() + fact.entity());
        ASSERT_NE(answer, answers.end()) << before.name() << " " << fact.name();
        EXPECT_EQ(answer->second, fact.value());
      }
      EXPECT_EQ(after.entities_size(), before.entities_size());
    }
    const auto again = exchange::Import(client, *read, {});
    ASSERT_THAT(again, IsOk());
    for (const auto& result : *again) {
      EXPECT_TRUE(result.already) << result.object_id;
      EXPECT_EQ(result.notes, 0u);
    }
  }
}

// ---- The program ----

struct Ran {
  int code = 0;
  std::string out;
  std::string error;
};

Ran RunProgram(const TestServer& server, const std::string& who,
               const std::vector<std::string>& line) {
  const auto arguments = cli::ParseArguments(line);
  EXPECT_THAT(arguments, IsOk());
  std::ostringstream out;
  std::ostringstream error;
  const cli::Console console{out, error, arguments->output, {}};
  client::Options options;
  options.target = absl::StrCat("unix:", server.socket());
  const client::Client client = server.As(who);
  const cli::Desk desk{*arguments, options, client, console};
  const bool exports = arguments->words[0] == "export";
  const int code = (exports ? cli::RunExport : cli::RunImport)(desk, arguments->words);
  return {code, out.str(), error.str()};
}

std::vector<std::string> Timeline(const TestServer& server, const std::string& name) {
  v1::ListTimelineEntriesRequest request;
  request.set_parent(name);
  request.set_page_size(1000);
  std::vector<std::string> texts;
  const auto page = server.As("csirt.handler").ListTimelineEntries(request);
  EXPECT_THAT(page, IsOk());
  if (!page.ok()) return texts;
  for (const auto& entry : page->entries()) texts.push_back(entry.text());
  return texts;
}

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ExportCommandTest, WritesAFileForItsOwnerAndRecordsItsHash) {
  TestServer server;
  const std::string name = server.Open();
  const std::string path = server.directory() + "/out.json";
  const Ran ran =
      RunProgram(server, "csirt.handler",
                 {"export", "DOP-2026-0001", "--format", "stix", "--to", "CISA", "--output", path});
  EXPECT_EQ(ran.code, cli::kDone) << ran.error;
  EXPECT_EQ(ran.out, "");
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string hash = exchange::Sha256Hex(Slurp(path));
  EXPECT_THAT(ran.error, HasSubstr(hash));
  EXPECT_THAT(Timeline(server, name),
              Contains(::testing::AllOf(StartsWith("Exported as STIX 2.1"), HasSubstr("for CISA"),
                                        HasSubstr(hash))));
}

TEST(ExportCommandTest, RefusesWhatTheLabelForbidsAndRecordsNothing) {
  TestServer server;
  const std::string name = server.Open();
  const size_t before = Timeline(server, name).size();
  Ran ran = RunProgram(server, "csirt.handler",
                       {"export", "DOP-2026-0001", "--format", "csv", "--tlp-max", "GREEN"});
  EXPECT_EQ(ran.code, cli::kRefused);
  EXPECT_THAT(ran.error, HasSubstr("TLP:AMBER+STRICT, stricter than --tlp-max TLP:GREEN"));
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(Timeline(server, name).size(), before);
  ran = RunProgram(server, "csirt.handler", {"export", "--all", "--format", "csv", "--restricted"});
  EXPECT_EQ(ran.code, cli::kWrongUsage);
  EXPECT_THAT(ran.error, HasSubstr("--tlp-max RED"));
  ran = RunProgram(server, "csirt.handler",
                   {"export", "--all", "--format", "csv", "--tlp-max", "RED"});
  EXPECT_EQ(ran.code, cli::kWrongUsage);
  EXPECT_THAT(ran.error, HasSubstr("--to"));
  ran = RunProgram(server, "bor.contact", {"export", "DOP-2026-0001", "--format", "json"});
  EXPECT_EQ(ran.code, cli::kRefused);
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"export", "--format", "json"},
           {"export", "--all", "DOP-2026-0001", "--format", "json"},
           {"export", "--all"},
           {"export", "--all", "--format", "pdf"}}) {
    EXPECT_EQ(RunProgram(server, "csirt.handler", line).code, cli::kWrongUsage);
  }
}

TEST(ImportCommandTest, TheSameFileTwiceOpensOneWhoeverBringsIt) {
  TestServer from;
  const std::string name = from.Open();
  v1::AddNoteRequest note;
  note.set_name(name);
  note.set_text("seen by the contact");
  ASSERT_THAT(from.As("dop.contact").AddNote(note), IsOk());
  for (const char* format : {"stix", "json"}) {
    TestServer to;
    const std::string path = to.directory() + "/in.json";
    ASSERT_EQ(RunProgram(from, "csirt.handler",
                         {"export", "DOP-2026-0001", "--format", format, "--output", path})
                  .code,
              cli::kDone);
    Ran ran = RunProgram(to, "csirt.handler", {"import", path});
    EXPECT_EQ(ran.code, cli::kDone) << ran.error;
    EXPECT_THAT(ran.out, HasSubstr("DOP-2026-0001  opened, "));
    EXPECT_THAT(Timeline(to, name), Contains(HasSubstr("seen by the contact\n(imported; written by "
                                                       "people/dop.contact)")));
    const size_t entries = Timeline(to, name).size();
    for (const char* who : {"csirt.handler", "csirt.executive"}) {
      ran = RunProgram(to, who, {"import", path});
      EXPECT_EQ(ran.code, cli::kDone) << ran.error;
      EXPECT_THAT(ran.out, HasSubstr("DOP-2026-0001  was here already, 0 notes"));
    }
    EXPECT_EQ(Timeline(to, name).size(), entries);
    EXPECT_THAT(to.As("csirt.handler").ListIncidents({})->incidents(), SizeIs(1));
    // Where it came from it is known, too.
    ran = RunProgram(from, "csirt.handler", {"import", path});
    EXPECT_THAT(ran.out, HasSubstr("was here already, 0 notes"));
    EXPECT_THAT(from.As("csirt.handler").ListIncidents({})->incidents(), SizeIs(1));
  }
}

TEST(ImportCommandTest, AFileThatIsWrongOpensNothing) {
  TestServer server;
  const std::string path = server.directory() + "/in.json";
  std::ofstream(path) << "{\"type\":\"bundle\",\"objects\":[{\"type\":\"incident\",\"id\":7}]}";
  const Ran ran = RunProgram(server, "csirt.handler", {"import", path});
  EXPECT_EQ(ran.code, cli::kWrongUsage);
  EXPECT_THAT(ran.error, HasSubstr("$.objects[0].id: must be text, and is a number"));
  EXPECT_THAT(server.As("csirt.handler").ListIncidents({})->incidents(), IsEmpty());
  EXPECT_EQ(RunProgram(server, "csirt.handler", {"import", "/no/such/file"}).code,
            cli::kWrongUsage);
}

// ---- The documents ----

TEST(ExchangeDocsTest, TheSchemasAreThoseOfTheProtoFiles) {
  const std::string folder = std::string(BELFRY_SOURCE_DIR) + "/docs/exchange/";
  EXPECT_EQ(Slurp(folder + "belfry-export.schema.json"), exchange::DumpJson(ExportSchema()))
      << "bin/exchange_samples --schemas docs/exchange writes them anew";
  EXPECT_EQ(Slurp(folder + "stix-extension.schema.json"),
            exchange::DumpJson(StixExtensionSchema()));
}

}  // namespace
}  // namespace belfry::testing
