#include "client-lib/chat/incident_record.h"

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::chat {
namespace {

using testing::IsEmpty;

// The test incident with what `text` adds to it, one row a line.
std::string Record(const std::string& text) {
  v1::Incident more;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &more));
  v1::Incident incident = TestIncident();
  incident.MergeFrom(more);
  std::vector<std::string> lines;
  for (const auto& row : RecordTable(incident, TestView())) {
    lines.push_back(absl::StrJoin(row, ": "));
  }
  return absl::StrJoin(lines, "\n");
}

TEST(IncidentRecordTest, WithoutARecordThereIsNoTable) {
  EXPECT_THAT(RecordTable(TestIncident(), TestView()), IsEmpty());
}

TEST(IncidentRecordTest, DecisionsAndDocuments) {
  EXPECT_EQ(Record(R"pb(
              decisions {
                question: "OLC"
                answer: "YES"
                reason: "a crime is likely"
                decider: "people/itd.ciso"
                time { seconds: 1795547100 }
              }
              documents {
                type: "DAILY"
                entity: "entities/dop"
                author: "people/dop.contact"
                time { seconds: 1795547100 }
                event_time { seconds: 1795547100 }
              }
              documents {
                type: "LE_CONTACT"
                time { seconds: 1795547100 }
                event_time { seconds: 1795543500 }
                order_deviation: true
              }
              documents {
                type: "DAILY"
                entity: "entities/dop"
                author: "people/dop.iso"
                time { seconds: 1795633500 }
              }
              documents {
                type: "DAILY"
                entity: "entities/dor"
                time { seconds: 1795633500 }
              }
            )pb"),
            "Record: What\n"
            "Decided: OLC YES by itd.ciso, Tue 24 Nov 14:05 EST: a crime is likely\n"
            "Handed in: DAILY ×2, the last Wed 25 Nov 14:05 EST by dop.iso\n"
            "Handed in: LE_CONTACT Tue 24 Nov 14:05 EST, about Tue 24 Nov 13:05 EST · ORDER "
            "DEVIATION\n"
            "Handed in: DAILY of DOR Wed 25 Nov 14:05 EST");
}

TEST(IncidentRecordTest, AnOldOrderDeviationIsNotHiddenByANewDocument) {
  EXPECT_EQ(Record(R"pb(
              documents {
                type: "LE_CONTACT"
                time { seconds: 1795547100 }
                order_deviation: true
              }
              documents {
                type: "LE_CONTACT"
                time { seconds: 1795633500 }
              }
            )pb"),
            "Record: What\n"
            "Handed in: LE_CONTACT ×2, the last Wed 25 Nov 14:05 EST · ORDER DEVIATION in 1");
}

TEST(IncidentRecordTest, DevicesRemovalsCasesCostsAndRelatives) {
  EXPECT_EQ(Record(R"pb(
              devices { device: "a" status: STATUS_RESTORED }
              devices { device: "b" status: STATUS_INFECTED }
              devices { device: "c" status: STATUS_INFECTED }
              removals {
                id: 17
                state: STATE_ACTIVE
                subnets: "10.20.4.0/24"
                targets { device: "a" confirmed_by: "people/itd.net" }
                targets { device: "b" }
                scans { verdict: VERDICT_INFECTED verified_by: "people/itd.scan" }
                scans { verdict: VERDICT_CLEAN }
              }
              cases {
                entity: "entities/dop"
                state: STATE_CONFIRMED
                obligations: "DAILY-STATUS#2"
                decider: "people/itd.ciso"
                answer: "We were short of people"
              }
              costs { number: 1 amount_cents: 119000 assessment: ASSESSMENT_REASONABLE }
              costs { number: 2 amount_cents: 5 assessment: ASSESSMENT_OPEN }
              claim_cents: 119000
              parent: "incidents/DOP-2026-0003"
              children: "incidents/DOP-2026-0008"
              children: "incidents/DOR-2026-0001"
            )pb"),
            "Record: What\n"
            "Devices: 2 infected, 1 restored\n"
            "Removal 17: active · 10.20.4.0/24 · 1 of 2 targets off the network · scan clean, not "
            "verified\n"
            "Non-compliance: DOP confirmed by itd.ciso: DAILY-STATUS#2 · answered: We were short "
            "of people\n"
            "Costs: $1,190.05 in 2 lines, 1 not assessed · claimed back $1,190.00\n"
            "Part of: DOP-2026-0003\n"
            "Has the parts: DOP-2026-0008, DOR-2026-0001");
}

}  // namespace
}  // namespace belfry::chat
