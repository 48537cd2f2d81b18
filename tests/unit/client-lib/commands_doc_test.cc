// docs/commands.md is what people print and pin to the wall: it must say what the program says.
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client-lib/chat/verbs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::chat {
namespace {

using testing::HasSubstr;

TEST(CommandsDocTest, ListsEveryCommandAsTheHelpDoes) {
  std::ifstream file(BELFRY_SOURCE_DIR "/docs/commands.md");
  std::ostringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty());
  for (const Verb& verb : Verbs()) {
    std::string aliases;
    for (const std::string& alias : SplitWords(verb.aliases)) {
      absl::StrAppend(&aliases, aliases.empty() ? "`" : " `", alias, "`");
    }
    // A bar would end the cell of a table.
    const std::string syntax = absl::StrReplaceAll(verb.syntax, {{"|", "\\|"}});
    EXPECT_THAT(text.str(), HasSubstr(absl::StrCat("| `", syntax, "` |", aliases.empty() ? "" : " ",
                                                   aliases, " | ", verb.summary, " |\n")));
  }
}

}  // namespace
}  // namespace belfry::chat
