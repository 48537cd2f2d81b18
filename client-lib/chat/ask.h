// Questions before an act: the card says what would be done, and its button runs the same line with
// the answer behind it. Nothing is done and nothing is remembered in between.
#ifndef BELFRY_CLIENT_LIB_CHAT_ASK_H_
#define BELFRY_CLIENT_LIB_CHAT_ASK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "client-lib/chat/session.h"

namespace belfry::chat {

// An act whose effects the pack wants said before.
struct LegalAct {
  std::string what;     // "close", "Notice to the Attorney General", "OLC: YES"
  std::string confirm;  // the pack's words; empty: nothing is asked
  std::string to;       // whom it reaches; may be empty
  std::string clauses;
  std::string label;             // of the button, "Close it"
  std::vector<CardField> facts;  // what would be sent
  bool good = false;             // not a thing to be afraid of
};

// As AskBefore(), about an incident that need not be one the caller may see: it says nothing but
// the name they typed.
std::optional<CommandResult> AskBeforeUnseen(const Session& session, LegalAct act);

// The question, or a refusal of the server; nothing when the act may be done now: nothing is to be
// asked, it was answered, or this place asks nothing.
std::optional<CommandResult> AskBefore(const Session& session, LegalAct act);
// The same for a step of the life cycle, whose words depend on where the incident stands.
std::optional<CommandResult> AskBeforeStep(const Session& session);

// Asks what to do with personal information in the line, where others read along.
std::optional<CommandResult> AskAboutPersonal(const Session& session);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_ASK_H_
