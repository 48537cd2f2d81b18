// What must not leave: labels, restricted incidents, personal information, people it is about.
#include <string>
#include <vector>

#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/part_label.h"
#include "client-lib/exchange/record.h"
#include "client-lib/exchange/tlp.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/exchange_fixture.h"

namespace belfry::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSecurityNumber[] = "219-09-9999";

struct InTextCase {
  const char* text;
  std::optional<Tlp> label;
};

TEST(TlpTest, FindsTheStrictestLabelInATextAndNothingElse) {
  for (const InTextCase& test :
       std::vector<InTextCase>{{"TLP:RED the source is known", Tlp::kRed},
                               {"see tlp: green, then TLP:AMBER+STRICT", Tlp::kAmberStrict},
                               {"TLP:AMBER. Nothing more", Tlp::kAmber},
                               {"TLP:WHITE", Tlp::kClear},
                               {"TLP:REDUCED", std::nullopt},
                               {"XTLP:RED", std::nullopt},
                               {"TLP", std::nullopt},
                               {"TLP:", std::nullopt},
                               {"the red one", std::nullopt}}) {
    EXPECT_EQ(LabelInText(test.text), test.label) << test.text;
  }
}

TEST(TlpTest, ALabelThatNobodyKnowsIsTheStrictest) {
  EXPECT_EQ(TlpOrRed("TLP:PURPLE"), Tlp::kRed);
  EXPECT_EQ(TlpOrRed(""), Tlp::kRed);
  EXPECT_EQ(TlpOrRed("TLP:AMBER+STRICT"), Tlp::kAmberStrict);
  for (const Tlp tlp : kAllTlp) EXPECT_EQ(ParseTlp(TlpLabel(tlp)), tlp);
  EXPECT_EQ(ParseTlp("amber+strict"), Tlp::kAmberStrict);
  EXPECT_EQ(ParseTlp("+strict"), std::nullopt);
}

std::string OmittedParts(const v1::Export& file) {
  std::string text;
  for (const auto& omission : file.omissions()) {
    text += omission.incident() + "|" + omission.part() + "|" +
            v1::Omission::Reason_Name(omission.reason()) + "|" + std::to_string(omission.count()) +
            "\n";
  }
  return text;
}

TEST(RedactTest, AStricterIncidentIsRefusedByNameAndLeftOutOfAll) {
  ExportOptions options = Everything();
  options.tlp_max = Tlp::kAmber;
  options.incidents = {"incidents/DOP-2026-0001"};
  v1::Export named = OneIncident("x");
  const absl::Status refused = Redact(options, Packs(), named);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("TLP:AMBER+STRICT"));
  options.incidents.clear();
  v1::Export all = OneIncident("x");
  ASSERT_TRUE(Redact(options, Packs(), all).ok());
  EXPECT_THAT(all.incidents(), IsEmpty());
  EXPECT_EQ(OmittedParts(all), "incidents/DOP-2026-0001|incident|REASON_TLP|1\n");
}

TEST(RedactTest, ARestrictedIncidentLeavesOnlyWhenAskedForAndItsNumberNever) {
  v1::Export file = OneIncident("x");
  file.mutable_incidents(0)->mutable_incident()->set_restricted(true);
  file.mutable_incidents(0)->mutable_incident()->set_tlp("TLP:RED");
  ExportOptions options = Everything();
  options.tlp_max = Tlp::kRed;
  options.recipient = "the inspector";
  v1::Export all = file;
  ASSERT_TRUE(Redact(options, Packs(), all).ok());
  EXPECT_THAT(all.incidents(), IsEmpty());
  EXPECT_EQ(OmittedParts(all), "|incident|REASON_RESTRICTED|1\n");
  EXPECT_THAT(WriteJson(all), Not(HasSubstr("DOP-2026-0001")));
  options.incidents = {"incidents/DOP-2026-0001"};
  v1::Export named = file;
  EXPECT_TRUE(absl::IsFailedPrecondition(Redact(options, Packs(), named)));
  options.restricted = true;
  ASSERT_TRUE(Redact(options, Packs(), file).ok());
  EXPECT_THAT(file.incidents(), SizeIs(1));
  EXPECT_EQ(file.tlp(), "TLP:RED");
}

// An incident may have been closed after it had been linked, or somebody wrote its number.
TEST(RedactTest, NobodyLearnsTheNumberOfWhatIsSecret) {
  v1::Export file = OneIncident("see dop-2026-0007, DOP-2026-00070 and DOP-2026-0007.");
  auto& incident = *file.mutable_incidents(0)->mutable_incident();
  incident.set_parent("incidents/DOP-2026-0007");
  incident.add_children("incidents/DOP-2026-0007");
  incident.add_children("incidents/DOP-2026-0009");
  *file.add_incidents() = OneIncident("y").incidents(0);
  auto& secret = *file.mutable_incidents(1)->mutable_incident();
  secret.set_name("incidents/DOP-2026-0007");
  secret.set_restricted(true);
  ASSERT_TRUE(Redact(Everything(), Packs(), file).ok());
  ASSERT_THAT(file.incidents(), SizeIs(1));
  const auto& kept = file.incidents(0).incident();
  EXPECT_EQ(kept.summary(), "see [left out], DOP-2026-00070 and [left out].");
  EXPECT_EQ(kept.parent(), "");
  EXPECT_THAT(kept.children(), ElementsAre("incidents/DOP-2026-0009"));
  EXPECT_EQ(OmittedParts(file),
            "|incident|REASON_RESTRICTED|1\n"
            "incidents/DOP-2026-0001|incident.children|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|incident.parent|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|incident.summary|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|incident.title|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|timeline.text|REASON_TLP|1\n");
}

// The flag and the label of an incident may disagree for a moment; the stricter one counts.
TEST(RedactTest, RestrictedIsRedWhateverItsLabelSays) {
  v1::Export file = OneIncident("x");
  file.mutable_incidents(0)->mutable_incident()->set_restricted(true);
  ExportOptions options = Everything();
  options.restricted = true;  // without RED
  ASSERT_TRUE(Redact(options, Packs(), file).ok());
  EXPECT_THAT(file.incidents(), IsEmpty());
}

TEST(RedactTest, PartsWithAStricterLabelOfTheirOwnAreLeftOut) {
  v1::Export file = OneIncident("plain");
  auto& part = *file.mutable_incidents(0);
  part.mutable_timeline(0)->set_text("TLP:RED who told us");
  *part.add_timeline() = part.timeline(0);
  part.mutable_timeline(1)->set_text("TLP:GREEN for everybody");
  part.mutable_incident()->set_summary("TLP: RED the whole of it");
  part.mutable_incident()->mutable_facts(0)->set_reason("tlp:red because");
  ASSERT_TRUE(Redact(Everything(), Packs(), file).ok());
  ASSERT_THAT(file.incidents(0).timeline(), SizeIs(1));
  EXPECT_EQ(file.incidents(0).timeline(0).text(), "TLP:GREEN for everybody");
  EXPECT_EQ(file.incidents(0).incident().summary(), "[left out: RED]");
  EXPECT_EQ(LabelOfAll(file.incidents(0)), Tlp::kAmberStrict) << "what is left is not RED";
  EXPECT_EQ(file.tlp(), "TLP:AMBER+STRICT");
  EXPECT_EQ(OmittedParts(file),
            "incidents/DOP-2026-0001|incident.facts.reason|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|incident.summary|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|timeline entry|REASON_TLP|1\n");
}

// The label that a note or a document was given counts like one that it says.
TEST(RedactTest, PartsThatWereGivenAStricterLabelAreLeftOut) {
  v1::Export file = OneIncident("plain");
  auto& part = *file.mutable_incidents(0);
  part.mutable_timeline(0)->set_tlp("TLP:RED");
  *part.add_timeline() = part.timeline(0);
  part.mutable_timeline(1)->set_tlp("TLP:PURPLE");
  *part.add_timeline() = part.timeline(0);
  part.mutable_timeline(2)->set_tlp("TLP:AMBER");
  auto& documents = *part.mutable_incident()->mutable_documents();
  documents.Add()->set_type("ROOT_CAUSE");
  documents.Add()->set_type("CISO_COORDINATOR");
  documents.Mutable(0)->set_tlp("TLP:RED");
  documents.Mutable(1)->set_tlp("TLP:GREEN");
  v1::Export red = file;
  ASSERT_TRUE(Redact(Everything(), Packs(), file).ok());
  ASSERT_THAT(file.incidents(0).timeline(), SizeIs(1));
  EXPECT_EQ(file.incidents(0).timeline(0).tlp(), "TLP:AMBER");
  ASSERT_THAT(file.incidents(0).incident().documents(), SizeIs(1));
  EXPECT_EQ(file.incidents(0).incident().documents(0).type(), "CISO_COORDINATOR");
  EXPECT_EQ(file.tlp(), "TLP:AMBER+STRICT");
  EXPECT_EQ(OmittedParts(file),
            "incidents/DOP-2026-0001|document|REASON_TLP|1\n"
            "incidents/DOP-2026-0001|timeline entry|REASON_TLP|2\n");
  ExportOptions options = Everything();
  options.tlp_max = Tlp::kRed;
  options.recipient = "the inspector";
  ASSERT_TRUE(Redact(options, Packs(), red).ok());
  EXPECT_THAT(red.incidents(0).timeline(), SizeIs(3));
  EXPECT_EQ(red.tlp(), "TLP:RED");
}

TEST(RedactTest, PersonalInformationLeavesInNoFormat) {
  v1::Export file = OneIncident(std::string("her number is ") + kSecurityNumber);
  auto& incident = *file.mutable_incidents(0)->mutable_incident();
  incident.mutable_facts(0)->set_reason(std::string("SSN ") + kSecurityNumber);
  incident.mutable_costs(0)->set_description(std::string("for ") + kSecurityNumber);
  incident.mutable_tickets(0)->set_number(kSecurityNumber);
  file.set_recipient(std::string("the holder of ") + kSecurityNumber);
  ExportOptions options = Everything();
  options.tlp_max = Tlp::kRed;  // Not even to those who may have everything else.
  options.recipient = file.recipient();
  ASSERT_TRUE(Redact(options, Packs(), file).ok());
  const Mappings mappings = ShippedMappingsOf();
  for (const FormatRow& row : kFormats) {
    v1::Export copy = file;
    const auto bytes = Write(row.format, mappings, true, copy);
    ASSERT_TRUE(bytes.ok()) << row.name << bytes.status();
    EXPECT_THAT(*bytes, Not(HasSubstr(kSecurityNumber))) << row.name;
    EXPECT_THAT(*bytes, HasSubstr("●●●")) << row.name;
    EXPECT_THAT(*bytes, HasSubstr(row.format == Format::kJson ? "REASON_PERSONAL_INFORMATION"
                                                              : "personal information"))
        << row.name << ": must say that something is missing";
    EXPECT_THAT(ExportSentence(row.format, copy, *bytes), Not(HasSubstr(kSecurityNumber)));
  }
}

TEST(RedactTest, WhomItIsAboutIsForNamedReadersOnly) {
  v1::Export file = OneIncident("x");
  file.mutable_incidents(0)->mutable_incident()->add_subjects("people/dor.iso");
  v1::Export red = file;
  ASSERT_TRUE(Redact(Everything(), Packs(), file).ok());
  EXPECT_THAT(file.incidents(0).incident().subjects(), IsEmpty());
  EXPECT_EQ(OmittedParts(file), "incidents/DOP-2026-0001|incident.subjects|REASON_SUBJECT|1\n");
  ExportOptions options = Everything();
  options.tlp_max = Tlp::kRed;
  options.recipient = "the inspector";
  ASSERT_TRUE(Redact(options, Packs(), red).ok());
  EXPECT_THAT(red.incidents(0).incident().subjects(), ElementsAre("people/dor.iso"));
  EXPECT_EQ(red.tlp(), "TLP:RED");
}

TEST(RecordTest, TheSentenceSaysWhatLeftAndIsNotItselfMarked) {
  v1::Export file = OneIncident("x");
  file.set_recipient("CISA");
  const std::string sentence = ExportSentence(Format::kStix, file, "abc");
  EXPECT_EQ(sentence,
            "Exported as STIX 2.1, this incident alone; label AMBER+STRICT, at most AMBER+STRICT; "
            "for CISA; 0 parts left out; 3 bytes, SHA-256 "
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(LabelInText(sentence), std::nullopt);
}

}  // namespace
}  // namespace belfry::exchange
