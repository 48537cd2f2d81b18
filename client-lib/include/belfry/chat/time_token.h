// Times inside the texts of a card, kept as times until an adapter knows how the reader's platform
// shows them: Slack and Teams in the reader's own zone, mail and terminals as written.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_TIME_TOKEN_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_TIME_TOKEN_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace belfry::chat {

// A token for `time`, shown as `fallback` where no zone of the reader is known.
std::string TimeToken(absl::Time time, absl::string_view fallback);

// `text` with every token replaced by what `show` makes of it, and everything else by what `plain`
// makes of it (escaping, for example). A token that is broken is plain text.
std::string MapTimeTokens(
    absl::string_view text,
    const std::function<std::string(absl::Time time, absl::string_view fallback)>& show,
    const std::function<std::string(absl::string_view)>& plain);

// Every token as its fallback.
std::string WithoutTimeTokens(absl::string_view text);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_TIME_TOKEN_H_
