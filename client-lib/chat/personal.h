// Personal information in running text, by the pack's patterns: it belongs into the record, not
// into a chat.
#ifndef BELFRY_CLIENT_LIB_CHAT_PERSONAL_H_
#define BELFRY_CLIENT_LIB_CHAT_PERSONAL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "belfry/policy/v1/policy.pb.h"

namespace belfry::chat {

// The patterns that the text fits, in the order of the pack, each once.
std::vector<const policy::v1::PersonalPattern*> FindPersonal(const policy::v1::Policy& policy,
                                                             absl::string_view text);

// The text with "●●●" in the place of every match.
std::string MaskPersonal(const policy::v1::Policy& policy, absl::string_view text);

// The same for everything that a card shows. Commands behind buttons stay as they are: they are
// run, not read.
void MaskCard(const policy::v1::Policy& policy, Card& card);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_PERSONAL_H_
