#include "client-lib/exchange/mapping.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/exchange/shipped_mappings.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace belfry::exchange {
namespace {

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Collects what is wrong; a table is mended in one go.
class Findings {
 public:
  void Add(std::string finding) { findings_.push_back(std::move(finding)); }
  absl::Status ToStatus(absl::string_view policy) const {
    if (findings_.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("the mapping does not fit the pack ", policy,
                                                      ": ", absl::StrJoin(findings_, "; ")));
  }

 private:
  std::vector<std::string> findings_;
};

// Compares the codes of a list of the pack with the rows of a table.
void Compare(absl::string_view what, const std::set<std::string>& codes,
             const std::vector<std::string>& rows, Findings& findings) {
  std::set<std::string> seen;
  for (const std::string& row : rows) {
    if (!seen.insert(row).second) {
      findings.Add(absl::StrCat(what, " \"", row, "\" has two rows"));
    } else if (codes.count(row) == 0) {
      findings.Add(absl::StrCat(what, " \"", row, "\" is not in the pack"));
    }
  }
  for (const std::string& code : codes) {
    if (seen.count(code) == 0) findings.Add(absl::StrCat(what, " \"", code, "\" has no row"));
  }
}

void CheckCategories(const v1::Mapping& mapping, const policy::v1::Policy& policy,
                     Findings& findings) {
  std::set<std::string> codes;
  std::set<std::string> with_sub_values;
  for (const auto& category : policy.categories()) {
    codes.insert(category.code());
    for (const auto& sub_value : category.sub_values()) {
      with_sub_values.insert(absl::StrCat(category.code(), "/", sub_value.code()));
    }
  }
  std::vector<std::string> rows;
  std::set<std::string> seen;
  for (const auto& row : mapping.categories()) {
    if (row.sub_value().empty()) {
      rows.push_back(row.category());
    } else {
      const std::string name = absl::StrCat(row.category(), "/", row.sub_value());
      if (!seen.insert(name).second) findings.Add(absl::StrCat("\"", name, "\" has two rows"));
      if (with_sub_values.count(name) == 0) {
        findings.Add(absl::StrCat("category \"", name, "\" is not in the pack"));
      }
    }
    for (const auto& action : row.veris_actions()) {
      static const auto& kinds = *new std::set<std::string>{
          "hacking", "malware", "social", "misuse", "physical", "error", "environmental"};
      if (kinds.count(action.kind()) == 0) {
        findings.Add(absl::StrCat("category \"", row.category(), "\": \"", action.kind(),
                                  "\" is no kind of VERIS action"));
      }
    }
  }
  Compare("category", codes, rows, findings);
}

// The answers of a question, which must be one of the pack's. An empty name asks nothing.
void CheckAnswers(const policy::v1::Policy& policy, const std::string& fact,
                  const std::vector<std::string>& rows, Findings& findings) {
  if (fact.empty()) return;
  const auto& facts = policy.facts();
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&](const auto& known) { return known.name() == fact; });
  if (found == facts.end()) {
    findings.Add(absl::StrCat("question \"", fact, "\" is not in the pack"));
    return;
  }
  std::set<std::string> codes(found->values().begin(), found->values().end());
  Compare(absl::StrCat("answer to ", fact), codes, rows, findings);
}

}  // namespace

absl::StatusOr<Mapping> Mapping::Parse(absl::string_view text) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  v1::Mapping proto;
  if (!parser.ParseFromString(std::string(text), &proto)) {
    return absl::InvalidArgumentError(absl::StrCat("mapping:", error.text()));
  }
  return Mapping(std::move(proto));
}

absl::StatusOr<Mapping> Mapping::ForPolicy(absl::string_view policy_id) {
  for (const absl::string_view text : ShippedMappings()) {
    absl::StatusOr<Mapping> mapping = Parse(text);
    if (!mapping.ok()) return mapping.status();
    if (mapping->proto().policy_id() == policy_id) return mapping;
  }
  return absl::NotFoundError(
      absl::StrCat("there is no mapping for the packs of ", policy_id,
                   ": the formats json and csv need none, for the others --mapping FILE names one; "
                   "docs/exchange.md says how to write it"));
}

absl::Status Mapping::Check(const policy::v1::Policy& policy) const {
  Findings findings;
  if (proto_.policy_id() != policy.id()) {
    findings.Add(absl::StrCat("it is for \"", proto_.policy_id(), "\""));
    return findings.ToStatus(policy.id());
  }
  CheckCategories(proto_, policy, findings);
  std::set<std::string> codes;
  std::vector<std::string> rows;
  for (const auto& state : policy.states()) codes.insert(state.code());
  for (const auto& row : proto_.states()) rows.push_back(row.state());
  Compare("state", codes, rows, findings);
  codes.clear();
  rows.clear();
  for (const auto& severity : policy.severities()) codes.insert(severity.code());
  for (const auto& row : proto_.severities()) rows.push_back(row.severity());
  Compare("severity", codes, rows, findings);
  rows.clear();
  std::set<std::string> verdicts;
  for (const auto& answer : proto_.verdict().answers()) verdicts.insert(answer.value());
  for (const auto& row : proto_.states()) {
    if (!row.verdict().empty() && verdicts.count(row.verdict()) == 0) {
      findings.Add(
          absl::StrCat("state \"", row.state(), "\": verdict \"", row.verdict(), "\" has no row"));
    }
  }
  bool unanswered = false;
  for (const auto& answer : proto_.verdict().answers()) {
    answer.value().empty() ? void(unanswered = true) : rows.push_back(answer.value());
  }
  if (!unanswered) findings.Add("verdict has no row for no answer");
  CheckAnswers(policy, proto_.verdict().fact(), rows, findings);
  rows.clear();
  for (const auto& answer : proto_.disclosure().answers()) rows.push_back(answer.value());
  CheckAnswers(policy, proto_.disclosure().fact(), rows, findings);
  rows.clear();
  for (const auto& element : proto_.disclosure().elements()) rows.push_back(element.value());
  CheckAnswers(policy, proto_.disclosure().elements_fact(), rows, findings);
  CheckAnswers(policy, proto_.disclosure().count_fact(), {}, findings);
  std::set<std::string> clocks;
  for (const auto& state : policy.states()) clocks.insert(state.sets_clock());
  for (const std::string& clock : {proto_.clocks().reported(), proto_.clocks().contained(),
                                   proto_.clocks().recovered(), proto_.clocks().ended()}) {
    if (!clock.empty() && clocks.count(clock) == 0) {
      findings.Add(absl::StrCat("clock \"", clock, "\" is set by no state of the pack"));
    }
  }
  return findings.ToStatus(policy.id());
}

std::vector<const v1::CategoryMapping*> Mapping::Categories(
    const belfry::v1::Incident& incident) const {
  std::vector<const v1::CategoryMapping*> rows;
  const auto add = [&](const v1::CategoryMapping* row) {
    if (row != nullptr && std::find(rows.begin(), rows.end(), row) == rows.end()) {
      rows.push_back(row);
    }
  };
  const auto find = [&](const std::string& category,
                        const std::string& sub_value) -> const v1::CategoryMapping* {
    for (const auto& row : proto_.categories()) {
      if (row.category() == category && row.sub_value() == sub_value) return &row;
    }
    return nullptr;
  };
  for (const auto& assigned : incident.categories()) {
    bool told = false;
    for (const std::string& sub_value : assigned.sub_values()) {
      const v1::CategoryMapping* row = find(assigned.category(), sub_value);
      add(row);
      told |= row != nullptr;
    }
    if (!told) add(find(assigned.category(), ""));
  }
  return rows;
}

const v1::StateMapping& Mapping::State(absl::string_view code) const {
  for (const auto& row : proto_.states()) {
    if (row.state() == code) return row;
  }
  return v1::StateMapping::default_instance();
}

const v1::SeverityMapping& Mapping::Severity(absl::string_view code) const {
  for (const auto& row : proto_.severities()) {
    if (row.severity() == code) return row;
  }
  return v1::SeverityMapping::default_instance();
}

const v1::VerdictMapping::Answer& Mapping::Verdict(const belfry::v1::Incident& incident) const {
  const std::string& by_state = State(incident.state()).verdict();
  const std::string value =
      by_state.empty() ? FactValue(incident, proto_.verdict().fact()) : by_state;
  for (const auto& row : proto_.verdict().answers()) {
    if (row.value() == value) return row;
  }
  return v1::VerdictMapping::Answer::default_instance();
}

const v1::DisclosureMapping::Answer* Mapping::Disclosure(
    const belfry::v1::Incident& incident) const {
  const std::string value = FactValue(incident, proto_.disclosure().fact());
  for (const auto& row : proto_.disclosure().answers()) {
    if (!value.empty() && row.value() == value) return &row;
  }
  return nullptr;
}

std::string FactValue(const belfry::v1::Incident& incident, absl::string_view name) {
  for (const auto& fact : incident.facts()) {
    if (!name.empty() && fact.name() == name && fact.entity().empty()) return fact.value();
  }
  return "";
}

const google::protobuf::Timestamp* ClockTime(const belfry::v1::Incident& incident,
                                             absl::string_view clock) {
  for (const auto& row : incident.clocks()) {
    if (!clock.empty() && row.clock() == clock && row.has_time()) return &row.time();
  }
  return nullptr;
}

const google::protobuf::Timestamp* DetectTime(const belfry::v1::Incident& incident) {
  for (const auto& part : incident.entities()) {
    if (part.entity() == incident.entity() && part.has_detect_time()) return &part.detect_time();
  }
  return nullptr;
}

}  // namespace belfry::exchange
