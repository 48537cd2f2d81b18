#include "client-lib/cli/compliance_command.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "belfry/server_clock.h"
#include "client-lib/chat/policy_cache.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/cli/compliance_file.h"
#include "client-lib/cli/exchange_commands.h"
#include "client-lib/cli/measures_query.h"
#include "client-lib/cli/output.h"

namespace belfry::cli {
namespace {

int Wrong(const Console& console, absl::string_view what) {
  console.error << "belfry: " << Harmless(what) << "\n";
  return kWrongUsage;
}

absl::StatusOr<v1::GetComplianceFileRequest> RequestOf(const Desk& desk, absl::string_view agency,
                                                       absl::TimeZone zone) {
  const auto clock = client::MakeServerClock(desk.options);
  const absl::Time now = clock.ok() ? (*clock)() : absl::Now();
  v1::GetComplianceFileRequest request;
  auto entity = ParseScopeWord(agency);
  if (!entity.ok()) return entity.status();
  request.set_entity(*std::move(entity));
  if (!desk.arguments.from.empty()) {
    const auto from = ParseDayOrTime("--from", desk.arguments.from, now, zone);
    if (!from.ok()) return from.status();
    *request.mutable_from_time() = chat::ToTimestamp(*from);
  }
  if (!desk.arguments.to.empty()) {
    const auto to = ParseDayOrTime("--to", desk.arguments.to, now, zone);
    if (!to.ok()) return to.status();
    *request.mutable_to_time() = chat::ToTimestamp(*to);
  }
  request.set_include_drills(desk.arguments.drills);
  return request;
}

}  // namespace

int RunCompliance(const Desk& desk, const std::vector<std::string>& words) {
  const Console& console = desk.console;
  if (words.size() != 2) {
    return Wrong(console, absl::StrCat("usage: belfry ", FindTerminalVerb("compliance")->syntax));
  }
  std::string format = absl::AsciiStrToLower(desk.arguments.format);
  if (format.empty()) format = console.output == Output::kJson ? "json" : "markdown";
  if (format != "markdown" && format != "json" && format != "csv") {
    return Wrong(console, "--format: a compliance file is markdown, json or csv");
  }
  const auto policy = desk.client.GetPolicy(v1::GetPolicyRequest());
  if (!policy.ok()) return Fail(console, policy.status());
  const absl::TimeZone zone = chat::PolicyZone(policy->policy());
  const auto request = RequestOf(desk, words[1], zone);
  if (!request.ok()) return Wrong(console, request.status().message());
  const auto file = desk.client.GetComplianceFile(*request);
  if (!file.ok()) return Fail(console, file.status());
  const std::string text = format == "json"  ? RenderJson(*file)
                           : format == "csv" ? ComplianceCsv(*file)
                                             : ComplianceMarkdown(*file, zone);
  const std::string& path = desk.arguments.output_file;
  if (path.empty()) {
    console.out << text << std::flush;
    return kDone;
  }
  if (const absl::Status status = WriteWhole(path, text); !status.ok()) {
    return Wrong(console, status.message());
  }
  console.error << "belfry: " << file->duties_size() << " duties, " << file->total().overdue_count()
                << " overdue, in " << Harmless(path) << "\n";
  return kDone;
}

}  // namespace belfry::cli
