// A notice of the server as a card.
#ifndef BELFRY_CLIENT_LIB_CHAT_NOTICE_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_NOTICE_CARD_H_

#include "belfry/chat/card.h"
#include "belfry/v1/delivery.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// Headline, log line, page, reminder, overdue duty, statement, alarm or digest; an empty card for a
// room, which is opened and not told. Times are absolute unless `view.now` is set, because such
// messages stay. Buttons are the notice's actions; a reminder says what, for whom and until when,
// and can be answered, put off or declined with a form. Once the duty is done its card is a receipt
// and offers nothing. Restricted incidents show only their id and where to read on; personal
// information is masked.
Card NoticeCard(const v1::Delivery& delivery, const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_NOTICE_CARD_H_
