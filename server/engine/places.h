// Which place on a chat platform belongs to which incident.
#ifndef BELFRY_SERVER_ENGINE_PLACES_H_
#define BELFRY_SERVER_ENGINE_PLACES_H_

#include <string>

#include "absl/status/status.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/v1/delivery.pb.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Keeps what an event says: a message that became a note, a channel that was opened.
absl::Status KeepPlaces(Batch& batch, const std::string& incident, const record::v1::Event& event);

// Keeps where a message of Belfry's own stands, so that an answer below it finds its incident.
// Nothing for messages about no incident, or about many.
absl::Status KeepPlace(Batch& batch, const v1::Delivery& delivery, const v1::MessageRef& message);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_PLACES_H_
