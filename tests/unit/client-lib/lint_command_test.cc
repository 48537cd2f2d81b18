// What `belfry policy lint` sends, prints and returns.
#include "client-lib/cli/lint_command.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "belfry/client.h"
#include "client-lib/cli/args.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"

namespace belfry::cli {
namespace {

using ::testing::HasSubstr;

class LintCommandTest : public ::testing::Test {
 protected:
  // Tests run side by side: each has files of its own.
  static std::string File(const std::string& what) {
    return ::testing::TempDir() + "/belfry_lint_" + std::to_string(getpid()) + "_" + what +
           ".textproto";
  }

  LintCommandTest() : pack_(File("pack")), directory_(File("directory")) {
    Write(pack_, "id: \"x\"\n");
    Write(directory_, "entities { name: \"entities/dop\" }\n");
  }
  ~LintCommandTest() override {
    std::remove(pack_.c_str());
    std::remove(directory_.c_str());
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  int Run(std::vector<std::string> words, const std::string& path) {
    words.insert(words.begin(), {"policy", "lint", path});
    const auto arguments = ParseArguments(words);
    EXPECT_TRUE(arguments.ok()) << arguments.status();
    auto connection = std::make_unique<FakeConnection>();
    connection->LintPolicy_answer = answer_;
    const FakeConnection* kept = connection.get();
    const client::Client client(std::move(connection));
    const client::Options options;
    const Console console{out_, error_, arguments->output, {}};
    const int status = RunLint({*arguments, options, client, console}, path);
    request_ = kept->LintPolicy_request;
    return status;
  }

  void Add(int line, const std::string& path, const std::string& message, bool warning) {
    auto* finding = answer_->add_findings();
    finding->set_line(line);
    finding->set_path(path);
    finding->set_message(message);
    finding->set_warning(warning);
  }

  const std::string pack_, directory_;
  absl::StatusOr<v1::LintPolicyResponse> answer_ = v1::LintPolicyResponse();
  v1::LintPolicyRequest request_;
  std::ostringstream out_, error_;
};

TEST_F(LintCommandTest, FindingsLookLikeThoseOfACompiler) {
  Add(14, "floors[2].at_least", "there is no severity \"SEV9\"", false);
  Add(20, "roles[3]", "nothing is asked of RAO", true);
  Add(0, "", "the directory does not fit", false);
  EXPECT_EQ(Run({}, pack_), kRefused);
  EXPECT_EQ(out_.str(), pack_ + ":14: error: floors[2].at_least: there is no severity \"SEV9\"\n" +
                            pack_ + ":20: warning: roles[3]: nothing is asked of RAO\n" + pack_ +
                            ": error: the directory does not fit\n");
  EXPECT_THAT(error_.str(), HasSubstr("cannot be loaded: 2 errors, 1 warnings"));
  EXPECT_EQ(request_.text(), "id: \"x\"\n");
  EXPECT_FALSE(request_.against_directory());
  EXPECT_FALSE(request_.has_directory());
}

TEST_F(LintCommandTest, WarningsAreNoErrors) {
  Add(20, "roles[3]", "nothing is asked of RAO", true);
  EXPECT_EQ(Run({}, pack_), kDone);
  EXPECT_THAT(error_.str(), HasSubstr("can be loaded: 0 errors, 1 warnings"));
}

TEST_F(LintCommandTest, JsonIsTheAnswer) {
  Add(14, "floors[2].at_least", "there is no severity", false);
  EXPECT_EQ(Run({"--output", "json"}, pack_), kRefused);
  EXPECT_THAT(out_.str(), HasSubstr("\"line\": 14"));
  EXPECT_THAT(out_.str(), HasSubstr("\"path\": \"floors[2].at_least\""));
  EXPECT_EQ(error_.str(), "");
}

TEST_F(LintCommandTest, TheDirectoryComesFromAFileOrFromTheServer) {
  EXPECT_EQ(Run({"--directory", directory_}, pack_), kDone);
  EXPECT_EQ(request_.directory().entities(0).name(), "entities/dop");
  EXPECT_FALSE(request_.against_directory());
  EXPECT_EQ(Run({"--with-directory"}, pack_), kDone);
  EXPECT_TRUE(request_.against_directory());
  EXPECT_FALSE(request_.has_directory());
}

TEST_F(LintCommandTest, FilesThatCannotBeReadAreWrongUsage) {
  EXPECT_EQ(Run({}, pack_ + ".none"), kWrongUsage);
  EXPECT_THAT(error_.str(), HasSubstr(pack_ + ".none"));
  Write(directory_, "entities {\n  nam: \"entities/dop\" }\n");
  EXPECT_EQ(Run({"--directory", directory_}, pack_), kWrongUsage);
  EXPECT_THAT(error_.str(), HasSubstr(directory_ + ":2:"));
}

TEST_F(LintCommandTest, NoServerIsSaidSo) {
  answer_ = absl::UnavailableError("connection refused");
  EXPECT_EQ(Run({}, pack_), kUnreachable);
}

TEST_F(LintCommandTest, TheOptionsGoWithLintOnly) {
  EXPECT_THAT(
      std::string(ParseArguments({"policy", "show", "--with-directory"}).status().message()),
      HasSubstr("go with policy lint"));
  EXPECT_THAT(std::string(ParseArguments({"list", "--directory", "x"}).status().message()),
              HasSubstr("go with policy lint"));
  EXPECT_THAT(
      std::string(ParseArguments({"policy", "lint", "x", "--directory", "y", "--with-directory"})
                      .status()
                      .message()),
      HasSubstr("one of them"));
}

}  // namespace
}  // namespace belfry::cli
