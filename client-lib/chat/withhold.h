// Content of an incident that is for named readers only stays out of chat: out of answers and out
// of refusals, whichever command they belong to.
#ifndef BELFRY_CLIENT_LIB_CHAT_WITHHOLD_H_
#define BELFRY_CLIENT_LIB_CHAT_WITHHOLD_H_

#include "client-lib/chat/session.h"

namespace belfry::chat {

// Puts the incident's number and where to read on in the place of a card that could say more. Asks
// the server once where the answer itself does not tell whether the incident is withheld.
void Withhold(const Session& session, CommandResult& result);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_WITHHOLD_H_
