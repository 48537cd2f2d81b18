#include "bot/commands/message_notes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"

namespace belfry::bot {

chat::CommandResult NoteMessage(const client::Client& client, const ChatRequest& request,
                                const chat::CommandContext& context) {
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
  note.set_request_id(request.idempotency_key);
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
  result.ok = true;
  result.changed = true;
  result.incident = context.incident;
  result.verb = "note";
  result.response = std::make_unique<v1::AddNoteResponse>(*std::move(response));
  return result;
}

}  // namespace belfry::bot
