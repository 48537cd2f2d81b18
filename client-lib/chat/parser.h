// A line as a command: the verb first, then perhaps an incident, then pairs and text in any order.
#ifndef BELFRY_CLIENT_LIB_CHAT_PARSER_H_
#define BELFRY_CLIENT_LIB_CHAT_PARSER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client-lib/chat/grammar.h"

namespace belfry::chat {

struct Pair {
  KeyRef key;
  std::string value;
};

// What stands in any line beside its own words: how a question of Belfry was answered.
struct Answers {
  // `confirm:yes`: the act was asked about and is meant.
  bool confirmed = false;
  // `personal:record`: personal information in the line was seen, and belongs into the record.
  bool record_personal = false;
  // `form:yes` asks for the form whatever the line has; `form:no` says that the line comes from
  // one.
  std::optional<bool> form;
};

struct ParsedCommand {
  VerbRef verb;
  // "incidents/DOP-2026-0007" when the line names one.
  std::string incident;
  std::vector<Pair> pairs;
  // Bare and quoted tokens that belong to no pair.
  std::vector<std::string> words;
  // The same as one text, with the line breaks it was typed with.
  std::string text;
  // The document that `update`, `followup` or `document` sends, or that must accompany the notice
  // of `notify`; null where there is none.
  const policy::v1::DocumentType* document = nullptr;
  // What stood behind the verb, as typed.
  std::string rest;
  Answers answers;

  // The value of an option; nothing when it was not given.
  std::optional<std::string> Option(absl::string_view name) const;
};

// An empty line is `help`; an incident alone is `show`. Errors are usage errors (usage_error.h):
// an unknown verb comes with the nearest three.
absl::StatusOr<ParsedCommand> Parse(absl::string_view line, const Grammar& grammar);

// "incidents/DOP-2026-0007" from "dop-2026-0007" or "incidents/DOP-2026-0007"; nothing when the
// text is no incident's id. Dashes that phones make of hyphens are understood.
std::optional<std::string> ParseIncidentName(absl::string_view text);

// "DOP-2026-0007" of "incidents/DOP-2026-0007".
std::string IncidentId(absl::string_view name);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_PARSER_H_
