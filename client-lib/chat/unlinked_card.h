// What somebody is told whose chat account is linked to no person.
#ifndef BELFRY_CLIENT_LIB_CHAT_UNLINKED_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_UNLINKED_CARD_H_

#include "belfry/chat/card.h"
#include "client-lib/chat/verbs.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// What an account without a person may do: report (POL-1.2: everybody must), link itself, read the
// help.
bool IsForUnlinked(VerbKind verb);

// Nothing was done, and how to be known.
Card UnlinkedCard(const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_UNLINKED_CARD_H_
