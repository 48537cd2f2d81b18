// Measures over the public API: what the caller may not see does not count, and bad questions are
// answered with the field and the remedy.
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "belfry/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/proto_time.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;

MATCHER_P2(Refused, reason, text, "") {
  *result_listener << StatusOf(arg).ToString();
  return client::DescribeError(StatusOf(arg)).reason == reason &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

class MeasuresServiceTest : public ::testing::Test {
 protected:
  std::string Open(const std::string& who, const std::string& entity, bool restricted = false,
                   bool drill = false) {
    v1::CreateIncidentRequest request;
    request.set_title("Something");
    request.set_entity(entity);
    request.add_categories()->set_category("CAT-14");
    request.set_restricted(restricted);
    request.set_drill(drill);
    if (restricted) request.add_readers("people/csirt.handler");
    const auto created = server_.As(who).CreateIncident(request);
    EXPECT_THAT(created, IsOk());
    return created->incident().name();
  }

  v1::GetMeasuresResponse Measured(const std::string& who, v1::GetMeasuresRequest request = {}) {
    auto response = server_.As(who).GetMeasures(request);
    EXPECT_THAT(response, IsOk());
    return *std::move(response);
  }

  TestServer server_;
};

TEST_F(MeasuresServiceTest, CountsWhatTheCallerSees) {
  Open("dop.clerk", "entities/dop");
  Open("bor.contact", "entities/bor");
  EXPECT_EQ(Measured("csirt.handler").total().incident_count(), 2);
  EXPECT_EQ(Measured("dop.clerk").total().incident_count(), 1);
  EXPECT_EQ(Measured("bor.contact").total().incident_count(), 1);
}

// Not a bit of the answer may tell that there is one.
TEST_F(MeasuresServiceTest, ARestrictedIncidentChangesNothingForOthers) {
  Open("dop.clerk", "entities/dop");
  server_.AdvanceTo(absl::Hours(30));
  const std::string iso_before = Measured("dop.iso").SerializeAsString();
  const std::string central_before = Measured("csirt.executive").SerializeAsString();
  v1::GetComplianceFileRequest file;
  file.set_entity("entities/dop");
  const auto file_before = server_.As("dop.iso").GetComplianceFile(file);
  ASSERT_THAT(file_before, IsOk());

  v1::CreateIncidentRequest request;
  request.set_title("Quiet");
  request.set_entity("entities/dop");
  request.set_restricted(true);
  request.add_readers("people/csirt.handler");
  request.add_subjects("people/dop.iso");
  request.add_subjects("people/csirt.executive");
  ASSERT_THAT(server_.As("dop.clerk").CreateIncident(request), IsOk());

  EXPECT_EQ(Measured("dop.iso").SerializeAsString(), iso_before);
  EXPECT_EQ(Measured("csirt.executive").SerializeAsString(), central_before);
  EXPECT_EQ(server_.As("dop.iso").GetComplianceFile(file)->SerializeAsString(),
            file_before->SerializeAsString());
  EXPECT_EQ(Measured("csirt.handler").total().incident_count(), 2);
}

TEST_F(MeasuresServiceTest, CountingARestrictedIncidentIsRecordedAsReading) {
  const std::string name = Open("dop.clerk", "entities/dop", /*restricted=*/true);
  EXPECT_EQ(Measured("csirt.handler").total().incident_count(), 1);
  v1::ListTimelineEntriesRequest timeline;
  timeline.set_parent(name);
  bool found = false;
  for (int i = 0; i < 200 && !found; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    const auto entries = server_.As("csirt.handler").ListTimelineEntries(timeline);
    ASSERT_THAT(entries, IsOk());
    for (const auto& entry : entries->entries()) {
      found |=
          entry.actor() == "people/csirt.handler" && absl::StrContains(entry.text(), "measures");
    }
  }
  EXPECT_TRUE(found);
}

TEST_F(MeasuresServiceTest, DrillsCountOnlyWhereTheyAreAskedFor) {
  Open("dop.clerk", "entities/dop", false, /*drill=*/true);
  EXPECT_EQ(Measured("csirt.handler").total().incident_count(), 0);
  v1::GetMeasuresRequest with;
  with.set_include_drills(true);
  EXPECT_EQ(Measured("csirt.handler", with).total().incident_count(), 1);
}

TEST_F(MeasuresServiceTest, TheTimeHoldsItsBeginningAndNotItsEnd) {
  Open("dop.clerk", "entities/dop");
  const absl::Time reported = server_.now();
  server_.AdvanceTo(absl::Hours(1));
  v1::GetMeasuresRequest request;
  *request.mutable_from_time() = ToProto(reported);
  EXPECT_EQ(Measured("csirt.handler", request).total().incident_count(), 1);
  *request.mutable_from_time() = ToProto(reported - absl::Hours(1));
  *request.mutable_to_time() = ToProto(reported);
  EXPECT_EQ(Measured("csirt.handler", request).total().incident_count(), 0);
  *request.mutable_to_time() = ToProto(reported + absl::Microseconds(1));
  EXPECT_EQ(Measured("csirt.handler", request).total().incident_count(), 1);
}

// More than one slice of the walk.
TEST_F(MeasuresServiceTest, CountsManyInSlices) {
  for (int i = 0; i < 120; ++i) Open("dop.clerk", "entities/dop");
  const v1::GetMeasuresResponse response = Measured("csirt.handler");
  EXPECT_EQ(response.total().incident_count(), 120);
  // All at one moment: each but the first repeats another.
  EXPECT_EQ(response.repeats().repeat_count(), 119);
}

TEST_F(MeasuresServiceTest, BadQuestionsNameTheFieldAndTheRemedy) {
  const auto client = server_.As("csirt.handler");
  v1::GetMeasuresRequest request;
  request.set_scope("entities/nowhere");
  EXPECT_THAT(client.GetMeasures(request), Refused("FIELD_INVALID", "scope"));
  request = {};
  request.set_severity("SEV9");
  EXPECT_THAT(client.GetMeasures(request), Refused("FIELD_INVALID", "SEV1"));
  request = {};
  request.set_category("CAT-98");
  EXPECT_THAT(client.GetMeasures(request), Refused("FIELD_INVALID", "category"));
  request = {};
  request.set_repeat_days(367);
  EXPECT_THAT(client.GetMeasures(request), Refused("FIELD_INVALID", "repeat_days"));
  request = {};
  request.mutable_from_time()->set_seconds(-1);
  EXPECT_THAT(client.GetMeasures(request), Refused("FIELD_INVALID", "from_time"));
  request = {};
  *request.mutable_from_time() = ToProto(server_.now() + absl::Hours(1));
  EXPECT_THAT(client.GetMeasures(request), Refused("FIELD_INVALID", "before to_time"));
  EXPECT_THAT(client.GetComplianceFile({}), Refused("FIELD_INVALID", "entity"));
}

TEST_F(MeasuresServiceTest, AComplianceFileHasTheStandingDutiesToo) {
  const std::string name = Open("dop.clerk", "entities/dop");
  server_.AdvanceTo(absl::Hours(30));
  v1::GetComplianceFileRequest request;
  request.set_entity("entities/dop");
  const auto file = server_.As("dop.iso").GetComplianceFile(request);
  ASSERT_THAT(file, IsOk());
  bool standing = false;
  bool of_incident = false;
  for (const v1::ComplianceDuty& duty : file->duties()) {
    standing |= duty.record() == "registers/DOP-REGISTER" && duty.kind() == "STANDING";
    of_incident |= duty.record() == name;
    EXPECT_GT(duty.events_size(), 0) << duty.instance();
    EXPECT_EQ(duty.events(0).kind(), "OBLIGATION_OPENED") << duty.instance();
  }
  EXPECT_TRUE(standing);
  EXPECT_TRUE(of_incident);
  EXPECT_THAT(file->notice(), HasSubstr("not a verdict"));
}

// ---- Metrics

TEST_F(MeasuresServiceTest, TheTallyFollowsWhatIsOpen) {
  const auto open = [this](const std::string& severity) {
    auto counts = server_.engine().OpenCounts();
    return counts.open_by_severity[severity];
  };
  const std::string name = Open("dop.clerk", "entities/dop");
  v1::GetIncidentRequest get;
  get.set_name(name);
  const std::string severity = server_.As("csirt.handler").GetIncident(get)->incident().severity();
  EXPECT_EQ(open(severity), 1);
  Open("dop.clerk", "entities/dop", /*restricted=*/true);
  Open("dop.clerk", "entities/dop", false, /*drill=*/true);
  EXPECT_EQ(open(severity), 1);

  server_.AdvanceTo(absl::Minutes(10));
  v1::AcknowledgeIncidentRequest ack;
  ack.set_name(name);
  ASSERT_THAT(server_.As("dop.contact").AcknowledgeIncident(ack), IsOk());
  ASSERT_THAT(server_.As("csirt.handler").AcknowledgeIncident(ack), IsOk());
  const auto counts = server_.engine().OpenCounts();
  EXPECT_EQ(counts.ack_buckets[2], 1);  // 300 s to 600 s
  EXPECT_EQ(counts.ack_seconds_sum, 600);

  server_.AdvanceTo(absl::Hours(30));
  const auto before = server_.engine().OpenCounts();
  int64_t overdue = 0;
  for (const auto& [code, count] : before.overdue_by_code) overdue += count;
  EXPECT_GT(overdue, 0);
  server_.Restart();
  const auto after = server_.engine().OpenCounts();
  const auto same = [](const std::map<std::string, int64_t>& now,
                       const std::map<std::string, int64_t>& then) {
    for (const auto& [key, count] : then) {
      EXPECT_EQ(now.count(key) > 0 ? now.at(key) : 0, count) << key;
    }
  };
  same(after.open_by_severity, before.open_by_severity);
  same(after.overdue_by_code, before.overdue_by_code);
}

}  // namespace
}  // namespace belfry::testing
