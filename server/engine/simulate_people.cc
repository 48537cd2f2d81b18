#include "server/engine/simulate_people.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace belfry::engine {
namespace {

using google::protobuf::RepeatedPtrField;
using policy::v1::Obligation;
using policy::v1::Satisfaction;
using policy::v1::Transition;
using Roles = RepeatedPtrField<std::string>;

constexpr char kWords[] = "simulated";
constexpr size_t kPeopleMax = 8;

// Writes down what would fulfil one duty.
class Planner {
 public:
  Planner(const core::PolicyIndex& policy, const core::Directory& directory,
          const record::v1::IncidentState& state, const record::v1::ObligationRow& row)
      : policy_(policy),
        directory_(directory),
        state_(state),
        row_(row),
        rule_(policy.FindObligation(row.code())) {}

  std::vector<std::vector<SimulatedAct>> Run() const;

 private:
  // Owners of the duty first, then whoever has the permission, then `roles`.
  std::vector<std::string> People(absl::string_view act, const Roles& roles) const;
  void AddHolders(const Roles& roles, std::vector<std::string>& people) const;
  std::string Scope() const { return row_.subject().empty() ? state_.entity() : row_.subject(); }

  std::vector<SimulatedAct> Plan(const Satisfaction& way) const;
  std::vector<SimulatedAct> PathTo(const std::string& goal) const;
  SimulatedAct Document(const Satisfaction::Document& way) const;
  void FillFields(const policy::v1::DocumentType& type,
                  const RepeatedPtrField<policy::v1::FieldTest>& wanted,
                  RepeatedPtrField<v1::DocumentField>& fields) const;

  const core::PolicyIndex& policy_;
  const core::Directory& directory_;
  const record::v1::IncidentState& state_;
  const record::v1::ObligationRow& row_;
  const Obligation* const rule_;
};

void Planner::AddHolders(const Roles& roles, std::vector<std::string>& people) const {
  for (const std::string& role : roles) {
    for (const v1::Person* person : directory_.HoldersOf(role, Scope())) {
      if (people.size() < kPeopleMax &&
          std::find(people.begin(), people.end(), person->name()) == people.end()) {
        people.push_back(person->name());
      }
    }
  }
}

std::vector<std::string> Planner::People(absl::string_view act, const Roles& roles) const {
  std::vector<std::string> people;
  AddHolders(roles, people);
  AddHolders(rule_->owner_roles(), people);
  if (const policy::v1::Permission* permission = policy_.FindPermission(act);
      permission != nullptr) {
    AddHolders(permission->roles(), people);
  }
  return people;
}

// The shortest way through the life cycle to `goal`, step by step; not through an end, which has no
// way back but reopening. Empty when there is none.
std::vector<SimulatedAct> Planner::PathTo(const std::string& goal) const {
  std::map<std::string, const Transition*> came_by = {{state_.state(), nullptr}};
  std::map<std::string, std::string> came_from;
  std::deque<std::string> open = {state_.state()};
  while (!open.empty() && came_by.count(goal) == 0) {
    const std::string at = open.front();
    open.pop_front();
    const policy::v1::State* state = policy_.FindState(at);
    if (state == nullptr || state->terminal()) continue;
    for (const Transition& step : policy_.proto().transitions()) {
      const bool leads = std::find(step.from().begin(), step.from().end(), at) != step.from().end();
      if (!leads || step.merges() || came_by.count(step.to()) > 0) continue;
      came_by[step.to()] = &step;
      came_from[step.to()] = at;
      open.push_back(step.to());
    }
  }
  std::vector<SimulatedAct> acts;
  if (came_by.count(goal) == 0) return acts;
  for (std::string at = goal; came_by[at] != nullptr; at = came_from[at]) {
    v1::TransitionIncidentRequest request;
    request.set_verb(came_by[at]->verb());
    request.set_reason(kWords);
    acts.push_back({std::move(request), People(came_by[at]->act(), Roles())});
  }
  std::reverse(acts.begin(), acts.end());
  return acts;
}

// What must be in it, and nothing more: an optional answer might raise duties of its own.
void Planner::FillFields(const policy::v1::DocumentType& type,
                         const RepeatedPtrField<policy::v1::FieldTest>& wanted,
                         RepeatedPtrField<v1::DocumentField>& fields) const {
  std::map<std::string, std::string> values;
  for (const policy::v1::FieldTest& test : wanted) {
    if (!test.is().empty()) values[test.name()] = test.is(0);
  }
  // Twice: what one field says may make another one necessary.
  for (int round = 0; round < 2; ++round) {
    for (const auto& field : type.fields()) {
      const policy::v1::FieldTest& when = field.required_when();
      const auto other = values.find(when.name());
      const bool needed = field.required() || (field.has_required_when() && other != values.end() &&
                                               std::find(when.is().begin(), when.is().end(),
                                                         other->second) != when.is().end());
      if (!needed || values.count(field.name()) > 0) continue;
      values[field.name()] = field.values().empty() ? kWords : field.values(0);
    }
  }
  if (!row_.person().empty()) values["member"] = row_.person();
  for (const auto& [name, value] : values) {
    v1::DocumentField* field = fields.Add();
    field->set_name(name);
    field->set_value(value);
  }
}

SimulatedAct Planner::Document(const Satisfaction::Document& way) const {
  v1::SubmitDocumentRequest request;
  request.set_type(way.type());
  if (directory_.FindEntity(row_.subject()) != nullptr) request.set_entity(row_.subject());
  std::string act;
  if (const policy::v1::DocumentType* type = policy_.FindDocument(way.type()); type != nullptr) {
    act = type->act();
    FillFields(*type, way.fields(), *request.mutable_fields());
  }
  return {std::move(request), People(act, Roles())};
}

std::vector<SimulatedAct> Planner::Plan(const Satisfaction& way) const {
  switch (way.kind_case()) {
    case Satisfaction::kTicket: {
      v1::LinkTicketRequest request;
      request.mutable_ticket()->set_system(kWords);
      request.mutable_ticket()->set_number("1");
      return {{std::move(request), People("LINK_TICKET", Roles())}};
    }
    case Satisfaction::kAcknowledgement:
      return {{v1::AcknowledgeIncidentRequest(), People("", way.acknowledgement().roles())}};
    case Satisfaction::kDocument:
      return {Document(way.document())};
    case Satisfaction::kNoticeDelivered: {
      v1::SendObligationNoticeRequest request;
      request.set_obligation(row_.instance());
      const auto* type = policy_.FindDocument(way.notice_delivered().document());
      if (type != nullptr) FillFields(*type, {}, *request.mutable_fields());
      return {{std::move(request), People("", way.notice_delivered().sender_roles())}};
    }
    case Satisfaction::kDecision: {
      if (way.decision().answers().empty()) return {};
      v1::RecordDecisionRequest request;
      request.set_question(way.decision().question());
      request.set_answer(way.decision().answers(0));
      request.set_reason(kWords);
      const auto* question = policy_.FindQuestion(way.decision().question());
      return {{std::move(request), People(question == nullptr ? "" : question->act(), Roles())}};
    }
    case Satisfaction::kFactIs: {
      if (way.fact_is().is().empty()) return {};
      v1::RecordFactsRequest request;
      v1::Fact* fact = request.add_facts();
      fact->set_name(way.fact_is().name());
      fact->set_value(way.fact_is().is(0));
      fact->set_reason(kWords);
      const auto* known = policy_.FindFact(way.fact_is().name());
      return {{std::move(request),
               People("RECORD_FACTS", known == nullptr ? Roles() : known->author_roles())}};
    }
    default:
      return {};
  }
}

std::vector<std::vector<SimulatedAct>> Planner::Run() const {
  std::vector<std::vector<SimulatedAct>> ways;
  if (rule_ == nullptr) return ways;
  const auto add = [&](std::vector<SimulatedAct> acts) {
    if (!acts.empty()) ways.push_back(std::move(acts));
  };
  for (const Satisfaction& way : rule_->satisfied_by()) {
    // The pack names the state it hopes for first.
    for (const std::string& state : way.state_entered().state()) add(PathTo(state));
    add(Plan(way));
  }
  return ways;
}

}  // namespace

std::vector<std::vector<SimulatedAct>> ActsFor(const core::PolicyIndex& policy,
                                               const core::Directory& directory,
                                               const record::v1::IncidentState& state,
                                               const record::v1::ObligationRow& row) {
  return Planner(policy, directory, state, row).Run();
}

}  // namespace belfry::engine
