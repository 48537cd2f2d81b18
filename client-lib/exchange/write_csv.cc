// CSV (RFC 4180), one row for each incident, safe to open in a spreadsheet.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/exchange/csv_row.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/part_label.h"

namespace belfry::exchange {
namespace {

std::string Categories(const belfry::v1::Incident& incident) {
  std::vector<std::string> words;
  for (const auto& category : incident.categories()) {
    words.push_back(category.category());
    for (const std::string& sub_value : category.sub_values()) {
      words.push_back(absl::StrCat(category.category(), "/", sub_value));
    }
  }
  return absl::StrJoin(words, " ");
}

std::string Entities(const belfry::v1::Incident& incident) {
  std::vector<std::string> words;
  for (const auto& part : incident.entities()) {
    words.push_back(absl::StrCat(
        part.entity(), "=",
        EnumWord(belfry::v1::IncidentEntity::Relation_Name(part.relation()), "RELATION_")));
  }
  return absl::StrJoin(words, " ");
}

std::string Facts(const belfry::v1::Incident& incident) {
  std::vector<std::string> lines;
  for (const auto& fact : incident.facts()) {
    lines.push_back(absl::StrCat(fact.name(), fact.entity().empty() ? "" : "[", fact.entity(),
                                 fact.entity().empty() ? "" : "]", "=", fact.value()));
  }
  return absl::StrJoin(lines, "\n");
}

std::string Clocks(const belfry::v1::Incident& incident) {
  std::vector<std::string> words;
  for (const auto& clock : incident.clocks()) {
    words.push_back(absl::StrCat(clock.clock(), "=", Rfc3339(clock.time())));
  }
  return absl::StrJoin(words, " ");
}

std::string Time(const google::protobuf::Timestamp* time) {
  return time == nullptr ? "" : Rfc3339(*time);
}

}  // namespace

std::string WriteCsv(const v1::Export& file) {
  std::string out;
  AppendCsvRow({"number",
                "uid",
                "title",
                "summary",
                "state",
                "severity",
                "entity",
                "entities",
                "categories",
                "facts",
                "reporter",
                "lead",
                "tlp",
                "restricted",
                "drill",
                "detected",
                "created",
                "updated",
                "clocks",
                "parent",
                "children",
                "tickets",
                "duties",
                "duties_open",
                "duties_overdue",
                "duties_late_or_missed",
                "timeline_entries",
                "cost_usd",
                "policy",
                "exported",
                "left_out",
                "left_out_of_file"},
               out);
  for (const auto& part : file.incidents()) {
    const belfry::v1::Incident& incident = part.incident();
    int late = 0;
    for (const auto& duty : part.obligations()) {
      late += duty.state() == belfry::v1::Obligation::STATE_SATISFIED_LATE ||
              duty.state() == belfry::v1::Obligation::STATE_MISSED;
    }
    std::vector<std::string> tickets;
    for (const auto& ticket : incident.tickets()) {
      tickets.push_back(absl::StrCat(ticket.system(), ":", ticket.number()));
    }
    const int64_t cents = CostCents(incident);
    AppendCsvRow({NumberOf(incident),
                  incident.uid(),
                  incident.title(),
                  incident.summary(),
                  incident.state(),
                  incident.severity(),
                  incident.entity(),
                  Entities(incident),
                  Categories(incident),
                  Facts(incident),
                  incident.reporter(),
                  incident.lead(),
                  std::string(TlpLabel(LabelWithFields(incident))),
                  incident.restricted() ? "yes" : "no",
                  incident.drill() ? "yes" : "no",
                  Time(DetectTime(incident)),
                  Time(incident.has_create_time() ? &incident.create_time() : nullptr),
                  Time(incident.has_update_time() ? &incident.update_time() : nullptr),
                  Clocks(incident),
                  incident.parent(),
                  absl::StrJoin(incident.children(), " "),
                  absl::StrJoin(tickets, " "),
                  absl::StrCat(part.obligations_size()),
                  absl::StrCat(incident.open_obligation_count()),
                  absl::StrCat(incident.overdue_obligation_count()),
                  absl::StrCat(late),
                  absl::StrCat(part.timeline_size()),
                  absl::StrCat(cents / 100, ".", cents % 100 < 10 ? "0" : "", cents % 100),
                  incident.policy(),
                  Rfc3339(file.export_time()),
                  absl::StrJoin(OmissionTexts(file, incident.name()), "\n"),
                  absl::StrJoin(OmissionTexts(file, ""), "\n")},
                 out);
  }
  return out;
}

}  // namespace belfry::exchange
