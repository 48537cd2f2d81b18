#include "client-lib/cli/compliance_file.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/values.h"
#include "client-lib/chat/view.h"
#include "client-lib/cli/chart.h"
#include "client-lib/exchange/csv_row.h"

namespace belfry::cli {
namespace {

// "SATISFIED_LATE" of STATE_SATISFIED_LATE.
std::string StateName(v1::Obligation::State state) {
  return std::string(absl::StripPrefix(v1::Obligation::State_Name(state), "STATE_"));
}

std::string StateWords(const v1::ComplianceDuty& duty) {
  std::string words = absl::AsciiStrToLower(StateName(duty.state()));
  absl::StrReplaceAll({{"_", " "}}, &words);
  if (duty.overdue()) words = "overdue";
  if (duty.late_ms() > 0) absl::StrAppend(&words, ", ", CompactSpan(duty.late_ms()), " late");
  return words;
}

std::string IdOf(absl::string_view record) {
  const size_t slash = record.find('/');
  return std::string(slash == absl::string_view::npos ? record : record.substr(slash + 1));
}

// "4 OBLIGATION_OPENED, 9 DOCUMENT_SUBMITTED".
std::string Events(const v1::ComplianceDuty& duty) {
  return absl::StrJoin(duty.events(), ", ", [](std::string* out, const v1::DutyEvent& event) {
    absl::StrAppend(out, event.version(), " ", event.kind());
  });
}

// What people wrote may hold anything; a cell of a table holds neither bars nor lines nor markup.
std::string Cell(absl::string_view text) {
  std::string cell = Harmless(text);
  absl::StrReplaceAll({{"\\", "\\\\"},
                       {"|", "\\|"},
                       {"\n", " "},
                       {"<", "&lt;"},
                       {"`", "\\`"},
                       {"[", "\\["},
                       {"*", "\\*"},
                       {"_", "\\_"}},
                      &cell);
  return cell;
}

class Markdown {
 public:
  Markdown(const v1::GetComplianceFileResponse& file, absl::TimeZone zone)
      : file_(file), zone_(zone) {}

  std::string Write() && {
    absl::StrAppend(&out_, "# Compliance file of ", chat::ShortName(file_.query().entity()),
                    "\n\nDuties that arose from ", Time(file_.query().from_time()), " to ",
                    file_.query().has_to_time() ? Time(file_.query().to_time()) : "now",
                    file_.query().include_drills() ? ", drills included" : ", without drills",
                    "; as of ", Time(file_.as_of_time()), ".\n\n**", file_.notice(), "**\n");
    Summary();
    Clauses();
    List("Overdue", [](const v1::ComplianceDuty& duty) { return duty.overdue(); });
    List("Late or missed", [](const v1::ComplianceDuty& duty) {
      return !duty.overdue() &&
             (duty.late_ms() > 0 || duty.state() == v1::Obligation::STATE_MISSED);
    });
    List("All duties", [](const v1::ComplianceDuty&) { return true; });
    return std::move(out_);
  }

 private:
  std::string Time(const google::protobuf::Timestamp& time) const {
    return absl::FormatTime("%Y-%m-%d %H:%M %Z", chat::ToTime(time), zone_);
  }

  void Row(const v1::DutyFigures& f, const std::string& key) {
    absl::StrAppend(&out_, "| ", key, " | ", f.arose_count(), " | ", f.in_time_count(), " | ",
                    f.late_count(), " | ", f.missed_count(), " | ", f.overdue_count(), " | ",
                    f.pending_count(), " | ", f.held_count(), " | ", f.void_count(), " | ",
                    f.waived_count(), " | ", f.not_applicable_count(), " | ",
                    f.lateness().count() == 0 ? ""
                                              : absl::StrCat(CompactSpan(f.lateness().p50()), " / ",
                                                             CompactSpan(f.lateness().max())),
                    " |\n");
  }

  void Table(const std::string& first) {
    absl::StrAppend(&out_, "\n| ", first,
                    " | arose | in time | late | missed | overdue | pending | held | void | waived "
                    "| not applicable | late by (p50 / max) |\n|---|--:|--:|--:|--:|--:|--:|--:|--:"
                    "|--:|--:|---|\n");
  }

  void Summary() {
    Table("");
    Row(file_.total(), "all");
  }

  void Clauses() {
    if (file_.by_clause().empty()) return;
    absl::StrAppend(&out_, "\n## By clause\n\nA duty with several clauses stands under each.\n");
    Table("clause");
    for (const v1::DutyFigures& row : file_.by_clause()) Row(row, row.key());
  }

  template <typename Wanted>
  void List(absl::string_view title, Wanted wanted) {
    std::string rows;
    for (const v1::ComplianceDuty& duty : file_.duties()) {
      if (!wanted(duty)) continue;
      absl::StrAppend(&rows, "| ", IdOf(duty.record()), " | ", Cell(duty.instance()), " ",
                      Cell(duty.title()), duty.drill() ? " (drill)" : "",
                      duty.advisory() ? " (encouraged only)" : "", " | ",
                      absl::StrJoin(duty.clauses(), " "), " | ", Time(duty.open_time()), " | ",
                      duty.has_due_time() ? Time(duty.due_time()) : "", " | ",
                      duty.has_settle_time() ? Time(duty.settle_time()) : "", " | ",
                      StateWords(duty), duty.reason().empty() ? "" : ": ", Cell(duty.reason()),
                      " | ", Cell(Events(duty)), " |\n");
    }
    absl::StrAppend(&out_, "\n## ", title, "\n\n");
    if (rows.empty()) {
      absl::StrAppend(&out_, "None.\n");
      return;
    }
    absl::StrAppend(&out_,
                    "| record | duty | clauses | arose | due | settled | state | events |\n"
                    "|---|---|---|---|---|---|---|---|\n",
                    rows);
  }

  const v1::GetComplianceFileResponse& file_;
  const absl::TimeZone zone_;
  std::string out_;
};

std::string Utc(const google::protobuf::Timestamp& time) {
  return absl::FormatTime(absl::RFC3339_full, chat::ToTime(time), absl::UTCTimeZone());
}

}  // namespace

std::string ComplianceMarkdown(const v1::GetComplianceFileResponse& file, absl::TimeZone zone) {
  return Markdown(file, zone).Write();
}

std::string ComplianceCsv(const v1::GetComplianceFileResponse& file) {
  std::string out;
  exchange::AppendCsvRow(
      {absl::StrCat(file.query().entity(), " as of ", Utc(file.as_of_time()), ": ", file.notice())},
      out);
  exchange::AppendCsvRow({"record", "instance", "code", "title", "kind", "clauses", "open_time",
                          "clock_start", "due_time", "settle_time", "state", "late_ms", "overdue",
                          "was_overdue", "advisory", "drill", "reason", "events"},
                         out);
  const auto flag = [](bool value) { return value ? "yes" : "no"; };
  for (const v1::ComplianceDuty& duty : file.duties()) {
    exchange::AppendCsvRow(
        {duty.record(), duty.instance(), duty.code(), duty.title(), duty.kind(),
         absl::StrJoin(duty.clauses(), " "), Utc(duty.open_time()), Utc(duty.clock_start()),
         duty.has_due_time() ? Utc(duty.due_time()) : "",
         duty.has_settle_time() ? Utc(duty.settle_time()) : "", StateName(duty.state()),
         absl::StrCat(duty.late_ms()), flag(duty.overdue()), flag(duty.was_overdue()),
         flag(duty.advisory()), flag(duty.drill()), duty.reason(), Events(duty)},
        out);
  }
  return out;
}

}  // namespace belfry::cli
