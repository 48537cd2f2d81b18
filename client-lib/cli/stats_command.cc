#include "client-lib/cli/stats_command.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "belfry/server_clock.h"
#include "client-lib/chat/policy_cache.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/values.h"
#include "client-lib/cli/measures_query.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/stats_view.h"

namespace belfry::cli {
namespace {

using Request = v1::GetMeasuresRequest;

int Wrong(const Console& console, absl::string_view what) {
  console.error << "belfry: " << Harmless(what) << "\n";
  return kWrongUsage;
}

struct By {
  absl::string_view word;
  Request::GroupBy group_by;
  StatsDetail detail;
};

constexpr By kBy[] = {
    {"severity", Request::GROUP_BY_SEVERITY, StatsDetail::kOverview},
    {"category", Request::GROUP_BY_CATEGORY, StatsDetail::kOverview},
    {"agency", Request::GROUP_BY_AGENCY, StatsDetail::kOverview},
    {"month", Request::GROUP_BY_MONTH, StatsDetail::kOverview},
    {"duty", Request::GROUP_BY_UNSPECIFIED, StatsDetail::kDuties},
    {"clause", Request::GROUP_BY_UNSPECIFIED, StatsDetail::kClauses},
};

absl::StatusOr<By> ParseBy(absl::string_view word) {
  if (word.empty()) return By{"", Request::GROUP_BY_UNSPECIFIED, StatsDetail::kOverview};
  for (const By& by : kBy) {
    if (absl::EqualsIgnoreCase(by.word, word)) return by;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--by: \"", word, "\" is none; severity, category, agency, month, duty and clause are"));
}

absl::StatusOr<Request> RequestOf(const Desk& desk, const policy::v1::Policy& policy,
                                  const std::vector<std::string>& words, const By& by) {
  const Arguments& arguments = desk.arguments;
  const auto clock = client::MakeServerClock(desk.options);
  const absl::Time now = clock.ok() ? (*clock)() : absl::Now();
  const absl::TimeZone zone = chat::PolicyZone(policy);
  Request request;
  request.set_group_by(by.group_by);
  if (words.size() > 1) {
    auto scope = ParseScopeWord(words[1]);
    if (!scope.ok()) return scope.status();
    request.set_scope(*std::move(scope));
  }
  if (!arguments.from.empty()) {
    const auto from = ParseDayOrTime("--from", arguments.from, now, zone);
    if (!from.ok()) return from.status();
    *request.mutable_from_time() = chat::ToTimestamp(*from);
  }
  if (!arguments.to.empty()) {
    const auto to = ParseDayOrTime("--to", arguments.to, now, zone);
    if (!to.ok()) return to.status();
    *request.mutable_to_time() = chat::ToTimestamp(*to);
  }
  if (!arguments.severity.empty()) {
    auto severity = chat::ParseSeverity(policy, arguments.severity);
    if (!severity.ok()) return severity.status();
    request.set_severity(*std::move(severity));
  }
  request.set_category(arguments.category);
  request.set_include_drills(arguments.drills);
  request.set_repeat_days(arguments.repeat_days);
  return request;
}

}  // namespace

int RunStats(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  if (words.size() > 2) {
    return Wrong(console, absl::StrCat("usage: belfry ", FindTerminalVerb("stats")->syntax));
  }
  std::string format = absl::AsciiStrToLower(desk.arguments.format);
  if (format.empty()) format = console.output == Output::kJson ? "json" : "table";
  if (format != "table" && format != "json" && format != "csv") {
    return Wrong(console, "--format: stats prints table, json or csv");
  }
  const auto by = ParseBy(desk.arguments.by);
  if (!by.ok()) return Wrong(console, by.status().message());
  const auto policy = desk.client.GetPolicy(v1::GetPolicyRequest());
  if (!policy.ok()) return Fail(console, policy.status());
  const auto request = RequestOf(desk, policy->policy(), words, *by);
  if (!request.ok()) return Wrong(console, request.status().message());
  const auto measures = desk.client.GetMeasures(*request);
  if (!measures.ok()) return Fail(console, measures.status());
  if (format == "json") {
    console.out << RenderJson(*measures);
  } else if (format == "csv") {
    console.out << StatsCsv(*measures);
  } else {
    console.out << RenderStats(*measures, policy->policy(), by->detail, console.terminal);
  }
  return kDone;
}

}  // namespace belfry::cli
