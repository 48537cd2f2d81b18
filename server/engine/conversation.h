// From "people/…", "channels/…" and "accounts/…" to addresses on platforms.
#ifndef BELFRY_SERVER_ENGINE_CONVERSATION_H_
#define BELFRY_SERVER_ENGINE_CONVERSATION_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "belfry/v1/delivery.pb.h"
#include "server/core/directory.h"

namespace belfry::engine {

// The address number `index` of a person (they have an order), or the address of a channel, which
// has only the one. nullopt when there is none.
std::optional<v1::Endpoint> EndpointOf(const core::Directory& directory, absl::string_view target,
                                       int index);

// Messages of one conversation are sent in order.
std::string ConversationOf(const v1::Endpoint& endpoint);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_CONVERSATION_H_
