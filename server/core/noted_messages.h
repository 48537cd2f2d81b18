// Chat messages that notes are made from.
#ifndef BELFRY_SERVER_CORE_NOTED_MESSAGES_H_
#define BELFRY_SERVER_CORE_NOTED_MESSAGES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/delivery.pb.h"

namespace belfry::core {

// INVALID_ARGUMENT naming `field` unless it can be a platform's name of something.
absl::Status CheckChatName(absl::string_view field, absl::string_view value, bool needed);
// INVALID_ARGUMENT naming the part of `field` that is missing, too long or not printable.
absl::Status CheckMessage(absl::string_view field, const v1::MessageRef& message);
// As above, for a place that may be a whole channel.
absl::Status CheckPlace(absl::string_view field, const v1::MessageRef& place);

// Null when no note was made from it.
const record::v1::NotedMessage* FindNoted(const record::v1::IncidentState& state,
                                          const v1::MessageRef& message);

// NOT_FOUND (NOTE_NOT_FOUND), also for notes in incidents that one may not see.
absl::Status NoteNotFound();

void ApplyNote(record::v1::IncidentState& state, const record::v1::Event& event);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_NOTED_MESSAGES_H_
