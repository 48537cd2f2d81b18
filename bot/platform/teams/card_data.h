// What the buttons and forms of our cards carry: the command line, and what was filled in.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_CARD_DATA_H_
#define BELFRY_BOT_PLATFORM_TEAMS_CARD_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/chat/form.h"
#include "bot/platform/json.h"

namespace belfry::bot::teams {

struct CardData {
  std::string command;
  bool form = false;    // `command` is what the form completes
  bool cancel = false;  // the form was put aside
  // The card is an answer to one person and may be replaced by the next.
  bool on_answer = false;
  chat::FormValues values;
};

Json ToData(const CardData& data);
// The id of the input for a field. Prefixed, because what is typed is merged into the same object.
std::string InputId(absl::string_view field);

// One of our cards; other apps' data is none of our business.
bool IsCardData(const Json& data);
// INVALID_ARGUMENT names the member of `field` that is missing or no text. The command may be
// anything: it is run as the one who sent it, with that person's rights.
absl::StatusOr<CardData> ReadCardData(const Json& data, absl::string_view field);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_CARD_DATA_H_
