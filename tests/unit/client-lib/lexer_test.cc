#include "client-lib/chat/lexer.h"

#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "gtest/gtest.h"

namespace belfry::chat {
namespace {

// "w:word q:quoted p:key=value m:mention", to compare token lists at a glance.
std::string Shape(absl::string_view line) {
  const auto tokens = Lex(line);
  if (!tokens.ok()) return absl::StrCat("error ", tokens.status().message());
  std::string shape;
  for (const Token& token : *tokens) {
    absl::StrAppend(&shape, shape.empty() ? "" : "|");
    switch (token.kind) {
      case Token::Kind::kWord:
        absl::StrAppend(&shape, "w:", token.text);
        break;
      case Token::Kind::kQuoted:
        absl::StrAppend(&shape, "q:", token.text);
        break;
      case Token::Kind::kPair:
        absl::StrAppend(&shape, "p:", token.key, "=", token.value);
        break;
      case Token::Kind::kMention:
        absl::StrAppend(&shape, "m:", token.text);
        break;
    }
  }
  return shape;
}

struct Case {
  std::string line;
  std::string shape;
};

class LexerTableTest : public testing::TestWithParam<Case> {};

TEST_P(LexerTableTest, ReadsAsExpected) { EXPECT_EQ(Shape(GetParam().line), GetParam().shape); }

INSTANTIATE_TEST_SUITE_P(
    Lines, LexerTableTest,
    testing::Values(Case{"", ""}, Case{"   \t\n ", ""}, Case{"help", "w:help"},
                    Case{"open \"Ransom note\" sev:3", "w:open|q:Ransom note|p:sev=3"},
                    Case{"open “Ransom note” sev:3", "w:open|q:Ransom note|p:sev=3"},
                    Case{"open „Ransom note“", "w:open|q:Ransom note"},
                    Case{"open «Ransom note»", "w:open|q:Ransom note"},
                    Case{"open \"Ransom note”", "w:open|q:Ransom note"},
                    Case{"say \"he said “hi” twice\"", "w:say|q:he said “hi” twice"},
                    Case{"say \"a \\\"b\\\" c\\\\\"", "w:say|q:a \"b\" c\\"},
                    Case{"conditions:\"mail is down\" needs:”help”",
                         "p:conditions=mail is down|p:needs=help"},
                    Case{"Attack_Intrusion:yes", "p:attack-intrusion=yes"},
                    Case{"detected:14:05", "p:detected=14:05"},
                    Case{"needs: help", "p:needs=|w:help"},
                    Case{"see https://example.org/a:b", "w:see|w:https://example.org/a:b"},
                    Case{"C:\\temp 14:05 a:b", "w:C:\\temp|w:14:05|w:a:b"},
                    Case{"a 19\" screen and 5' cable", "w:a|w:19\"|w:screen|w:and|w:5'|w:cable"},
                    Case{"can’t don't", "w:can’t|w:don't"},
                    Case{"to <@U012AB|Some Name> @person", "w:to|m:<@U012AB|Some Name>|m:@person"},
                    Case{"if a < b", "w:if|w:a|w:<|w:b"},
                    Case{"a\xC2\xA0"
                         "b\xE2\x80\x8B"
                         "c",
                         "w:a|w:b|w:c"},
                    Case{"\"\"", "q:"}, Case{"sev:\"\"", "p:sev="}));

TEST(LexerTest, RemembersLineBreaks) {
  const auto tokens = Lex("one two\nthree\n\n\nfour");
  ASSERT_TRUE(tokens.ok());
  ASSERT_EQ(tokens->size(), 4u);
  EXPECT_EQ((*tokens)[1].breaks, 0);
  EXPECT_EQ((*tokens)[2].breaks, 1);
  EXPECT_EQ((*tokens)[3].breaks, 2);
}

TEST(LexerTest, AnUnclosedQuoteIsAQuestionNotAGuess) {
  const auto tokens = Lex("open \"Ransom note sev:3");
  ASSERT_FALSE(tokens.ok());
  EXPECT_TRUE(IsUsageError(tokens.status()));
  EXPECT_TRUE(absl::StrContains(tokens.status().message(), "never closed, before: Ransom note"));
}

TEST(LexerTest, RefusesWhatIsNotText) {
  for (const std::string& line :
       {std::string("note \xC3\x28"), std::string("note \xC0\xAF"), std::string("\xED\xA0\x80"),
        std::string("\xF5\x80\x80\x80"), std::string("\xF0\x9F\x98"), std::string("a\0b", 3),
        std::string("a\x1b[2Jb"),
        std::string("a\xC2\x9B"
                    "2Jb"),
        std::string("a\x7F")}) {
    EXPECT_FALSE(Lex(line).ok()) << absl::CEscape(line);
  }
}

TEST(LexerTest, CountsCharactersNotBytes) {
  std::string longest;
  for (size_t i = 0; i < kLineCharactersMax; ++i) longest += "é";
  EXPECT_TRUE(Lex(longest).ok());
  const auto refused = Lex(longest + "é");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "40001 characters; at most 40000"));
}

TEST(LexerTest, SurvivesAnything) {
  std::mt19937 random(7);
  const std::string alphabet = "ab:\"\\<>@ \n\xC2\xA0\xE2\x80\x9C\x9D/-_0";
  for (int i = 0; i < 20'000; ++i) {
    std::string line;
    for (size_t n = random() % 40; n > 0; --n) line.push_back(alphabet[random() % alphabet.size()]);
    const auto tokens = Lex(line);
    if (!tokens.ok()) {
      EXPECT_TRUE(IsUsageError(tokens.status()));
      continue;
    }
    for (const Token& token : *tokens) EXPECT_TRUE(IsUtf8(token.text));
  }
}

}  // namespace
}  // namespace belfry::chat
