// What somebody did on a chat platform, whichever it was.
#ifndef BELFRY_BOT_PLATFORM_CHAT_REQUEST_H_
#define BELFRY_BOT_PLATFORM_CHAT_REQUEST_H_

#include <string>

#include "belfry/chat/form.h"
#include "belfry/v1/delivery.pb.h"

namespace belfry::bot {

struct ChatRequest {
  enum class Kind {
    kCommand,      // a command line was typed
    kButton,       // a button was pressed; `text` is its command line
    kForm,         // a form was sent: `text` is the command it completes, `form` what was filled in
    kHome,         // somebody looks at their own page: duties and countdowns
    kNote,         // a message was marked for the timeline; `text` is what it says
    kNoteEdited,   // a message was edited to `text`: changes the note made from it, if there is one
    kNoteDeleted,  // a message was deleted: withdraws the note made from it, if there is one
    kVerification,  // the platform checks our address: answer with `challenge`
    kIgnored,       // nothing to do; answer OK
  };
  Kind kind = Kind::kIgnored;
  std::string platform;
  std::string workspace;
  std::string channel_id;
  std::string channel_name;
  std::string user_id;
  // The command line, without the platform's own slash word.
  std::string text;
  std::string response_url;
  std::string trigger_id;
  // The message a button stands on, or the thread the text was written in.
  v1::MessageRef message;
  // For notes: the message itself.
  v1::MessageRef source;
  // For kNote: who wrote the message; empty when the platform does not say, or it was no person.
  std::string author_id;
  // Equal for repeats of the same act; becomes the request id.
  std::string idempotency_key;
  chat::FormValues form;
  // Whom only the one who asked reads: a direct conversation with the bot.
  bool direct = false;
  // Others read the answer as well: what is for the one who asked alone must not be in it.
  bool public_answer = false;
  std::string challenge;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_CHAT_REQUEST_H_
