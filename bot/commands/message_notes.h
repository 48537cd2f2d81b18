// Chat messages that become notes of the timeline, and follow what becomes of the message.
#ifndef BELFRY_BOT_COMMANDS_MESSAGE_NOTES_H_
#define BELFRY_BOT_COMMANDS_MESSAGE_NOTES_H_

#include <string>

#include "belfry/client.h"
#include "bot/platform/chat_request.h"
#include "client-lib/chat/run.h"

namespace belfry::bot {

// For kNote, kNoteEdited and kNoteDeleted. `context` says who, and which incident the place is; a
// note needs one, an edit finds its own. A card with a title is an answer for the one who did it;
// an edit of a message that no note was made from is answered with an empty one.
// Personal information in the message is recorded, for that is where it belongs, and whoever marked
// it is told to delete the message. `policy` says how it looks; null: nothing is looked for.
chat::CommandResult NoteMessage(const client::Client& client, const ChatRequest& request,
                                const chat::CommandContext& context,
                                const policy::v1::Policy* policy);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_MESSAGE_NOTES_H_
