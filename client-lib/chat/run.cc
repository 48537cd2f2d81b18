#include "client-lib/chat/run.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "belfry/error.h"
#include "client-lib/chat/allowance.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/error_card.h"
#include "client-lib/chat/forms.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/help.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/personal.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/unlinked_card.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/view.h"
#include "client-lib/chat/withhold.h"

namespace belfry::chat {
namespace {

constexpr size_t kFieldsMax = 10;
constexpr int kOfferedIncidents = 5;

uint64_t DrawBits() {
  thread_local absl::BitGen generator;
  return absl::Uniform<uint64_t>(generator);
}

// Nobody should have to remember a number: offers the open incidents, each with a button that runs
// the same line on it.
CommandResult WhichIncident(const Session& session) {
  const std::string& verb = session.command.verb.name;
  CommandResult result = Refused(UsageError(absl::StrCat("\"", verb, "\" needs an incident here."),
                                            {absl::StrCat(verb, " DOP-2026-0007")}));
  Card card;
  card.tone = Tone::kWarning;
  card.title = "Which incident?";
  card.body = absl::StrCat("Type its id behind \"", verb, "\".");
  v1::ListIncidentsRequest request;
  request.set_page_size(kOfferedIncidents);
  request.set_filter("open = true");
  const auto response = session.client.ListIncidents(request, session.call);
  if (response.ok()) {
    for (const v1::Incident& incident : response->incidents()) {
      const std::string id = IncidentId(incident.name());
      const std::string title =
          IsWithheld(incident, session.view) ? "restricted" : incident.title();
      const std::string command = absl::StrCat(
          verb, " ", id, session.command.rest.empty() ? "" : " ", session.command.rest);
      card.table.push_back({id, Clip(title, 60)});
      if (command.size() <= kButtonCommandMax) {
        const auto button = WordsWantForm(command) ? FormButton : PressButton;
        card.buttons.push_back(button(absl::StrCat(id, " ", title), command, Tone::kNeutral));
      }
    }
    if (!card.table.empty()) card.table.insert(card.table.begin(), {"Incident", "Title"});
  }
  card.hints = {session.view.Typed(absl::StrCat(verb, " <id> ", session.command.rest)),
                session.view.Typed("list")};
  result.card = std::move(card);
  return result;
}

CommandResult RunHelp(const Session& session) {
  CommandResult result;
  const auto& words = session.command.words;
  const bool is_menu = words.empty() || absl::EqualsIgnoreCase(words[0], "all");
  auto card = HelpCardFor(session.grammar, session.view, session.incident, words,
                          is_menu ? FindAllowance(session) : Allowance());
  if (!card.ok()) return Refused(card.status());
  result.card = *std::move(card);
  result.ok = true;
  return result;
}

CommandResult Dispatch(const Session& session) {
  switch (session.command.verb.kind) {
    case VerbKind::kOpen:
    case VerbKind::kDrill:
      return RunOpen(session);
    case VerbKind::kAck:
      return RunAck(session);
    case VerbKind::kEscalate:
      return RunEscalate(session);
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
    case VerbKind::kDocument:
    case VerbKind::kDraft:
      return RunDocument(session);
    case VerbKind::kSend:
      return RunSend(session);
    case VerbKind::kDiscard:
      return RunDiscard(session);
    case VerbKind::kDocuments:
      return RunDocuments(session);
    case VerbKind::kPaper:
      return RunPaper(session);
    case VerbKind::kNote:
      return RunNote(session);
    case VerbKind::kTransition:
      return RunTransition(session);
    case VerbKind::kPhase:
      return RunPhase(session);
    case VerbKind::kSeverity:
      return RunSeverity(session);
    case VerbKind::kFact:
      return RunFact(session);
    case VerbKind::kType:
      return RunType(session);
    case VerbKind::kAgency:
      return RunAgency(session);
    case VerbKind::kLead:
      return RunLead(session);
    case VerbKind::kTicket:
      return RunTicket(session);
    case VerbKind::kNotify:
      return RunNotify(session);
    case VerbKind::kRelate:
    case VerbKind::kMerge:
      return RunRelate(session);
    case VerbKind::kReader:
      return RunReader(session);
    case VerbKind::kRemoveReader:
      return RunRemoveReader(session);
    case VerbKind::kSubject:
      return RunSubject(session);
    case VerbKind::kTlp:
      return RunTlp(session);
    case VerbKind::kBreakGlass:
      return RunBreakGlass(session);
    case VerbKind::kDecide:
      return RunDecide(session);
    case VerbKind::kSnooze:
      return RunSnooze(session);
    case VerbKind::kWaive:
      return RunWaive(session);
    case VerbKind::kHold:
      return RunHold(session);
    case VerbKind::kRelease:
      return RunRelease(session);
    case VerbKind::kExplain:
      return RunExplain(session);
    case VerbKind::kDevice:
      return RunDevice(session);
    case VerbKind::kScan:
      return RunScan(session);
    case VerbKind::kRemoved:
      return RunRemoved(session);
    case VerbKind::kLift:
      return RunLift(session);
    case VerbKind::kDevices:
      return RunDevices(session);
    case VerbKind::kCost:
      return RunCost(session);
    case VerbKind::kAssess:
      return RunAssess(session);
    case VerbKind::kSpend:
      return RunSpend(session);
    case VerbKind::kApprove:
      return RunDecideSpend(session, true);
    case VerbKind::kRefuse:
      return RunDecideSpend(session, false);
    case VerbKind::kCosts:
      return RunCosts(session);
    case VerbKind::kEvidence:
      return RunEvidence(session);
    case VerbKind::kRecords:
      return RunRecords(session);
    case VerbKind::kHome:
      return RunHome(session);
    case VerbKind::kList:
      return RunList(session);
    case VerbKind::kShow:
      return RunShow(session);
    case VerbKind::kStatus:
      return RunStatus(session);
    case VerbKind::kReport:
      return RunReport(session);
    case VerbKind::kDuties:
      return RunDuties(session);
    case VerbKind::kTimeline:
      return RunTimeline(session);
    case VerbKind::kWho:
      return RunWho(session);
    case VerbKind::kDeliveries:
      return RunDeliveries(session);
    case VerbKind::kLink:
      return RunLink(session);
    case VerbKind::kUnlink:
      return RunUnlink(session);
    case VerbKind::kWhoAmI:
      return RunWhoAmI(session);
    case VerbKind::kNotNow:
      return RunNotNow(session);
    case VerbKind::kHelp:
      return RunHelp(session);
  }
  return Refused(absl::InternalError("a verb without a handler"));
}

// The incident of the line, else of the place.
std::string MeantIncident(const ParsedCommand& command, const CommandContext& context) {
  if (!command.incident.empty()) return command.incident;
  return ParseIncidentName(context.incident).value_or("");
}

bool NeedsIncident(const VerbRef& verb) {
  if (verb.kind == VerbKind::kStatus) return false;  // it asks what is meant
  return verb.kind == VerbKind::kTransition || VerbOf(verb.kind).takes_incident;
}

// After TRANSITION_NOT_ALLOWED: what would be possible.
std::optional<v1::Incident> LookAgain(const Session& session, const absl::Status& status) {
  if (client::DescribeError(status).reason != "TRANSITION_NOT_ALLOWED") return std::nullopt;
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return std::nullopt;
  return std::move(*response->mutable_incident());
}

}  // namespace

CommandRunner::CommandRunner(client::Client client, RunnerOptions options)
    : client_(std::move(client)), options_(std::move(options)), policy_(client_) {}

CommandResult CommandRunner::Run(const CommandContext& context, absl::string_view line) {
  View view;
  view.root = context.root;
  view.show_restricted = context.via == "cli";
  view.time_tokens = context.time_tokens;
  const auto pack = policy_.Get();
  if (pack.ok()) {
    view.policy = *pack;
    view.zone = PolicyZone(**pack);
  }
  const Grammar grammar(view.policy);
  FailedCommand failed;
  failed.grammar = &grammar;
  failed.view = &view;
  failed.line = line;

  CommandResult result;
  absl::StatusOr<ParsedCommand> command = Parse(line, grammar);
  if (command.ok()) {
    failed.verb = command->verb;
    failed.incident = MeantIncident(*command, context);
  }
  // Without the pack half of the words are not known: the true reason helps more. Help helps still.
  const bool is_help = command.ok() && command->verb.kind == VerbKind::kHelp;
  if (!pack.ok() && !is_help) {
    failed.sent = false;
    result = Refused(pack.status());
  } else if (!command.ok()) {
    // What cannot be read as text must not be shown as text.
    if (!IsUtf8(line)) failed.line = "";
    result = Refused(command.status());
  } else if (context.unlinked && !IsForUnlinked(command->verb.kind)) {
    result = Refused(absl::PermissionDeniedError("the chat account is linked to nobody"),
                     UnlinkedCard(view));
  } else {
    view.now = context.now != absl::InfinitePast() ? context.now
               : options_.now                      ? options_.now()
                                                   : absl::Now();
    const auto bits = [this] { return options_.random_bits ? options_.random_bits() : DrawBits(); };
    Session session{client_,
                    {},
                    context,
                    grammar,
                    *command,
                    view,
                    view.now,
                    context.request_id.empty() ? absl::StrFormat("%016x%016x", bits(), bits())
                                               : context.request_id,
                    line,
                    failed.incident};
    if (!context.act_for.empty()) session.call.act_for = context.act_for;
    if (!context.via.empty()) session.call.via = context.via;
    if (auto asked = AskAboutPersonal(session); asked.has_value()) {
      result = *std::move(asked);
    } else if (NeedsIncident(command->verb) && session.incident.empty()) {
      result = WhichIncident(session);
    } else if (context.shows_forms && NeedsForm(session)) {
      result = AnswerWithForm(session);
    } else {
      result = Dispatch(session);
      if (!result.status.ok()) failed.current = LookAgain(session, result.status);
      if (!result.status.ok() && !result.asks && IsFromForm(session)) {
        result.field_errors = FieldErrors(session, result.status);
      }
      Withhold(session, result);
    }
  }
  if (command.ok()) result.verb = command->verb.name;
  if (!result.status.ok()) {
    result.ok = false;
    result.incident = failed.incident;
    if (result.card.title.empty()) result.card = ErrorCard(result.status, failed);
  }
  if (result.card.fields.size() > kFieldsMax) result.card.fields.resize(kFieldsMax);
  if (!view.show_restricted) MaskCard(grammar.policy(), result.card);
  return result;
}

}  // namespace belfry::chat
