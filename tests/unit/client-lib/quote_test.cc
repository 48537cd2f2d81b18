#include "client-lib/chat/quote.h"

#include <random>

#include "absl/strings/escaping.h"
#include "client-lib/chat/lexer.h"
#include "gtest/gtest.h"

namespace belfry::chat {
namespace {

TEST(QuoteTest, KeepsWhatTheShellSplit) {
  EXPECT_EQ(JoinWords({"open", "Ransom note", "sev:3", "agency:DOP"}),
            "open \"Ransom note\" sev:3 agency:DOP");
  EXPECT_EQ(JoinWords({"update", "conditions:mail is down", "needs:"}),
            "update conditions:\"mail is down\" needs:");
  EXPECT_EQ(QuoteWord("Server: it is down"), "\"Server: it is down\"");
  EXPECT_EQ(QuoteWord("say \"hi\""), "\"say \\\"hi\\\"\"");
  EXPECT_EQ(QuoteWord(""), "\"\"");
}

// What the lexer reads back is what the shell handed over, whatever it was.
TEST(QuoteTest, EveryWordComesBackAsItself) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"a",  "key", ":", "\"", "\\", " ",        "\n", "<", ">",
                                           "@u", "//",  "“", "”",  "é",  "\xC2\xA0", "-",  "3"};
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::string> words;
    for (size_t n = 1 + random() % 4; n > 0; --n) {
      std::string word;
      for (size_t k = random() % 6; k > 0; --k) word += pieces[random() % pieces.size()];
      words.push_back(word);
    }
    const std::string line = JoinWords(words);
    const auto tokens = Lex(line);
    ASSERT_TRUE(tokens.ok()) << absl::CEscape(line) << ": " << tokens.status();
    ASSERT_EQ(tokens->size(), words.size()) << absl::CEscape(line);
    for (size_t k = 0; k < words.size(); ++k) {
      EXPECT_EQ((*tokens)[k].text, words[k]) << absl::CEscape(line);
    }
  }
}

}  // namespace
}  // namespace belfry::chat
