// A document as page, as text and as PDF.
#include "server/paper/render.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::paper {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kContent[] =
    "<header class=\"letterhead\"><p><strong>Commonwealth</strong></p></header>\n"
    "<h1>Notice</h1><dl><dt>Incident</dt><dd>DOP-2026-0007</dd></dl>"
    "<table><tr><th>Duty</th><th>Due</th></tr><tr><td>FOLLOWUP</td><td>noon</td></tr></table>"
    "<ul><li>first</li><li>second</li></ul><p>Caf\xc3\xa9 &lt;b&gt;<br/>next line</p>";

Page SomePage() {
  Page page;
  page.title = "Notice";
  page.number = "DOP-2026-0007/documents/41";
  page.tlp = "TLP:AMBER";
  page.sender = "a <responder>";
  page.content_sha256 = std::string(64, 'a');
  page.time = absl::FromCivil(absl::CivilSecond(2026, 11, 27, 14, 5, 0), absl::UTCTimeZone());
  return page;
}

TEST(RenderTest, TextIsReadableAndNotTooWide) {
  Page page = SomePage();
  std::string content = kContent;
  absl::StrAppend(&content, "<p>");
  for (int i = 0; i < 60; ++i) absl::StrAppend(&content, "word", i, " ");
  absl::StrAppend(&content, "</p>");
  const std::string text = RenderText(content, page).value_or("");
  EXPECT_THAT(text, HasSubstr("Notice\n======\n"));
  EXPECT_THAT(text, HasSubstr("Incident:\n    DOP-2026-0007\n"));
  EXPECT_THAT(text, HasSubstr("  * FOLLOWUP\n    noon\n"));
  EXPECT_THAT(text, HasSubstr("- first\n- second\n"));
  EXPECT_THAT(text, HasSubstr("Caf\xc3\xa9 <b>\nnext line\n"));
  EXPECT_THAT(text, HasSubstr("TLP:AMBER"));
  for (const auto line : absl::StrSplit(text, '\n')) EXPECT_LE(line.size(), 80u) << line;
}

TEST(RenderTest, HtmlEscapesWhatSurroundsTheContent) {
  Page page = SomePage();
  page.title = "<script>alert(1)</script>";
  const std::string html = RenderHtml(kContent, page).value_or("");
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(html, HasSubstr(page.content_sha256));
  EXPECT_FALSE(RenderHtml("<script>x</script>", page).ok());
}

TEST(RenderTest, TheSameDocumentGivesTheSamePdf) {
  const std::string pdf = RenderPdf(kContent, SomePage()).value_or("");
  ASSERT_TRUE(absl::StartsWith(pdf, "%PDF-1."));
  EXPECT_EQ(pdf, RenderPdf(kContent, SomePage()).value_or(""));
  EXPECT_THAT(pdf, HasSubstr("/StructTreeRoot"));
  Page later = SomePage();
  later.time += absl::Hours(1);
  EXPECT_NE(pdf, RenderPdf(kContent, later).value_or(""));
}

TEST(RenderTest, LongTextsAndLongWordsGoOnOnMorePages) {
  std::string content = "<dl><dt>Long</dt><dd>";
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&content, "word ", i, "<br/>");
  absl::StrAppend(&content, "</dd></dl><p>", std::string(5000, 'x'), "</p>");
  const auto pdf = RenderPdf(content, SomePage());
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  EXPECT_GT(pdf->size(), 20'000u);
  EXPECT_TRUE(RenderPdf("", SomePage()).ok());
}

}  // namespace
}  // namespace belfry::paper
