// The button that does a duty.
#ifndef BELFRY_CLIENT_LIB_CHAT_DUTY_BUTTON_H_
#define BELFRY_CLIENT_LIB_CHAT_DUTY_BUTTON_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "belfry/v1/incident.pb.h"
#include "client-lib/chat/grammar.h"

namespace belfry::chat {

// "Write it" with the form of the document that satisfies the duty, "Send it", "Decide",
// "Acknowledge" or the step of the life cycle; nothing where the pack's row names no act.
std::optional<CardButton> DutyButton(const Grammar& grammar, absl::string_view instance,
                                     const v1::Incident& incident);

// Whether the pack lets somebody waive it.
bool IsWaivable(const Grammar& grammar, absl::string_view instance);

// "DOP" of "DAILY-STATUS#2[dop]"; empty when the duty is the incident's.
std::string DutySubject(absl::string_view instance);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_DUTY_BUTTON_H_
