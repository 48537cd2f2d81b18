// What Slack sends, as ChatRequests. Pure: bytes in, values out.
#ifndef BELFRY_BOT_PLATFORM_SLACK_INBOUND_H_
#define BELFRY_BOT_PLATFORM_SLACK_INBOUND_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bot/platform/chat_request.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// One act: the request in words that every platform has, and what only Slack's answers need.
struct Inbound {
  // Where it was done, which decides where the answer is shown.
  enum class Surface {
    kNone,
    kCommand,   // a slash command: the answer stands in the acknowledgement
    kMention,   // a message that speaks to the bot
    kMessage,   // a button under a message
    kShortcut,  // a menu; has a trigger, and for messages a response URL
    kModal,     // a button inside a modal, or the modal itself was sent
    kHome,      // a button on the home tab, which has no channel
    kEvent,     // something that happened; there is nobody to answer unless it went wrong
  };
  ChatRequest chat;
  Surface surface = Surface::kNone;
  // A button or menu that opens a form.
  bool wants_form = false;
  // The modal.
  std::string view_id;
  std::string view_hash;
  // Of a modal that was sent: the block of each field.
  std::map<std::string, std::string> blocks;
  // Of a reaction: the emoji's name. `chat.text` is still to be read from the message.
  std::string reaction;
  // What a form is to be filled in with: the text of the message it was asked for on.
  std::string prefill;
};

// Names of the app's shortcuts, as in its manifest.
constexpr char kOpenShortcut[] = "belfry_open";
constexpr char kOpenFromMessageShortcut[] = "belfry_open_from_message";
constexpr char kNoteShortcut[] = "belfry_note";

// All of them: INVALID_ARGUMENT naming the field for bodies Slack does not send, also for text that
// is no UTF-8. Unknown fields and acts are ignored (kIgnored).

// POST of a slash command (form).
absl::StatusOr<Inbound> ParseCommand(absl::string_view body);
// POST of a button, a modal or a shortcut (form with one field, `payload`).
absl::StatusOr<Inbound> ParseInteraction(absl::string_view body);
// POST of an event (JSON). Our own messages and other bots' are kIgnored.
absl::StatusOr<Inbound> ParseEvent(absl::string_view body);

// The same as they come over a socket, where everything is JSON.
absl::StatusOr<Inbound> FromCommand(const nlohmann::json& fields);
absl::StatusOr<Inbound> FromInteraction(const nlohmann::json& payload);
absl::StatusOr<Inbound> FromEvent(const nlohmann::json& body);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_INBOUND_H_
