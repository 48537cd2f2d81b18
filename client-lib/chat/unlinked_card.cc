#include "client-lib/chat/unlinked_card.h"

namespace belfry::chat {

bool IsForUnlinked(VerbKind verb) {
  return verb == VerbKind::kOpen || verb == VerbKind::kLink || verb == VerbKind::kHelp;
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
  return card;
}

}  // namespace belfry::chat
