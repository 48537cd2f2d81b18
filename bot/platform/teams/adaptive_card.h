// Cards as Adaptive Cards.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_ADAPTIVE_CARD_H_
#define BELFRY_BOT_PLATFORM_TEAMS_ADAPTIVE_CARD_H_

#include <cstddef>

#include "belfry/chat/card.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

// What the place that shows the card can do.
struct CardUse {
  // Buttons that come back to the bot; without, buttons are left out.
  bool actions = true;
  // Buttons with a form open a dialog; without, they are pressed like any other. Microsoft's
  // Playground has no dialogs.
  bool dialogs = true;
  // See CardData.
  bool on_answer = false;
  // Larger messages are refused by Teams, or accepted and never shown.
  size_t bytes_max = 25 * 1024;
};
// Power Automate adds its own to a message before it measures it.
inline constexpr CardUse kWorkflowUse = {.actions = false, .bytes_max = 20 * 1024};
// What an outgoing webhook may answer.
inline constexpr CardUse kWebhookUse = {.actions = false};

// Never larger than `use.bytes_max`; a card that had to be cut says so.
Json ToAdaptiveCard(const chat::Card& card, const CardUse& use);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_ADAPTIVE_CARD_H_
