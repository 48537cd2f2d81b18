// What people do in Teams, as ChatRequests. Pure: values in, values out.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_INBOUND_H_
#define BELFRY_BOT_PLATFORM_TEAMS_INBOUND_H_

#include <string>

#include "absl/status/statusor.h"
#include "bot/platform/chat_request.h"
#include "bot/platform/teams/activity.h"

namespace belfry::bot::teams {

// One activity: what to run, and where its answer is shown.
struct Incoming {
  enum class Kind {
    kIgnored,
    kMessage,       // answered by a message
    kQuiet,         // run, answered only when something went wrong
    kCardAction,    // a button or form on a card: the HTTP answer is shown
    kDialogOpen,    // a button that opens a dialog
    kDialogSubmit,  // a dialog was sent
    kDismiss,       // a form was cancelled: nothing to run
    kPinned,        // a message was marked by a reaction, which does not say what the message is
    kInstalled,     // the bot was added here
    kRemoved,       // the bot was removed here
    kUnknownInvoke,
  };
  Kind kind = Kind::kIgnored;
  ChatRequest request;
  // The card is an answer of ours to one person, and shows what comes next; not a notice, which
  // only the delivery of notices edits.
  bool on_answer = false;
  // For a dialog opened from a message: what the message says.
  std::string prefill;
  // Equal when Teams sends the same once more.
  std::string repeat_key;
};

// INVALID_ARGUMENT names the field for activities Teams does not send.
absl::StatusOr<Incoming> ReadActivity(const Activity& activity);

// How a message of the activity's conversation is called in a record.
v1::MessageRef MessageOf(const Activity& activity, const std::string& message_id);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_INBOUND_H_
