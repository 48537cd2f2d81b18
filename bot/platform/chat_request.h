// What somebody did on a chat platform, whichever it was.
#ifndef BELFRY_BOT_PLATFORM_CHAT_REQUEST_H_
#define BELFRY_BOT_PLATFORM_CHAT_REQUEST_H_

#include <map>
#include <string>

#include "belfry/v1/delivery.pb.h"

namespace belfry::bot {

struct ChatRequest {
  enum class Kind {
    kCommand,       // a command line was typed
    kButton,        // a button was pressed; `text` is its command line
    kForm,          // a form was sent
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
  // Equal for repeats of the same act; becomes the request id.
  std::string idempotency_key;
  std::map<std::string, std::string> form;
  std::string challenge;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_CHAT_REQUEST_H_
