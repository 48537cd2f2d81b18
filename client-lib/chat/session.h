// What every command handler gets.
#ifndef BELFRY_CLIENT_LIB_CHAT_SESSION_H_
#define BELFRY_CLIENT_LIB_CHAT_SESSION_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/run.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// One line being run. Lives as long as CommandRunner::Run().
struct Session {
  const client::Client& client;
  client::CallOptions call;
  const CommandContext& context;
  const Grammar& grammar;
  const ParsedCommand& command;
  const View& view;
  absl::Time now;
  std::string request_id;  // never empty
  absl::string_view line;
  // "incidents/…" from the line, else from the context; empty when neither names one.
  std::string incident;

  const policy::v1::Policy& policy() const { return grammar.policy(); }
};

// A command that was done; the caller fills the card.
template <typename Response>
CommandResult Done(Response response, std::string incident, bool changed) {
  CommandResult result;
  result.ok = true;
  result.changed = changed;
  result.incident = std::move(incident);
  result.response = std::make_unique<Response>(std::move(response));
  return result;
}

// A command that was not; CommandRunner makes the card from the status.
CommandResult Refused(absl::Status status);

// The same with a card that says more than the status could: a form, a question.
CommandResult Refused(absl::Status status, Card card);

// "How is this verb used" for one that lacks its words.
absl::Status Lacks(const Session& session, absl::string_view what);

// run_incident.cc
CommandResult RunOpen(const Session& session);
CommandResult RunTransition(const Session& session);
CommandResult RunAck(const Session& session);
CommandResult RunEscalate(const Session& session);
// run_record.cc
CommandResult RunNote(const Session& session);
CommandResult RunSeverity(const Session& session);
CommandResult RunFact(const Session& session);
CommandResult RunType(const Session& session);
CommandResult RunAgency(const Session& session);
CommandResult RunLead(const Session& session);
CommandResult RunTicket(const Session& session);
// run_document.cc
CommandResult RunDocument(const Session& session);
CommandResult RunNotify(const Session& session);
// run_papers.cc: drafts, and what was sent
CommandResult RunSend(const Session& session);
CommandResult RunDiscard(const Session& session);
CommandResult RunDocuments(const Session& session);
CommandResult RunPaper(const Session& session);
// run_decision.cc
CommandResult RunDecide(const Session& session);
// run_duties.cc
CommandResult RunDuties(const Session& session);
CommandResult RunExplain(const Session& session);
CommandResult RunSnooze(const Session& session);
CommandResult RunWaive(const Session& session);
CommandResult RunHold(const Session& session);
CommandResult RunRelease(const Session& session);
// run_network.cc
CommandResult RunDevice(const Session& session);
CommandResult RunScan(const Session& session);
CommandResult RunRemoved(const Session& session);
CommandResult RunLift(const Session& session);
CommandResult RunDevices(const Session& session);
// run_money.cc
CommandResult RunCost(const Session& session);
CommandResult RunAssess(const Session& session);
CommandResult RunSpend(const Session& session);
CommandResult RunDecideSpend(const Session& session, bool approve);
CommandResult RunCosts(const Session& session);
// run_evidence.cc
CommandResult RunEvidence(const Session& session);
// run_records.cc
CommandResult RunRecords(const Session& session);
// run_relate.cc: `relate` and `merge`
CommandResult RunRelate(const Session& session);
// run_compartment.cc: who may know
CommandResult RunReader(const Session& session);
CommandResult RunRemoveReader(const Session& session);
CommandResult RunSubject(const Session& session);
CommandResult RunTlp(const Session& session);
CommandResult RunBreakGlass(const Session& session);
// run_account.cc
CommandResult RunLink(const Session& session);
CommandResult RunUnlink(const Session& session);
// run_choice.cc: words that may mean two things, and "no"
CommandResult RunStatus(const Session& session);
CommandResult RunReport(const Session& session);
CommandResult RunPhase(const Session& session);
CommandResult RunNotNow(const Session& session);
// run_home.cc
CommandResult RunHome(const Session& session);
// run_read.cc
CommandResult RunList(const Session& session);
CommandResult RunShow(const Session& session);
CommandResult RunTimeline(const Session& session);
CommandResult RunWho(const Session& session);
CommandResult RunWhoAmI(const Session& session);
CommandResult RunDeliveries(const Session& session);

// "DOP-2026-0007 · Contained" and the incident as it is now, for acts that change one.
Card ChangedCard(const Session& session, const v1::Incident& incident, absl::string_view what,
                 bool replayed);

// An act whose answer is the incident as it is now.
template <typename Response>
CommandResult Changed(const Session& session, absl::StatusOr<Response> response,
                      absl::string_view what) {
  if (!response.ok()) return Refused(response.status());
  Card card = ChangedCard(session, response->incident(), what, response->replayed());
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

// "FOLLOWUP-24H is done." before what the card says, one line for each duty.
void SayDone(const google::protobuf::RepeatedPtrField<v1::Obligation>& satisfied, Card& card);

// The facts among the pairs of the line, with `reason:` and the given time.
absl::StatusOr<std::vector<v1::Fact>> ReadFacts(const Session& session);

// The named entity, "entities/…"; empty when the line names none.
absl::StatusOr<std::string> ReadEntity(const Session& session);

// "people/…" from the directory's id, or from a mention of the chat platform the line came from,
// which the server is asked about. Errors are about `key`; "" is the plain text.
absl::StatusOr<std::string> ReadPerson(const Session& session, absl::string_view key,
                                       absl::string_view word);

// The time given with `key:`; nothing when it was not given.
absl::StatusOr<std::optional<absl::Time>> ReadTime(const Session& session, absl::string_view key);

// The text of the line, or of `reason:`; without its first `skip` words.
std::string ReadReason(const Session& session, size_t skip = 0);

// Whether `key:` was answered with yes; false when it was not given.
absl::StatusOr<bool> ReadFlag(const Session& session, absl::string_view key);

// All values of a list option, as in "devices:a,b devices:c".
std::vector<std::string> ReadList(const Session& session, absl::string_view key);

// "open", "done, late".
std::string StateText(const v1::Obligation& duty);

// "from CASE:17; advisory; late line passed …": what is unusual about a duty; mostly nothing.
std::string DutyRemarks(const v1::Obligation& duty, const View& view);

// One row per duty: what, for whom, who, due, state; remarks when there are any.
std::vector<std::vector<std::string>> DutyTable(
    const google::protobuf::RepeatedPtrField<v1::Obligation>& duties, const View& view,
    bool with_state);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_SESSION_H_
