#include "client-lib/chat/error_card.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "belfry/error.h"
#include "client-lib/chat/help.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/remedy.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

using client::ErrorDetail;

constexpr size_t kMessageCharacters = 1'000;
constexpr size_t kLineCharacters = 2'000;
constexpr size_t kHintsMax = 10;
constexpr size_t kViolationBytesWhole = 1'400;

// Reads have nothing that could have been changed.
bool IsRead(VerbKind kind) {
  switch (kind) {
    case VerbKind::kList:
    case VerbKind::kShow:
    case VerbKind::kDuties:
    case VerbKind::kExplain:
    case VerbKind::kDevices:
    case VerbKind::kCosts:
    case VerbKind::kTimeline:
    case VerbKind::kWho:
    case VerbKind::kWhoAmI:
    case VerbKind::kHome:
    case VerbKind::kStatus:
    case VerbKind::kReport:
    case VerbKind::kPhase:
    case VerbKind::kNotNow:
    case VerbKind::kHelp:
      return true;
    default:
      return false;
  }
}

// It is certain that the server did nothing: it said so, or it was never reached.
bool NothingChanged(const ErrorDetail& error, const FailedCommand& command) {
  return !command.sent || IsRead(command.verb.kind) || !error.reason.empty() ||
         (error.code == absl::StatusCode::kUnavailable &&
          absl::StrContains(error.message, "failed to connect"));
}

std::string MetadataOr(const ErrorDetail& error, const std::string& key, std::string otherwise) {
  const auto found = error.metadata.find(key);
  return found == error.metadata.end() ? std::move(otherwise) : found->second;
}

// "POL-5.17, POL-3.11", each once.
std::string Clauses(const ErrorDetail& error) {
  std::vector<std::string> clauses;
  const auto add = [&clauses](absl::string_view list) {
    for (const absl::string_view part : absl::StrSplit(list, ',', absl::SkipWhitespace())) {
      std::string clause(absl::StripAsciiWhitespace(part));
      if (std::find(clauses.begin(), clauses.end(), clause) == clauses.end()) {
        clauses.push_back(std::move(clause));
      }
    }
  };
  for (const auto& violation : error.violations) add(violation.clause);
  add(MetadataOr(error, "clauses", MetadataOr(error, "clause", "")));
  return absl::StrJoin(clauses, ", ");
}

// Roles the server names, or those of the pack for the act it names or the verb stands for.
std::string NeededRoles(const ErrorDetail& error, const FailedCommand& command) {
  if (const std::string roles = MetadataOr(error, "roles", ""); !roles.empty()) return roles;
  std::vector<std::string> acts = {MetadataOr(error, "act", "")};
  if (acts[0].empty()) {
    acts.clear();
    for (const auto* transition : command.grammar->TransitionsOf(command.verb.name)) {
      acts.push_back(transition->act());
    }
  }
  std::vector<std::string> roles;
  for (const auto& permission : command.grammar->policy().permissions()) {
    if (std::find(acts.begin(), acts.end(), permission.act()) == acts.end()) continue;
    for (const auto& role : permission.roles()) {
      if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
    }
  }
  return absl::StrJoin(roles, ", ");
}

// A guard of a document or of a question; null when none has the code.
const policy::v1::Guard* FindGuard(const policy::v1::Policy& policy, const std::string& code) {
  for (const auto& document : policy.documents()) {
    for (const auto& guard : document.guards()) {
      if (guard.code() == code) return &guard;
    }
  }
  for (const auto& question : policy.questions()) {
    for (const auto& guard : question.guards()) {
      if (guard.code() == code) return &guard;
    }
  }
  return nullptr;
}

// The pack's remedy for an unmet guard or an open duty, as it stands there; empty when it has none.
std::string PackRemedy(const FailedCommand& command, const std::string& subject) {
  for (const auto* transition : command.grammar->TransitionsOf(command.verb.name)) {
    for (const auto& guard : transition->guards()) {
      if (guard.code() == subject) return guard.remedy();
    }
  }
  if (const auto* guard = FindGuard(command.grammar->policy(), subject); guard != nullptr) {
    return guard->remedy();
  }
  const auto* duty = command.view->FindObligation(subject);
  return duty == nullptr ? "" : duty->remedy();
}

void AddUnique(std::vector<std::string>& lines, std::string line) {
  if (!line.empty() && std::find(lines.begin(), lines.end(), line) == lines.end()) {
    lines.push_back(std::move(line));
  }
}

// One row for each thing that is missing, with its clause; what to type about it is a hint.
void ShowViolations(const ErrorDetail& error, const FailedCommand& command, absl::string_view id,
                    Card& card) {
  if (error.violations.empty()) return;
  card.table.push_back({"Missing", "Clause"});
  for (const auto& violation : error.violations) {
    const std::string remedy = PackRemedy(command, violation.subject);
    // The server repeats the remedy behind the sentence.
    absl::string_view what = violation.description;
    if (!remedy.empty() &&
        absl::ConsumeSuffix(&what, absl::StrReplaceAll(remedy, {{"{incident}", id}}))) {
      while (!what.empty() && absl::string_view(" :;.").find(what.back()) != what.npos) {
        what.remove_suffix(1);
      }
    }
    // Of an open duty the server gives the name and the remedy.
    card.table.push_back(
        {what.empty() ? absl::StrCat(violation.subject, " is open") : Clip(what, 300),
         violation.clause});
    if (card.hints.size() < kHintsMax && !remedy.empty()) {
      AddUnique(card.hints, TypedRemedy(*command.grammar, *command.view, remedy, id));
    }
  }
}

// The server cuts long lists of violations, never its message.
bool MayBeCut(const ErrorDetail& error) {
  size_t bytes = 0;
  for (const auto& violation : error.violations) {
    bytes += violation.clause.size() + violation.subject.size() + violation.description.size();
  }
  return error.violations.empty() || bytes > kViolationBytesWhole;
}

void KeepLine(const FailedCommand& command, Card& card) {
  if (command.line.empty()) return;
  absl::StrAppend(&card.body, "\nYour text, to send again:\n", Clip(command.line, kLineCharacters));
}

Card NotFound(const ErrorDetail& error, const FailedCommand& command, absl::string_view id) {
  Card card;
  if (id.empty() || (!error.reason.empty() && error.reason != "INCIDENT_NOT_FOUND")) {
    card.title = "Not found";
    card.body = Clip(error.message, kMessageCharacters);
  } else {
    card.title = absl::StrCat("There is no incident ", id);
    card.body = "Or it is not one that you may see. Check the number.";
  }
  card.hints = {command.view->Typed("list"), command.view->Typed("whoami")};
  return card;
}

Card Denied(const ErrorDetail& error, const FailedCommand& command) {
  Card card;
  card.title = absl::StrCat("You may not \"", command.verb.name, "\" here");
  card.body = Clip(error.message, kMessageCharacters);
  if (const std::string roles = NeededRoles(error, command); !roles.empty()) {
    card.fields.push_back({"Needs one of the roles", roles});
  }
  card.hints = {absl::StrCat(command.view->Typed("who"), "   (who holds the role; ask them)"),
                absl::StrCat(command.view->Typed("whoami"), "   (your own roles)")};
  return card;
}

Card NotNow(const ErrorDetail& error, const FailedCommand& command, absl::string_view id) {
  Card card;
  const std::string about = id.empty() ? "" : absl::StrCat(id, ": ");
  card.body = Clip(error.message, kMessageCharacters);
  if (error.reason == "TRANSITION_NOT_ALLOWED") {
    card.title = absl::StrCat(about, "\"", command.verb.name, "\" is not possible now");
    if (command.current.has_value()) {
      const v1::Incident& incident = *command.current;
      if (!IsWithheld(incident, *command.view)) {
        card.fields.push_back({"State", command.view->StateTitle(incident.state())});
      }
      for (const std::string& verb : incident.verbs()) {
        if (card.hints.size() == 5) break;
        card.hints.push_back(command.view->Typed(absl::StrCat(verb, " ", id)));
      }
    }
  } else if (error.reason == "GUARD_FAILED" || error.reason == "DOCUMENT_INCOMPLETE") {
    const size_t count = error.violations.size();
    // The table below says it better.
    if (!MayBeCut(error)) card.body.clear();
    card.title = absl::StrCat(about, "\"", command.verb.name, "\" refused",
                              count == 0   ? ""
                              : count == 1 ? "; one thing is missing"
                                           : absl::StrCat("; ", count, " things are missing"));
  } else if (error.reason == "PUBLIC_SAFETY_WARNING") {
    card.title = absl::StrCat(about, "public safety may depend on it");
    if (!command.line.empty()) {
      card.hints.push_back(command.view->Typed(absl::StrCat(command.line, " safety:ack")));
    }
  } else {
    card.title = absl::StrCat(about, "not possible now");
  }
  ShowViolations(error, command, id, card);
  if (!id.empty() && card.hints.size() < kHintsMax) {
    AddUnique(card.hints, command.view->Typed(absl::StrCat("duties ", id)));
  }
  return card;
}

Card WrongField(const ErrorDetail& error, const FailedCommand& command) {
  Card card;
  card.title = "Not done: something in the command is wrong";
  if (error.fields.empty()) {
    card.body = Clip(error.message, kMessageCharacters);
  } else {
    for (const auto& field : error.fields) {
      if (card.fields.size() == 8) break;
      card.fields.push_back({field.field, Clip(field.description, 300)});
    }
  }
  KeepLine(command, card);
  card.hints.push_back(command.view->Typed(absl::StrCat("help ", command.verb.name)));
  return card;
}

Card Unreachable(const ErrorDetail& error, const FailedCommand& command, absl::string_view id) {
  Card card;
  card.tone = Tone::kDanger;
  const bool store = error.reason == "STORE_UNAVAILABLE";
  card.title = store ? "Belfry cannot write to its store" : "Belfry cannot be reached";
  if (NothingChanged(error, command)) {
    card.body = "Nothing was changed. Try again in a minute.";
  } else {
    card.body = "It is not known whether this was done. Look first, then try again.";
    card.hints.push_back(
        command.view->Typed(id.empty() ? std::string("list") : absl::StrCat("show ", id)));
  }
  card.context = "If it stays like this, call your contact by phone: a duty does not wait.";
  KeepLine(command, card);
  return card;
}

Card Busy(const ErrorDetail& error, const FailedCommand& command) {
  Card card;
  card.tone = Tone::kWarning;
  if (!error.retry_after.has_value()) {
    card.title = "Not done: too much at once";
    card.body = Clip(error.message, kMessageCharacters);
  } else {
    card.title = "Belfry is very busy";
    card.body = absl::StrCat("Nothing was changed. Try again in ",
                             FormatSpan(std::max(*error.retry_after, absl::Seconds(1))), ".");
  }
  KeepLine(command, card);
  return card;
}

Card Unauthenticated(const ErrorDetail& error, const FailedCommand& command) {
  Card card;
  card.title = "Belfry does not know who you are";
  card.body = Clip(error.message, kMessageCharacters);
  KeepLine(command, card);
  card.hints.push_back("Ask an administrator to link your account, or to renew the token.");
  return card;
}

Card Conflict(const ErrorDetail& error, const FailedCommand& command, absl::string_view id) {
  Card card;
  card.title = "Somebody changed it at the same moment";
  card.body = absl::StrCat("Nothing was changed by you. ", Clip(error.message, kMessageCharacters));
  KeepLine(command, card);
  card.hints.push_back(command.view->Typed(absl::StrCat("show ", id)));
  return card;
}

Card Usage(const absl::Status& status, const FailedCommand& command) {
  Card card;
  card.title = "Not done yet";
  card.body = std::string(status.message());
  for (const std::string& line : UsageCommands(status)) {
    card.hints.push_back(command.view->Typed(line));
  }
  if (card.hints.empty()) {
    card.hints.push_back(command.view->Typed(absl::StrCat("help ", command.verb.name)));
  }
  return card;
}

Card Unexpected(const FailedCommand& command) {
  Card card;
  card.tone = Tone::kDanger;
  card.title = "Something went wrong inside Belfry";
  card.body = "Tell an administrator, with the code below and the time.";
  KeepLine(command, card);
  card.hints.push_back(command.view->Typed("help"));
  return card;
}

}  // namespace

bool IsUnreachable(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kDeadlineExceeded) return true;
  // With a reason the server itself answered.
  return status.code() == absl::StatusCode::kUnavailable &&
         client::DescribeError(status).reason.empty();
}

Card ErrorCard(const absl::Status& status, const FailedCommand& command) {
  const ErrorDetail error = client::DescribeError(status);
  const std::string id = IncidentId(command.incident);
  Card card;
  if (IsUsageError(status)) {
    card = Usage(status, command);
  } else {
    switch (status.code()) {
      case absl::StatusCode::kNotFound:
        card = NotFound(error, command, id);
        break;
      case absl::StatusCode::kPermissionDenied:
        card = Denied(error, command);
        break;
      case absl::StatusCode::kFailedPrecondition:
        card = NotNow(error, command, id);
        break;
      case absl::StatusCode::kInvalidArgument:
      case absl::StatusCode::kOutOfRange:
      case absl::StatusCode::kAlreadyExists:
        card = WrongField(error, command);
        break;
      case absl::StatusCode::kUnavailable:
      case absl::StatusCode::kDeadlineExceeded:
      case absl::StatusCode::kCancelled:
        card = Unreachable(error, command, id);
        break;
      case absl::StatusCode::kResourceExhausted:
        card = Busy(error, command);
        break;
      case absl::StatusCode::kUnauthenticated:
        card = Unauthenticated(error, command);
        break;
      case absl::StatusCode::kAborted:
        card = Conflict(error, command, id);
        break;
      default:
        card = Unexpected(command);
        break;
    }
    std::vector<std::string> small;
    if (const std::string clauses = Clauses(error); !clauses.empty()) small.push_back(clauses);
    if (!card.context.empty()) small.push_back(card.context);
    small.push_back(error.reason.empty() ? absl::StatusCodeToString(status.code()) : error.reason);
    card.context = absl::StrJoin(small, " · ");
  }
  if (card.tone == Tone::kNeutral) card.tone = Tone::kWarning;
  return card;
}

}  // namespace belfry::chat
