// Questions that somebody has to decide, as cards.
#ifndef BELFRY_CLIENT_LIB_CHAT_QUESTION_CARD_H_
#define BELFRY_CLIENT_LIB_CHAT_QUESTION_CARD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "belfry/policy/v1/policy.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// Code, answers, meaning, other words for it: every question of the pack.
std::vector<std::vector<std::string>> QuestionTable(const policy::v1::Policy& policy);

// One question, what it needs, and a line for each answer. Answers that need no more than a press
// are buttons; one with a form takes the others. `id` is "DOP-2026-0007"; without one
// there are no buttons.
Card QuestionCard(const policy::v1::Policy& policy, const policy::v1::Question& question,
                  const View& view, absl::string_view id);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_QUESTION_CARD_H_
