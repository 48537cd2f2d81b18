// Sends one delivery and says what became of it.
#ifndef BELFRY_BOT_DELIVERY_SENDER_H_
#define BELFRY_BOT_DELIVERY_SENDER_H_

#include "belfry/v1/delivery_service.pb.h"
#include "bot/platform/registry.h"
#include "client-lib/chat/view.h"

namespace belfry::bot {

struct SendOutcome {
  // Lacks only holder and incarnation.
  v1::ReportDeliveryRequest report;
  // What the platform answered, for the gate.
  SendResult result;
  // The platform was asked whether an earlier attempt had arrived.
  bool looked = false;
  // It had: nothing was sent again.
  bool found = false;
  // It cannot say; the message was sent all the same and may now be there twice.
  bool blind = false;
  // It had not, but an attempt of a moment ago may still be under way: nothing was sent; call again
  // after a while with `settled`. There is no report.
  bool look_again = false;
  // It could not be asked just now. The report says so; looking again soon costs nothing either.
  bool look_failed = false;
};

// Renders the notice, looks for an earlier attempt when its outcome is unknown, then posts, edits
// the message that the notice is about in place, or opens the room it asks for. Blocks.
SendOutcome SendDelivery(const PlatformRegistry& platforms, const v1::Delivery& delivery,
                         chat::View view, bool settled);

// A report that says why the attempt was not made.
v1::ReportDeliveryRequest NotAttempted(const v1::Delivery& delivery, absl::Duration retry_after,
                                       const std::string& why);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_DELIVERY_SENDER_H_
