#include "client-lib/chat/parser.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/evidence_name.h"
#include "client-lib/chat/lexer.h"
#include "client-lib/chat/nearest.h"
#include "client-lib/chat/past_time.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

constexpr absl::string_view kIncidents = "incidents/";

absl::Status UnknownVerb(absl::string_view word, const Grammar& grammar) {
  std::vector<std::string> commands = Nearest(word, grammar.VerbNames(), 3);
  for (std::string& name : commands) {
    const std::optional<VerbRef> verb = grammar.FindVerb(name);
    if (verb.has_value() && verb->kind != VerbKind::kTransition) {
      name = std::string(VerbOf(verb->kind).syntax);
    } else {
      absl::StrAppend(&name, " [id]");
    }
  }
  commands.push_back("help");
  return UsageError(absl::StrCat("\"", Clip(word, 40), "\" is not a command. The nearest:"),
                    commands);
}

bool IsDocumentVerb(VerbKind kind) {
  return kind == VerbKind::kUpdate || kind == VerbKind::kFollowup || kind == VerbKind::kDocument ||
         kind == VerbKind::kDraft;
}

bool TakesIncident(const VerbRef& verb) {
  return verb.kind == VerbKind::kTransition || VerbOf(verb.kind).takes_incident;
}

// Verbs whose pairs are most of their meaning: there, a key nobody knows is worth a question.
// Elsewhere it is text with a colon in it.
bool AsksAboutUnknownKeys(VerbKind kind) {
  switch (kind) {
    case VerbKind::kOpen:
    case VerbKind::kDrill:
    case VerbKind::kList:
    case VerbKind::kDecide:
    case VerbKind::kSnooze:
    case VerbKind::kDevice:
    case VerbKind::kScan:
    case VerbKind::kRemoved:
    case VerbKind::kCost:
    case VerbKind::kSpend:
    case VerbKind::kRecords:
    case VerbKind::kRelate:
      return true;
    default:
      return IsDocumentVerb(kind);
  }
}

bool IsOneOf(const KeyRef& key, std::initializer_list<absl::string_view> names) {
  return key.kind == KeyRef::Kind::kOption &&
         std::find(names.begin(), names.end(), key.name) != names.end();
}

// Values that go on behind a comma and a space, as in "devices:ws-14, ws-15".
bool IsList(const KeyRef& key) {
  return IsOneOf(key, {"devices", "subnets", "targets", "subject", "reader", "also"});
}

// Values that may be a date and a time of day with a space between them.
bool IsTime(const KeyRef& key) { return IsOneOf(key, {"at", "detected", "received"}); }

// Several answers to the same question contradict each other; several agencies do not.
bool MayRepeat(const KeyRef& key) {
  return IsList(key) || IsOneOf(key, {"type", "to", "role", "phrase"});
}

absl::Status UnknownKey(const std::string& key, const std::string& near) {
  return UsageError(absl::StrCat("\"", key, ":\" is not known here. Did you mean \"", near,
                                 ":\"? If it is part of the text, put the text in quotes."));
}

bool LooksLikeClock(absl::string_view word) {
  return absl::StrContains(word, ':') && absl::ascii_isdigit(static_cast<unsigned char>(word[0]));
}

void AppendText(std::string& text, absl::string_view more, int breaks) {
  if (!text.empty()) absl::StrAppend(&text, breaks == 0 ? " " : breaks == 1 ? "\n" : "\n\n");
  absl::StrAppend(&text, more);
}

class Parser {
 public:
  Parser(const Grammar& grammar, absl::string_view line, std::vector<Token> tokens)
      : grammar_(grammar), line_(line), tokens_(std::move(tokens)) {}

  absl::StatusOr<ParsedCommand> Run() {
    if (tokens_.empty()) {
      command_.verb = {VerbKind::kHelp, "help"};
      return std::move(command_);
    }
    if (absl::Status status = ReadVerb(); !status.ok()) return status;
    ReadIncident();
    ReadEvidence();
    if (absl::Status status = ReadStep(); !status.ok()) return status;
    if (absl::Status status = ReadDocument(); !status.ok()) return status;
    keys_ = grammar_.KeysOf(command_.verb, command_.document);
    while (at_ < tokens_.size()) {
      if (absl::Status status = ReadToken(); !status.ok()) return status;
    }
    return Finish();
  }

 private:
  absl::Status ReadVerb() {
    const Token& first = tokens_[0];
    if (const auto incident = ParseIncidentName(first.text);
        incident.has_value() && tokens_.size() == 1) {
      command_.verb = {VerbKind::kShow, "show"};
      return absl::OkStatus();  // ReadIncident() takes the token
    }
    absl::string_view word = first.text;
    absl::ConsumePrefix(&word, "/");
    std::optional<VerbRef> verb;
    if (first.kind == Token::Kind::kWord) verb = grammar_.FindVerb(word);
    if (!verb.has_value()) return UnknownVerb(first.text, grammar_);
    command_.verb = *std::move(verb);
    command_.rest = std::string(absl::StripAsciiWhitespace(line_.substr(first.end)));
    at_ = 1;
    if (verb_is(VerbKind::kDrill)) return ReadDrill();
    if (verb_is(VerbKind::kRecords)) ReadRecords();
    // "report Mail is down" says itself what it is.
    if (verb_is(VerbKind::kReport) && tokens_.size() > 1) command_.verb = {VerbKind::kOpen, "open"};
    // A word of its own for the most wanted list.
    if (absl::EqualsIgnoreCase(word, "late")) command_.words.emplace_back("late");
    // "help DOP-2026-0007" is the help for there; help needs no incident otherwise.
    if (verb_is(VerbKind::kHelp) && at_ < tokens_.size()) {
      if (auto incident = ParseIncidentName(tokens_[at_].text); incident.has_value()) {
        command_.incident = *std::move(incident);
        ++at_;
      }
    }
    return absl::OkStatus();
  }

  bool verb_is(VerbKind kind) const { return command_.verb.kind == kind; }

  // "drill open …": the verb that opens says that this is one to open, not a word of the title.
  absl::Status ReadDrill() {
    if (at_ < tokens_.size() && tokens_[at_].kind == Token::Kind::kWord) {
      const auto verb = grammar_.FindVerb(tokens_[at_].text);
      if (verb.has_value() && (verb->kind == VerbKind::kOpen || verb->kind == VerbKind::kReport)) {
        ++at_;
        return absl::OkStatus();
      }
    }
    return UsageError("A drill is opened like an incident, and marked everywhere.",
                      {std::string(VerbOf(VerbKind::kDrill).example), "help open"});
  }

  // "records show DOP-2026-0007": what to do comes before the incident, as people say it.
  void ReadRecords() {
    if (at_ >= tokens_.size() || tokens_[at_].kind != Token::Kind::kWord) return;
    const std::string word = absl::AsciiStrToLower(tokens_[at_].text);
    for (const char* known : {"show", "review", "request", "release", "deny", "log"}) {
      if (word != known) continue;
      command_.words.push_back(word);
      ++at_;
      return;
    }
  }

  // "phase contain", "status contained": a step of the life cycle by its verb, or by the state that
  // only one verb leads to.
  absl::Status ReadStep() {
    if (!verb_is(VerbKind::kPhase) && !verb_is(VerbKind::kStatus)) return absl::OkStatus();
    if (at_ >= tokens_.size() || tokens_[at_].kind == Token::Kind::kPair) return absl::OkStatus();
    const std::string& word = tokens_[at_].text;
    const auto verb = grammar_.FindVerb(word);
    std::vector<std::string> steps;
    if (verb.has_value() && verb->kind == VerbKind::kTransition) {
      steps = {verb->name};
    } else {
      steps = grammar_.StepsTo(word);
    }
    if (steps.size() != 1) {
      std::vector<std::string> commands;
      for (const std::string& step :
           steps.empty() ? Nearest(word, grammar_.TransitionVerbs(), 3) : steps) {
        commands.push_back(absl::StrCat(step, " ", IncidentId(command_.incident)));
        absl::StripTrailingAsciiWhitespace(&commands.back());
      }
      return UsageError(absl::StrCat("\"", Clip(word, 40), "\" is ",
                                     steps.empty() ? "no step of the life cycle. The nearest:"
                                                   : "reached by several steps. Say which:"),
                        commands);
    }
    command_.verb = {VerbKind::kTransition, steps[0]};
    command_.rest = std::string(absl::StripAsciiWhitespace(line_.substr(tokens_[at_].end)));
    ++at_;
    return absl::OkStatus();
  }

  void ReadIncident() {
    if (at_ >= tokens_.size() || !TakesIncident(command_.verb)) return;
    const Token& token = tokens_[at_];
    if (token.kind == Token::Kind::kQuoted) return;
    // "DOP-2026-0007:" is how people address a line to an incident.
    if (token.kind == Token::Kind::kPair && !token.value.empty()) return;
    if (auto incident = ParseIncidentName(token.text); incident.has_value()) {
      command_.incident = *std::move(incident);
      ++at_;
    }
  }

  // "evidence show DOP-2026-0007-E3": what is done stands before the incident, and an item names
  // its incident itself.
  void ReadEvidence() {
    if (!verb_is(VerbKind::kEvidence)) return;
    for (bool has_act = false; at_ < tokens_.size(); ++at_) {
      const Token& token = tokens_[at_];
      if (token.kind != Token::Kind::kWord) return;
      if (auto incident = ParseIncidentName(token.text); incident.has_value()) {
        command_.incident = *std::move(incident);
      } else if (const auto item = ParseEvidenceNo(token.text); item.has_value()) {
        command_.incident = item->incident;
        command_.words.push_back(absl::StrCat("E", item->number));
      } else if (!has_act) {
        has_act = true;
        command_.words.push_back(token.text);
      } else {
        return;
      }
    }
  }

  absl::Status ReadDocument() {
    const bool more = at_ < tokens_.size() && tokens_[at_].kind != Token::Kind::kPair;
    if (command_.verb.kind == VerbKind::kNotify && more) {
      // The duty stays a word: the handler reads it.
      command_.document = grammar_.NoticeDocument(tokens_[at_].text);
    }
    if (!IsDocumentVerb(command_.verb.kind)) return absl::OkStatus();
    if (command_.verb.kind != VerbKind::kDocument && command_.verb.kind != VerbKind::kDraft) {
      command_.document = grammar_.DocumentOf(command_.verb.kind);
      if (command_.document == nullptr && grammar_.has_policy()) {
        return UsageError(
            absl::StrCat("The policy in force has no document for \"", command_.verb.name, "\"."),
            {"help document"});
      }
      return absl::OkStatus();
    }
    if (!more) return WhichDocument("Say which document.", "");
    command_.document = grammar_.FindDocument(tokens_[at_].text);
    if (command_.document == nullptr) {
      return WhichDocument(absl::StrCat("\"", Clip(tokens_[at_].text, 40), "\" is no document."),
                           tokens_[at_].text);
    }
    ++at_;
    return absl::OkStatus();
  }

  // All types are listed: their codes are what has to be typed, and a pack has a few dozen at most.
  absl::Status WhichDocument(absl::string_view lead, absl::string_view word) const {
    std::vector<std::string> codes;
    for (const auto& document : grammar_.policy().documents()) codes.push_back(document.code());
    std::vector<std::string> commands;
    if (!word.empty()) {
      for (const std::string& code : Nearest(word, codes, 3)) {
        commands.push_back(absl::StrCat("document ", IncidentId(command_.incident),
                                        command_.incident.empty() ? "" : " ", code));
      }
    }
    commands.push_back("help document");
    return UsageError(absl::StrCat(lead, " The policy has: ", absl::StrJoin(codes, ", "), "."),
                      commands);
  }

  absl::Status ReadToken() {
    const Token& token = tokens_[at_++];
    if (token.kind != Token::Kind::kPair) {
      AddText(token);
      return absl::OkStatus();
    }
    const auto found = keys_.find(token.key);
    if (found == keys_.end()) {
      return ReadAnswer(token) ? absl::OkStatus() : ReadUnknownPair(token);
    }
    if (!MayRepeat(found->second)) {
      for (const Pair& pair : command_.pairs) {
        if (pair.key.kind == found->second.kind && pair.key.name == found->second.name) {
          return UsageError(absl::StrCat("\"", token.key, ":\" is given twice. Give it once."));
        }
      }
    }
    command_.pairs.push_back({found->second, token.value});
    open_field_ = found->second.kind == KeyRef::Kind::kField && !token.value_quoted;
    if (token.value_quoted || open_field_) return absl::OkStatus();
    if (!token.value.empty()) {
      ReadRestOfValue(found->second);
      return absl::OkStatus();
    }
    // "sev: 3", as people type on phones.
    if (at_ >= tokens_.size() || tokens_[at_].kind == Token::Kind::kPair) {
      return UsageError(
          absl::StrCat("\"", token.key, ":\" needs a value, for example ", token.key, ":\"…\"."));
    }
    command_.pairs.back().value = tokens_[at_++].text;
    ReadRestOfValue(found->second);
    return absl::OkStatus();
  }

  // Anything else behind these keys is text: "confirm:later" is what somebody wrote.
  bool ReadAnswer(const Token& token) {
    Answers& answers = command_.answers;
    const std::string value = absl::AsciiStrToLower(token.value);
    if (token.key == "confirm" && value == "yes") {
      answers.confirmed = true;
    } else if (token.key == "personal" && value == "record") {
      answers.record_personal = true;
    } else if (token.key == "form" && (value == "yes" || value == "no")) {
      answers.form = value == "yes";
    } else {
      return false;
    }
    return true;
  }

  // A list goes on behind its comma, a date is followed by its time of day.
  void ReadRestOfValue(const KeyRef& key) {
    std::string& value = command_.pairs.back().value;
    const auto more = [&] {
      return at_ < tokens_.size() && tokens_[at_].kind == Token::Kind::kWord;
    };
    while (IsList(key) && absl::EndsWith(value, ",") && more()) {
      absl::StrAppend(&value, tokens_[at_++].text);
    }
    if (IsTime(key) && IsDate(value) && more() && LooksLikeClock(tokens_[at_].text)) {
      absl::StrAppend(&value, " ", tokens_[at_++].text);
    }
  }

  absl::Status ReadUnknownPair(const Token& token) {
    std::vector<std::string> known;
    for (const auto& [key, ref] : keys_) known.push_back(key);
    const VerbKind kind = command_.verb.kind;
    if (kind == VerbKind::kFact) {
      return UsageError(
          absl::StrCat("\"", token.key, "\" is not a question of the policy. The nearest: ",
                       absl::StrJoin(Nearest(token.key, known, 3), ", "), "."),
          {std::string(VerbOf(kind).example), "help fact"});
    }
    if (AsksAboutUnknownKeys(kind)) {
      if (const std::string near = Slip(token.key, known); !near.empty()) {
        return UnknownKey(token.key, near);
      }
    }
    AddText(token);
    return absl::OkStatus();
  }

  void AddText(const Token& token) {
    if (open_field_) {
      AppendText(command_.pairs.back().value, token.text, token.breaks);
      return;
    }
    command_.words.push_back(token.text);
    AppendText(command_.text, token.text, token.breaks);
  }

  absl::StatusOr<ParsedCommand> Finish() {
    for (const Pair& pair : command_.pairs) {
      if (pair.value.empty() && pair.key.kind == KeyRef::Kind::kField) {
        return UsageError(absl::StrCat("\"", pair.key.name, ":\" has no text behind it."));
      }
    }
    if (const auto id = command_.Option("incident"); id.has_value()) {
      const auto incident = ParseIncidentName(*id);
      if (!incident.has_value()) {
        return UsageError(absl::StrCat("\"", Clip(*id, 40),
                                       "\" is not an incident. Ids look like DOP-2026-0007."),
                          {"list"});
      }
      command_.incident = *incident;
    }
    if (verb_is(VerbKind::kLink)) ReadOldLink();
    return std::move(command_);
  }

  // "link DOP-2026-0007 parent:DOP-2026-0003" is how incidents were related before accounts were
  // linked.
  void ReadOldLink() {
    if (!command_.Option("parent").has_value()) return;
    command_.verb = {VerbKind::kRelate, "relate"};
    if (command_.words.empty() || !command_.incident.empty()) return;
    const auto incident = ParseIncidentName(command_.words[0]);
    if (!incident.has_value()) return;
    command_.incident = *incident;
    command_.words.erase(command_.words.begin());
    command_.text = absl::StrJoin(command_.words, " ");
  }

  const Grammar& grammar_;
  const absl::string_view line_;
  const std::vector<Token> tokens_;
  size_t at_ = 0;
  std::map<std::string, KeyRef> keys_;
  // Bare words belong to the last pair, a document's field.
  bool open_field_ = false;
  ParsedCommand command_;
};

}  // namespace

std::optional<std::string> ParsedCommand::Option(absl::string_view name) const {
  for (const Pair& pair : pairs) {
    if (pair.key.kind == KeyRef::Kind::kOption && pair.key.name == name) return pair.value;
  }
  return std::nullopt;
}

absl::StatusOr<ParsedCommand> Parse(absl::string_view line, const Grammar& grammar) {
  absl::StatusOr<std::vector<Token>> tokens = Lex(line);
  if (!tokens.ok()) return tokens.status();
  return Parser(grammar, line, *std::move(tokens)).Run();
}

std::optional<std::string> ParseIncidentName(absl::string_view text) {
  // U+2010 … U+2015 and the minus sign.
  std::string id = absl::StrReplaceAll(text, {{"\xE2\x80\x90", "-"},
                                              {"\xE2\x80\x91", "-"},
                                              {"\xE2\x80\x92", "-"},
                                              {"\xE2\x80\x93", "-"},
                                              {"\xE2\x80\x94", "-"},
                                              {"\xE2\x88\x92", "-"}});
  absl::AsciiStrToUpper(&id);
  absl::string_view rest = id;
  absl::ConsumePrefix(&rest, "INCIDENTS/");
  while (!rest.empty() && absl::string_view(".,;:").find(rest.back()) != absl::string_view::npos) {
    rest.remove_suffix(1);
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(rest, '-');
  if (parts.size() != 3) return std::nullopt;
  const auto all = [](absl::string_view part, bool (*test)(unsigned char), size_t min, size_t max) {
    return part.size() >= min && part.size() <= max &&
           std::all_of(part.begin(), part.end(),
                       [test](char c) { return test(static_cast<unsigned char>(c)); });
  };
  if (!all(parts[0], absl::ascii_isalnum, 2, 12) || !all(parts[1], absl::ascii_isdigit, 4, 4) ||
      !all(parts[2], absl::ascii_isdigit, 4, 9)) {
    return std::nullopt;
  }
  return absl::StrCat(kIncidents, rest);
}

std::string IncidentId(absl::string_view name) {
  absl::ConsumePrefix(&name, kIncidents);
  return std::string(name);
}

}  // namespace belfry::chat
