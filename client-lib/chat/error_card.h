// Refusals and failures as cards: what, why (the clause), and what to type next.
#ifndef BELFRY_CLIENT_LIB_CHAT_ERROR_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_ERROR_CARD_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "belfry/v1/incident.pb.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

struct FailedCommand {
  const Grammar* grammar = nullptr;  // never null
  const View* view = nullptr;        // never null
  // What was recognised of the line; `help` when nothing was.
  VerbRef verb;
  // The line as typed, so that it is not lost when it could not be sent.
  absl::string_view line;
  std::string incident;  // "incidents/…"; may be empty
  // The act itself was asked for; false when something before it failed.
  bool sent = true;
  // As it is now, for TRANSITION_NOT_ALLOWED; may be missing.
  std::optional<v1::Incident> current;
};

// Never shows what the server did not mean for people: an internal error becomes one sentence with
// its code.
Card ErrorCard(const absl::Status& status, const FailedCommand& command);

// The server could not be reached, or did not answer in time.
bool IsUnreachable(const absl::Status& status);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_ERROR_CARD_H_
