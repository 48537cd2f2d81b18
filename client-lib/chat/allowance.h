// What one person may do in one place, now: which verbs the help lists.
#ifndef BELFRY_CLIENT_LIB_CHAT_ALLOWANCE_H_
#define BELFRY_CLIENT_LIB_CHAT_ALLOWANCE_H_

#include <optional>
#include <set>
#include <string>

#include "belfry/v1/incident.pb.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/session.h"

namespace belfry::chat {

// The help only leaves out what would be refused; the server alone decides.
struct Allowance {
  // Acts of the policy's table; nothing: not known, and then everything is listed.
  std::optional<std::set<std::string>> acts;
  // The incident of this place, where there is one that may be seen.
  std::optional<v1::Incident> incident;
  // The account is linked to nobody.
  bool unlinked = false;
};

// Asks the server; what it does not say is not known.
Allowance FindAllowance(const Session& session);

bool MayUse(const Grammar& grammar, const VerbRef& verb, const Allowance& allowance,
            const View& view);

// The three to five likeliest acts here.
std::vector<CardButton> LikelyButtons(const Grammar& grammar, const Allowance& allowance,
                                      const View& view);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_ALLOWANCE_H_
