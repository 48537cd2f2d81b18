// Files from outside: what is wrong is named with its path, what is right becomes a report.
#include <string>
#include <vector>

#include "client-lib/exchange/import.h"
#include "client-lib/exchange/json_text.h"
#include "client-lib/exchange/read.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/exchange_fixture.h"

namespace belfry::exchange {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kId[] = "incident--0f7dcc93-01a5-5f4d-8d6c-2a1a2d4c8f01";

std::string Bundle(const std::string& incident_members) {
  return std::string("{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{\"type\":") +
         "\"identity\"},{\"type\":\"incident\",\"id\":\"" + kId + "\"" + incident_members + "}]}";
}

constexpr char kTimes[] =
    ",\"created\":\"2026-10-06T12:00:00.000Z\",\"modified\":\"2026-10-06T12:00:00.000Z\"";

struct BadFile {
  std::string text;
  std::string error;
};

TEST(ReadTest, NamesThePathOfWhatIsWrong) {
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = "{\"a\":" + deep + "}";
  const std::string times = kTimes;
  const std::string named = times + ",\"name\":\"x\"";
  const std::string own =
      ",\"extensions\":{\"extension-definition--d05b0a55-ced2-54bb-99b0-5b556a26a5c5\":";
  for (const BadFile& test : std::vector<BadFile>{
           {"", "no JSON at line 1"},
           {"{\"type\":\n  nonsense}", "no JSON at line 2, column"},
           {"{\"a\":\"\xff\"}", "no JSON at line 1"},
           {"[]", "$: must be an object, and is a list"},
           {"{}", "neither a STIX bundle"},
           {"{\"a\":1,\"a\":2}", "$.a: stands twice"},
           {deep, "nested deeper than 32 levels"},
           {"{\"type\":\"bundle\"}", "$.objects: must be a list"},
           {"{\"type\":\"bundle\",\"objects\":[]}", "no incident in the file"},
           {"{\"type\":\"bundle\",\"objects\":[1]}", "$.objects[0]: must be an object"},
           {"{\"type\":\"bundle\",\"objects\":[{}]}", "$.objects[0].type: is needed"},
           {"{\"type\":\"bundle\",\"objects\":[{\"type\":\"incident\",\"id\":\"incident--1\"}]}",
            "$.objects[0].id: must be \"incident--\" and a UUID"},
           {Bundle(times), "$.objects[1].name: is needed"},
           {Bundle(times + ",\"name\":5"), "$.objects[1].name: must be text, and is a number"},
           {Bundle(",\"name\":\"x\",\"created\":\"yesterday\""),
            "$.objects[1].created: must be a time"},
           {Bundle(",\"name\":\"x\",\"created\":\"2026-10-06T12:00:00+02:00\""),
            "$.objects[1].created: must be a time"},
           {Bundle(named + ",\"extensions\":[]"), "$.objects[1].extensions: must be an object"},
           {Bundle(named + ",\"object_marking_refs\":[\"a\",2]"),
            "$.objects[1].object_marking_refs[1]: must be text"},
           {Bundle(named + own + "{}}"), "record: is needed"},
           {Bundle(named + own + "{\"record\":{\"incident\":{\"colour\":\"red\"}}}}"),
            ".record.incident.colour: is not known in Incident"},
           {Bundle(named + own + "{\"record\":{\"incident\":{\"facts\":[{\"name\":1}]}}}}"),
            ".record.incident.facts[0].name: must be text, and is a number"},
           {Bundle(named + "},{\"type\":\"incident\",\"id\":\"" + kId + "\"" + named),
            "$.objects[2].id: is that of an earlier object"},
           {"{\"format\":\"belfry-export/2\"}", "$.format: must be \"belfry-export/1\""},
           {"{\"format\":\"belfry-export/1\",\"incidents\":[{\"incident\":{}}]}",
            "$.incidents[0].incident.uid: is needed"},
           {"{\"format\":\"belfry-export/1\",\"incidents\":[{\"incident\":{\"uid\":\"a\\nb\"}}]}",
            "$.incidents[0].incident.uid: is needed"},
           {"{\"format\":\"belfry-export/1\",\"incidents\":{}}", "$.incidents: must be a list"},
           {"{\"format\":\"belfry-export/1\",\"exportTime\":\"now\"}",
            "$.exportTime: must be a time"},
           {"{\"format\":\"belfry-export/1\",\"incidents\":[{\"incident\":{\"reopenedCount\":1e99}"
            "}]}",
            "$.incidents[0].incident.reopenedCount: must be a whole number"},
           {"{\"format\":\"belfry-export/1\",\"incidents\":[{\"incident\":{\"entities\":[{"
            "\"relation\":\"RELATION_FRIEND\"}]}}]}",
            "$.incidents[0].incident.entities[0].relation: must be one of the names"},
           {"{\"format\":\"belfry-export/1\",\"tlpMax\":\"x\",\"tlp_max\":\"y\"}",
            "is there twice"}}) {
    const auto read = ReadIncidents(test.text, "");
    ASSERT_FALSE(read.ok()) << test.text;
    EXPECT_TRUE(absl::IsInvalidArgument(read.status()));
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(test.error)) << test.text;
  }
}

TEST(ReadTest, AFileThatIsTooLargeIsNotEvenParsed) {
  EXPECT_THAT(std::string(ParseJson(std::string(kImportBytesMax + 1, '[')).status().message()),
              HasSubstr("at most"));
  std::string many = "[";
  for (size_t i = 0; i <= kJsonValuesMax; ++i) many += "0,";
  many += "0]";
  EXPECT_THAT(std::string(ParseJson(many).status().message()),
              HasSubstr("more than 1000000 values"));
  std::string wide = "{";
  for (int i = 0; i < 300; ++i) wide += "\"m" + std::to_string(i) + "\":0,";
  EXPECT_THAT(std::string(ParseJson(wide + "\"z\":0}").status().message()),
              HasSubstr("$.m256: its object has more than 256 members"));
  EXPECT_THAT(std::string(ReadIncidents("{}", "iodef").status().message()),
              HasSubstr("cannot be imported"));
}

TEST(ReadTest, OwnJsonComesBackAsItWas) {
  const v1::Export file = OneIncident("Łódź \x01 \"quoted\" \U0001F512 \ufffe");
  const auto json = ParseJson(WriteJson(file));
  ASSERT_TRUE(json.ok()) << json.status();
  const auto read = ReadJson(*json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->DebugString(), file.DebugString());
}

TEST(ReadTest, StixOfOthersIsReadByTheStandard) {
  const auto read = ReadIncidents(
      Bundle(
          std::string(kTimes) +
          ",\"name\":\"Phish\",\"description\":\"d\",\"x_other\":{\"deep\":[1,2]},"
          "\"object_marking_refs\":[\"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1\"],"
          "\"extensions\":{\"extension-definition--ef765651-680c-498d-9894-99799f2fa126\":{"
          "\"extension_type\":\"property-extension\",\"determination\":\"confirmed\","
          "\"investigation_status\":\"open\",\"incident_types\":["
          "\"dissemination-phishing-emails\",\"martian\"]}}},{\"type\":\"note\",\"id\":\"note--1\","
          "\"created\":\"2026-10-06T13:00:00.000Z\",\"content\":\"seen\",\"authors\":[\"ann\"],"
          "\"object_refs\":[\"" +
          std::string(kId) + "\"]"),
      "stix");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_THAT(read->incidents, SizeIs(1));
  const ReadIncident& incident = read->incidents[0];
  EXPECT_TRUE(incident.foreign);
  EXPECT_EQ(incident.part.incident().tlp(), "TLP:RED");
  ASSERT_THAT(incident.part.timeline(), SizeIs(1));
  const auto mapping = Mapping::ForPolicy("itd-sec-4.3");
  ImportOptions options;
  options.mapping = &*mapping;
  const ImportPlan plan = PlanImport(incident, options, ShippedPack(), {"entities/dop"});
  EXPECT_EQ(plan.report.title(), "Phish");
  EXPECT_EQ(plan.report.summary(), std::string("d\n\nImported from ") + kId);
  ASSERT_THAT(plan.report.categories(), SizeIs(1));
  EXPECT_EQ(plan.report.categories(0).category(), "CAT-08");
  EXPECT_EQ(plan.report.categories(0).sub_values(0), "PHISHED");
  ASSERT_THAT(plan.report.facts(), SizeIs(1));
  EXPECT_EQ(plan.report.facts(0).value(), "CONFIRMED");
  EXPECT_TRUE(plan.report.restricted()) << "TLP:RED is for named readers";
  EXPECT_FALSE(plan.report.has_detect_time()) << "what others knew starts no clock";
  ASSERT_THAT(plan.notes, SizeIs(1));
  EXPECT_EQ(plan.notes[0].text(), "seen\n(imported; written by ann)");
  EXPECT_THAT(plan.not_taken, Contains(HasSubstr("martian")));
}

ReadIncident Own(const v1::Export& file) {
  ReadIncident read;
  read.object_id = file.incidents(0).incident().uid();
  read.part = file.incidents(0);
  return read;
}

TEST(ImportTest, TakesOverWhatAReportMaySayAndNamesTheRest) {
  v1::Export file = OneIncident("Flood");
  auto& incident = *file.mutable_incidents(0)->mutable_incident();
  incident.set_drill(true);
  incident.add_categories()->set_category("CAT-77");
  auto* fact = incident.add_facts();
  fact->set_name("iso_sign_off");
  fact->set_value("YES");
  fact = incident.add_facts();
  fact->set_name("residents_affected");
  fact->set_value("minus one");
  const ImportPlan plan =
      PlanImport(Own(file), {}, ShippedPack(), {"entities/dop", "entities/bor"});
  EXPECT_EQ(plan.report.entity(), "entities/dop");
  EXPECT_EQ(plan.report.severity(), "SEV3");
  EXPECT_TRUE(plan.report.drill()) << "an exercise stays one";
  EXPECT_EQ(plan.report.detect_time().seconds(), 1791280000);
  ASSERT_THAT(plan.report.categories(), SizeIs(1));
  ASSERT_THAT(plan.report.facts(), SizeIs(2));
  ASSERT_THAT(plan.report.other_entities(), SizeIs(1));
  EXPECT_EQ(plan.report.other_entities(0).relation(),
            belfry::v1::IncidentEntity::RELATION_POTENTIAL);
  EXPECT_THAT(plan.not_taken, Contains("category CAT-77 is not in the pack"));
  EXPECT_THAT(plan.not_taken, Contains("the question iso_sign_off is for some roles to answer"));
  EXPECT_THAT(plan.not_taken, Contains(HasSubstr("residents_affected has another answer")));
  EXPECT_THAT(plan.not_taken, Contains(HasSubstr("1 tickets")));
  EXPECT_THAT(plan.not_taken, Contains(HasSubstr("1 duties")));
}

TEST(ImportTest, AnotherAgencyReportsWithAClockOfItsOwn) {
  ImportOptions options;
  options.entity = "entities/bor";
  const ImportPlan plan =
      PlanImport(Own(OneIncident("Flood")), options, ShippedPack(), {"entities/bor"});
  EXPECT_EQ(plan.report.entity(), "entities/bor");
  EXPECT_FALSE(plan.report.has_detect_time());
  EXPECT_THAT(plan.report.other_entities(), IsEmpty());
}

TEST(ImportTest, LongTextsAreCutWhereTheServerWouldRefuseThem) {
  v1::Export file = OneIncident(std::string(30'000, 'x'));
  const ImportPlan plan = PlanImport(Own(file), {}, ShippedPack(), {});
  EXPECT_LE(plan.report.title().size(), 202u);
  EXPECT_LE(plan.report.summary().size(), 20'002u);
  EXPECT_THAT(plan.report.summary(), ::testing::EndsWith(ImportMark(Own(file).object_id)));
  EXPECT_LE(plan.notes[0].text().size(), 20'002u);
}

TEST(ImportTest, WhatTheServerWouldRefuseIsShown) {
  const ImportPlan plan = PlanImport(Own(OneIncident("a\x01"
                                                     "b\x7f\tc\u0085")),
                                     {}, ShippedPack(), {});
  EXPECT_EQ(plan.report.title(), "a␁b␡\tc\u0085");
  EXPECT_THAT(plan.report.summary(), ::testing::StartsWith("a␁b␡\tc"));
  EXPECT_THAT(plan.notes[0].text(), ::testing::StartsWith("a␁b␡\tc"));
}

TEST(ImportTest, TheSameObjectMakesTheSameRequest) {
  const ImportPlan one = PlanImport(Own(OneIncident("x")), {}, ShippedPack(), {"entities/dop"});
  const ImportPlan two = PlanImport(Own(OneIncident("x")), {}, ShippedPack(), {"entities/dop"});
  EXPECT_EQ(one.report.SerializeAsString(), two.report.SerializeAsString());
  EXPECT_EQ(one.notes[0].request_id(), two.notes[0].request_id());
  EXPECT_LE(one.report.request_id().size(), 128u);
}

TEST(ImportTest, NotesKeepTheirLabelAndRedOnesNeedARestrictedIncident) {
  v1::Export file = OneIncident("plain");
  auto& part = *file.mutable_incidents(0);
  part.mutable_timeline(0)->clear_name();
  for (int i = 1; i < 7; ++i) *part.add_timeline() = part.timeline(0);
  part.mutable_timeline(1)->set_tlp("TLP:AMBER");
  part.mutable_timeline(2)->set_tlp("TLP:RED");
  part.mutable_timeline(3)->set_tlp("TLP:PURPLE");
  part.mutable_timeline(4)->set_text("TLP:RED who told us");
  part.mutable_timeline(5)->set_text("TLP:GREEN, he said");
  part.mutable_timeline(6)->set_text("Expunged: the text was deleted by law");
  part.mutable_timeline(6)->set_expunged(true);
  const auto labels = [](const ImportPlan& plan) {
    std::vector<std::string> all;
    for (const auto& note : plan.notes) all.push_back(note.tlp());
    return all;
  };
  ImportPlan plan = PlanImport(Own(file), {}, ShippedPack(), {});
  EXPECT_THAT(labels(plan), ::testing::ElementsAre("", "TLP:AMBER", ""));
  EXPECT_THAT(plan.not_taken, Contains(HasSubstr("3 notes that are TLP:RED")));
  EXPECT_THAT(plan.not_taken, Contains("1 notes whose text was deleted by law"));
  part.mutable_incident()->set_restricted(true);
  plan = PlanImport(Own(file), {}, ShippedPack(), {});
  EXPECT_THAT(labels(plan),
              ::testing::ElementsAre("", "TLP:AMBER", "TLP:RED", "TLP:RED", "TLP:RED", ""));
}

TEST(ImportTest, MarksOfOthersOnNotesAndOnPartsCount) {
  const std::string red = "\"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1\"";
  const std::string green = "\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"";
  const std::string note =
      "},{\"type\":\"note\",\"id\":\"note--1\",\"created\":\"2026-10-06T13:00:00.000Z\","
      "\"content\":\"seen\",\"object_refs\":[\"" +
      std::string(kId) + "\"],";
  const auto planned = [&](const std::string& incident, const std::string& on_note) {
    const auto read =
        ReadIncidents(Bundle(kTimes + (",\"name\":\"x\"," + incident) + note + on_note), "stix");
    EXPECT_TRUE(read.ok()) << read.status();
    return PlanImport(read.ok() ? read->incidents[0] : ReadIncident(), {}, ShippedPack(), {});
  };
  const std::string no_mark = "\"object_marking_refs\":[]";
  ImportPlan plan = planned(no_mark, "\"object_marking_refs\":[" + green + "]");
  ASSERT_THAT(plan.notes, SizeIs(1));
  EXPECT_EQ(plan.notes[0].tlp(), "TLP:GREEN");
  plan = planned(no_mark, "\"object_marking_refs\":[" + red + "]");
  EXPECT_FALSE(plan.report.restricted());
  EXPECT_THAT(plan.notes, IsEmpty()) << "it would be open to all who see the incident";
  plan = planned("\"granular_markings\":[{\"selectors\":[\"name\"],\"marking_ref\":" + red + "}]",
                 no_mark);
  EXPECT_TRUE(plan.report.restricted());
  for (const char* wrong : {"{}", "[1]", "[{\"marking_ref\":5}]"}) {
    EXPECT_THAT(std::string(ReadIncidents(Bundle(kTimes +
                                                 std::string(",\"name\":\"x\","
                                                             "\"granular_markings\":") +
                                                 wrong),
                                          "")
                                .status()
                                .message()),
                HasSubstr("$.objects[1].granular_markings"));
  }
}

TEST(ImportTest, WhatHasNotHappenedYetIsNotSent) {
  v1::Export file = OneIncident("x");
  auto& part = *file.mutable_incidents(0);
  part.mutable_incident()->mutable_facts(1)->mutable_known_time()->set_seconds(1791281000);
  part.mutable_incident()->mutable_entities(1)->mutable_detect_time()->set_seconds(1791280000);
  ImportOptions options;
  options.now = absl::FromUnixSeconds(1791280001);
  ImportPlan plan = PlanImport(Own(file), options, ShippedPack(), {"entities/dop", "entities/bor"});
  EXPECT_TRUE(plan.report.has_detect_time());
  EXPECT_TRUE(plan.report.other_entities(0).has_detect_time());
  EXPECT_FALSE(plan.report.facts(1).has_known_time());
  ASSERT_THAT(plan.notes, SizeIs(1));
  EXPECT_FALSE(plan.notes[0].has_event_time());
  options.now = absl::FromUnixSeconds(1791270000);
  plan = PlanImport(Own(file), options, ShippedPack(), {"entities/dop", "entities/bor"});
  EXPECT_FALSE(plan.report.has_detect_time());
  EXPECT_FALSE(plan.report.other_entities(0).has_detect_time());
  EXPECT_THAT(plan.not_taken, Contains("the time of detection, which is in the future"));
  part.mutable_timeline(0)->clear_time();
  plan = PlanImport(Own(file), {}, ShippedPack(), {});
  EXPECT_FALSE(plan.notes[0].has_event_time()) << "none is not 1970";
}

TEST(ImportTest, ANoteThatWasEditedOrWithdrawnComesOnce) {
  v1::Export file = OneIncident("first");
  auto& part = *file.mutable_incidents(0);
  auto* edited = part.add_timeline();
  edited->set_name("incidents/DOP-2026-0001/timeline/3");
  edited->set_kind("NOTE_ADDED");
  edited->set_text("Edited: second");
  edited->set_supersedes(part.timeline(0).name());
  auto* other = part.add_timeline();
  other->set_kind("STATE_CHANGED");
  other->set_text("Declared");
  const ImportPlan plan = PlanImport(Own(file), {}, ShippedPack(), {});
  ASSERT_THAT(plan.notes, SizeIs(1));
  EXPECT_THAT(plan.notes[0].text(), HasSubstr("second"));
}

}  // namespace
}  // namespace belfry::exchange
