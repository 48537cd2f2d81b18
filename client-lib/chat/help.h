// Help, made from the table of verbs and from the pack.
#ifndef BELFRY_CLIENT_LIB_CHAT_HELP_H_
#define BELFRY_CLIENT_LIB_CHAT_HELP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "client-lib/chat/allowance.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// `help` and what was typed behind it: nothing, "all", a verb, a folded group, or a verb and what
// it takes ("document FOLLOWUP", "decide OLC"). `incident` ("incidents/…") is the one of this
// place; may be empty.
absl::StatusOr<Card> HelpCardFor(const Grammar& grammar, const View& view,
                                 absl::string_view incident, const std::vector<std::string>& words,
                                 const Allowance& allowance);

// The verbs that may be used, each in one line, those of folded groups by name only; how many are
// left out; and buttons for the likeliest.
Card HelpCard(const Grammar& grammar, const View& view, absl::string_view incident,
              const Allowance& allowance);

// How one verb is used; a usage error with the nearest verbs when there is no such verb.
absl::StatusOr<Card> VerbHelpCard(const Grammar& grammar, const View& view, absl::string_view word);

// "open <title> [sev:] …" of any verb, the pack's included.
std::string SyntaxOf(const Grammar& grammar, const VerbRef& verb);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_HELP_H_
