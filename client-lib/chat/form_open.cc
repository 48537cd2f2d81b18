// The form that reports an incident. Only what happened is needed (POL-1.6).
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/form_parts.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kFactsMax = 12;

void CollectFacts(const policy::v1::Predicate& predicate, std::set<std::string>& facts) {
  using Kind = policy::v1::Predicate;
  switch (predicate.kind_case()) {
    case Kind::kAll:
      for (const auto& part : predicate.all().of()) CollectFacts(part, facts);
      break;
    case Kind::kAny:
      for (const auto& part : predicate.any().of()) CollectFacts(part, facts);
      break;
    case Kind::kNot:
      CollectFacts(predicate.not_(), facts);
      break;
    case Kind::kFact:
      facts.insert(predicate.fact().name());
      break;
    default:
      break;
  }
}

// The questions that are asked before the first two steps: whoever reports often knows the answer,
// and nobody else will for hours.
std::set<std::string> EarlyFacts(const policy::v1::Policy& policy) {
  std::set<std::string> states = {policy.initial_state()};
  for (const auto& transition : policy.transitions()) {
    for (const auto& from : transition.from()) {
      if (from == policy.initial_state()) states.insert(transition.to());
    }
  }
  std::set<std::string> facts;
  for (const auto& transition : policy.transitions()) {
    bool early = false;
    for (const auto& from : transition.from()) early = early || states.count(from) > 0;
    if (!early) continue;
    for (const auto& guard : transition.guards()) CollectFacts(guard.require(), facts);
  }
  return facts;
}

void AddFacts(const Session& session, Form& form) {
  const std::set<std::string> early = EarlyFacts(session.policy());
  size_t count = 0;
  for (const auto& fact : session.policy().facts()) {
    const bool asked = early.empty() || early.count(fact.name()) > 0;
    // What only some roles may answer is not for a report.
    if (!asked || !fact.author_roles().empty() || count == kFactsMax) continue;
    auto field = FactField(session, fact);
    if (!field.has_value()) continue;
    form.fields.push_back(*std::move(field));
    ++count;
  }
}

std::string GivenSeverity(const Session& session) {
  const auto severity = ParseSeverity(session.policy(), Given(session, "sev"));
  return severity.ok() ? *severity : "";
}

std::string GivenTypes(const Session& session) {
  const auto types = ParseCategories(session.policy(), {Given(session, "type")});
  if (!types.ok()) return "";
  return absl::StrJoin(*types, ",", [](std::string* out, const v1::CategoryAssignment& type) {
    absl::StrAppend(out, type.category(),
                    type.sub_values().empty() ? "" : absl::StrCat("/", type.sub_values(0)));
  });
}

FormField YesField(const Session& session, absl::string_view name, absl::string_view label,
                   absl::string_view yes) {
  FormField field = ChoiceField(name, label, {Choice("no", "No"), Choice("yes", yes)});
  const auto given = ParseYesNo(name, Given(session, name));
  if (given.ok()) field.value = *given ? "yes" : "no";
  return field;
}

}  // namespace

Form OpenForm(const Session& session) {
  const bool drill = session.command.verb.kind == VerbKind::kDrill;
  Form form;
  form.title = drill ? "Open a drill" : "Report an incident";
  form.intro =
      "Only what happened is needed; everything else can follow. Clocks start when this is sent.";
  form.submit = drill ? "Open the drill" : "Report";
  form.command = drill ? "drill open" : "open";

  FormField title = LineField("title", "What happened", "Ransom note on three workstations");
  title.required = true;
  const std::string title_text = session.command.text.substr(0, session.command.text.find('\n'));
  title.value = title_text.empty() ? Given(session, "title") : title_text;
  title.value = Clip(title.value, static_cast<size_t>(title.characters_max));
  form.fields.push_back(std::move(title));
  FormField summary = TextField("summary", "More about it", "What you see, who is affected");
  summary.value = Given(session, "summary");
  // The text of a message that becomes a report.
  if (session.command.text != title_text) {
    summary.value =
        absl::StrCat(session.command.text, summary.value.empty() ? "" : "\n", summary.value);
  }
  summary.value = Clip(summary.value, static_cast<size_t>(summary.characters_max));
  form.fields.push_back(std::move(summary));

  FormField severity = ChoiceField("sev", "Severity", SeverityChoices(session.policy()),
                                   "Empty: as the policy says");
  severity.value = GivenSeverity(session);
  form.fields.push_back(std::move(severity));
  FormField type = ChoiceField("type", "Type", CategoryChoices(session.policy()));
  type.kind = FormField::Kind::kChoices;
  type.value = GivenTypes(session);
  form.fields.push_back(std::move(type));
  FormField agency = LineField("agency", "Agency", "Its code, DOP; empty: your own");
  agency.value = Given(session, "agency");
  if (agency.value.empty() && !session.context.entity.empty()) {
    agency.value = ShortName(session.context.entity);
  }
  form.fields.push_back(std::move(agency));
  FormField detected =
      LineField("detected", "First noticed", "14:05, 20m ago as 20m, 2026-10-06 08:10; empty: now");
  detected.value = Given(session, "detected");
  form.fields.push_back(std::move(detected));
  AddFacts(session, form);
  form.fields.push_back(
      YesField(session, "restricted", "Restricted?", "Yes: for named readers only"));
  if (!drill) {
    form.fields.push_back(YesField(session, "drill", "A drill?", "Yes: an exercise, marked so"));
  }
  return form;
}

}  // namespace belfry::chat
