// Notes, and what becomes of them when the message they were made from is edited or deleted.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/confidentiality.h"
#include "server/core/limits.h"
#include "server/core/noted_messages.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

absl::Status CheckNote(const Draft& draft, const v1::AddNoteRequest& act) {
  if (act.has_source()) BELFRY_RETURN_IF_ERROR(CheckMessage("source", act.source()));
  if (!act.has_source() && act.only_if_noted()) {
    return InvalidField("source", "is needed with only_if_noted: the message that was edited");
  }
  if (!act.has_source() && act.retract()) {
    return InvalidField("source", "is needed with retract: the message that was deleted");
  }
  if (!act.retract()) {
    BELFRY_RETURN_IF_ERROR(CheckNeeded("text", act.text(), kTextCharactersMax));
  }
  if (act.has_event_time() &&
      FromProto(act.event_time()) > draft.context().now + kFutureTolerance) {
    return InvalidField("event_time", "is in the future");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DecideNote(Draft& draft, const Caller& caller, const v1::AddNoteRequest& act,
                        const std::optional<record::v1::NoteAdded>& earlier) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "NOTE"));
  BELFRY_RETURN_IF_ERROR(CheckNote(draft, act));
  const record::v1::NotedMessage* noted =
      act.has_source() ? FindNoted(draft.state(), act.source()) : nullptr;
  // A message that is gone has no edits: one that comes now was overtaken on its way.
  const bool edits_nothing =
      act.only_if_noted() && (noted == nullptr || (noted->retracted() && !act.retract()));
  if (edits_nothing || (act.retract() && noted == nullptr)) return NoteNotFound();
  // What was expunged does not come back because its message is still there.
  if (noted != nullptr && earlier.has_value() && earlier->expunged()) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(std::string label, ReadPartTlp(draft.state(), "tlp", act.tlp()));
  // An edit keeps the label that its message was given.
  if (label.empty() && earlier.has_value()) label = earlier->tlp();
  if (noted != nullptr && noted->retracted() == act.retract()) {
    if (act.retract() || (earlier.has_value() && earlier->text() == act.text())) {
      return absl::OkStatus();
    }
  }
  if (act.has_source() && noted == nullptr &&
      draft.state().noted_messages_size() >= kNotedMessagesMax) {
    return InvalidField("source", absl::StrCat("at most ", kNotedMessagesMax,
                                               " messages in one incident; write a note instead"));
  }
  record::v1::Event event = draft.NewEvent();
  record::v1::NoteAdded* body = event.mutable_note_added();
  if (!act.retract()) body->set_text(act.text());
  if (act.has_event_time()) *body->mutable_event_time() = act.event_time();
  if (act.has_source()) *body->mutable_source() = act.source();
  if (noted != nullptr) body->set_supersedes(noted->event_version());
  body->set_retracted(act.retract());
  body->set_tlp(std::move(label));
  draft.Record(std::move(event));
  return absl::OkStatus();
}

}  // namespace belfry::core
