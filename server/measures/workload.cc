#include "server/measures/workload.h"

#include "server/measures/distribution.h"

namespace belfry::measures {
namespace {

std::string IsoDate(absl::CivilDay day) { return absl::FormatCivilTime(day); }

absl::CivilDay MondayOf(absl::CivilDay day) {
  return absl::PrevWeekday(day + 1, absl::Weekday::monday);
}

}  // namespace

void Workload::Add(const core::PolicyIndex& policy, const History& history) {
  if (!HasEnded(policy, history.state)) ++open_by_lead_[history.state.lead()];
  ++reported_[{absl::ToCivilDay(history.report_time, zone_), history.state.entity()}];
  for (const Act& act : history.acts) {
    ++acts_[MondayOf(absl::ToCivilDay(act.time, zone_))][act.person];
  }
}

v1::WorkloadFigures Workload::Figures() const {
  v1::WorkloadFigures figures;
  for (const auto& [lead, count] : open_by_lead_) {
    v1::WorkloadFigures::Lead* row = figures.add_leads();
    row->set_lead(lead);
    row->set_open_count(count);
  }
  for (const auto& [monday, by_person] : acts_) {
    std::vector<int64_t> counts;
    for (const auto& [person, count] : by_person) counts.push_back(count);
    v1::WorkloadFigures::Week* row = figures.add_weeks();
    row->set_monday(IsoDate(monday));
    row->set_person_count(static_cast<int64_t>(counts.size()));
    *row->mutable_acts_per_person() = Describe(std::move(counts), CountBounds());
    row->set_act_count(row->acts_per_person().sum());
  }
  for (const auto& [key, count] : reported_) {
    v1::WorkloadFigures::Day* row = figures.add_days();
    row->set_date(IsoDate(key.first));
    row->set_entity(key.second);
    row->set_incident_count(count);
  }
  return figures;
}

void Reach::Add(const History& history) {
  for (const Page& page : history.pages) {
    Level& level = levels_[page.level];
    v1::ReachFigures& f = level.figures;
    f.set_page_count(f.page_count() + 1);
    f.set_people_count(f.people_count() + static_cast<int64_t>(page.people.size()));
    f.set_delivered_count(f.delivered_count() + page.delivered);
    f.set_failed_count(f.failed_count() + page.failed);
    if (page.answer.has_value()) {
      f.set_answered_count(f.answered_count() + 1);
      level.answers.push_back(absl::ToInt64Milliseconds(*page.answer));
    } else if (page.waiting) {
      f.set_waiting_count(f.waiting_count() + 1);
    } else {
      f.set_unanswered_count(f.unanswered_count() + 1);
    }
  }
}

google::protobuf::RepeatedPtrField<v1::ReachFigures> Reach::Figures() const {
  google::protobuf::RepeatedPtrField<v1::ReachFigures> rows;
  for (const auto& [number, level] : levels_) {
    v1::ReachFigures* row = rows.Add();
    *row = level.figures;
    row->set_level(number);
    *row->mutable_answer() = Describe(level.answers, TimeBounds());
  }
  return rows;
}

}  // namespace belfry::measures
