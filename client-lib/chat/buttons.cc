#include "client-lib/chat/buttons.h"

#include <utility>

#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

constexpr size_t kLabelCharacters = 75;

}  // namespace

CardButton PressButton(absl::string_view label, std::string command, Tone tone) {
  CardButton button;
  button.label = Clip(label, kLabelCharacters);
  button.command = std::move(command);
  button.tone = tone;
  return button;
}

CardButton FormButton(absl::string_view label, std::string command, Tone tone) {
  CardButton button = PressButton(label, std::move(command), tone);
  button.form = true;
  return button;
}

}  // namespace belfry::chat
