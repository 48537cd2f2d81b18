// A notice of the server as a card.
#ifndef BELFRY_CLIENT_LIB_CHAT_NOTICE_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_NOTICE_CARD_H_

#include "belfry/chat/card.h"
#include "belfry/v1/delivery.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// Headline, log line, page, reminder, overdue duty, statement or alarm. Times are absolute unless
// `view.now` is set, because such messages stay. Buttons are the notice's actions; reminders also
// say exactly what to type. Restricted incidents show only their id and where to read on.
Card NoticeCard(const v1::Delivery& delivery, const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_NOTICE_CARD_H_
