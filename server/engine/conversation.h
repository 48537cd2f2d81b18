// From "people/…", "channels/…", "rooms/…" and "accounts/…" to addresses on platforms.
#ifndef BELFRY_SERVER_ENGINE_CONVERSATION_H_
#define BELFRY_SERVER_ENGINE_CONVERSATION_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "belfry/v1/delivery.pb.h"
#include "server/core/directory.h"

namespace belfry::engine {

// The address number `index` of a person (they have an order), or the address of a channel or a
// room, which has only the one. nullopt when there is none.
std::optional<v1::Endpoint> EndpointOf(const core::Directory& directory, absl::string_view target,
                                       int index);

// The first of a person's addresses that is not on this platform, nor on its webhooks; 0 when there
// is no other.
int IndexBeside(const core::Directory& directory, absl::string_view target,
                absl::string_view platform);

// Messages of one conversation are sent in order.
std::string ConversationOf(const v1::Endpoint& endpoint);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_CONVERSATION_H_
