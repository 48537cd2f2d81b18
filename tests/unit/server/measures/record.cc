#include "tests/unit/server/measures/record.h"

#include "server/base/proto_time.h"

namespace belfry::measures {

using record::v1::Event;

Record::Record(absl::Time start, const std::string& id, const std::string& entity,
               const std::string& secretariat)
    : start_(start) {
  auto& body = *At(absl::ZeroDuration(), "people/dop.clerk").mutable_incident_reported();
  body.set_id(id);
  body.set_state("REPORTED");
  body.set_severity("SEV3");
  body.set_entity(entity);
  body.set_policy("itd-sec-4.3@4");
  auto& part = *At(absl::ZeroDuration(), "people/dop.clerk").mutable_entity_added()->mutable_part();
  part.set_entity(entity);
  part.set_secretariat(secretariat);
  part.set_relation(v1::IncidentEntity::RELATION_ORIGIN);
}

Event& Record::At(absl::Duration after, const std::string& actor) {
  Event& event = events_.emplace_back();
  event.set_version(static_cast<int64_t>(events_.size()));
  *event.mutable_time() = ToProto(start_ + after);
  event.mutable_actor()->set_principal(actor);
  return event;
}

void Record::State(absl::Duration after, const std::string& code, const std::string& sets,
                   const std::vector<std::string>& clears) {
  auto& body = *At(after).mutable_state_changed();
  body.set_to(code);
  body.set_sets_clock(sets);
  for (const std::string& clock : clears) body.add_clears_clocks(clock);
}

void Record::Category(const std::string& code) {
  At(absl::ZeroDuration()).mutable_categories_assigned()->add_categories()->set_category(code);
}

void Record::Page(absl::Duration after, int level, const std::vector<std::string>& people,
                  const std::string& entity) {
  auto& body = *At(after, "system").mutable_chain_paged();
  body.set_entity(entity);
  body.set_level(level);
  for (const std::string& person : people) body.add_people(person);
}

void Record::Ack(absl::Duration after, const std::string& person,
                 const std::vector<std::string>& chains) {
  auto& body = *At(after, person).mutable_acknowledged();
  body.set_person(person);
  for (const std::string& chain : chains) body.add_chains(chain);
}

void Record::Delivered(absl::Duration after, const std::string& person, bool ok) {
  auto& body = *At(after, "system").mutable_delivery_concluded();
  body.set_target(person);
  body.set_kind(v1::Notice::KIND_PAGE);
  body.set_chain_entity("entities/dop");
  body.set_delivered(ok);
}

void Record::Opened(absl::Duration after, const std::string& code, absl::Duration due,
                    const std::string& subject, const std::string& instance) {
  auto& body = *At(after, "system").mutable_obligation_opened();
  body.set_instance(instance.empty() ? code : instance);
  body.set_code(code);
  body.set_subject(subject);
  *body.mutable_clock_start() = ToProto(start_);
  *body.mutable_due_time() = ToProto(start_ + due);
}

void Record::Settled(absl::Duration after, const std::string& instance, v1::Obligation::State state,
                     const std::string& by) {
  auto& body = *At(after, by).mutable_obligation_settled();
  body.set_instance(instance);
  body.set_state(state);
  body.set_by(by);
}

}  // namespace belfry::measures
