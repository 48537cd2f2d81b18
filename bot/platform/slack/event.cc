// Events: what happens in channels, without anybody waiting for an answer.
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/text.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;
using Kind = ChatRequest::Kind;
using Surface = Inbound::Surface;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

std::string Key(const Inbound& inbound, absl::string_view what, absl::string_view when) {
  return absl::StrCat("slack:", inbound.chat.workspace, ":", inbound.chat.channel_id, ":", what,
                      what.empty() ? "" : ":", when);
}

// The thread a message stands in, or the message itself: that is what tells the incident.
void TakePlace(const Json& message, Inbound& inbound) {
  const std::string thread = TextAt(message, {"thread_ts"});
  inbound.chat.message.set_id(thread.empty() ? TextAt(message, {"ts"}) : thread);
}

bool IsFromBot(const Json& message) {
  const std::string subtype = TextAt(message, {"subtype"});
  return !TextAt(message, {"bot_id"}).empty() || subtype == "bot_message";
}

// "<@U0BOT> ack DOP-2026-0007", or a line in the conversation with the bot.
void Spoken(const Json& event, Inbound& inbound) {
  // Our own messages, other bots' and everything else that is no new line of a person.
  if (IsFromBot(event) || !TextAt(event, {"subtype"}).empty()) return;
  TakePlace(event, inbound);
  std::string text = TextAt(event, {"text"});
  // The mention is the address, not the command.
  if (absl::StartsWith(text, "<@")) {
    const size_t close = text.find('>');
    if (close != std::string::npos) text = text.substr(close + 1);
  }
  inbound.surface = Surface::kMention;
  inbound.chat.kind = Kind::kCommand;
  inbound.chat.text = std::string(absl::StripAsciiWhitespace(AsTyped(text)));
  // A mention may arrive as two events with different ids but one time.
  inbound.chat.idempotency_key = Key(inbound, "", TextAt(event, {"ts"}));
}

void Edited(const Json& event, Inbound& inbound) {
  const Json& message = ValueAt(event, {"message"});
  const Json& before = ValueAt(event, {"previous_message"});
  if (IsFromBot(message)) return;
  const std::string text = TextAt(message, {"text"});
  const bool gone = TextAt(message, {"subtype"}) == "tombstone";  // replies keep its place
  // Slack also says "changed" when it has looked up a link.
  if (!gone && before.is_object() && TextAt(before, {"text"}) == text) return;
  const std::string editor = TextAt(message, {"edited", "user"});
  const std::string author = TextAt(gone ? before : message, {"user"});
  inbound.chat.user_id = editor.empty() ? author : editor;
  if (inbound.chat.user_id.empty()) return;
  inbound.chat.source.set_id(TextAt(message, {"ts"}));
  TakePlace(message, inbound);
  inbound.surface = Surface::kEvent;
  inbound.chat.kind = gone ? Kind::kNoteDeleted : Kind::kNoteEdited;
  inbound.chat.text = gone ? "" : AsRead(text);
  const std::string when = TextAt(message, {"edited", "ts"});
  inbound.chat.idempotency_key =
      Key(inbound, absl::StrCat(gone ? "deleted:" : "edited:", inbound.chat.source.id()),
          when.empty() ? TextAt(event, {"event_ts"}) : when);
}

void Deleted(const Json& event, Inbound& inbound) {
  const Json& before = ValueAt(event, {"previous_message"});
  if (IsFromBot(before)) return;
  // Who deleted it is not said; its author and administrators can.
  inbound.chat.user_id = TextAt(before, {"user"});
  if (inbound.chat.user_id.empty()) return;
  inbound.chat.source.set_id(TextAt(event, {"deleted_ts"}));
  TakePlace(before, inbound);
  inbound.surface = Surface::kEvent;
  inbound.chat.kind = Kind::kNoteDeleted;
  inbound.chat.idempotency_key = Key(inbound, "deleted", inbound.chat.source.id());
}

void Reacted(const Json& event, Inbound& inbound) {
  if (TextAt(event, {"item", "type"}) != "message") return;
  inbound.chat.channel_id = TextAt(event, {"item", "channel"});
  inbound.chat.source.set_id(TextAt(event, {"item", "ts"}));
  inbound.chat.message.set_id(inbound.chat.source.id());
  inbound.reaction = TextAt(event, {"reaction"});
  // ":memo::skin-tone-2:" is still a memo.
  inbound.reaction = inbound.reaction.substr(0, inbound.reaction.find("::"));
  inbound.surface = Surface::kEvent;
  inbound.chat.kind = Kind::kNote;
  inbound.chat.idempotency_key =
      Key(inbound, absl::StrCat("noted:", inbound.chat.source.id(), ":", inbound.chat.user_id),
          TextAt(event, {"event_ts"}));
}

void HomeOpened(const Json& event, Inbound& inbound) {
  if (TextAt(event, {"tab"}) == "messages") return;
  inbound.surface = Surface::kEvent;
  inbound.chat.kind = Kind::kHome;
  inbound.chat.direct = true;
  inbound.chat.idempotency_key =
      Key(inbound, absl::StrCat("home:", inbound.chat.user_id), TextAt(event, {"event_ts"}));
  // The home tab belongs to no channel.
  inbound.chat.channel_id.clear();
}

absl::StatusOr<Inbound> Checked(Inbound inbound) {
  ChatRequest& request = inbound.chat;
  if (request.kind == Kind::kIgnored) return inbound;
  if (request.workspace.empty()) return Wrong("team_id", "is missing");
  if (request.user_id.empty()) return Wrong("event.user", "is missing");
  if (request.kind != Kind::kHome && request.channel_id.empty()) {
    return Wrong("event.channel", "is missing");
  }
  request.direct = request.direct || absl::StartsWith(request.channel_id, "D");
  // A mention is answered in its thread.
  request.public_answer = inbound.surface == Surface::kMention && !request.direct;
  request.message.set_workspace(request.workspace);
  request.message.set_channel(request.channel_id);
  if (!request.source.id().empty()) {
    request.source.set_workspace(request.workspace);
    request.source.set_channel(request.channel_id);
  } else if (inbound.surface == Surface::kEvent && request.kind != Kind::kHome) {
    return Wrong("event.ts", "is missing");
  }
  return inbound;
}

}  // namespace

absl::StatusOr<Inbound> FromEvent(const Json& body) {
  Inbound inbound;
  inbound.chat.platform = "slack";
  const std::string type = TextAt(body, {"type"});
  if (type == "url_verification") {
    inbound.chat.kind = Kind::kVerification;
    inbound.chat.challenge = TextAt(body, {"challenge"});
    return inbound;
  }
  if (type != "event_callback") return inbound;
  const Json& event = ValueAt(body, {"event"});
  const std::string name = TextAt(event, {"type"});
  const std::string subtype = TextAt(event, {"subtype"});
  inbound.chat.workspace = TextAt(body, {"team_id"});
  // Somebody of another workspace in a shared channel is not ours to speak for.
  const std::string home = TextAt(event, {"user_team"});
  if (!home.empty()) inbound.chat.workspace = home;
  inbound.chat.user_id = TextAt(event, {"user"});
  inbound.chat.channel_id = TextAt(event, {"channel"});
  if (name == "message" && subtype == "message_changed") {
    Edited(event, inbound);
  } else if (name == "message" && subtype == "message_deleted") {
    Deleted(event, inbound);
  } else if (name == "app_mention" ||
             (name == "message" && TextAt(event, {"channel_type"}) == "im")) {
    Spoken(event, inbound);
  } else if (name == "reaction_added") {
    Reacted(event, inbound);
  } else if (name == "app_home_opened") {
    HomeOpened(event, inbound);
  }
  return Checked(std::move(inbound));
}

}  // namespace belfry::bot::slack
