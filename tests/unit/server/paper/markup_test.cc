// The elements that documents are written in, and nothing else.
#include "server/paper/markup.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::paper {
namespace {

using ::testing::HasSubstr;

std::string Complaint(absl::string_view content) {
  return std::string(ParseMarkup(content).status().message());
}

TEST(MarkupTest, ReadsElementsAndText) {
  const auto nodes =
      ParseMarkup("<h1>A &amp; B</h1>\n<p class=\"number\">one<br/>\n  two   three</p>");
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  ASSERT_EQ(nodes->size(), 3u);
  EXPECT_EQ(TextOf((*nodes)[0]), "A & B");
  EXPECT_EQ((*nodes)[2].style, "number");
  EXPECT_EQ(TextOf((*nodes)[2]), "one\ntwo three");
}

TEST(MarkupTest, RefusesWhatIsNoDocumentAndSaysWhere) {
  EXPECT_THAT(Complaint("<p>a</p>\n<script>b</script>"),
              HasSubstr("line 2: <script> is no element"));
  EXPECT_THAT(Complaint("<p onclick=\"x\">a</p>"), HasSubstr("<p> takes class alone, not onclick"));
  EXPECT_THAT(Complaint("<p>a"), HasSubstr("line 1"));
  EXPECT_THAT(Complaint("<p>&nbsp;</p>"), HasSubstr("nbsp"));
  EXPECT_THAT(Complaint("<?php x ?>"), HasSubstr("only elements and text"));
}

TEST(MarkupTest, ReadsNoFilesAndNoEntitiesOfItsOwn) {
  EXPECT_FALSE(
      ParseMarkup("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><p>&e;</p>").ok());
  std::string deep;
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&deep, "<section>");
  EXPECT_FALSE(ParseMarkup(deep).ok());
}

}  // namespace
}  // namespace belfry::paper
