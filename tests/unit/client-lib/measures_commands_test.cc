// `belfry stats` and `belfry compliance`: what is asked, and what is printed of an answer.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/cli/args.h"
#include "client-lib/cli/compliance_command.h"
#include "client-lib/cli/measures_query.h"
#include "client-lib/cli/stats_command.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kMeasures[] = R"pb(
  query {
    scope: "entities/dop"
    from_time { seconds: 1790000000 }
    repeat_days: 30
  }
  as_of_time { seconds: 1798000000 }
  notice: "It is evidence and not a verdict."
  total {
    incident_count: 3
    open_count: 1
    withdrawn_count: 1
    acknowledge {
      reached {
        count: 2
        min: 60000
        p50: 60000
        p75: 600000
        p90: 600000
        p95: 600000
        max: 600000
        mean: 330000
        sum: 660000
        buckets { upper: 300000 count: 1 }
        buckets { upper: 900000 count: 1 }
      }
      waiting { count: 1 min: 7200000 p50: 7200000 max: 7200000 }
    }
  }
  duties {
    arose_count: 4
    in_time_count: 3
    late_count: 1
    lateness {
      count: 1
      p50: 3600000
      p90: 3600000
      max: 3600000
      buckets { upper: 300000 }
      buckets { upper: 900000 }
      buckets { upper: 1800000 }
      buckets { upper: 3600000 count: 1 }
    }
  }
  duties_by_code {
    key: "FOLLOWUP-24H"
    arose_count: 4
    in_time_count: 3
    late_count: 1
    lateness { count: 1 p50: 3600000 p90: 3600000 max: 3600000 }
  }
  duties_by_agency { key: "entities/dop" arose_count: 4 in_time_count: 3 late_count: 1 }
  duties_by_clause { key: "POL-5.17" arose_count: 4 in_time_count: 3 late_count: 1 }
  repeats {
    repeat_count: 1
    interval { count: 1 min: 86400000 p50: 86400000 }
    rows { entity: "entities/dop" category: "CAT-14" incident_count: 3 repeat_count: 1 }
  }
  reach {
    level: 1
    page_count: 2
    people_count: 2
    failed_count: 1
    answered_count: 1
    unanswered_count: 1
    answer { count: 1 p50: 60000 p90: 60000 max: 60000 }
  }
  workload {
    leads { open_count: 1 }
    weeks {
      monday: "2026-10-05"
      act_count: 5
      person_count: 2
      acts_per_person { count: 2 p50: 2 max: 3 }
    }
    days { date: "2026-10-05" entity: "entities/dop" incident_count: 2 }
    days { date: "2026-10-07" entity: "entities/dop" incident_count: 1 }
  }
)pb";

class MeasuresCommandsTest : public ::testing::Test {
 protected:
  MeasuresCommandsTest() {
    *connection_->GetPolicy_answer->mutable_policy() = *TestPolicy();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kMeasures,
                                                              &*connection_->GetMeasures_answer));
    auto& file = *connection_->GetComplianceFile_answer;
    file.mutable_query()->set_entity("entities/dop");
    file.set_notice("It is evidence and not a verdict.");
    auto& duty = *file.add_duties();
    duty.set_record("incidents/DOP-2026-0001");
    duty.set_instance("FOLLOWUP-24H");
    duty.set_title("Follow-up");
    duty.add_clauses("POL-5.17");
    duty.set_state(v1::Obligation::STATE_SATISFIED_LATE);
    duty.set_late_ms(3600000);
    duty.set_reason("=1+1 | <b>");
    auto& event = *duty.add_events();
    event.set_version(4);
    event.set_kind("OBLIGATION_OPENED");
  }

  int Run(const std::vector<std::string>& line, size_t width = 0, bool unicode = true) {
    const auto arguments = ParseArguments(line);
    if (!arguments.ok()) {
      error_ << arguments.status().message();
      return kWrongUsage;
    }
    const client::Client client(connection_);
    client::Options options;
    options.target = "nowhere.invalid:1";
    const Console console{
        out_, error_, arguments->output, {.width = width, .color = false, .unicode = unicode}};
    const Desk desk{*arguments, options, client, console};
    return line[0] == "stats" ? RunStats(desk, arguments->words)
                              : RunCompliance(desk, arguments->words);
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  std::ostringstream out_;
  std::ostringstream error_;
};

TEST_F(MeasuresCommandsTest, AsksWhatTheLineSays) {
  ASSERT_EQ(Run({"stats", "DOP", "--from", "2026-09-01", "--to", "2026-10-01T00:00:00Z", "--by",
                 "Month", "--category", "CAT-14", "--repeat-days", "7", "--drills"}),
            kDone)
      << error_.str();
  const v1::GetMeasuresRequest& asked = connection_->GetMeasures_request;
  EXPECT_EQ(asked.scope(), "entities/dop");
  EXPECT_EQ(asked.group_by(), v1::GetMeasuresRequest::GROUP_BY_MONTH);
  EXPECT_EQ(asked.category(), "CAT-14");
  EXPECT_EQ(asked.repeat_days(), 7);
  EXPECT_TRUE(asked.include_drills());
  EXPECT_EQ(asked.to_time().seconds(), 1790812800);
}

TEST_F(MeasuresCommandsTest, ASecretariatIsAScopeToo) {
  ASSERT_EQ(Run({"stats", "Secretariats/EOX"}), kDone);
  EXPECT_EQ(connection_->GetMeasures_request.scope(), "secretariats/eox");
}

TEST_F(MeasuresCommandsTest, PrintsTablesAndCharts) {
  ASSERT_EQ(Run({"stats", "dop"}, 80), kDone);
  const std::string text = out_.str();
  EXPECT_THAT(text, HasSubstr("Measures of DOP"));
  EXPECT_THAT(text, HasSubstr("3 incidents, 1 open"));
  EXPECT_THAT(text, HasSubstr("acknowledged"));
  EXPECT_THAT(text, HasSubstr("≤ 5m ████"));
  EXPECT_THAT(text, HasSubstr("75%"));
  EXPECT_THAT(text, HasSubstr("evidence and not a verdict"));
}

TEST_F(MeasuresCommandsTest, NoLineIsWiderThanTheTerminal) {
  for (const size_t width : {40, 60, 80, 120, 200}) {
    for (const char* by : {"severity", "duty", "clause"}) {
      out_.str("");
      ASSERT_EQ(Run({"stats", "--by", by}, width), kDone);
      for (const auto line : absl::StrSplit(out_.str(), '\n')) {
        EXPECT_LE(chat::DisplayWidth(line), width) << line;
      }
    }
  }
}

TEST_F(MeasuresCommandsTest, AsciiIsEnough) {
  ASSERT_EQ(Run({"stats"}, 80, /*unicode=*/false), kDone);
  for (const char c : out_.str()) EXPECT_GE(c, 0) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("<=5m ####"));
}

TEST_F(MeasuresCommandsTest, JsonIsTheAnswerAndCsvARowForEachNumber) {
  ASSERT_EQ(Run({"stats", "--format", "json"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("\"aroseCount\": \"4\""));
  out_.str("");
  ASSERT_EQ(Run({"stats", "--format", "csv"}), kDone);
  EXPECT_THAT(out_.str(), StartsWith("table,key,figure,value\r\n"));
  EXPECT_THAT(out_.str(), HasSubstr("total,,acknowledge.reached.p90,600000\r\n"));
  EXPECT_THAT(out_.str(), HasSubstr("total,,acknowledge.reached.upto_900000,1\r\n"));
  EXPECT_THAT(out_.str(), HasSubstr("total,,resolve.reached.count,0\r\n"));
  EXPECT_THAT(out_.str(), HasSubstr("duty,FOLLOWUP-24H,late_count,1\r\n"));
}

TEST_F(MeasuresCommandsTest, NothingReportedIsSaidPlainly) {
  connection_->GetMeasures_answer->Clear();
  ASSERT_EQ(Run({"stats"}, 80), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("0 incidents"));
}

TEST_F(MeasuresCommandsTest, BadLinesNameTheOption) {
  for (const auto& [line, text] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"stats", "--by", "colour"}, "--by"},
           {{"stats", "--from", "yesterday"}, "--from"},
           {{"stats", "--to", "soon"}, "--to"},
           {{"stats", "--format", "xml"}, "--format"},
           {{"stats", "--tlp-max", "RED"}, "--tlp-max"},
           {{"stats", "--repeat-days", "400"}, "--repeat-days"},
           {{"show", "--from", "90d"}, "--from"},
           {{"compliance", "dop", "--by", "month"}, "--by"},
           {{"compliance"}, "usage: belfry compliance"},
           {{"compliance", "dop", "--format", "stix"}, "--format"}}) {
    error_.str("");
    EXPECT_EQ(Run(line), kWrongUsage);
    EXPECT_THAT(error_.str(), HasSubstr(text));
  }
}

TEST_F(MeasuresCommandsTest, AComplianceFileIsWrittenAsAWhole) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "belfry-measures-XXXXXX").string();
  const std::string directory = mkdtemp(pattern.data());
  const std::string path = directory + "/dop.md";
  ASSERT_EQ(Run({"compliance", "dop", "--output", path}), kDone) << error_.str();
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove_all(directory);
  EXPECT_THAT(text, StartsWith("# Compliance file of DOP\n"));
  EXPECT_THAT(text, HasSubstr("**It is evidence and not a verdict.**"));
  EXPECT_THAT(text, HasSubstr("satisfied late, 1h late"));
  EXPECT_THAT(text, HasSubstr("4 OBLIGATION\\_OPENED"));
  // What people wrote is text, and stays in its cell.
  EXPECT_THAT(text, HasSubstr("=1+1 \\| &lt;b>"));
}

TEST_F(MeasuresCommandsTest, ACsvOfDutiesStartsNoFormula) {
  ASSERT_EQ(Run({"compliance", "dop", "--format", "csv"}), kDone);
  EXPECT_THAT(out_.str(), HasSubstr("'=1+1"));
  EXPECT_THAT(out_.str(), HasSubstr("evidence and not a verdict"));
}

TEST(ParseDayOrTimeTest, TakesDaysTimesAndSpans) {
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("America/New_York", &zone));
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_EQ(*ParseDayOrTime("--from", "2026-09-01", now, zone),
            absl::FromCivil(absl::CivilDay(2026, 9, 1), zone));
  EXPECT_EQ(*ParseDayOrTime("--from", "2026-09-01T12:00:00-04:00", now, zone),
            absl::FromCivil(absl::CivilHour(2026, 9, 1, 12), zone));
  EXPECT_EQ(*ParseDayOrTime("--from", "90d", now, zone), now - absl::Hours(24 * 90));
  EXPECT_EQ(*ParseDayOrTime("--from", "36h", now, zone), now - absl::Hours(36));
  for (const char* bad : {"", "d", "0d", "-1d", "9", "2026-13-01", "99999999999d"}) {
    EXPECT_FALSE(ParseDayOrTime("--from", bad, now, zone).ok()) << bad;
  }
}

}  // namespace
}  // namespace belfry::cli
