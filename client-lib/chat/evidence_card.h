// Evidence and its custody as cards.
#ifndef BELFRY_CLIENT_LIB_CHAT_EVIDENCE_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_EVIDENCE_CARD_H_

#include <string>

#include "belfry/chat/card.h"
#include "belfry/v1/evidence_service.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// What an item is, where it is, and what may be done next. Of one that is TLP:RED a chat shows its
// number and its state alone.
Card EvidenceCard(const v1::Evidence& evidence, const View& view);
// All items of an incident.
Card EvidenceListCard(const v1::ListEvidenceResponse& list, const std::string& incident,
                      const View& view);
// Who had it when, oldest first.
Card CustodyCard(const v1::ListCustodyResponse& custody, const std::string& evidence_no,
                 const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_EVIDENCE_CARD_H_
