// A platform-neutral message: what a person should see, before any chat platform's or terminal's
// own markup. Adapters turn a Card into Block Kit, an Adaptive Card, or plain text. Every text may
// hold time tokens (belfry/chat/time_token.h), which adapters show in the reader's own zone.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_CARD_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_CARD_H_

#include <string>
#include <vector>

namespace belfry::chat {

// How urgent a card looks. Never the only carrier of a meaning: the words say it too.
enum class Tone { kNeutral, kGood, kWarning, kDanger };

struct CardField {
  std::string label;
  std::string value;  // untrusted text; adapters escape it
};

// A button runs a command line, as if the person who pressed it had typed it.
struct CardButton {
  std::string label;    // at most 75 characters
  std::string command;  // for example "ack DOP-2026-0007"
  Tone tone = Tone::kNeutral;
  std::string confirm;  // when not empty: the question to ask before running the command
  // The command lacks what a form asks for (FormFor()): open that form. Platforms without forms run
  // the command, whose answer says what to type.
  bool form = false;
};

struct Card {
  Tone tone = Tone::kNeutral;
  std::string title;                            // one line
  std::string body;                             // free text, may have several lines
  std::vector<CardField> fields;                // at most 10
  std::vector<std::vector<std::string>> table;  // first row is the header; empty when no table
  std::vector<std::string> hints;               // what to type next, one line each
  std::string context;                          // small print: clause, times, id
  std::vector<CardButton> buttons;              // at most 5

  // The whole meaning in plain sentences, for screen readers, notifications and terminals.
  std::string PlainText() const;
};

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_CARD_H_
