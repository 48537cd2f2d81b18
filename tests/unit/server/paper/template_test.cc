// Templates: what is filled in, what is escaped, and which names they use.
#include "server/paper/template.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::paper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Value::Group Sample() {
  Value::Group sample;
  sample["incident"] =
      Value::Group{{"id", std::string("DOP-2026-0007")}, {"title", std::string("A <b> & \"c\"")}};
  sample["empty"] = std::string();
  sample["rows"] = Value::List{Value::Group{{"label", std::string("One")}},
                               Value::Group{{"label", std::string("Two")}}};
  return sample;
}

std::string Filled(const std::string& text, const Partials& partials = {}) {
  return Fill(text, Sample(), partials).value_or("?");
}

TEST(TemplateTest, FillsNamesListsAndPartials) {
  EXPECT_EQ(Filled("{{incident.id}}: {{#rows}}[{{label}}]{{/rows}}"), "DOP-2026-0007: [One][Two]");
  EXPECT_EQ(Filled("{{> head}}!", {{"head", "for {{incident.id}}"}}), "for DOP-2026-0007!");
  EXPECT_EQ(Filled("{{#empty}}x{{/empty}}{{^empty}}none{{/empty}}"), "none");
  EXPECT_EQ(Filled("{{nothing.at.all}}."), ".");
}

TEST(TemplateTest, EscapesWhatPeopleWrote) {
  EXPECT_EQ(Filled("{{incident.title}}"), "A &lt;b&gt; &amp; &quot;c&quot;");
  Value::Group values;
  values["x"] = std::string(
      "a\nb\x01\x7f\xef\xbf\xbe"
      "c\t\xc3\xa9");
  EXPECT_EQ(Fill("{{x}}", values, {}).value_or(""),
            "a<br/>b\x7f"
            "c\t\xc3\xa9");
  EXPECT_EQ(FillPlain("{{incident.title}}", Sample(), {}).value_or(""), "A <b> & \"c\"");
}

TEST(TemplateTest, SaysWhatIsNoTemplate) {
  EXPECT_THAT(std::string(CheckSyntax("{{#rows}}").message()), HasSubstr("is no mustache"));
  EXPECT_FALSE(Fill("{{#rows}}{{/other}}", Sample(), {}).ok());
}

TEST(TemplateTest, FindsEveryNameAlsoInPartsThatAreNotShown) {
  const auto used = FindNames(
      "{{incident.id}}{{^incident.id}}{{wrong}}{{/incident.id}}{{#rows}}{{label}}{{lable}}{{/rows}}"
      "{{> missing}}",
      Sample(), {});
  ASSERT_TRUE(used.ok());
  EXPECT_THAT(used->known, ElementsAre("incident.id", "label", "rows"));
  EXPECT_THAT(used->unknown, ElementsAre("> missing", "lable", "wrong"));
  EXPECT_THAT(FindNames("words", Sample(), {})->known, IsEmpty());
}

}  // namespace
}  // namespace belfry::paper
