// Which lines are answered with a form, by their words alone: no server and no pack.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/forms.h"
#include "client-lib/chat/lexer.h"
#include "client-lib/chat/run.h"

namespace belfry::chat {
namespace {

struct Words {
  VerbKind verb = VerbKind::kHelp;
  size_t words = 0;
  // Pairs beside those that only say when and for whom.
  size_t pairs = 0;
  bool reason = false;
  bool text = false;  // `title:`, `summary:` or `text:`
  std::string form;   // "yes", "no"
};

void Count(const Token& token, Words& line) {
  if (token.kind != Token::Kind::kPair) {
    ++line.words;
  } else if (token.key == "form") {
    line.form = absl::AsciiStrToLower(token.value);
  } else if (token.key == "reason" || token.key == "why") {
    line.reason = true;
    ++line.pairs;
  } else if (token.key == "title" || token.key == "summary" || token.key == "description" ||
             token.key == "text") {
    line.text = true;
    ++line.pairs;
  } else if (token.key != "at" && token.key != "time" && token.key != "agency" &&
             token.key != "entity" && token.key != "for" && token.key != "incident" &&
             token.key != "id") {
    ++line.pairs;
  }
}

// False when the line has no verb of ours: steps of a pack's life cycle are not known here.
bool Read(absl::string_view line, Words& read) {
  const auto tokens = Lex(line);
  if (!tokens.ok() || tokens->empty() || (*tokens)[0].kind != Token::Kind::kWord) return false;
  const Grammar grammar(nullptr);
  absl::string_view word = (*tokens)[0].text;
  absl::ConsumePrefix(&word, "/");
  const auto verb = grammar.FindVerb(word);
  if (!verb.has_value()) return false;
  read.verb = verb->kind;
  size_t at = 1;
  if (at < tokens->size()) {
    const std::string& next = (*tokens)[at].text;
    const auto open = grammar.FindVerb(next);
    const bool opens =
        open.has_value() && (open->kind == VerbKind::kOpen || open->kind == VerbKind::kReport);
    if (read.verb == VerbKind::kDrill) {
      if (!opens) return false;
      ++at;
    } else if (VerbOf(read.verb).takes_incident && ParseIncidentName(next).has_value()) {
      ++at;
    }
  } else if (read.verb == VerbKind::kDrill) {
    return false;
  }
  for (; at < tokens->size(); ++at) Count((*tokens)[at], read);
  return true;
}

}  // namespace

bool WordsWantForm(absl::string_view line) {
  Words words;
  if (!Read(line, words) || words.form == "no") return false;
  const bool asked = words.form == "yes";
  switch (words.verb) {
    case VerbKind::kOpen:
    case VerbKind::kDrill:
      return asked || (words.words == 0 && !words.text);
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
      return asked || (words.words == 0 && words.pairs == 0);
    case VerbKind::kDocument:
      return words.words > 0 && (asked || (words.words == 1 && words.pairs == 0));
    case VerbKind::kNotify:
      return asked || (words.words <= 1 && words.pairs == 0);
    case VerbKind::kDecide:
      return asked || words.words <= 1;
    case VerbKind::kSnooze:
      return asked || words.words == 0 || (words.words <= 2 && !words.reason);
    case VerbKind::kWaive:
    case VerbKind::kHold:
      return asked || words.words == 0 || (words.words == 1 && !words.reason);
    case VerbKind::kEscalate:
      return asked || (words.words == 0 && !words.reason);
    case VerbKind::kNote:
    case VerbKind::kSeverity:
    case VerbKind::kType:
    case VerbKind::kTicket:
    case VerbKind::kLead:
    case VerbKind::kAgency:
    case VerbKind::kRelease:
    // "E2E:48113" and "status:green" look like pairs and are what it is about.
    case VerbKind::kFact:
      return asked || (words.words == 0 && words.pairs == 0);
    default:
      return false;
  }
}

bool CommandRunner::WantsForm(absl::string_view line) { return WordsWantForm(line); }

}  // namespace belfry::chat
