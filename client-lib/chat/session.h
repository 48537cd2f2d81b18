// What every command handler gets.
#ifndef BELFRY_CLIENT_LIB_CHAT_SESSION_H_
#define BELFRY_CLIENT_LIB_CHAT_SESSION_H_

#include <memory>
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
CommandResult RunTicket(const Session& session);
// run_document.cc
CommandResult RunDocument(const Session& session);
CommandResult RunNotify(const Session& session);
// run_read.cc
CommandResult RunList(const Session& session);
CommandResult RunShow(const Session& session);
CommandResult RunDuties(const Session& session);
CommandResult RunTimeline(const Session& session);
CommandResult RunWho(const Session& session);
CommandResult RunWhoAmI(const Session& session);
CommandResult RunDeliveries(const Session& session);

// "DOP-2026-0007 · Contained" and the incident as it is now, for acts that change one.
Card ChangedCard(const Session& session, const v1::Incident& incident, absl::string_view what,
                 bool replayed);

// The facts among the pairs of the line, with `reason:` and the given time.
absl::StatusOr<std::vector<v1::Fact>> ReadFacts(const Session& session);

// The named entity, "entities/…"; empty when the line names none.
absl::StatusOr<std::string> ReadEntity(const Session& session);

// The text of the line, or of `reason:`.
std::string ReadReason(const Session& session);

// One row per duty: what, for whom, who, due, state.
std::vector<std::vector<std::string>> DutyTable(
    const google::protobuf::RepeatedPtrField<v1::Obligation>& duties, const View& view,
    bool with_state);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_SESSION_H_
