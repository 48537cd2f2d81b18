// SIGHUP at the finished program: the file of --policy is read again, and refused with its line.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/core_world.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";

// belfryd in a process of its own; what it logs is read line by line.
class Program {
 public:
  explicit Program(const std::string& directory) : directory_(directory) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      const std::string listen = absl::StrCat("unix:", directory, "/s");
      const std::string store = absl::StrCat("sqlite:", directory, "/db");
      const std::string policy = PolicyFile();
      execl(BELFRYD, BELFRYD, "--listen", listen.c_str(), "--store", store.c_str(), "--policy",
            policy.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    log_ = fdopen(ends[0], "r");
  }
  ~Program() {
    kill(pid_, SIGTERM);
    while (!ReadLine().empty()) {
    }
    fclose(log_);
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_EQ(status, 0);
  }

  std::string PolicyFile() const { return directory_ + "/pack.textproto"; }
  void Reload() const { EXPECT_EQ(kill(pid_, SIGHUP), 0); }
  // The next line that holds `text`; empty when the program ended without one.
  std::string Await(const std::string& text) {
    for (;;) {
      std::string line = ReadLine();
      if (line.empty() || line.find(text) != std::string::npos) return line;
    }
  }

 private:
  std::string ReadLine() {
    char* line = nullptr;
    size_t size = 0;
    const ssize_t read = getline(&line, &size, log_);
    std::string text = read > 0 ? std::string(line, static_cast<size_t>(read)) : std::string();
    free(line);
    return text;
  }

  const std::string directory_;
  pid_t pid_ = 0;
  FILE* log_ = nullptr;
};

class ReloadTest : public ::testing::Test {
 protected:
  ReloadTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reload-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    Write(ReadSourceFile(kPack));
  }
  ~ReloadTest() override { std::filesystem::remove_all(directory_); }
  void Write(const std::string& text) const {
    std::ofstream(directory_ + "/pack.textproto") << text;
  }
  std::string directory_;
};

TEST_F(ReloadTest, SighupAdoptsOrSaysWhyNot) {
  const int revision = ShippedPolicy()->proto().revision();
  const std::string current = absl::StrCat("itd-sec-4.3@", revision);
  const std::string following = absl::StrCat("itd-sec-4.3@", revision + 1);
  const std::string next = absl::StrReplaceAll(
      ReadSourceFile(kPack), {{absl::StrCat("\nrevision: ", revision, "\n"),
                               absl::StrCat("\nrevision: ", revision + 1, "\n")}});
  {
    Program belfryd(directory_);
    EXPECT_THAT(belfryd.Await("clock real"), HasSubstr(current));
    // Broken: file and line, and the running one stays.
    Write(absl::StrReplaceAll(next, {{"initial_state: \"REPORTED\"", "initial_state: \"NEW\""}}));
    belfryd.Reload();
    const std::string refused = belfryd.Await("was not adopted");
    EXPECT_THAT(refused, HasSubstr(absl::StrCat(current, " stays in force")));
    EXPECT_THAT(refused, HasSubstr(absl::StrCat(belfryd.PolicyFile(), ":")));
    EXPECT_THAT(refused, HasSubstr("NEW"));
    // Other content under the old name.
    Write(absl::StrReplaceAll(ReadSourceFile(kPack), {{"{ seconds: 900 }", "{ seconds: 901 }"}}));
    belfryd.Reload();
    EXPECT_THAT(belfryd.Await("was not adopted"), HasSubstr("raise the revision"));
    Write(next);
    belfryd.Reload();
    EXPECT_THAT(belfryd.Await("is in force"), HasSubstr(following));
    belfryd.Reload();
    EXPECT_THAT(belfryd.Await("already"), HasSubstr(following));
  }
  // And it is kept.
  Write(ReadSourceFile(kPack));
  Program again(directory_);
  EXPECT_THAT(again.Await("stays in force"), HasSubstr(following));
  EXPECT_THAT(again.Await("clock real"), HasSubstr(following));
}

}  // namespace
}  // namespace belfry::testing
