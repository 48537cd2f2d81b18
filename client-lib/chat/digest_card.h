// The morning's digest as a card.
#ifndef BELFRY_CLIENT_LIB_CHAT_DIGEST_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_DIGEST_CARD_H_

#include "belfry/chat/card.h"
#include "belfry/v1/delivery.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// Three sections, the most pressing first: late, due today, changed; a few lines each, and how many
// more there are. Read in half a minute.
Card DigestCard(const v1::Notice& notice, const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_DIGEST_CARD_H_
