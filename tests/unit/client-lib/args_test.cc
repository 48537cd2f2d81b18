#include "client-lib/cli/args.h"

#include <stdlib.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "client-lib/chat/quote.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/verbs.h"
#include "client-lib/cli/commands.h"
#include "client-lib/cli/terminal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ArgsTest, OptionsMayStandBeforeOrBehindTheVerb) {
  const auto arguments = ParseArguments({"--server", "unix:/run/b", "open", "Ransom note", "sev:3",
                                         "--output", "json", "agency:DOP"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_EQ(arguments->server, "unix:/run/b");
  EXPECT_EQ(arguments->output, Output::kJson);
  EXPECT_THAT(arguments->words, ElementsAre("open", "Ransom note", "sev:3", "agency:DOP"));
  EXPECT_EQ(chat::JoinWords(arguments->words), "open \"Ransom note\" sev:3 agency:DOP");
}

TEST(ArgsTest, TextWithADashGoesBehindTwoDashes) {
  EXPECT_THAT(std::string(ParseArguments({"note", "-5 degrees"}).status().message()),
              HasSubstr("goes behind --"));
  const auto arguments = ParseArguments({"note", "--", "-5 degrees", "--output", "json", "--"});
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->output, Output::kTable);
  EXPECT_THAT(arguments->words, ElementsAre("note", "-5 degrees", "--output", "json", "--"));
}

TEST(ArgsTest, StrangeWordsAreText) {
  const auto arguments = ParseArguments({"note", "", "{}", "[a,b]", "-", "%%", "a=b", "/x", "++"});
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_THAT(arguments->words,
              ElementsAre("note", "", "{}", "[a,b]", "-", "%%", "a=b", "/x", "++"));
}

TEST(ArgsTest, WrongUsageIsOneSentence) {
  for (const std::vector<std::string>& line : {std::vector<std::string>{"--output", "xml", "list"},
                                               {"list", "--bogus"},
                                               {"--server"},
                                               {"--timeout", "0", "list"}}) {
    const auto arguments = ParseArguments(line);
    EXPECT_EQ(arguments.status().code(), absl::StatusCode::kInvalidArgument) << line[0];
    EXPECT_FALSE(arguments.status().message().empty());
  }
}

TEST(ArgsTest, TheEnvironmentIsAskedLast) {
  setenv("BELFRY_SERVER", "127.0.0.1:1", 1);
  EXPECT_EQ(ParseArguments({"list"})->server, "127.0.0.1:1");
  EXPECT_EQ(ParseArguments({"list", "--server", "127.0.0.1:2"})->server, "127.0.0.1:2");
  unsetenv("BELFRY_SERVER");
  EXPECT_EQ(ParseArguments({"list"})->server, "127.0.0.1:7443");
}

TEST(ArgsTest, ConnectionOptionsRefuseWhatCannotWork) {
  Arguments arguments;
  EXPECT_TRUE(ConnectionOptions(arguments).ok());
  arguments.token_file = "/nonexistent/token";
  EXPECT_FALSE(ConnectionOptions(arguments).ok());
  arguments.token_file.clear();
  arguments.server = "belfry.example:7443";
  EXPECT_FALSE(ConnectionOptions(arguments).ok());
  arguments.ca_file = "/etc/ssl/ca.pem";
  EXPECT_TRUE(ConnectionOptions(arguments).ok());
}

TEST(ArgsTest, NoVerbOfTheTerminalHidesOneOfTheGrammar) {
  for (const chat::Verb& verb : chat::Verbs()) {
    EXPECT_EQ(FindTerminalVerb(verb.name), nullptr) << verb.name;
  }
}

TEST(ArgsTest, TheQuestionBeforeAnActCanBeLeftOut) {
  EXPECT_FALSE(ParseArguments({"close", "DOP-2026-0007"})->yes);
  EXPECT_TRUE(ParseArguments({"close", "DOP-2026-0007", "--yes"})->yes);
  EXPECT_TRUE(ParseArguments({"-y", "close"})->yes);
  for (const auto& [typed, yes] : std::vector<std::pair<std::string, bool>>{{"y\n", true},
                                                                            {" YES \n", true},
                                                                            {"yes", true},
                                                                            {"n\n", false},
                                                                            {"\n", false},
                                                                            {"", false},
                                                                            {"yesterday\n", false},
                                                                            {"\ny\n", false}}) {
    std::istringstream in(typed);
    EXPECT_EQ(ReadYes(in), yes) << typed;
  }
}

// What is not shown on a terminal is read in a pager or a file.
TEST(ArgsTest, TheTableOfVerbsIsNotWiderThanAPage) {
  std::ostringstream out;
  std::ostringstream error;
  PrintHelp({out, error, Output::kTable, {}});
  const std::string text = out.str();
  const size_t table = text.find("\nVerb ");
  ASSERT_NE(table, std::string::npos);
  for (const absl::string_view line : absl::StrSplit(text.substr(table), '\n')) {
    EXPECT_LE(chat::DisplayWidth(line), 100u) << line;
  }
}

TEST(ClockTest, SpansAndTimes) {
  const absl::Time now = TestNow();
  EXPECT_EQ(*ParseClockTarget("+90m", now), now + absl::Minutes(90));
  EXPECT_EQ(*ParseClockTarget("+1h30m", now), now + absl::Minutes(90));
  EXPECT_EQ(*ParseClockTarget("+2d", now), now + absl::Hours(48));
  EXPECT_EQ(*ParseClockTarget("+1d12h", now), now + absl::Hours(36));
  EXPECT_EQ(*ParseClockTarget("2026-11-24T19:05:00Z", absl::UnixEpoch()), now);
  for (const char* no : {"", "+", "90m", "+x", "+-1d", "+-1h", "+inf", "infinite-future",
                         "tomorrow", "2026-11-24"}) {
    EXPECT_FALSE(ParseClockTarget(no, now).ok()) << no;
  }
}

TEST(ArgsTest, KeyMeansTheServersKeyWhereAFileIsVerified) {
  const auto verify = ParseArguments(
      {"audit", "verify", "f", "--key", "a+1+b", "--key", "c+2+d", "--witness-key", "e+3+f"});
  ASSERT_TRUE(verify.ok()) << verify.status();
  EXPECT_THAT(verify->audit.verifier_keys, ElementsAre("a+1+b", "c+2+d"));
  EXPECT_THAT(verify->audit.witness_keys, ElementsAre("e+3+f"));
  EXPECT_THAT(verify->words, ElementsAre("audit", "verify", "f"));
  EXPECT_EQ(verify->key_file, "");

  const auto online = ParseArguments({"audit", "checkpoint", "--key", "client.pem"});
  ASSERT_TRUE(online.ok());
  EXPECT_EQ(online->key_file, "client.pem");
  EXPECT_FALSE(ParseArguments({"list", "--key", "a", "--key", "b"}).ok());
  EXPECT_FALSE(ParseArguments({"list", "--strict"}).ok());
  EXPECT_FALSE(ParseArguments({"audit", "keygen", "f", "--type", "rsa"}).ok());
}

TEST(ArgsTest, FilesOfAReleaseGoIntoADirectory) {
  const auto released =
      ParseArguments({"records", "release", "DOP-2026-0007", "R-12", "--output-dir", "released"});
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_EQ(released->output_dir, "released");
  EXPECT_EQ(released->words.size(), 4u);
  const auto shown =
      ParseArguments({"records", "show", "DOP-2026-0007", "--output-dir", "released"});
  EXPECT_EQ(shown.status().message(), "--output-dir goes with records release");
}

}  // namespace
}  // namespace belfry::cli
