#include "bot/commands/message_notes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/error.h"
#include "client-lib/chat/personal.h"

namespace belfry::bot {
namespace {

// What it is, never what it says.
void WarnOfPersonal(const policy::v1::Policy& policy, const std::string& text, chat::Card& card) {
  const auto found = chat::FindPersonal(policy, text);
  if (found.empty()) return;
  card.tone = chat::Tone::kWarning;
  card.title = "Delete this message, please";
  card.body = absl::StrCat(
      "It is in the record now. It looks as if it held ",
      absl::StrJoin(
          found, ", ",
          [](std::string* out, const auto* pattern) { absl::StrAppend(out, pattern->title()); }),
      ", which others here can read until the message is gone. What Belfry shows of it is masked.");
}

}  // namespace

chat::CommandResult NoteMessage(const client::Client& client, const ChatRequest& request,
                                const chat::CommandContext& context,
                                const policy::v1::Policy* policy) {
  using Kind = ChatRequest::Kind;
  chat::CommandResult result;
  if (request.kind == Kind::kNote && context.incident.empty()) {
    result.status = absl::InvalidArgumentError("no incident here");
    result.card.tone = chat::Tone::kWarning;
    result.card.title = "This is no incident's channel or thread";
    result.card.body =
        "Nothing was recorded: a message is taken into the timeline of the incident "
        "in whose channel or thread it stands.";
    result.card.hints = {absl::StrCat(context.root, " note <id> <text>")};
    return result;
  }
  v1::AddNoteRequest note;
  if (request.kind == Kind::kNote) note.set_name(context.incident);
  note.set_text(request.text);
  note.set_request_id(context.request_id);
  *note.mutable_source() = request.source;
  note.mutable_source()->set_platform(request.platform);
  note.set_only_if_noted(request.kind != Kind::kNote);
  note.set_retract(request.kind == Kind::kNoteDeleted);
  client::CallOptions call;
  call.act_for = context.act_for;
  call.via = context.via;
  auto response = client.AddNote(note, call);
  if (!response.ok()) {
    // Most edits are of messages that nobody took into a record.
    if (note.only_if_noted() && absl::IsNotFound(response.status())) return result;
    result.status = response.status();
    result.card.tone = chat::Tone::kWarning;
    result.card.title = "The message was not taken into the timeline";
    result.card.body = client::DescribeError(response.status()).message;
    return result;
  }
  if (policy != nullptr && context.public_place && request.kind != Kind::kNoteDeleted) {
    WarnOfPersonal(*policy, request.text, result.card);
  }
  result.ok = true;
  result.changed = true;
  result.incident = context.incident;
  result.verb = "note";
  result.response = std::make_unique<v1::AddNoteResponse>(*std::move(response));
  return result;
}

}  // namespace belfry::bot
