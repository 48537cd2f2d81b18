#include "server/engine/places.h"

#include "absl/strings/strip.h"
#include "server/core/noted_messages.h"

namespace belfry::engine {
namespace {

using storage::PlaceRow;

PlaceRow NewPlace(const Batch& batch, PlaceRow::Origin origin, absl::string_view incident) {
  PlaceRow row;
  row.incident = std::string(absl::StripPrefix(incident, "incidents/"));
  row.origin = origin;
  row.time_us = absl::ToUnixMicros(batch.now);
  return row;
}

bool IsAboutOneIncident(const v1::Notice& notice) {
  switch (notice.kind()) {
    case v1::Notice::KIND_ROOM:
    case v1::Notice::KIND_DIGEST:
      return false;
    default:
      // A document for a mailing list does not even say of which incident it speaks.
      return !notice.incident().name().empty();
  }
}

const std::string& Or(const std::string& value, const std::string& otherwise) {
  return value.empty() ? otherwise : value;
}

}  // namespace

absl::Status KeepPlaces(Batch& batch, const std::string& incident, const record::v1::Event& event) {
  if (event.has_room_opened()) {
    PlaceRow row = NewPlace(batch, PlaceRow::kBelfry, incident);
    row.platform = event.room_opened().platform();
    row.workspace = event.room_opened().workspace();
    row.channel = event.room_opened().channel();
    return batch.transaction->PutPlace(row);
  }
  if (!event.note_added().has_source()) return absl::OkStatus();
  const v1::MessageRef& source = event.note_added().source();
  PlaceRow row = NewPlace(batch, PlaceRow::kNote, incident);
  row.platform = source.platform();
  row.workspace = source.workspace();
  row.channel = source.channel();
  row.message = source.id();
  return batch.transaction->PutPlace(row);
}

absl::Status KeepPlace(Batch& batch, const v1::Delivery& delivery, const v1::MessageRef& message) {
  if (message.id().empty() || !IsAboutOneIncident(delivery.notice())) return absl::OkStatus();
  const v1::Endpoint& endpoint = delivery.endpoint();
  PlaceRow row = NewPlace(batch, PlaceRow::kBelfry, delivery.incident());
  row.platform = Or(message.platform(), endpoint.platform());
  row.workspace = Or(message.workspace(), endpoint.workspace());
  row.channel = Or(message.channel(), endpoint.address());
  row.message = message.id();
  v1::MessageRef place = message;
  place.set_platform(row.platform);
  place.set_workspace(row.workspace);
  place.set_channel(row.channel);
  // What could not be asked for is not kept; the delivery stands all the same.
  if (!core::CheckMessage("message", place).ok()) return absl::OkStatus();
  return batch.transaction->PutPlace(row);
}

}  // namespace belfry::engine
