#include "bot/platform/teams/inbound.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/teams/card_data.h"
#include "bot/platform/teams/text.h"
#include "server/base/sha256.h"

namespace belfry::bot::teams {
namespace {

using Kind = Incoming::Kind;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

// Short enough for a request id whatever the ids of the platform look like.
std::string Key(const Activity& activity, absl::string_view act) {
  return absl::StrCat("teams:", Sha256Hex(absl::StrCat(activity.tenant, "\n", activity.conversation,
                                                       "\n", activity.id, "\n", act)));
}

// An invoke that was not answered in time comes again, perhaps under another id.
std::string InvokeKey(const Activity& activity) {
  const Json* value = At(activity.json, {"value"});
  return Sha256Hex(absl::StrCat(activity.tenant, "\n", activity.conversation, "\n",
                                activity.reply_to, "\n", activity.user_id, "\n", activity.name,
                                "\n", value == nullptr ? "" : DumpJson(*value)));
}

ChatRequest Base(const Activity& activity) {
  ChatRequest request;
  request.platform = "teams";
  request.workspace = activity.tenant;
  request.channel_id = activity.place;
  request.channel_name = TextAt(activity.json, {"channelData", "channel", "name"});
  request.user_id = activity.user_id;
  request.direct = activity.direct();
  // Teams shows nobody an answer alone, but in a conversation that is theirs alone.
  request.public_answer = !request.direct;
  std::string message = activity.thread;
  if (message.empty()) message = activity.reply_to;
  if (message.empty()) message = activity.id;
  request.message = MessageOf(activity, message);
  request.idempotency_key = Key(activity, activity.type);
  return request;
}

bool Names(const Json* people, const std::string& id) {
  if (people == nullptr || !people->is_array()) return false;
  return std::any_of(people->begin(), people->end(),
                     [&](const Json& person) { return TextAt(person, {"id"}) == id; });
}

// What a card's button or form carries, however it arrived.
absl::Status ReadData(const Json& data, absl::string_view field, Incoming* incoming) {
  absl::StatusOr<CardData> card = ReadCardData(data, field);
  if (!card.ok()) return card.status();
  incoming->on_answer = card->on_answer;
  incoming->request.text = card->command;
  incoming->request.form = std::move(card->values);
  incoming->request.kind = card->form ? ChatRequest::Kind::kForm : ChatRequest::Kind::kButton;
  if (card->cancel) incoming->kind = Kind::kDismiss;
  return absl::OkStatus();
}

absl::StatusOr<Incoming> ReadMessage(const Activity& activity) {
  Incoming incoming;
  incoming.kind = Kind::kMessage;
  incoming.request = Base(activity);
  incoming.request.kind = ChatRequest::Kind::kCommand;
  incoming.request.text = TypedText(activity.json, activity.bot_id, activity.bot_name);
  const Json* value = At(activity.json, {"value"});
  // A card's action on a client without Action.Execute: a message without words.
  if (TextAt(activity.json, {"text"}).empty() && value != nullptr && value->is_object()) {
    if (!IsCardData(*value)) return Incoming();
    if (absl::Status status = ReadData(*value, "value", &incoming); !status.ok()) return status;
    return incoming;
  }
  if (incoming.request.text.empty()) incoming.request.text = "help";
  return incoming;
}

absl::StatusOr<Incoming> ReadChange(const Activity& activity, bool deleted) {
  Incoming incoming;
  incoming.kind = Kind::kQuiet;
  incoming.request = Base(activity);
  incoming.request.kind =
      deleted ? ChatRequest::Kind::kNoteDeleted : ChatRequest::Kind::kNoteEdited;
  if (!deleted) {
    incoming.request.text = TypedText(activity.json, activity.bot_id, activity.bot_name);
    if (incoming.request.text.empty()) return Incoming();
  }
  incoming.request.source = MessageOf(activity, activity.id);
  // One message may be edited many times; each edit has a time of its own.
  incoming.request.idempotency_key = Key(
      activity, absl::StrCat(activity.type, "\n", activity.timestamp, "\n", incoming.request.text));
  return incoming;
}

absl::StatusOr<Incoming> ReadReaction(const Activity& activity) {
  const Json* added = At(activity.json, {"reactionsAdded"});
  if (added == nullptr || !added->is_array()) return Incoming();
  const bool pin = std::any_of(added->begin(), added->end(), [](const Json& reaction) {
    return absl::StrContains(TextAt(reaction, {"type"}), "pushpin");
  });
  Incoming incoming;
  incoming.kind = pin ? Kind::kPinned : Kind::kIgnored;
  incoming.request = Base(activity);
  return incoming;
}

absl::StatusOr<Incoming> ReadMembers(const Activity& activity) {
  Incoming incoming;
  incoming.request = Base(activity);
  const std::string action = TextAt(activity.json, {"action"});
  if (activity.type == "installationUpdate") {
    if (absl::StartsWith(action, "add")) incoming.kind = Kind::kInstalled;
    if (absl::StartsWith(action, "remove")) incoming.kind = Kind::kRemoved;
    return incoming;
  }
  if (Names(At(activity.json, {"membersRemoved"}), activity.bot_id)) {
    incoming.kind = Kind::kRemoved;
  }
  return incoming;
}

// "Open an incident" and "Add to the timeline" in the menu of a message.
absl::StatusOr<Incoming> ReadExtension(const Activity& activity, Incoming incoming) {
  const std::string command = TextAt(activity.json, {"value", "commandId"});
  const std::string message = TextAt(activity.json, {"value", "messagePayload", "id"});
  const std::string words =
      HtmlText(TextAt(activity.json, {"value", "messagePayload", "body", "content"}));
  if (command == "open") {
    incoming.request.kind = ChatRequest::Kind::kButton;
    incoming.request.text = "open";
    incoming.prefill = words;
    return incoming;
  }
  if (command == "note") {
    if (message.empty()) return Wrong("value.messagePayload.id", "is missing");
    if (words.empty()) return Wrong("value.messagePayload.body.content", "has no words");
    incoming.request.kind = ChatRequest::Kind::kNote;
    incoming.request.text = words;
    incoming.request.author_id =
        TextAt(activity.json, {"value", "messagePayload", "from", "user", "id"});
    incoming.request.source = MessageOf(activity, message);
    incoming.request.message =
        MessageOf(activity, activity.thread.empty() ? message : activity.thread);
    return incoming;
  }
  return Wrong("value.commandId", "is no command of this bot");
}

absl::StatusOr<Incoming> ReadInvoke(const Activity& activity) {
  Incoming incoming;
  incoming.kind = Kind::kUnknownInvoke;
  incoming.request = Base(activity);
  incoming.repeat_key = InvokeKey(activity);
  // A later press of the same button is another act, with another id.
  incoming.request.idempotency_key = Key(activity, incoming.repeat_key);
  const auto data = [&](std::initializer_list<const char*> path) {
    static const Json kNothing = Json::object();
    const Json* found = At(activity.json, path);
    return found == nullptr ? kNothing : *found;
  };
  absl::Status status;
  if (activity.name == "adaptiveCard/action") {
    incoming.kind = Kind::kCardAction;
    status = ReadData(data({"value", "action", "data"}), "value.action.data", &incoming);
  } else if (activity.name == "task/fetch") {
    incoming.kind = Kind::kDialogOpen;
    status = ReadData(data({"value", "data"}), "value.data", &incoming);
  } else if (activity.name == "task/submit" || activity.name == "composeExtension/submitAction") {
    incoming.kind = Kind::kDialogSubmit;
    status = ReadData(data({"value", "data"}), "value.data", &incoming);
  } else if (activity.name == "composeExtension/fetchTask") {
    incoming.kind = Kind::kDialogOpen;
    return ReadExtension(activity, std::move(incoming));
  }
  if (!status.ok()) return status;
  return incoming;
}

absl::StatusOr<Incoming> Read(const Activity& activity) {
  // Our own voice, come back.
  if (!activity.bot_id.empty() && activity.user_channel_id == activity.bot_id) return Incoming();
  if (activity.type == "message") return ReadMessage(activity);
  if (activity.type == "invoke") return ReadInvoke(activity);
  if (activity.type == "messageUpdate") return ReadChange(activity, /*deleted=*/false);
  if (activity.type == "messageDelete") return ReadChange(activity, /*deleted=*/true);
  if (activity.type == "messageReaction") return ReadReaction(activity);
  if (activity.type == "conversationUpdate" || activity.type == "installationUpdate") {
    return ReadMembers(activity);
  }
  return Incoming();
}

}  // namespace

v1::MessageRef MessageOf(const Activity& activity, const std::string& message_id) {
  v1::MessageRef ref;
  ref.set_platform("teams");
  ref.set_workspace(activity.tenant);
  ref.set_channel(activity.place);
  ref.set_id(message_id);
  return ref;
}

absl::StatusOr<Incoming> ReadActivity(const Activity& activity) {
  absl::StatusOr<Incoming> incoming = Read(activity);
  if (incoming.ok() && incoming->repeat_key.empty()) {
    incoming->repeat_key = incoming->request.idempotency_key;
  }
  return incoming;
}

}  // namespace belfry::bot::teams
