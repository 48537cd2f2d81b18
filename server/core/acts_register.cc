// The register of an entity's standing duties.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/acts.h"
#include "server/core/record_checks.h"

namespace belfry::core {
namespace {

// No state of any pack: nothing leads in or out.
constexpr char kState[] = "REGISTER";

}  // namespace

absl::Status DecideRegister(Draft& draft, const OpenRegister& act) {
  if (!draft.state().standing_register()) {
    const v1::Entity* entity = draft.context().directory.FindEntity(act.entity);
    record::v1::Event event = draft.NewEvent();
    record::v1::RegisterOpened* body = event.mutable_register_opened();
    body->set_id(act.id);
    body->set_uid(act.uid);
    body->set_title(absl::StrCat("Standing duties of ",
                                 entity == nullptr ? "the government" : entity->title()));
    body->set_state(kState);
    body->set_entity(act.entity);
    body->set_policy(draft.context().policy.Name());
    draft.Record(std::move(event));
    if (entity != nullptr) {
      RecordEntity(draft, *entity, v1::IncidentEntity::RELATION_ORIGIN, draft.context().now);
    }
  }
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
