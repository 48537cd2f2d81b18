// Explain(): why a duty exists, where its deadline comes from, and what would end it.
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/core/core.h"
#include "server/core/notice_text.h"
#include "server/core/obligation_clock.h"
#include "server/core/predicate_text.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using record::v1::ObligationRow;

// The newest instance of the name.
const ObligationRow* FindRow(const record::v1::IncidentState& state, absl::string_view name) {
  const ObligationRow* found = nullptr;
  for (const ObligationRow& row : state.obligations()) {
    if (absl::EqualsIgnoreCase(row.instance(), name)) return &row;
    if (absl::EqualsIgnoreCase(row.code(), name)) found = &row;
  }
  return found;
}

std::string ClockText(const Obligation& rule) {
  switch (rule.clock()) {
    case Obligation::CLOCK_DETECTED:
      return "T0, the first awareness of the entity";
    case Obligation::CLOCK_REPORTED:
      return "TR, the accepted report";
    case Obligation::CLOCK_DECLARED:
      return "TD, the declaration";
    case Obligation::CLOCK_RESOLVED:
      return "TS, the resolution";
    default:
      return "the moment at which its reason arose";
  }
}

const policy::v1::Source* FindSource(const Obligation& rule, absl::string_view name) {
  for (const policy::v1::Source& source : rule.sources()) {
    if (name == source.key() || absl::StartsWith(name, absl::StrCat(source.key(), ":"))) {
      return &source;
    }
  }
  return nullptr;
}

void AddReasons(const Context& context, const record::v1::IncidentState& state,
                const Obligation& rule, const ObligationRow& row,
                v1::ExplainObligationResponse& answer) {
  answer.add_reasons(absl::StrCat(rule.title(), " is owed by ",
                                  absl::StrJoin(rule.owner_roles(), ", "), " (",
                                  absl::StrJoin(rule.clauses(), ", "), ")"));
  if (!rule.accountable_roles().empty()) {
    answer.add_reasons(
        absl::StrCat("answerable for it: ", absl::StrJoin(rule.accountable_roles(), ", ")));
  }
  if (!rule.recipient_roles().empty()) {
    answer.add_reasons(absl::StrCat("it goes to ", absl::StrJoin(rule.recipient_roles(), ", ")));
  }
  if (!rule.evidence().empty()) {
    answer.add_reasons(absl::StrCat("kept as proof: ", rule.evidence()));
  }
  const std::string entity = EntityOf(state, row.subject());
  const Subject about{context.policy, state, row.subject().empty() ? absl::string_view() : entity,
                      context.now};
  if (rule.has_when()) {
    answer.add_reasons(absl::StrCat("it exists when ", PredicateText(context.policy, rule.when())));
    for (std::string& line : WhyItHolds(rule.when(), about)) {
      answer.add_reasons(absl::StrCat("here: ", line));
    }
  } else if (rule.sources().empty()) {
    answer.add_reasons("it exists for every accepted report");
  }
  for (const std::string& name : row.sources()) {
    const policy::v1::Source* source = FindSource(rule, name);
    if (source == nullptr) continue;
    answer.add_reasons(absl::StrCat(
        "raised by ", name,
        source->has_becomes()
            ? absl::StrCat(": ", PredicateText(context.policy, source->becomes().when()))
            : ""));
  }
  if (row.advisory())
    answer.add_reasons("as advice: the entity is encouraged to comply, not bound");
}

void AddClock(const Context& context, const record::v1::IncidentState& state,
              const Obligation& rule, const ObligationRow& row,
              v1::ExplainObligationResponse& answer) {
  const PolicyIndex& policy = context.policy;
  answer.add_clock(absl::StrCat("the clock started at ",
                                CivilTime(policy, FromProto(row.clock_start())), ": ",
                                ClockText(rule)));
  if (!row.has_due_time()) {
    answer.add_clock("it has no deadline");
    return;
  }
  if (row.number() > 0) {
    answer.add_clock(absl::StrCat("number ", row.number(), " of a fixed grid, every ",
                                  absl::FormatDuration(PeriodOf(rule))));
  } else {
    answer.add_clock(absl::StrCat("allowed: ", absl::FormatDuration(FromProto(row.span())), " at ",
                                  state.severity()));
  }
  if (row.rebases_done() > 0 && row.rebases_done() <= rule.rebases_size()) {
    answer.add_clock(absl::StrCat("counted anew: ", rule.rebases(row.rebases_done() - 1).reason()));
  }
  answer.add_clock(absl::StrCat("due ", CivilTime(policy, FromProto(row.due_time()))));
  if (row.has_late_line_time()) {
    answer.add_clock(
        absl::StrCat("second line ", CivilTime(policy, FromProto(row.late_line_time()))));
  }
}

}  // namespace

absl::StatusOr<v1::ExplainObligationResponse> Explain(const Context& context,
                                                      const record::v1::IncidentState& state,
                                                      absl::string_view obligation) {
  const ObligationRow* row = FindRow(state, obligation);
  const Obligation* rule = row == nullptr ? nullptr : context.policy.FindObligation(row->code());
  if (rule == nullptr) {
    return InvalidField("obligation", absl::StrCat("there is no duty \"", obligation, "\" in ",
                                                   state.id(), "; `duties` lists them"));
  }
  v1::ExplainObligationResponse answer;
  *answer.mutable_obligation() = ToObligation(context.policy, *row);
  AddReasons(context, state, *rule, *row, answer);
  AddClock(context, state, *rule, *row, answer);
  for (const policy::v1::Satisfaction& way : rule->satisfied_by()) {
    answer.add_ways(SatisfactionText(way));
  }
  for (const Obligation::Waiver& waiver : rule->waivers()) {
    answer.add_other_ends(absl::StrCat(
        waiver.not_applicable() ? "found not to apply by " : "waived by ",
        absl::StrJoin(waiver.roles(), " or "),
        waiver.has_when() ? absl::StrCat(" while ", PredicateText(context.policy, waiver.when()))
                          : ""));
  }
  if (rule->waivers().empty()) answer.add_other_ends("nobody can waive it");
  if (rule->has_void_when()) {
    answer.add_other_ends(
        absl::StrCat("void when ", PredicateText(context.policy, rule->void_when())));
  }
  if (rule->void_when_untrue()) answer.add_other_ends("void when its reason goes away");
  if (rule->has_hold()) answer.add_other_ends("held by law enforcement, as the statute allows");
  return answer;
}

}  // namespace belfry::core
