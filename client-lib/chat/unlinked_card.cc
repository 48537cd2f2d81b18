#include "client-lib/chat/unlinked_card.h"

#include "client-lib/chat/buttons.h"

namespace belfry::chat {

bool IsForUnlinked(VerbKind verb) {
  switch (verb) {
    case VerbKind::kOpen:
    case VerbKind::kReport:
    case VerbKind::kNotNow:
    case VerbKind::kLink:
    case VerbKind::kHelp:
      return true;
    default:
      return false;
  }
}

Card UnlinkedCard(const View& view) {
  Card card;
  card.tone = Tone::kWarning;
  card.title = "Belfry does not know you yet";
  card.body =
      "Your account here is linked to no person in the directory, so nothing was done. You "
      "may report an incident all the same.";
  card.hints = {view.Typed("link"), view.Typed("open \"what happened\""),
                "In an emergency call CommonHelp; do not wait for this."};
  card.buttons = {PressButton("Link my account", "link", Tone::kGood),
                  FormButton("Report an incident", "open")};
  return card;
}

}  // namespace belfry::chat
