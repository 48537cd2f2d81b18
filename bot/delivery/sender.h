// Sends one delivery and says what became of it.
#ifndef BELFRY_BOT_DELIVERY_SENDER_H_
#define BELFRY_BOT_DELIVERY_SENDER_H_

#include "belfry/v1/delivery_service.pb.h"
#include "bot/platform/registry.h"
#include "client-lib/chat/view.h"

namespace belfry::bot {

// Renders the notice, looks for an earlier attempt when its outcome is unknown, then posts, or
// edits the incident's headline in place. Blocks. The request lacks only holder and incarnation.
v1::ReportDeliveryRequest SendDelivery(const PlatformRegistry& platforms,
                                       const v1::Delivery& delivery, const chat::View& view);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_SENDER_H_
