#include "bot/delivery/stats.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace belfry::bot {
namespace {

std::string Labels(const std::string& platform, const std::string& workspace) {
  const auto quoted = [](const std::string& text) {
    return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
  };
  return absl::StrCat("{platform=\"", quoted(platform), "\",workspace=\"", quoted(workspace),
                      "\"}");
}

void Head(std::string& text, const char* name, const char* type, const char* help) {
  absl::StrAppend(&text, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

void Counter(std::string& text, const char* name, const char* help, int64_t value) {
  Head(text, name, "counter", help);
  absl::StrAppend(&text, name, " ", value, "\n");
}

}  // namespace

std::string StatsText(const WorkerStats& stats, const std::vector<Gate::GroupState>& groups,
                      const std::map<LastTimes::Key, LastTimes::Times>& last) {
  std::string text;
  Counter(text, "belfry_bot_delivered_total", "Notices delivered", stats.delivered);
  Counter(text, "belfry_bot_retried_total", "Attempts that will be repeated", stats.retried);
  Counter(text, "belfry_bot_failed_total", "Notices that could not be delivered", stats.failed);
  Counter(text, "belfry_bot_not_attempted_total",
          "Notices given back because the platform takes nothing at the moment",
          stats.not_attempted);
  Counter(text, "belfry_bot_ambiguous_total", "Attempts whose outcome is unknown", stats.ambiguous);
  Counter(text, "belfry_bot_ambiguous_leases_total",
          "Notices leased after an attempt whose outcome is unknown", stats.ambiguous_leases);
  Counter(text, "belfry_bot_lookups_total", "Times a platform was asked for an earlier attempt",
          stats.lookups);
  Counter(text, "belfry_bot_doubles_avoided_total", "Earlier attempts found, not sent again",
          stats.doubles_avoided);
  Counter(text, "belfry_bot_possible_doubles_total",
          "Notices sent again because the platform cannot say whether they had arrived",
          stats.possible_doubles);
  Counter(text, "belfry_bot_lease_errors_total", "Times the server could not be asked",
          stats.lease_errors);
  const char* const circuit = "belfry_bot_circuit_state";
  Head(text, circuit, "gauge", "0 works, 1 is being tried again, 2 is left alone");
  for (const Gate::GroupState& group : groups) {
    absl::StrAppend(&text, circuit, Labels(group.platform, group.workspace), " ",
                    static_cast<int>(group.circuit), "\n");
  }
  const auto times = [&](const char* name, const char* help, absl::Time LastTimes::Times::*time) {
    Head(text, name, "gauge", help);
    for (const auto& [key, entry] : last) {
      if (entry.*time == absl::InfinitePast()) continue;
      absl::StrAppend(&text, name, Labels(key.first, key.second), " ",
                      absl::ToUnixSeconds(entry.*time), "\n");
    }
  };
  times("belfry_bot_last_delivery_timestamp_seconds", "When the platform last took a notice",
        &LastTimes::Times::delivered);
  times("belfry_bot_last_failure_timestamp_seconds", "When the platform last did not",
        &LastTimes::Times::failed);
  return text;
}

}  // namespace belfry::bot
