// Messages that later ones edit or replace: headlines, and the cards that ask for a duty.
//
// A duty has one card in a place. A newer reminder names the older one, so that the bot can mark it
// as out of date; when the duty ends, one receipt edits the newest. What was never sent is replaced
// in the queue instead, and whoever got no card gets no receipt.
#ifndef BELFRY_SERVER_ENGINE_CARDS_H_
#define BELFRY_SERVER_ENGINE_CARDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "belfry/record/v1/delivery.pb.h"
#include "server/core/core.h"
#include "server/engine/work.h"

namespace belfry::engine {

// "duty:FOLLOWUP-24H" for a card that asks for a duty, and for its receipt; nullopt for all else.
std::optional<std::string> DutyTopic(const v1::Notice& notice);

// Later notices with this key take the place of one that was never attempted; empty: none do.
std::string ConflationKey(absl::string_view incident, absl::string_view target,
                          const v1::Notice& notice, const v1::Endpoint& endpoint);

// Where cards that ask for these duties were sent.
absl::StatusOr<std::vector<core::DutyCards>> CardsOf(Batch& batch, absl::string_view incident,
                                                     const std::vector<std::string>& duties);

// Where the receipt of a duty goes: to the card. nullopt when there is none, or one that nobody can
// edit any more; a card that still waits is then taken out of the queue.
absl::StatusOr<std::optional<v1::Endpoint>> ReceiptEndpoint(Batch& batch,
                                                            absl::string_view incident,
                                                            const core::NoticeDraft& receipt);

// A card was put into the queue as delivery `id`.
absl::Status NoteQueued(Batch& batch, absl::string_view incident, absl::string_view target,
                        const std::string& topic, const std::string& id);

// A delivery arrived as `row.message_blob`.
absl::Status NoteDelivered(Batch& batch, const storage::DeliveryRow& row,
                           const record::v1::StoredDelivery& stored);

// Gives a delivery that is about to be sent the messages it edits or hangs on. False when it is a
// receipt and its card never arrived: there is nothing to tell.
absl::StatusOr<bool> AttachMessages(Batch& batch, const storage::DeliveryRow& row,
                                    v1::Delivery& delivery);

// A newer card of the same duty is on its way to the same place.
absl::StatusOr<bool> IsOvertaken(Batch& batch, const storage::DeliveryRow& row,
                                 const v1::Notice& notice);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_CARDS_H_
