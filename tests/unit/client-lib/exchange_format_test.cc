// The formats: what is written is well formed whatever the texts hold, and says what it should.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "client-lib/exchange/format.h"
#include "client-lib/exchange/ids.h"
#include "client-lib/exchange/message_json.h"
#include "client-lib/exchange/read.h"
#include "client-lib/exchange/stix_words.h"
#include "client-lib/exchange/xml.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/exchange_fixture.h"

namespace belfry::exchange {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Written(Format format, v1::Export file) {
  const auto bytes = Write(format, ShippedMappingsOf(), true, file);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : "";
}

Json Parsed(Format format, const v1::Export& file) {
  const auto json = ParseJson(Written(format, file));
  EXPECT_TRUE(json.ok()) << json.status();
  return json.ok() ? *json : Json();
}

TEST(IdsTest, UuidsAreComputedFromTheNameAlone) {
  EXPECT_EQ(Uuid5("extension-definition:belfry"), std::string(kBelfryExtension).substr(22));
  EXPECT_NE(Uuid5("a"), Uuid5("b"));
  EXPECT_EQ(RandomUuid().size(), 36u);
  EXPECT_NE(RandomUuid(), RandomUuid());
}

// ---- The table ----

TEST(MappingTest, EveryShippedPackHasATableThatFits) {
  for (const char* id : {"itd-sec-4.3", "county-nist-800-61"}) {
    const auto mapping = Mapping::ForPolicy(id);
    ASSERT_TRUE(mapping.ok()) << mapping.status();
    EXPECT_TRUE(mapping->Check(ShippedPack(id)).ok()) << mapping->Check(ShippedPack(id));
  }
}

TEST(MappingTest, AStateMaySayThatItWasNoIncident) {
  const auto mapping = Mapping::ForPolicy("county-nist-800-61");
  belfry::v1::Incident incident;
  incident.set_state("ANALYSIS");
  EXPECT_EQ(mapping->Verdict(incident).stix_determination(), "suspected");
  incident.set_state("FALSE_ALARM");
  EXPECT_EQ(mapping->Verdict(incident).stix_determination(), "false-positive");
}

TEST(MappingTest, SaysEverythingThatDoesNotFit) {
  policy::v1::Policy pack = ShippedPack();
  pack.add_categories()->set_code("CAT-77");
  pack.mutable_states()->DeleteSubrange(0, 1);
  pack.mutable_severities(0)->set_code("SEV0");
  const absl::Status status = Mapping::ForPolicy("itd-sec-4.3")->Check(pack);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("category \"CAT-77\" has no row"));
  EXPECT_THAT(text, HasSubstr("state \"REPORTED\" is not in the pack"));
  EXPECT_THAT(text, HasSubstr("severity \"SEV0\" has no row"));
  EXPECT_THAT(text, HasSubstr("severity \"SEV1\" is not in the pack"));
  EXPECT_THAT(text, HasSubstr("clock \"TR\" is set by no state"));
}

TEST(MappingTest, ATableWithMistakesNamesTheLine) {
  EXPECT_THAT(std::string(Mapping::Parse("policy_id: \"x\"\nnonsense: 1\n").status().message()),
              StartsWith("mapping:2:"));
  EXPECT_TRUE(absl::IsNotFound(Mapping::ForPolicy("another").status()));
  const auto other = Mapping::Parse("policy_id: \"another\"");
  EXPECT_THAT(std::string(other->Check(ShippedPack()).message()), HasSubstr("for \"another\""));
}

TEST(MappingTest, ADetailWithARowOfItsOwnIsToldByItAndOthersByTheirCategory) {
  const auto mapping = Mapping::ForPolicy("itd-sec-4.3");
  belfry::v1::Incident incident;
  auto* assigned = incident.add_categories();
  assigned->set_category("CAT-13");
  assigned->add_sub_values("VIRUS");
  assigned->add_sub_values("WORM");
  auto rows = mapping->Categories(incident);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]->sub_value(), "WORM");
  assigned->mutable_sub_values()->RemoveLast();
  rows = mapping->Categories(incident);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]->sub_value(), "");
}

// ---- STIX ----

TEST(StixTest, TheMarksAreThoseThatFirstPublished) {
  const Json bundle = Parsed(Format::kStix, OneIncident("x"));
  const Json& mark = bundle["objects"][1];
  EXPECT_EQ(mark["id"], "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003");
  EXPECT_EQ(mark["name"], "TLP:AMBER+STRICT");
  EXPECT_EQ(mark["created"], "2022-10-01T00:00:00.000Z");
  EXPECT_EQ(
      mark["extensions"]["extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"]["tlp_2_0"],
      "amber+strict");
}

TEST(StixTest, EachObjectIsMarkedByItsOwnStrictestLabel) {
  constexpr char kRed[] = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
  constexpr char kStrict[] = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003";
  v1::Export file = OneIncident("x");
  auto& part = *file.mutable_incidents(0);
  for (int i = 3; i < 6; ++i) {
    *part.add_timeline() = part.timeline(0);
    part.mutable_timeline(i - 2)->set_name("incidents/DOP-2026-0001/timeline/" + std::to_string(i));
  }
  part.mutable_timeline(1)->set_text("TLP:RED who told us");
  part.mutable_timeline(2)->set_tlp("TLP:RED");
  part.mutable_timeline(3)->set_tlp("TLP:GREEN");
  const auto marks = [](const v1::Export& written) {
    std::map<std::string, std::string> found;
    const Json bundle = Parsed(Format::kStix, written);
    for (const auto& object : bundle["objects"]) {
      const std::string type = object["type"].get<std::string>();
      if (type != "note" && type != "incident") continue;
      const Json& own = object["extensions"][kBelfryExtension];
      const std::string name =
          type == "note" ? own["entry"]["name"].get<std::string>().substr(33) : type;
      found[name] = object["object_marking_refs"][0].get<std::string>();
    }
    return found;
  };
  using Marks = std::map<std::string, std::string>;
  EXPECT_EQ(
      marks(file),
      (Marks{{"incident", kStrict}, {"2", kStrict}, {"3", kRed}, {"4", kRed}, {"5", kStrict}}))
      << "a part of the record is never marked weaker than the incident";
  part.mutable_incident()->set_summary("TLP:RED the whole of it");
  EXPECT_EQ(marks(file)["incident"], kRed);
  EXPECT_EQ(marks(file)["2"], kStrict);
  part.mutable_incident()->set_summary("");
  part.mutable_incident()->add_subjects("people/dor.iso");
  EXPECT_EQ(marks(file)["incident"], kRed);
}

TEST(StixTest, TheSameIncidentHasTheSameIdsInEveryExport) {
  v1::Export later = OneIncident("x");
  later.mutable_export_time()->set_seconds(later.export_time().seconds() + 60);
  EXPECT_EQ(Written(Format::kStix, OneIncident("x")), Written(Format::kStix, later));
}

TEST(StixTest, EveryReferenceIsInTheBundleAndEveryObjectIsMarked) {
  const Json bundle = Parsed(Format::kStix, OneIncident("x"));
  std::set<std::string> ids;
  for (const auto& object : bundle["objects"]) ids.insert(object["id"].get<std::string>());
  EXPECT_EQ(ids.size(), bundle["objects"].size());
  for (const auto& object : bundle["objects"]) {
    for (const auto& [name, value] : object.items()) {
      if (name.size() > 4 && name.substr(name.size() - 4) == "_ref") {
        EXPECT_EQ(ids.count(value.get<std::string>()), 1u) << object.dump();
      }
    }
    if (object["type"] != "marking-definition") {
      EXPECT_EQ(ids.count(object["object_marking_refs"][0].get<std::string>()), 1u);
    }
  }
}

TEST(StixTest, NothingIsLostOnTheWayBack) {
  const v1::Export file = OneIncident("Łódź \x01 \"quoted\" \U0001F512");
  const auto read = ReadIncidents(Written(Format::kStix, file), "");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->incidents.size(), 1u);
  EXPECT_FALSE(read->incidents[0].foreign);
  EXPECT_EQ(read->incidents[0].part.DebugString(), file.incidents(0).DebugString());
}

// ---- OCSF ----

TEST(OcsfTest, ClassTypeAndStatusFollowTheState) {
  v1::Export file = OneIncident("x");
  Json event = Parsed(Format::kOcsf, file);
  EXPECT_EQ(event["class_uid"], 2005);
  EXPECT_EQ(event["type_uid"], 200502);
  EXPECT_EQ(event["status_id"], 2);
  EXPECT_EQ(event["verdict_id"], 2);
  EXPECT_EQ(event["severity_id"], 3);
  EXPECT_EQ(event["time"], 1791281000123);
  EXPECT_EQ(event["assignee_group"]["name"], "CSIRT");
  auto& incident = *file.mutable_incidents(0)->mutable_incident();
  incident.set_state("MERGED");
  incident.set_lead("people/csirt.handler");
  event = Parsed(Format::kOcsf, file);
  EXPECT_EQ(event["type_uid"], 200503);
  EXPECT_EQ(event["verdict_id"], 10);
  EXPECT_EQ(event["assignee"]["uid"], "people/csirt.handler");
  incident.set_drill(true);
  EXPECT_EQ(Parsed(Format::kOcsf, file)["verdict_id"], 6);
}

// ---- VERIS ----

TEST(VerisTest, CountsWhatHappenedAndNamesNobody) {
  v1::Export file = OneIncident("x");
  const std::string text = Written(Format::kVeris, file);
  for (const char* name : {"people/", "dop", "DOP", "Department of Permits"}) {
    EXPECT_THAT(text, Not(HasSubstr(name)));
  }
  const Json record = Parsed(Format::kVeris, file);
  EXPECT_EQ(record["action"]["hacking"]["variety"][0], "DoS");
  EXPECT_EQ(record["attribute"]["confidentiality"]["data_disclosure"], "No");
  EXPECT_EQ(record["security_incident"], "Confirmed");
  EXPECT_EQ(record["timeline"]["incident"]["year"], 2026);
  EXPECT_EQ(record["impact"]["overall_amount"], 1190.5);
}

TEST(VerisTest, AnExerciseIsNoIncident) {
  v1::Export file = OneIncident("x");
  file.mutable_incidents(0)->mutable_incident()->set_drill(true);
  v1::Export one = file;
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Write(Format::kVeris, ShippedMappingsOf(), true, one).status()));
  const auto all = Write(Format::kVeris, ShippedMappingsOf(), false, file);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*all, "[]\n");
  EXPECT_EQ(file.omissions(0).part(), "drill");
}

// ---- CSV ----

// Reads RFC 4180 by its grammar.
std::vector<std::vector<std::string>> Cells(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        rows.back().back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        rows.back().back() += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      rows.emplace_back(1);
      ++i;
    } else {
      rows.back().back() += c;
    }
  }
  rows.pop_back();
  return rows;
}

TEST(CsvTest, RunsNoFormulaAndKeepsEveryCellInItsPlace) {
  for (const char* text :
       {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\uff1d1", "|cmd", "%1"}) {
    const auto rows = Cells(Written(Format::kCsv, OneIncident(text)));
    ASSERT_EQ(rows.size(), 2u) << text;
    ASSERT_EQ(rows[0].size(), rows[1].size()) << text;
    EXPECT_EQ(rows[0][2], "title");
    EXPECT_EQ(rows[1][2], std::string("'") + text);
  }
  const auto plain = Cells(Written(Format::kCsv, OneIncident("a \"b\", c\r\nd")));
  EXPECT_EQ(plain[1][2], "a \"b\", c\r\nd");
  EXPECT_EQ(plain[1][3], "a \"b\", c\r\nd");
}

// ---- XML ----

TEST(XmlTest, CarriesWhatXmlCanAndShowsWhatItCannot) {
  EXPECT_EQ(VisibleControls("a\x01\x1b\x7f\tb\nc"), "a␁␛␡\tb\nc");
  EXPECT_EQ(VisibleControls(std::string("nul\0!", 5)), "nul␀!");
  EXPECT_EQ(VisibleControls("\ufffe\U0001F512"), "\ufffd\U0001F512");
  EXPECT_EQ(VisibleControls("broken \xff\xc3"), "broken \ufffd\ufffd");
  XmlWriter xml;
  xml.Text("a", "<&>\"\r", {{"b", "<\"\n\t&"}, {"none", ""}});
  EXPECT_THAT(xml.text(),
              HasSubstr("<a b=\"&lt;&quot;&#10;&#9;&amp;\">&lt;&amp;&gt;&quot;&#13;</a>"));
}

TEST(IodefTest, TheLabelIsNeverSaidWeakerThanItIs) {
  v1::Export file = OneIncident("x");
  EXPECT_THAT(Written(Format::kIodef, file),
              HasSubstr("restriction=\"ext-value\" ext-restriction=\"TLP:AMBER+STRICT\""));
  file.mutable_incidents(0)->mutable_incident()->set_tlp("TLP:CLEAR");
  EXPECT_THAT(Written(Format::kIodef, file), HasSubstr("restriction=\"white\""));
  file.mutable_incidents(0)->mutable_incident()->set_tlp("");
  EXPECT_THAT(Written(Format::kIodef, file), HasSubstr("restriction=\"red\""));
  file = OneIncident("x");
  file.mutable_incidents(0)->mutable_timeline(0)->set_tlp("TLP:RED");
  EXPECT_THAT(Written(Format::kIodef, file), HasSubstr("restriction=\"red\""))
      << "what has one label has that of its strictest part";
  EXPECT_EQ(Parsed(Format::kOcsf, file)["metadata"]["labels"][0], "TLP:RED");
  EXPECT_THAT(Written(Format::kCsv, file), HasSubstr("TLP:AMBER+STRICT"))
      << "a row has no timeline";
  file.mutable_incidents(0)->mutable_incident()->set_summary("tlp:red who");
  EXPECT_THAT(Written(Format::kCsv, file), HasSubstr(",TLP:RED,"));
}

// A newer server may send values that this program has no name for.
TEST(FormatTest, ValuesOfANewerServerBreakNothing) {
  v1::Export file = OneIncident("x");
  auto& part = *file.mutable_incidents(0);
  part.mutable_obligations(0)->set_state(static_cast<belfry::v1::Obligation::State>(99));
  part.mutable_incident()->mutable_devices(0)->set_status(
      static_cast<belfry::v1::Device::Status>(99));
  part.mutable_incident()->mutable_entities(1)->set_relation(
      static_cast<belfry::v1::IncidentEntity::Relation>(99));
  part.mutable_incident()->set_state("SOMETHING");
  part.mutable_incident()->set_severity("SEV9");
  for (const FormatRow& row : kFormats) {
    EXPECT_FALSE(Written(row.format, file).empty()) << row.name;
  }
}

}  // namespace
}  // namespace belfry::exchange
