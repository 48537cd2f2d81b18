// `belfry export` on a connection of the test's own: what could not be recorded does not leave.
#include "client-lib/cli/exchange_commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client-lib/cli/args.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class ExportCommandTest : public ::testing::Test {
 protected:
  ExportCommandTest() {
    v1::Incident& incident = *connection_->GetIncident_answer->mutable_incident();
    incident.set_name("incidents/DOP-2026-0001");
    incident.set_uid("u");
    incident.set_title("Flood");
    incident.set_tlp("TLP:AMBER");
    incident.set_policy("test@1");
    *connection_->GetPolicy_answer->mutable_policy() = *TestPolicy();
    std::string pattern =
        (std::filesystem::temp_directory_path() / "belfry-export-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~ExportCommandTest() override { std::filesystem::remove_all(directory_); }

  int Run(std::vector<std::string> line) {
    const auto arguments = ParseArguments(line);
    EXPECT_TRUE(arguments.ok()) << arguments.status();
    const client::Client client(connection_);
    // No machine of ours: nobody is asked for the time.
    client::Options options;
    options.target = "nowhere.invalid:1";
    const Console console{out_, error_, arguments->output, {}};
    const Desk desk{*arguments, options, client, console};
    return RunExport(desk, arguments->words);
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  std::ostringstream out_;
  std::ostringstream error_;
  std::string directory_;
};

TEST_F(ExportCommandTest, WhatCouldNotBeRecordedDoesNotLeave) {
  connection_->AddNote_answer = absl::PermissionDeniedError("not here");
  const std::string path = directory_ + "/out.json";
  EXPECT_EQ(Run({"export", "DOP-2026-0001", "--format", "json", "--output", path}), kRefused);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(Run({"export", "DOP-2026-0001", "--format", "json"}), kRefused);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(error_.str(), HasSubstr("nothing was handed out"));
  connection_->AddNote_answer = v1::AddNoteResponse();
  EXPECT_EQ(Run({"export", "DOP-2026-0001", "--format", "json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"title\": \"Flood\""));
  EXPECT_THAT(connection_->AddNote_request.text(), HasSubstr("Exported as Belfry JSON"));
  EXPECT_NE(connection_->AddNote_request.request_id(), "");
}

// Reading a restricted incident is recorded in it; one that will not leave is not looked into.
TEST_F(ExportCommandTest, DoesNotLookIntoWhatWillNotLeave) {
  connection_->GetIncident_answer->mutable_incident()->set_tlp("TLP:RED");
  EXPECT_EQ(Run({"export", "DOP-2026-0001", "--format", "json"}), kRefused);
  EXPECT_THAT(connection_->calls, Not(Contains("ListTimelineEntries")));
  EXPECT_THAT(error_.str(), HasSubstr("TLP:RED"));
}

TEST_F(ExportCommandTest, APackWithoutATableIsToldInTheFormatsThatNeedNone) {
  EXPECT_EQ(Run({"export", "DOP-2026-0001", "--format", "csv"}), kDone);
  EXPECT_EQ(Run({"export", "DOP-2026-0001", "--format", "stix"}), kRefused);
  EXPECT_THAT(error_.str(), HasSubstr("--mapping FILE"));
}

TEST_F(ExportCommandTest, AFileIsReplacedAsAWholeAndBelongsToItsOwner) {
  const std::string path = directory_ + "/out";
  std::ofstream(path) << "before";
  ASSERT_TRUE(WriteWhole(path, "after").ok());
  std::ifstream file(path);
  std::string text;
  file >> text;
  EXPECT_EQ(text, "after");
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(WriteWhole(directory_ + "/no/such/folder", "x").ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST(ExportArgsTest, OutputIsAFileForExportAndAFormElsewhere) {
  EXPECT_EQ(ParseArguments({"export", "--all", "--output", "x.json"})->output_file, "x.json");
  EXPECT_EQ(ParseArguments({"list", "--output", "json"})->output, Output::kJson);
  EXPECT_EQ(ParseArguments({"export", "--all", "--output", "json"})->output, Output::kJson);
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"list", "--output", "x.json"},
                                             {"list", "--all"},
                                             {"list", "--format", "csv"},
                                             {"import", "f", "--to", "CISA"},
                                             {"export", "--agency", "DOP"}}) {
    EXPECT_FALSE(ParseArguments(line).ok()) << line[0] << " " << line[1];
  }
}

}  // namespace
}  // namespace belfry::cli
