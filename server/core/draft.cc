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
