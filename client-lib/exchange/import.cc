#include "client-lib/exchange/import.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/exchange/ids.h"
#include "client-lib/exchange/tlp.h"

namespace belfry::exchange {
namespace {

using belfry::v1::IncidentEntity;

// Limits of the API (incident_service.proto).
constexpr size_t kTitleMax = 200;
constexpr size_t kTextMax = 20'000;
constexpr size_t kEntitiesPage = 1000;

template <typename List>
const typename List::value_type* FindCode(const List& list, const std::string& code) {
  for (const auto& row : list) {
    if (row.code() == code) return &row;
  }
  return nullptr;
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What the server does not take, because it could rewrite a terminal, is shown as its picture.
std::string Plain(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7f) {
      absl::StrAppend(&out, "\u2421");
    } else if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      // U+2400 and on.
      absl::StrAppend(&out, "\xe2\x90", std::string(1, static_cast<char>(0x80 + byte)));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

class Planner {
 public:
  Planner(const ReadIncident& read, const ImportOptions& options, const policy::v1::Policy& policy,
          const std::set<std::string>& entities)
      : read_(read),
        incident_(read.part.incident()),
        options_(options),
        policy_(policy),
        entities_(entities) {}

  ImportPlan Make() {
    plan_.report.set_request_id(absl::StrCat("import-", Sha256Hex(read_.object_id)));
    Texts();
    Entities();
    read_.foreign ? ForeignWords() : Codes();
    plan_.report.set_restricted(
        incident_.restricted() || read_.mark == Tlp::kRed ||
        (!incident_.tlp().empty() && TlpOrRed(incident_.tlp()) == Tlp::kRed));
    plan_.report.set_drill(incident_.drill());
    Notes();
    Rest();
    return std::move(plan_);
  }

 private:
  void Skip(std::string what) { plan_.not_taken.push_back(std::move(what)); }

  // Clocks of two machines differ; what is ahead of the server's would be refused by it.
  bool Happened(const google::protobuf::Timestamp& time, absl::string_view what) {
    if (chat::ToTime(time) <= options_.now) return true;
    Skip(absl::StrCat("the time of ", what, ", which is in the future"));
    return false;
  }

  void Texts() {
    const std::string mark = ImportMark(read_.object_id);
    const std::string title = Plain(incident_.title());
    std::string summary = Plain(incident_.summary());
    if (chat::CountCodePoints(title) > kTitleMax) {
      summary = absl::StrCat(title, summary.empty() ? "" : "\n\n", summary);
      Skip("the title is longer than 200 characters; the whole of it begins the summary");
    }
    const size_t room = kTextMax - chat::CountCodePoints(mark) - 2;
    if (chat::CountCodePoints(summary) > room) {
      Skip(absl::StrCat("the summary is longer than ", room, " characters and was cut"));
    }
    summary = chat::Clip(summary, room);
    plan_.report.set_title(chat::Clip(title, kTitleMax));
    plan_.report.set_summary(absl::StrCat(summary, summary.empty() ? "" : "\n\n", mark));
  }

  void Entities() {
    const std::string& reported = incident_.entity();
    if (!options_.entity.empty()) {
      plan_.report.set_entity(options_.entity);
    } else if (entities_.count(reported) != 0) {
      plan_.report.set_entity(reported);
    } else if (!reported.empty()) {
      Skip(absl::StrCat(reported, " is not known here; the report is your own agency's"));
    }
    // Awareness is the reporting entity's. What somebody else knew starts no clock here.
    if (const auto* detected = DetectTime(incident_); detected != nullptr &&
                                                      plan_.report.entity() == reported &&
                                                      Happened(*detected, "detection")) {
      *plan_.report.mutable_detect_time() = *detected;
    }
    for (const IncidentEntity& part : incident_.entities()) {
      if (part.entity() == plan_.report.entity() || part.entity() == reported) continue;
      if (entities_.count(part.entity()) == 0) {
        Skip(absl::StrCat(part.entity(), " is not known here"));
        continue;
      }
      IncidentEntity* other = plan_.report.add_other_entities();
      other->set_entity(part.entity());
      const bool relation = part.relation() != IncidentEntity::RELATION_ORIGIN &&
                            part.relation() != IncidentEntity::RELATION_UNSPECIFIED;
      other->set_relation(relation ? part.relation() : IncidentEntity::RELATION_AFFECTED);
      if (part.has_detect_time() && Happened(part.detect_time(), part.entity())) {
        *other->mutable_detect_time() = part.detect_time();
      }
    }
  }

  void Codes() {
    if (FindCode(policy_.severities(), incident_.severity()) != nullptr) {
      plan_.report.set_severity(incident_.severity());
    } else if (!incident_.severity().empty()) {
      Skip(absl::StrCat("severity ", incident_.severity(), " is not in the pack"));
    }
    for (const auto& assigned : incident_.categories()) {
      Category(assigned.category(), assigned.sub_values());
    }
    for (const auto& fact : incident_.facts()) Fact(fact);
  }

  template <typename Words>
  void Category(const std::string& code, const Words& sub_values) {
    const policy::v1::Category* category = FindCode(policy_.categories(), code);
    if (category == nullptr) {
      Skip(absl::StrCat("category ", code, " is not in the pack"));
      return;
    }
    auto* assigned = plan_.report.add_categories();
    assigned->set_category(code);
    for (const std::string& sub_value : sub_values) {
      if (FindCode(category->sub_values(), sub_value) != nullptr) {
        assigned->add_sub_values(sub_value);
      } else {
        Skip(absl::StrCat("category ", code, "/", sub_value, " is not in the pack"));
      }
    }
  }

  // Why an answer cannot be part of a report; empty when it can.
  std::string WhyNot(const belfry::v1::Fact& fact) const {
    const auto& facts = policy_.facts();
    const auto known = std::find_if(facts.begin(), facts.end(),
                                    [&](const auto& row) { return row.name() == fact.name(); });
    if (known == facts.end()) return "is not asked by the pack";
    if (known->author_roles_size() > 0) return "is for some roles to answer";
    for (const auto& row : known->value_authors()) {
      if (row.value() == fact.value()) return "is for some roles to answer so";
    }
    int64_t number = 0;
    if (known->number() ? !absl::SimpleAtoi(fact.value(), &number) || number < 0
                        : known->values_size() > 0 && !known->multiple() &&
                              !Has(known->values(), fact.value())) {
      return "has another answer than the pack allows";
    }
    if (known->multiple()) {
      for (const absl::string_view value : absl::StrSplit(fact.value(), ',')) {
        if (!Has(known->values(), absl::StripAsciiWhitespace(value))) {
          return "has another answer than the pack allows";
        }
      }
    }
    if (Has(known->reason_values(), fact.value()) && fact.reason().empty()) {
      return "needs a reason for this answer";
    }
    if (!fact.entity().empty() && entities_.count(fact.entity()) == 0) {
      return "is of an agency that is not known here";
    }
    return "";
  }

  void Fact(const belfry::v1::Fact& fact) {
    if (const std::string why = WhyNot(fact); !why.empty()) {
      Skip(absl::StrCat("the question ", fact.name(), " ", why));
      return;
    }
    belfry::v1::Fact* taken = plan_.report.add_facts();
    taken->set_name(fact.name());
    taken->set_value(Plain(fact.value()));
    taken->set_reason(Plain(fact.reason()));
    taken->set_entity(fact.entity());
    if (fact.has_known_time() && Happened(fact.known_time(), fact.name())) {
      *taken->mutable_known_time() = fact.known_time();
    }
  }

  // The first row of the mapping that has the word, sub-values before categories: they say more.
  void ForeignWords() {
    std::set<std::string> unknown(read_.stix_types.begin(), read_.stix_types.end());
    if (options_.mapping != nullptr) {
      std::map<std::string, std::vector<std::string>> categories;
      for (const std::string& type : read_.stix_types) {
        const v1::CategoryMapping* found = nullptr;
        for (const auto& row : options_.mapping->proto().categories()) {
          if (row.stix_types_size() == 0 || row.stix_types(0) != type) continue;
          if (found == nullptr || (found->sub_value().empty() && !row.sub_value().empty())) {
            found = &row;
          }
        }
        if (found == nullptr) continue;
        unknown.erase(type);
        auto& sub_values = categories[found->category()];
        if (!found->sub_value().empty()) sub_values.push_back(found->sub_value());
      }
      for (const auto& [category, sub_values] : categories) Category(category, sub_values);
      const auto& verdict = options_.mapping->proto().verdict();
      for (const auto& answer : verdict.answers()) {
        if (answer.value().empty() || answer.stix_determination() != read_.determination) continue;
        // A report that is none would be dismissed before anybody looked at it.
        if (read_.determination == "false-positive") break;
        belfry::v1::Fact fact;
        fact.set_name(verdict.fact());
        fact.set_value(answer.value());
        Fact(fact);
        break;
      }
    }
    if (!unknown.empty()) {
      Skip(absl::StrCat("incident types without a category here: ", absl::StrJoin(unknown, ", ")));
    }
  }

  // The label the note keeps; a label that only its text has counts where it makes it stricter.
  static std::optional<Tlp> NoteLabel(const belfry::v1::TimelineEntry& entry) {
    std::optional<Tlp> label;
    if (!entry.tlp().empty()) label = TlpOrRed(entry.tlp());
    const std::optional<Tlp> said = LabelInText(entry.text());
    if (said.has_value() && *said > label.value_or(Tlp::kAmber)) label = said;
    return label;
  }

  void Notes() {
    std::set<std::string> replaced;
    for (const auto& entry : read_.part.timeline()) {
      if (!entry.supersedes().empty()) replaced.insert(entry.supersedes());
    }
    size_t left = 0;
    int expunged = 0;
    int red = 0;
    size_t number = 0;
    for (const auto& entry : read_.part.timeline()) {
      ++number;
      if (entry.kind() != "NOTE_ADDED") continue;
      if (entry.retracts() || replaced.count(entry.name()) != 0) continue;
      if (entry.expunged()) {
        ++expunged;
        continue;
      }
      const std::optional<Tlp> label = NoteLabel(entry);
      if (label == Tlp::kRed && !plan_.report.restricted()) {
        ++red;
        continue;
      }
      if (plan_.notes.size() >= kImportNotesMax) {
        ++left;
        continue;
      }
      belfry::v1::AddNoteRequest& note = plan_.notes.emplace_back();
      const std::string source =
          absl::StrCat("\n(imported", entry.actor().empty() ? "" : "; written by ",
                       chat::Clip(Plain(entry.actor()), 100), ")");
      note.set_text(absl::StrCat(
          chat::Clip(Plain(entry.text()), kTextMax - chat::CountCodePoints(source)), source));
      const bool told = entry.has_event_time() || entry.has_time();
      const auto& time = entry.has_event_time() ? entry.event_time() : entry.time();
      if (told && Happened(time, absl::StrCat("note ", number))) *note.mutable_event_time() = time;
      if (label.has_value()) note.set_tlp(std::string(TlpLabel(*label)));
      note.set_request_id(
          absl::StrCat("import-", Sha256Hex(absl::StrCat(read_.object_id, "\n", number))));
    }
    if (expunged > 0) Skip(absl::StrCat(expunged, " notes whose text was deleted by law"));
    if (red > 0) {
      Skip(absl::StrCat(red, " notes that are TLP:RED, which only a restricted incident may have"));
    }
    if (left > 0) {
      Skip(absl::StrCat(left, " notes beyond the first ", kImportNotesMax));
    }
  }

  void Rest() {
    const auto skip = [&](int count, absl::string_view what) {
      if (count > 0) Skip(absl::StrCat(count, " ", what));
    };
    skip(incident_.tickets_size(), "tickets: they are of another desk");
    skip(incident_.devices_size(), "devices");
    skip(incident_.removals_size(), "removals from the network");
    skip(incident_.costs_size() + incident_.spend_requests_size(), "costs and spending requests");
    skip(incident_.decisions_size(), "decisions");
    skip(incident_.documents_size(), "documents");
    skip(incident_.cases_size(), "non-compliance cases");
    skip(incident_.subjects_size(), "people it is about");
    skip(incident_.readers_size(), "named readers");
    skip(incident_.evidence_count(), "items of evidence");
    skip(incident_.children_size() + (incident_.parent().empty() ? 0 : 1), "related incidents");
    skip(read_.part.obligations_size(), "duties: they follow from the report");
  }

  const ReadIncident& read_;
  const belfry::v1::Incident& incident_;
  const ImportOptions& options_;
  const policy::v1::Policy& policy_;
  const std::set<std::string>& entities_;
  ImportPlan plan_;
};

// Incidents the caller may see, by what they were made from.
class Known {
 public:
  absl::Status Read(const client::Client& client) {
    belfry::v1::ListIncidentsRequest request;
    request.set_page_size(kEntitiesPage);
    client::IncidentPages pages = client.AllIncidents(request);
    while (const belfry::v1::Incident* incident = pages.Next()) {
      by_id_.emplace(incident->uid(), *incident);
      by_id_.emplace(StixIncidentId(incident->uid()), *incident);
      const absl::string_view summary = incident->summary();
      const size_t line = summary.rfind('\n');
      const absl::string_view last =
          line == absl::string_view::npos ? summary : summary.substr(line + 1);
      if (absl::StartsWith(last, ImportMark(""))) by_mark_.emplace(std::string(last), *incident);
    }
    return pages.status();
  }

  const belfry::v1::Incident* Find(const std::string& object_id) const {
    if (const auto found = by_id_.find(object_id); found != by_id_.end()) return &found->second;
    const auto found = by_mark_.find(ImportMark(object_id));
    return found == by_mark_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, belfry::v1::Incident> by_id_;
  std::map<std::string, belfry::v1::Incident> by_mark_;
};

absl::StatusOr<std::set<std::string>> EntityNames(const client::Client& client) {
  std::set<std::string> names;
  belfry::v1::ListEntitiesRequest request;
  request.set_page_size(kEntitiesPage);
  do {
    const auto page = client.ListEntities(request);
    if (!page.ok()) return page.status();
    for (const auto& entity : page->entities()) names.insert(entity.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return names;
}

}  // namespace

std::string ImportMark(const std::string& object_id) {
  return absl::StrCat("Imported from ", object_id);
}

ImportPlan PlanImport(const ReadIncident& read, const ImportOptions& options,
                      const policy::v1::Policy& policy, const std::set<std::string>& entities) {
  return Planner(read, options, policy, entities).Make();
}

absl::StatusOr<std::vector<Imported>> Import(const client::Client& client, const ReadFile& file,
                                             const ImportOptions& options) {
  const auto caller = client.WhoAmI({});
  if (!caller.ok()) return caller.status();
  const auto policy = client.GetPolicy({});
  if (!policy.ok()) return policy.status();
  const auto entities = EntityNames(client);
  if (!entities.ok()) return entities.status();
  Known known;
  if (absl::Status status = known.Read(client); !status.ok()) return status;
  std::vector<Imported> results;
  for (const ReadIncident& read : file.incidents) {
    Imported& result = results.emplace_back();
    result.object_id = read.object_id;
    const belfry::v1::Incident* there = known.Find(read.object_id);
    if (there != nullptr) {
      result.incident = there->name();
      result.already = true;
      // Only what this caller began is this caller's to finish.
      if (there->reporter() != caller->principal() ||
          !absl::EndsWith(there->summary(), ImportMark(read.object_id))) {
        continue;
      }
    }
    ImportPlan plan = PlanImport(read, options, policy->policy(), *entities);
    if (there == nullptr) {
      const auto created = client.CreateIncident(plan.report);
      if (!created.ok()) return created.status();
      result.incident = created->incident().name();
      result.not_taken = std::move(plan.not_taken);
    }
    for (belfry::v1::AddNoteRequest& note : plan.notes) {
      note.set_name(result.incident);
      const auto added = client.AddNote(note);
      if (!added.ok()) return added.status();
      result.notes += added->replayed() ? 0 : 1;
    }
  }
  return results;
}

}  // namespace belfry::exchange
