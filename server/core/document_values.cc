#include "server/core/document_values.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "server/base/proto_time.h"
#include "server/core/policy/document_sample.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using paper::Value;
using record::v1::IncidentState;

// "Fri 27 November 2026, 14:05 EST"
std::string LongTime(const PolicyIndex& policy, absl::Time time) {
  return absl::FormatTime("%a %d %B %Y, %H:%M %Z", time, policy.TimeZone());
}

std::string ClockText(const PolicyIndex& policy, const IncidentState& state,
                      absl::string_view clock) {
  const std::optional<absl::Time> time = ClockOf(state, clock);
  return time.has_value() ? LongTime(policy, *time) : "";
}

// "SOME_WORDS" as people read it: "some words".
std::string Words(absl::string_view code) {
  std::string words = absl::AsciiStrToLower(code);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string EntityTitle(const Context& context, absl::string_view name) {
  const v1::Entity* entity = context.directory.FindEntity(name);
  return entity == nullptr || entity->title().empty() ? std::string(name) : entity->title();
}

struct Named {
  std::string name;
  std::string title;
};

Named Somebody(const Context& context, const std::string& principal) {
  const v1::Person* person = context.directory.FindPerson(principal);
  if (person == nullptr) return {principal, ""};
  return {person->display_name().empty() ? principal : person->display_name(), person->title()};
}

std::string RoleTitles(const Context& context, const std::string& principal) {
  std::vector<std::string> titles;
  for (const v1::RoleAssignment* held : context.directory.AssignmentsOf(principal)) {
    const policy::v1::Role* role = context.policy.FindRole(held->role());
    std::string title = role == nullptr ? held->role() : role->title();
    if (std::find(titles.begin(), titles.end(), title) == titles.end()) {
      titles.push_back(std::move(title));
    }
  }
  return absl::StrJoin(titles, ", ");
}

std::string Dollars(int64_t cents) { return absl::StrFormat("$%d.%02d", cents / 100, cents % 100); }

Value IncidentValues(const Context& context, const IncidentState& state, absl::string_view entity) {
  const PolicyIndex& policy = context.policy;
  const record::v1::EntityPart* part = FindPart(state, entity);
  const policy::v1::State* now = policy.FindState(state.state());
  std::vector<std::string> categories;
  for (const auto& assigned : state.categories()) {
    const policy::v1::Category* category = policy.FindCategory(assigned.category());
    categories.push_back(category == nullptr
                             ? assigned.category()
                             : absl::StrCat(category->title(), " (", assigned.category(), ")"));
  }
  return Value::Group{
      {"id", state.id()},
      {"title", state.title()},
      {"summary", state.summary()},
      {"severity", state.severity()},
      {"state", now == nullptr || now->title().empty() ? state.state() : now->title()},
      {"entity", EntityTitle(context, state.entity())},
      {"tlp", state.tlp()},
      {"drill", std::string(state.drill() ? "DRILL" : "")},
      {"reporter", Somebody(context, state.reporter()).name},
      {"lead", state.lead().empty() ? "" : Somebody(context, state.lead()).name},
      {"reported", ClockText(policy, state, "TR")},
      {"detected", part == nullptr || !part->has_detect_time()
                       ? ""
                       : LongTime(policy, FromProto(part->detect_time()))},
      {"declared", ClockText(policy, state, "TD")},
      {"categories", absl::StrJoin(categories, "; ")},
  };
}

Value::List Duties(const Context& context, const IncidentState& state) {
  Value::List duties;
  for (const record::v1::ObligationRow& row : state.obligations()) {
    const policy::v1::Obligation* rule = context.policy.FindObligation(row.code());
    duties.push_back(Value::Group{
        {"name", row.instance()},
        {"title", rule == nullptr ? "" : rule->title()},
        {"due", row.has_due_time() ? LongTime(context.policy, FromProto(row.due_time())) : ""},
        {"state", Words(v1::Obligation::State_Name(row.state()).substr(6))},
        {"clauses", rule == nullptr ? "" : absl::StrJoin(rule->clauses(), ", ")},
    });
  }
  return duties;
}

Value::List Decisions(const Context& context, const IncidentState& state) {
  Value::List decisions;
  for (const v1::Decision& one : state.decisions()) {
    const policy::v1::Question* question = context.policy.FindQuestion(one.question());
    decisions.push_back(Value::Group{
        {"question", question == nullptr ? one.question() : question->question()},
        {"answer", Words(one.answer())},
        {"reason", one.reason()},
        {"decider", Somebody(context, one.decider()).name},
        {"time", LongTime(context.policy, FromProto(one.time()))},
    });
  }
  return decisions;
}

Value::List Entities(const Context& context, const IncidentState& state) {
  Value::List entities;
  for (const record::v1::EntityPart& part : state.entities()) {
    entities.push_back(Value::Group{{"id", part.entity()},
                                    {"title", EntityTitle(context, part.entity())},
                                    {"relation", Words(RelationName(part.relation()))}});
  }
  return entities;
}

Value::List Devices(const Context& context, const IncidentState& state) {
  Value::List devices;
  for (const v1::Device& one : state.devices()) {
    devices.push_back(Value::Group{{"device", one.device()},
                                   {"entity", EntityTitle(context, one.entity())},
                                   {"subnet", one.subnet()},
                                   {"status", Words(DeviceStatusName(one.status()))}});
  }
  return devices;
}

Value::List Costs(const Context& context, const IncidentState& state, int64_t& claimed) {
  Value::List costs;
  for (const v1::CostLine& one : state.costs()) {
    if (one.self_help() && one.assessment() == v1::CostLine::ASSESSMENT_REASONABLE) {
      claimed += one.amount_cents();
    }
    costs.push_back(Value::Group{
        {"number", absl::StrCat(one.number())},
        {"description", one.description()},
        {"amount", Dollars(one.amount_cents())},
        {"entity", EntityTitle(context, one.entity())},
        {"assessment", Words(v1::CostLine::Assessment_Name(one.assessment()).substr(11))}});
  }
  return costs;
}

// Officials whom a notice has reached.
Value::List Notified(const Context& context, const IncidentState& state) {
  Value::List notified;
  for (const record::v1::TrackedNotice& one : state.tracked_notices()) {
    if (!one.delivered()) continue;
    const Named named = Somebody(context, one.person());
    const policy::v1::Role* role = context.policy.FindRole(one.role());
    notified.push_back(Value::Group{{"name", named.name},
                                    {"title", role == nullptr ? named.title : role->title()},
                                    {"duty", one.obligation()}});
  }
  return notified;
}

Value::List Approvals(const Context& context, const DocumentFacts& facts) {
  Value::List approvals;
  for (const v1::DocumentApproval& one : facts.approvals) {
    const Named named = Somebody(context, one.person());
    approvals.push_back(Value::Group{{"name", named.name},
                                     {"title", named.title},
                                     {"roles", absl::StrJoin(one.roles(), ", ")},
                                     {"time", LongTime(context.policy, FromProto(one.time()))}});
  }
  return approvals;
}

const v1::DocumentField* FindField(const DocumentFacts& facts, absl::string_view name) {
  for (const v1::DocumentField& field : facts.fields) {
    if (field.name() == name) return &field;
  }
  return nullptr;
}

}  // namespace

Value::Group DocumentValues(const Context& context, const IncidentState& state,
                            const DocumentFacts& facts) {
  const PolicyIndex& policy = context.policy;
  Value::Group values;
  values["policy"] = Value::Group{{"name", policy.Name()}, {"title", policy.proto().title()}};
  values["document"] = Value::Group{
      {"title", facts.type.title()},
      {"type", facts.type.code()},
      {"number", facts.number > 0 ? absl::StrCat(facts.number) : ""},
      {"name", facts.name},
      {"date", absl::FormatTime("%d %B %Y", context.now, policy.TimeZone())},
      {"time", LongTime(policy, context.now)},
      {"event_time",
       facts.event_time == absl::InfinitePast() ? "" : LongTime(policy, facts.event_time)},
      {"amends", facts.amends},
      {"clauses", absl::StrJoin(facts.type.clauses(), ", ")},
      {"draft", std::string(facts.name.empty() ? "DRAFT" : "")},
      {"flag", Words(facts.flag)},
  };
  const v1::Entity* entity = context.directory.FindEntity(facts.entity);
  const v1::Secretariat* secretariat =
      entity == nullptr ? nullptr : context.directory.FindSecretariat(entity->secretariat());
  values["agency"] =
      Value::Group{{"id", facts.entity},
                   {"title", facts.entity.empty() ? "" : EntityTitle(context, facts.entity)},
                   {"secretariat", secretariat == nullptr ? "" : secretariat->title()}};
  values["incident"] = IncidentValues(context, state, facts.entity);
  const Named author = Somebody(context, facts.author);
  const v1::Person* person = context.directory.FindPerson(facts.author);
  values["author"] = Value::Group{{"name", author.name},
                                  {"title", author.title},
                                  {"roles", RoleTitles(context, facts.author)},
                                  {"entity", person == nullptr || person->entity().empty()
                                                 ? ""
                                                 : EntityTitle(context, person->entity())}};

  Value::Group fields;
  Value::List rows;
  for (const auto& known : facts.type.fields()) {
    const v1::DocumentField* given = FindField(facts, known.name());
    const std::string value =
        given == nullptr ? "" : std::string(absl::StripAsciiWhitespace(given->value()));
    fields[known.name()] = value;
    if (value.empty()) continue;
    std::string label = known.label();
    if (!label.empty()) {
      label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
    }
    rows.push_back(Value::Group{{"name", known.name()},
                                {"label", std::move(label)},
                                {"value", value},
                                {"clauses", absl::StrJoin(known.clauses(), ", ")}});
  }
  values["fields"] = std::move(fields);
  values["rows"] = std::move(rows);
  Value::Group answers;
  for (const auto& fact : policy.proto().facts()) {
    answers[fact.name()] = FactValue(state, fact.name(), facts.entity).value_or("");
  }
  values["facts"] = std::move(answers);
  Value::List recipients;
  for (const std::string& one : facts.recipients) {
    const Named named = Somebody(context, one);
    recipients.push_back(Value::Group{{"name", named.name}, {"title", named.title}});
  }
  values["recipients"] = std::move(recipients);
  values["approvals"] = Approvals(context, facts);
  values["entities"] = Entities(context, state);
  values["duties"] = Duties(context, state);
  values["decisions"] = Decisions(context, state);
  values["devices"] = Devices(context, state);
  int64_t claimed = 0;
  values["costs"] = Costs(context, state, claimed);
  values["claimed"] = claimed == 0 ? std::string() : Dollars(claimed);
  values["notified"] = Notified(context, state);
  return values;
}

std::string DocumentContent(const Context& context, const IncidentState& state,
                            const DocumentFacts& facts) {
  const policy::v1::DocumentTemplate* found = TemplateOf(context.policy.proto(), facts.type);
  if (found == nullptr) return "";
  return paper::Fill(found->text(), DocumentValues(context, state, facts),
                     DocumentPartials(context.policy.proto()))
      .value_or("");
}

std::string Prefilled(const Context& context, const IncidentState& state,
                      const DocumentFacts& facts, const policy::v1::DocumentType::Field& field) {
  if (field.prefill().empty()) return "";
  return std::string(absl::StripAsciiWhitespace(
      paper::FillPlain(field.prefill(), DocumentValues(context, state, facts), {}).value_or("")));
}

}  // namespace belfry::core
