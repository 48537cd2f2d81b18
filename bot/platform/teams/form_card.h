// Forms as Adaptive Cards, on a message or in a dialog.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_FORM_CARD_H_
#define BELFRY_BOT_PLATFORM_TEAMS_FORM_CARD_H_

#include <map>
#include <string>

#include "belfry/chat/form.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

enum class FormPlace {
  kMessage,  // with a button to put it aside
  kDialog,   // which has its own
};

// `errors` by FormField.name stand above their fields; one for no field of the form stands on top.
Json ToFormCard(const chat::Form& form, FormPlace place,
                const std::map<std::string, std::string>& errors = {});

// `form` with what was filled in before as its values, so that nothing has to be typed twice.
chat::Form Filled(chat::Form form, const chat::FormValues& values);

// An empty form that starts from a message: its first line in the first single line, all of it in
// the first field for several lines.
chat::Form Prefilled(chat::Form form, const std::string& text);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_FORM_CARD_H_
