// Words withheld inside of texts, however they are written there.
#include "server/core/withholding.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::core {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Without(const std::string& text, const std::vector<std::string>& phrases,
                    bool whole_words = false) {
  PhraseFinder finder;
  std::vector<std::string> marks;
  for (const std::string& phrase : phrases) {
    finder.Add(phrase, marks.size(), whole_words);
    marks.push_back(
        absl::StrCat("26(", std::string(1, static_cast<char>('a' + marks.size())), ")"));
  }
  finder.Prepare();
  return Withhold(text, finder.Find(text), marks);
}

TEST(Withholding, TakesEachOccurrenceAndNothingElse) {
  EXPECT_EQ(Without("web-01 talks to web-01 and web-02", {"web-01"}),
            "[withheld: 26(a)] talks to [withheld: 26(a)] and web-02");
  EXPECT_EQ(Without("nothing here", {"web-01"}), "nothing here");
  EXPECT_EQ(Without("", {"web-01"}), "");
  EXPECT_EQ(Without("web-01", {}), "web-01");
}

TEST(Withholding, CaseDoesNotMatter) {
  EXPECT_EQ(Without("ADA Lovelace, ada LOVELACE", {"Ada Lovelace"}),
            "[withheld: 26(a)], [withheld: 26(a)]");
  EXPECT_EQ(Without("STRASSE und straße", {"Straße"}), "[withheld: 26(a)] und [withheld: 26(a)]");
  EXPECT_EQ(Without("ΟΔΟΣ, οδός", {"οδος"}), "[withheld: 26(a)], οδός");
  EXPECT_EQ(Without("ИВАН", {"Иван"}), "[withheld: 26(a)]");
}

TEST(Withholding, TheWayALetterIsWrittenDoesNotMatter) {
  EXPECT_EQ(Without("Jose\xCC\x81 was here", {"José"}), "[withheld: 26(a)] was here");
  EXPECT_EQ(Without("José was here", {"Jose\xCC\x81"}), "[withheld: 26(a)] was here");
  EXPECT_EQ(Without("ｗｅｂ０１", {"web01"}), "[withheld: 26(a)]");
  EXPECT_EQ(Without("oﬃce", {"office"}), "[withheld: 26(a)]");
  // Half of a ligature takes the whole of it.
  EXPECT_EQ(Without("oﬃce", {"of"}), "[withheld: 26(a)]ce");
  // Not another letter: the accent is a part of it.
  EXPECT_EQ(Without("Jose\xCC\x81", {"Jose"}), "Jose\xCC\x81");
}

TEST(Withholding, InvisibleCharactersAndBlanksDoNotMatter) {
  EXPECT_EQ(Without("we\u200Bb-\u00AD01", {"web-01"}), "[withheld: 26(a)]");
  EXPECT_EQ(Without("Ada\u00A0Lovelace", {"Ada Lovelace"}), "[withheld: 26(a)]");
  EXPECT_EQ(Without("Ada \n\t Lovelace!", {"Ada Lovelace"}), "[withheld: 26(a)]!");
  EXPECT_EQ(Without("Ada Lovelace", {"  Ada   Lovelace "}), "[withheld: 26(a)]");
  EXPECT_EQ(Without("AdaLovelace", {"Ada Lovelace"}), "AdaLovelace");
}

TEST(Withholding, MarkupDoesNotMatter) {
  EXPECT_EQ(Without("*Ada* _Love_lace", {"Ada Lovelace"}), "*[withheld: 26(a)]");
  EXPECT_EQ(Without("**web**-`01`", {"web-01"}), "**[withheld: 26(a)]`");
  EXPECT_EQ(Without("<b>Ada</b> Love<i>lace</i>", {"Ada Lovelace"}), "<b>[withheld: 26(a)]</i>");
  EXPECT_EQ(Without("Ada&nbsp;Lovelace &#65;da Lovelace &#x41;da&#32;Lovelace", {"Ada Lovelace"}),
            "[withheld: 26(a)] [withheld: 26(a)] [withheld: 26(a)]");
  EXPECT_EQ(Without("R&amp;D lab", {"R&D"}), "[withheld: 26(a)] lab");
  EXPECT_EQ(Without("R&D lab", {"R&amp;D"}), "[withheld: 26(a)] lab");
  // What stands inside of a link is text.
  EXPECT_EQ(Without("<mailto:ada@x.example|ada@x.example>", {"ada@x.example"}),
            "<mailto:[withheld: 26(a)]|[withheld: 26(a)]>");
  EXPECT_EQ(Without("<a href=\"web-01\">it</a>", {"web-01"}),
            "<a href=\"[withheld: 26(a)]\">it</a>");
  EXPECT_EQ(Without("1 < 2 & 3 > 2", {"2 & 3"}), "1 < [withheld: 26(a)] > 2");
}

TEST(Withholding, OverlappingAndTouchingOnesBecomeOneWithAllGrounds) {
  EXPECT_EQ(Without("abcde", {"abc", "cde"}), "[withheld: 26(a), 26(b)]");
  EXPECT_EQ(Without("abcd", {"ab", "cd"}), "[withheld: 26(a), 26(b)]");
  EXPECT_EQ(Without("aaaa", {"aa"}), "[withheld: 26(a)]");
  EXPECT_EQ(Without("abab ab", {"abab", "ab"}), "[withheld: 26(a), 26(b)] [withheld: 26(b)]");
  // One that fails half way does not hide another.
  EXPECT_EQ(Without("xabcabd", {"abcabe", "cabd"}), "xab[withheld: 26(b)]");
  EXPECT_EQ(Without("she", {"hers", "he"}), "s[withheld: 26(b)]");
}

TEST(Withholding, NamesAreWholeWords) {
  EXPECT_EQ(Without("web-1, web-11, myweb-1, WEB-1.example.org, x_web-1", {"web-1"}, true),
            "[withheld: 26(a)], web-11, myweb-1, [withheld: 26(a)].example.org, "
            "x_[withheld: 26(a)]");
  EXPECT_EQ(Without("dop.iso dop.iso2 (dop.iso)", {"dop.iso"}, true),
            "[withheld: 26(a)] dop.iso2 ([withheld: 26(a)])");
  // The longer name does not keep the shorter one from being found where it stands alone.
  EXPECT_EQ(Without("ab-web1x web1", {"ab-web1", "web1"}, true), "ab-web1x [withheld: 26(b)]");
}

TEST(Withholding, TellsNothingOfTheLength) {
  EXPECT_EQ(Without("a secret b", {"secret"}),
            Without("a much longer secret b", {"much longer secret"}));
}

TEST(Withholding, BytesThatAreNoTextDoNoHarm) {
  EXPECT_EQ(Without("\xFF\xC3web-01\xE2\x80", {"web-01"}), "\xFF\xC3[withheld: 26(a)]\xE2\x80");
  EXPECT_EQ(Without("&#x110000; &#xD800; &#;", {"zz"}), "&#x110000; &#xD800; &#;");
}

TEST(Withholding, MarkupAloneIsNoPhrase) {
  EXPECT_EQ(CountedCharacters("**__ \u200B"), 0U);
  EXPECT_EQ(CountedCharacters(" A b "), 3U);
  EXPECT_EQ(Without("** a **", {"**"}), "** a **");
}

// The letters and digits alone, for a look that shares no code with the search.
std::string Bare(const std::string& text) {
  std::string bare;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) bare.push_back(absl::ascii_tolower(byte));
  }
  return bare;
}

// However a phrase is dressed up, nothing of it is left; what stands around it is.
TEST(Withholding, PropertyNothingOfAPhraseIsLeft) {
  std::mt19937 random(20261006);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const std::vector<std::string> between = {"", "", "", "*", "_", "`", "\u200B", "\u00AD", "~"};
  for (int round = 0; round < 2000; ++round) {
    std::string phrase;
    for (int i = 0, n = 4 + pick(12); i < n; ++i) phrase.push_back("qxz7"[pick(4)]);
    const std::string before(static_cast<size_t>(pick(20)), 'a');
    const std::string after(static_cast<size_t>(pick(20)), 'b');
    std::string text = before + " ";
    for (const char c : phrase) {
      const auto byte = static_cast<unsigned char>(c);
      switch (pick(4)) {
        case 0:
          text += static_cast<char>(absl::ascii_toupper(byte));
          break;
        case 1:
          absl::StrAppend(&text, "&#", static_cast<int>(byte), ";");
          break;
        default:
          text += c;
      }
      text += between[static_cast<size_t>(pick(static_cast<int>(between.size())))];
    }
    text += " " + after;
    const std::string rest = Without(text, {phrase});
    ASSERT_THAT(Bare(rest), Not(HasSubstr(phrase))) << text << "\n" << rest;
    ASSERT_TRUE(absl::StartsWith(rest, before + " [withheld: 26(a)]")) << text << "\n" << rest;
    ASSERT_TRUE(absl::EndsWith(rest, " " + after)) << text << "\n" << rest;
  }
}

}  // namespace
}  // namespace belfry::core
