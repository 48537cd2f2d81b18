// A platform-neutral form: the blanks of a command line. Adapters show it as a modal or a task
// module; what was filled in becomes a command line again, so that a form can do nothing that could
// not have been typed.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_FORM_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_FORM_H_

#include <map>
#include <string>
#include <vector>

namespace belfry::chat {

struct FormChoice {
  std::string value;  // at most 75 characters
  std::string label;  // at most 75 characters
};

struct FormField {
  enum class Kind {
    kLine,     // one line
    kText,     // several lines
    kChoice,   // one of `choices`
    kChoices,  // any number of `choices`
  };
  // The key of the pair that it becomes, "conditions". Empty: plain text behind the verb, of which
  // a form has at most one.
  std::string name;
  std::string label;
  std::string hint;
  std::string value;  // filled in already; values of kChoices are separated by commas
  Kind kind = Kind::kLine;
  std::vector<FormChoice> choices;  // at most 100
  bool required = false;
  int characters_max = 3000;
};

struct Form {
  std::string title;   // one line
  std::string intro;   // what it is for, whom it goes to, what it means; may be empty
  std::string submit;  // label of the button, at most 24 characters
  // What the fields complete: "update DOP-2026-0007".
  std::string command;
  std::vector<FormField> fields;  // at most 40
  std::string context;            // small print: clauses
};

// By FormField.name.
using FormValues = std::map<std::string, std::string>;

// The command line of a form that was filled in: every value quoted, empty ones left out, so that
// nothing typed into a field can become anything else than that field's value.
std::string CompleteLine(const std::string& command, const FormValues& values);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_CHAT_FORM_H_
