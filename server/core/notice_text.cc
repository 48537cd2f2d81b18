#include "server/core/notice_text.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/base/proto_time.h"
#include "server/core/confidentiality.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"

namespace belfry::core {

std::string CivilTime(const PolicyIndex& policy, absl::Time time) {
  return absl::FormatTime("%a %d %b %H:%M %Z", time, policy.TimeZone());
}

std::string RoughDuration(absl::Duration duration) {
  const int64_t minutes = absl::ToInt64Minutes(absl::AbsDuration(duration));
  if (minutes < 1) return "now";
  if (minutes < 60) return absl::StrCat(minutes, " min");
  const int64_t hours = minutes / 60;
  if (hours < 24) {
    return minutes % 60 == 0 ? absl::StrCat(hours, " h")
                             : absl::StrCat(hours, " h ", minutes % 60, " min");
  }
  return hours % 24 == 0 ? absl::StrCat(hours / 24, " d")
                         : absl::StrCat(hours / 24, " d ", hours % 24, " h");
}

NoticeText TextFor(const Context& context, const record::v1::IncidentState& state,
                   absl::string_view key, const NoticeFacts& facts) {
  const policy::v1::NoticeTemplate* found = context.policy.TemplateFor(key);
  if (found == nullptr) {
    return {absl::StrCat(state.id(), ": ", key), IsClosed(state) ? std::string() : state.title()};
  }
  const record::v1::EntityPart* part = FindPart(state, state.entity());
  std::string due, left, late, clause, remedy, duty;
  if (facts.obligation != nullptr) {
    duty = facts.obligation->instance();
    if (facts.obligation->has_due_time()) {
      const absl::Time time = FromProto(facts.obligation->due_time());
      due = CivilTime(context.policy, time);
      left = RoughDuration(time - context.now);
      late = RoughDuration(context.now - time);
    }
  }
  if (facts.rule != nullptr) {
    clause = absl::StrJoin(facts.rule->clauses(), ", ");
    remedy = Remedy(state, facts.rule->remedy());
    if (!facts.rule->title().empty()) duty = absl::StrCat(duty, " (", facts.rule->title(), ")");
  }
  if (clause.empty()) clause = absl::StrJoin(context.policy.proto().escalation().clauses(), ", ");
  const policy::v1::State* current = context.policy.FindState(state.state());
  const std::vector<std::pair<absl::string_view, std::string>> values = {
      {"{incident}", state.id()},
      {"{title}", IsClosed(state) ? "restricted incident" : state.title()},
      {"{severity}", state.severity()},
      {"{state}",
       current == nullptr || current->title().empty() ? state.state() : current->title()},
      {"{entity}", part == nullptr || part->title().empty() ? state.entity() : part->title()},
      {"{duty}", duty},
      {"{clause}", clause},
      {"{due}", due},
      {"{left}", left},
      {"{late}", late},
      {"{level}", facts.level == 0 ? "" : absl::StrCat(facts.level)},
      {"{reason}", facts.reason},
      {"{remedy}", remedy},
      {"{actor}", facts.actor},
      {"{roles}", facts.roles},
      {"{when}", facts.when.has_value() ? CivilTime(context.policy, *facts.when) : ""},
  };
  return {absl::StrReplaceAll(found->title(), values), absl::StrReplaceAll(found->text(), values)};
}

}  // namespace belfry::core
