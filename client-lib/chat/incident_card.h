// An incident as a card: the headline message of a channel, and the answer to `show`.
#ifndef BELFRY_CLIENT_LIB_CHAT_INCIDENT_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_INCIDENT_CARD_H_

#include <string>
#include <vector>

#include "belfry/chat/card.h"
#include "belfry/v1/incident.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// Title "DOP-2026-0007 · SEV3 · title", severity, state, entity, escalation and the next duty.
// Buttons follow the state: Acknowledge while somebody is being paged, Update and Escalate while
// the incident is ongoing, Note until it is closed, and always More…, which is the help for this
// person here and now. A restricted incident, or one marked TLP:RED, shows its id and where to read
// on, nothing else, unless `view.show_restricted`. Personal information is masked there too.
Card IncidentCard(const v1::Incident& incident, const View& view);

// What a restricted incident shows wherever its content must not be seen.
Card RestrictedCard(const v1::Incident& incident, const View& view);

// Its content must not be shown in this view.
bool IsWithheld(const v1::Incident& incident, const View& view);

// "DOP-2026-0007 · SEV3 · title", with "DRILL · " before it for exercises.
std::string IncidentTitle(const v1::Incident& incident);

// One sentence: "Level 2 was paged (2nd page), nobody has acknowledged; next page …".
std::string EscalationLine(const v1::EscalationChain& chain, const View& view);

// Someone is being paged and has not answered.
bool IsBeingPaged(const v1::Incident& incident);
// Work is going on, as the pack's states say.
bool IsOngoing(const v1::Incident& incident, const View& view);

// The buttons for actions such as "ack", "update", "escalate", "note", "more" and the pack's steps.
// What needs words opens a form; where the pack wants a step confirmed, running it asks.
std::vector<CardButton> ActionButtons(const std::vector<std::string>& actions,
                                      const v1::Incident& incident, const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_INCIDENT_CARD_H_
