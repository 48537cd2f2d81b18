// Buttons, within what every platform shows.
#ifndef BELFRY_CLIENT_LIB_CHAT_BUTTONS_H_
#define BELFRY_CLIENT_LIB_CHAT_BUTTONS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"

namespace belfry::chat {

// The most that a card has.
inline constexpr size_t kButtonsMax = 5;
// The longest command that a button keeps; platforms cut at 2,000 bytes.
inline constexpr size_t kButtonCommandMax = 1'999;

// Runs the command.
CardButton PressButton(absl::string_view label, std::string command, Tone tone = Tone::kNeutral);
// Opens the form of a command.
CardButton FormButton(absl::string_view label, std::string command, Tone tone = Tone::kNeutral);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_BUTTONS_H_
