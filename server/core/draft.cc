#include "server/core/draft.h"

#include "server/base/proto_time.h"

namespace belfry::core {

record::v1::Event Draft::NewEvent() const {
  record::v1::Event event;
  *event.mutable_time() = ToProto(context_.now);
  *event.mutable_actor() = actor_;
  event.set_request_id(request_id_);
  return event;
}

Draft::AsSystem::AsSystem(Draft& draft)
    : draft_(draft), actor_(draft.actor_), internal_(draft.internal_) {
  draft.actor_.Clear();
  draft.actor_.set_principal("system");
  draft.actor_.set_via("scheduler");
  draft.internal_ = true;
}

Draft::AsSystem::~AsSystem() {
  draft_.actor_ = actor_;
  draft_.internal_ = internal_;
}

void Draft::Record(record::v1::Event event) {
  event.set_version(state_.version() + 1);
  Apply(state_, event);
  events_.push_back(std::move(event));
}

void Draft::RecordDue(record::v1::Event event, absl::Time due) {
  *event.mutable_due_time() = ToProto(due);
  Record(std::move(event));
}

}  // namespace belfry::core
