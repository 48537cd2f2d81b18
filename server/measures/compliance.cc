#include "server/measures/compliance.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "server/core/core.h"
#include "server/measures/history.h"

namespace belfry::measures {
namespace {

using record::v1::ObligationRow;

v1::ComplianceDuty DescribeDuty(const core::PolicyIndex& policy, const History& history,
                                const ObligationRow& row, const Judgement& judgement) {
  v1::ComplianceDuty duty;
  const v1::Obligation view = core::ToObligation(policy, row);
  duty.set_record(absl::StrCat(history.state.standing_register() ? "registers/" : "incidents/",
                               history.state.id()));
  duty.set_instance(view.instance());
  duty.set_code(view.code());
  duty.set_title(view.title());
  duty.set_kind(view.kind());
  *duty.mutable_clauses() = view.clauses();
  *duty.mutable_open_time() = view.open_time();
  *duty.mutable_clock_start() = view.clock_start();
  if (view.has_due_time()) *duty.mutable_due_time() = view.due_time();
  if (view.has_settle_time()) *duty.mutable_settle_time() = view.settle_time();
  duty.set_state(view.state());
  duty.set_late_ms(judgement.late_ms);
  duty.set_overdue(judgement.outcome == Outcome::kOverdue);
  duty.set_advisory(view.advisory());
  duty.set_drill(history.state.drill());
  duty.set_reason(view.reason());
  const auto events = history.duty_events.find(row.instance());
  if (events != history.duty_events.end()) {
    for (const v1::DutyEvent& event : events->second) {
      if (event.kind() == "OBLIGATION_OVERDUE") duty.set_was_overdue(true);
      *duty.add_events() = event;
    }
  }
  if (duty.overdue()) duty.set_was_overdue(true);
  return duty;
}

}  // namespace

std::string EvidenceNotice() {
  return "Computed from recorded events that the caller may see, and from nothing else. It is "
         "evidence and not a verdict: it does not say why something was late, or whose fault that "
         "was. Incidents that the caller may not see are not in it.";
}

void ComplianceFile::Add(const core::PolicyIndex& policy,
                         absl::Span<const record::v1::Event> events) {
  const History history = Fold(policy, events);
  for (const ObligationRow& row : history.state.obligations()) {
    const absl::Time arose = FromProto(row.open_time());
    if (arose < from_ || arose >= to_) continue;
    if (FallsOn(policy, history.state, row) != owner_) continue;
    const Judgement judgement = Judge(row, now_);
    total_.Add(judgement);
    duties_.push_back(DescribeDuty(policy, history, row, judgement));
    for (const std::string& clause : duties_.back().clauses()) by_clause_[clause].Add(judgement);
  }
}

void ComplianceFile::Finish(v1::GetComplianceFileResponse& response) const {
  response.set_notice(EvidenceNotice());
  *response.mutable_total() = total_.Figures("");
  for (const auto& [clause, tally] : by_clause_) *response.add_by_clause() = tally.Figures(clause);
  std::vector<const v1::ComplianceDuty*> ordered;
  for (const v1::ComplianceDuty& duty : duties_) ordered.push_back(&duty);
  std::sort(ordered.begin(), ordered.end(),
            [](const v1::ComplianceDuty* a, const v1::ComplianceDuty* b) {
              const auto key = [](const v1::ComplianceDuty& duty) {
                return std::make_tuple(FromProto(duty.open_time()), duty.record(), duty.instance());
              };
              return key(*a) < key(*b);
            });
  for (const v1::ComplianceDuty* duty : ordered) *response.add_duties() = *duty;
}

}  // namespace belfry::measures
