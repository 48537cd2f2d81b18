#include "client-lib/cli/stats_view.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "client-lib/chat/policy_cache.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"
#include "client-lib/chat/view.h"
#include "client-lib/cli/chart.h"

namespace belfry::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr size_t kWidthOtherwise = 100;
constexpr size_t kBarWidthMax = 40;
constexpr size_t kDutiesShown = 12;
constexpr size_t kLeadsShown = 10;
constexpr size_t kWeeksShown = 12;
constexpr size_t kRepeatsShown = 8;

std::string Number(int64_t count) { return count == 0 ? "·" : absl::StrCat(count); }

int64_t Judged(const v1::DutyFigures& duty) {
  return duty.in_time_count() + duty.late_count() + duty.missed_count() + duty.overdue_count();
}
int64_t Failed(const v1::DutyFigures& duty) {
  return duty.late_count() + duty.missed_count() + duty.overdue_count();
}
int64_t Excused(const v1::DutyFigures& duty) {
  return duty.held_count() + duty.void_count() + duty.waived_count() + duty.not_applicable_count();
}

class Report {
 public:
  Report(const v1::GetMeasuresResponse& measures, const policy::v1::Policy& policy,
         const Terminal& terminal)
      : m_(measures), policy_(policy), zone_(chat::PolicyZone(policy)), terminal_(terminal) {
    if (terminal_.width == 0) terminal_.width = kWidthOtherwise;
  }

  std::string Write(StatsDetail detail) && {
    if (detail == StatsDetail::kOverview) {
      Head();
      Times();
      Groups();
      Charts();
    } else {
      Head();
    }
    Duties(detail);
    if (detail == StatsDetail::kOverview) {
      Contacts();
      Repeats();
      Work();
    }
    absl::StrAppend(&out_, "\n");
    Wrapped(m_.notice());
    return std::move(out_);
  }

 private:
  std::string Drawn(absl::string_view unicode, absl::string_view ascii) const {
    return std::string(terminal_.unicode ? unicode : ascii);
  }
  // What is zero is a dot, so that the eye finds what is not.
  std::string Count(int64_t count) const {
    return count == 0 && !terminal_.unicode ? "." : Number(count);
  }
  std::string Span(int64_t milliseconds, const v1::Distribution& of) const {
    return of.count() == 0 ? Drawn("–", "-") : CompactSpan(milliseconds);
  }

  void Section(absl::string_view title, absl::string_view remark = "") {
    absl::StrAppend(&out_, "\n", Bold(title, terminal_), "\n");
    if (!remark.empty()) Wrapped(remark);
  }

  // Folded at spaces.
  void Folded(absl::string_view text, std::string (*paint)(absl::string_view, const Terminal&)) {
    std::string line;
    for (const absl::string_view word : absl::StrSplit(text, ' ')) {
      if (!line.empty() &&
          chat::DisplayWidth(line) + 1 + chat::DisplayWidth(word) > terminal_.width) {
        absl::StrAppend(&out_, paint(line, terminal_), "\n");
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    if (!line.empty()) absl::StrAppend(&out_, paint(line, terminal_), "\n");
  }
  void Wrapped(absl::string_view text) { Folded(text, Dim); }
  void Told(absl::string_view text) {
    Folded(text, [](absl::string_view line, const Terminal&) { return std::string(line); });
  }

  std::string Day(const google::protobuf::Timestamp& time) const {
    return absl::FormatTime("%e %b %Y %H:%M", chat::ToTime(time), zone_);
  }

  void Head() {
    const v1::GetMeasuresRequest& query = m_.query();
    absl::StrAppend(
        &out_,
        Bold(absl::StrCat("Measures of ", query.scope().empty() ? "everything you may see"
                                                                : chat::ShortName(query.scope())),
             terminal_),
        "\n");
    std::string what = absl::StrCat(
        "reported from ", absl::StripAsciiWhitespace(Day(query.from_time())), " to ",
        query.has_to_time() ? std::string(absl::StripAsciiWhitespace(Day(query.to_time())))
                            : "now");
    if (!query.severity().empty()) absl::StrAppend(&what, ", ", query.severity());
    if (!query.category().empty()) absl::StrAppend(&what, ", ", query.category());
    absl::StrAppend(&what, query.include_drills() ? ", with drills" : ", without drills");
    Wrapped(what);
    const v1::IncidentFigures& total = m_.total();
    Told(absl::StrCat(total.incident_count(),
                      total.incident_count() == 1 ? " incident" : " incidents", ", ",
                      total.open_count(), " open, ", total.withdrawn_count(),
                      " dismissed or merged; ", m_.duties().arose_count(), " duties"));
  }

  void TimeRow(const std::string& name, const v1::TimeFigures& figures, Rows& rows) const {
    const v1::Distribution& d = figures.reached();
    rows.push_back({name, Count(d.count()), Span(d.min(), d), Span(d.p50(), d), Span(d.p75(), d),
                    Span(d.p90(), d), Span(d.p95(), d), Span(d.max(), d), Span(d.mean(), d),
                    Count(figures.waiting().count()),
                    Span(figures.waiting().max(), figures.waiting()),
                    Count(figures.never_count() + figures.unmarked_count())});
  }

  std::vector<Column> TimeColumns(const std::string& first) const {
    return {{first, false, 0}, {"n", true, 0},       {"min", true, 7}, {"p50", true, 0},
            {"p75", true, 6},  {"p90", true, 1},     {"p95", true, 5}, {"max", true, 2},
            {"mean", true, 4}, {"not yet", true, 1}, {"for", true, 3}, {"never", true, 3}};
  }

  void Times() {
    Section("Time from the report");
    Rows rows;
    TimeRow("acknowledged", m_.total().acknowledge(), rows);
    TimeRow("contained", m_.total().contain(), rows);
    TimeRow("resolved", m_.total().resolve(), rows);
    absl::StrAppend(&out_, RenderTable(TimeColumns(""), rows, terminal_));
    if (m_.total().contain().unmarked_count() + m_.total().resolve().unmarked_count() > 0) {
      Wrapped("\"never\" includes incidents whose policy pack has no clock for it.");
    }
  }

  void Groups() {
    if (m_.groups().empty()) return;
    struct Part {
      const char* title;
      const v1::TimeFigures& (*of)(const v1::IncidentFigures&);
    };
    static constexpr Part kParts[] = {
        {"acknowledged",
         [](const v1::IncidentFigures& g) -> const v1::TimeFigures& { return g.acknowledge(); }},
        {"contained",
         [](const v1::IncidentFigures& g) -> const v1::TimeFigures& { return g.contain(); }},
        {"resolved",
         [](const v1::IncidentFigures& g) -> const v1::TimeFigures& { return g.resolve(); }},
    };
    for (const Part& part : kParts) {
      Rows rows;
      for (const v1::IncidentFigures& group : m_.groups()) {
        TimeRow(chat::ShortName(group.key()), part.of(group), rows);
      }
      absl::StrAppend(&out_, "\n", RenderTable(TimeColumns(part.title), rows, terminal_));
    }
    Rows rows;
    int64_t most = 0;
    for (const auto& group : m_.groups()) most = std::max(most, group.incident_count());
    for (const v1::IncidentFigures& group : m_.groups()) {
      rows.push_back({chat::ShortName(group.key()), absl::StrCat(group.incident_count()),
                      Count(group.open_count()), Count(group.withdrawn_count()),
                      Bar(group.incident_count(), most, 24, terminal_)});
    }
    absl::StrAppend(&out_, "\n",
                    RenderTable({{"incidents", false, 0},
                                 {"reported", true, 0},
                                 {"open", true, 0},
                                 {"dismissed or merged", true, 1},
                                 {"", false, 2}},
                                rows, terminal_));
  }

  // From the first bucket that holds something to the last.
  void Chart(const std::string& title, const v1::Distribution& d) {
    if (d.count() == 0) return;
    int first = 0;
    while (d.buckets(first).count() == 0) ++first;
    int64_t most = 0;
    for (const auto& bucket : d.buckets()) most = std::max(most, bucket.count());
    absl::StrAppend(&out_, "\n", Dim(title, terminal_), "\n");
    const size_t label = 8;
    const size_t width = std::min(kBarWidthMax, terminal_.width - label - 10);
    for (int i = first; i < d.buckets_size(); ++i) {
      const auto& bucket = d.buckets(i);
      const std::string limit = bucket.upper() == 0
                                    ? "more"
                                    : absl::StrCat(Drawn("≤ ", "<="), CompactSpan(bucket.upper()));
      const size_t pad = label - std::min(label, chat::DisplayWidth(limit));
      std::string line = absl::StrCat(std::string(pad, ' '), limit, " ",
                                      Bar(bucket.count(), most, width, terminal_),
                                      bucket.count() == 0 ? "" : absl::StrCat(" ", bucket.count()));
      absl::StripTrailingAsciiWhitespace(&line);
      absl::StrAppend(&out_, line, "\n");
    }
  }

  void Charts() {
    Chart("until acknowledged", m_.total().acknowledge().reached());
    Chart("until contained", m_.total().contain().reached());
    Chart("until resolved", m_.total().resolve().reached());
  }

  std::string TitleOf(const std::string& code) const {
    for (const auto& duty : policy_.obligations()) {
      if (duty.code() == code) return duty.title();
    }
    return "";
  }

  void DutyTable(const std::string& first, std::vector<const v1::DutyFigures*> duties,
                 size_t shown_max, bool with_titles) {
    std::stable_sort(duties.begin(), duties.end(), [](const auto* a, const auto* b) {
      return std::pair(Failed(*a), a->arose_count()) > std::pair(Failed(*b), b->arose_count());
    });
    Rows rows;
    for (const v1::DutyFigures* duty : duties) {
      if (rows.size() == shown_max) break;
      const int64_t judged = Judged(*duty);
      const std::string share =
          judged == 0 ? Drawn("–", "-") : absl::StrCat(duty->in_time_count() * 100 / judged, "%");
      const v1::Distribution& late = duty->lateness();
      rows.push_back({chat::ShortName(duty->key()), absl::StrCat(duty->arose_count()),
                      Count(duty->in_time_count()), Count(duty->late_count()),
                      Count(duty->missed_count()), Count(duty->overdue_count()),
                      Count(duty->pending_count()), Count(Excused(*duty)), share,
                      Bar(duty->in_time_count(), judged, 10, terminal_), Span(late.p50(), late),
                      Span(late.p90(), late), Span(late.max(), late),
                      with_titles ? TitleOf(duty->key()) : ""});
    }
    absl::StrAppend(&out_, RenderTable({{first, false, 0},
                                        {"arose", true, 0},
                                        {"in time", true, 1},
                                        {"late", true, 0},
                                        {"missed", true, 4},
                                        {"overdue", true, 0},
                                        {"pending", true, 5},
                                        {"excused", true, 6},
                                        {"in time", true, 2},
                                        {"", false, 7},
                                        {"late by p50", true, 1},
                                        {"p90", true, 3},
                                        {"max", true, 1},
                                        {with_titles ? "title" : "", false, 8}},
                                       rows, terminal_));
    if (rows.size() < duties.size()) {
      Wrapped(absl::StrCat("and ", duties.size() - rows.size(),
                           " more; --by duty or --by clause "
                           "lists them all"));
    }
  }

  template <typename Field>
  static std::vector<const v1::DutyFigures*> Pointers(const Field& rows) {
    std::vector<const v1::DutyFigures*> pointers;
    for (const v1::DutyFigures& row : rows) pointers.push_back(&row);
    return pointers;
  }

  void Duties(StatsDetail detail) {
    if (m_.duties().arose_count() == 0) return;
    Section("Duties", "excused: held, void, waived or not applicable");
    if (detail == StatsDetail::kClauses) {
      DutyTable("clause", Pointers(m_.duties_by_clause()), 10'000, false);
      return;
    }
    DutyTable("duty", Pointers(m_.duties_by_code()),
              detail == StatsDetail::kDuties ? 10'000 : kDutiesShown, true);
    if (detail == StatsDetail::kDuties) return;
    absl::StrAppend(&out_, "\n");
    DutyTable("falls on", Pointers(m_.duties_by_agency()), kDutiesShown, false);
    Chart("late by", m_.duties().lateness());
  }

  void Contacts() {
    if (m_.reach().empty()) return;
    Section("Contacts", "rounds of pages by level of the ladder");
    std::map<int, std::string> titles;
    for (const auto& level : policy_.escalation().levels()) titles[level.number()] = level.title();
    Rows rows;
    for (const v1::ReachFigures& level : m_.reach()) {
      const v1::Distribution& d = level.answer();
      const int64_t over = level.answered_count() + level.unanswered_count();
      rows.push_back(
          {absl::StrCat(level.level(), " ", titles[level.level()]), Count(level.page_count()),
           Count(level.people_count()), Count(level.delivered_count()), Count(level.failed_count()),
           Count(level.answered_count()), Count(level.unanswered_count()),
           Count(level.waiting_count()),
           over == 0 ? Drawn("–", "-") : absl::StrCat(level.answered_count() * 100 / over, "%"),
           Span(d.p50(), d), Span(d.p90(), d), Span(d.max(), d)});
    }
    absl::StrAppend(&out_, RenderTable({{"level", false, 0},
                                        {"pages", true, 0},
                                        {"people", true, 4},
                                        {"delivered", true, 3},
                                        {"failed", true, 0},
                                        {"answered", true, 1},
                                        {"silent", true, 1},
                                        {"waiting", true, 5},
                                        {"", true, 2},
                                        {"answer p50", true, 1},
                                        {"p90", true, 2},
                                        {"max", true, 3}},
                                       rows, terminal_));
  }

  void Repeats() {
    const v1::RepeatFigures& r = m_.repeats();
    if (r.repeat_count() + r.reinfection_count() + r.reopening_count() == 0) return;
    Section("Again", absl::StrCat("the same category at the same agency within ",
                                  m_.query().repeat_days(), " days"));
    std::string text = absl::StrCat(r.repeat_count(), " repeated");
    if (r.repeat_count() > 0) {
      absl::StrAppend(&text, ", after ", CompactSpan(r.interval().p50()), " (p50), ",
                      CompactSpan(r.interval().min()), " at the soonest");
    }
    Told(absl::StrCat(text, "; ", r.reinfection_count(), " reinfections in ",
                      r.reinfected_incident_count(), "; ", r.reopened_incident_count(),
                      " reopened"));
    if (r.rows().empty()) return;
    std::vector<const v1::RepeatFigures::Row*> sorted;
    for (const auto& row : r.rows()) sorted.push_back(&row);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
      return a->repeat_count() > b->repeat_count();
    });
    Rows rows;
    for (const auto* row : sorted) {
      if (rows.size() == kRepeatsShown) break;
      rows.push_back({chat::ShortName(row->entity()), CategoryTitle(row->category()),
                      absl::StrCat(row->repeat_count()), absl::StrCat(row->incident_count())});
    }
    absl::StrAppend(
        &out_,
        RenderTable(
            {{"agency", false, 0}, {"category", false, 0}, {"repeats", true, 0}, {"of", true, 0}},
            rows, terminal_));
    if (rows.size() < sorted.size()) {
      Wrapped(absl::StrCat("and ", sorted.size() - rows.size(), " more"));
    }
  }

  std::string CategoryTitle(const std::string& code) const {
    for (const auto& category : policy_.categories()) {
      if (category.code() == code) return absl::StrCat(code, " ", category.title());
    }
    return code;
  }

  void Work() {
    const v1::WorkloadFigures& w = m_.workload();
    if (w.days().empty()) return;
    Section("Work");
    Reported();
    if (!w.weeks().empty()) {
      int64_t most = 0;
      Rows rows;
      const int first = std::max(0, w.weeks_size() - static_cast<int>(kWeeksShown));
      for (int i = first; i < w.weeks_size(); ++i) most = std::max(most, w.weeks(i).act_count());
      for (int i = first; i < w.weeks_size(); ++i) {
        const auto& week = w.weeks(i);
        rows.push_back(
            {week.monday(), absl::StrCat(week.act_count()), absl::StrCat(week.person_count()),
             absl::StrCat(week.acts_per_person().p50()), absl::StrCat(week.acts_per_person().max()),
             Bar(week.act_count(), most, 24, terminal_)});
      }
      absl::StrAppend(&out_, "\n",
                      RenderTable({{"week of", false, 0},
                                   {"acts", true, 0},
                                   {"people", true, 0},
                                   {"each p50", true, 1},
                                   {"max", true, 1},
                                   {"", false, 2}},
                                  rows, terminal_));
    }
    std::vector<const v1::WorkloadFigures::Lead*> leads;
    for (const auto& lead : w.leads()) leads.push_back(&lead);
    std::stable_sort(leads.begin(), leads.end(), [](const auto* a, const auto* b) {
      return a->open_count() > b->open_count();
    });
    Rows rows;
    for (const auto* lead : leads) {
      if (rows.size() == kLeadsShown) break;
      rows.push_back({lead->lead().empty() ? "nobody" : chat::ActorName(lead->lead()),
                      absl::StrCat(lead->open_count()),
                      Bar(lead->open_count(), leads.front()->open_count(), 24, terminal_)});
    }
    if (rows.empty()) return;
    absl::StrAppend(
        &out_, "\n",
        RenderTable({{"led by", false, 0}, {"open", true, 0}, {"", false, 1}}, rows, terminal_));
  }

  // Reports of each day, or of several together where there are more days than columns.
  void Reported() {
    std::map<absl::CivilDay, int64_t> counts;
    for (const auto& row : m_.workload().days()) {
      absl::CivilDay day;
      if (absl::ParseCivilTime(row.date(), &day)) counts[day] += row.incident_count();
    }
    const absl::CivilDay first = counts.begin()->first;
    const int64_t days = counts.rbegin()->first - first + 1;
    const auto width = static_cast<int64_t>(terminal_.width) - 2;
    const int64_t each = (days + width - 1) / width;
    std::vector<int64_t> values(static_cast<size_t>((days + each - 1) / each));
    int64_t most = 0;
    for (const auto& [day, count] : counts) {
      int64_t& value = values[static_cast<size_t>((day - first) / each)];
      value += count;
      most = std::max(most, value);
    }
    Wrapped(absl::StrCat("reports ", each == 1 ? "a day" : absl::StrCat("in ", each, " days"), ", ",
                         absl::FormatCivilTime(first), " to ",
                         absl::FormatCivilTime(counts.rbegin()->first), ", at most ", most));
    absl::StrAppend(&out_, Sparkline(values, terminal_), "\n");
  }

  const v1::GetMeasuresResponse& m_;
  const policy::v1::Policy& policy_;
  const absl::TimeZone zone_;
  Terminal terminal_;
  std::string out_;
};

}  // namespace

std::string RenderStats(const v1::GetMeasuresResponse& measures, const policy::v1::Policy& policy,
                        StatsDetail detail, const Terminal& terminal) {
  return Report(measures, policy, terminal).Write(detail);
}

}  // namespace belfry::cli
