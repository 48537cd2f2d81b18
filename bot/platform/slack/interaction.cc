// Buttons, modals and shortcuts.
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/json_read.h"
#include "bot/platform/slack/text.h"
#include "bot/platform/slack/views.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;
using Surface = Inbound::Surface;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

// A modal's place is what it was opened with.
absl::Status TakeState(const Json& payload, Inbound& inbound, ModalState* state) {
  const absl::StatusOr<ModalState> decoded =
      DecodeState(TextAt(payload, {"view", "private_metadata"}));
  if (!decoded.ok()) return decoded.status();
  *state = *decoded;
  inbound.chat.channel_id = state->channel;
  inbound.chat.message.set_channel(state->channel);
  inbound.chat.message.set_id(state->message);
  inbound.chat.response_url = state->response_url;
  // Without a channel it was opened from the home tab.
  inbound.chat.direct = state->channel.empty() || absl::StartsWith(state->channel, "D");
  return absl::OkStatus();
}

void TakeView(const Json& payload, Inbound& inbound) {
  inbound.view_id = TextAt(payload, {"view", "id"});
  inbound.view_hash = TextAt(payload, {"view", "hash"});
}

absl::StatusOr<Inbound> Button(const Json& payload, Inbound inbound) {
  ChatRequest& request = inbound.chat;
  const Json& actions = ValueAt(payload, {"actions"});
  if (!actions.is_array() || actions.empty()) return Wrong("actions", "is missing");
  const Json& action = actions.front();
  const std::string action_id = TextAt(action, {"action_id"});
  if (!absl::StartsWith(action_id, "belfry:")) return inbound;
  request.text = TextAt(action, {"value"});
  if (request.text.empty()) return inbound;
  inbound.wants_form = absl::StartsWith(action_id, kFormPrefix);
  const std::string view_type = TextAt(payload, {"view", "type"});
  if (view_type == "modal") {
    inbound.surface = Surface::kModal;
    TakeView(payload, inbound);
    ModalState state;
    if (absl::Status status = TakeState(payload, inbound, &state); !status.ok()) return status;
  } else if (view_type == "home" || request.channel_id.empty()) {
    inbound.surface = Surface::kHome;
    request.direct = true;
  } else {
    inbound.surface = Surface::kMessage;
  }
  request.kind = ChatRequest::Kind::kButton;
  // The same press delivered twice has the same time; a second press has another.
  request.idempotency_key =
      absl::StrCat("slack:", request.workspace, ":", request.channel_id, ":",
                   inbound.view_id.empty() ? request.message.id() : inbound.view_id, ":", action_id,
                   ":", request.user_id, ":", TextAt(action, {"action_ts"}));
  return inbound;
}

absl::StatusOr<Inbound> Submission(const Json& payload, Inbound inbound) {
  ChatRequest& request = inbound.chat;
  TakeView(payload, inbound);
  if (inbound.view_id.empty()) return Wrong("view.id", "is missing");
  ModalState state;
  if (absl::Status status = TakeState(payload, inbound, &state); !status.ok()) return status;
  if (state.command.empty()) return inbound;  // a modal that asks for nothing
  inbound.surface = Surface::kModal;
  request.kind = ChatRequest::Kind::kForm;
  request.text = state.command;
  const Json& values = ValueAt(payload, {"view", "state", "values"});
  FilledIn filled = ReadValues(values);
  // A form that was sent back with an error keeps its id and hash; corrected, it is another act.
  request.idempotency_key =
      absl::StrCat("slack:", request.workspace, ":", inbound.view_id, ":", inbound.view_hash, ":",
                   std::hash<std::string>()(absl::StrCat(state.command, "\n", DumpJson(values))));
  request.form = std::move(filled.values);
  inbound.blocks = std::move(filled.blocks);
  return inbound;
}

absl::StatusOr<Inbound> Shortcut(const Json& payload, Inbound inbound) {
  ChatRequest& request = inbound.chat;
  const std::string callback = TextAt(payload, {"callback_id"});
  const std::string time = TextAt(payload, {"action_ts"});
  request.idempotency_key =
      absl::StrCat("slack:", request.workspace, ":", callback, ":", request.user_id, ":",
                   time.empty() ? request.trigger_id : time);
  const std::string text = AsRead(TextAt(payload, {"message", "text"}));
  if (callback == kOpenShortcut || callback == kOpenFromMessageShortcut) {
    request.kind = ChatRequest::Kind::kCommand;
    request.text = "open";
    request.direct = request.channel_id.empty() || request.direct;
    inbound.surface = Surface::kShortcut;
    inbound.wants_form = true;
    inbound.prefill = text;
  } else if (callback == kNoteShortcut) {
    if (request.message.id().empty()) return Wrong("message.ts", "is missing");
    request.kind = ChatRequest::Kind::kNote;
    request.text = text;
    request.author_id = TextAt(payload, {"message", "user"});
    request.source = request.message;
    const std::string thread = TextAt(payload, {"message", "thread_ts"});
    if (!thread.empty()) request.message.set_id(thread);
    inbound.surface = Surface::kShortcut;
  }
  return inbound;
}

}  // namespace

absl::StatusOr<Inbound> FromInteraction(const Json& payload) {
  Inbound inbound;
  ChatRequest& request = inbound.chat;
  request.platform = "slack";
  request.workspace = TextAt(payload, {"team", "id"});
  request.user_id = TextAt(payload, {"user", "id"});
  // Somebody of another workspace in a shared channel is not ours to speak for.
  const std::string home = TextAt(payload, {"user", "team_id"});
  if (!home.empty() && home != request.workspace) request.workspace = home;
  request.channel_id = TextAt(payload, {"channel", "id"});
  request.channel_name = TextAt(payload, {"channel", "name"});
  request.response_url = TextAt(payload, {"response_url"});
  request.trigger_id = TextAt(payload, {"trigger_id"});
  request.direct = absl::StartsWith(request.channel_id, "D");
  request.message.set_workspace(request.workspace);
  request.message.set_channel(request.channel_id);
  request.message.set_id(TextAt(payload, {"message", "ts"}));
  if (request.message.id().empty()) {
    request.message.set_id(TextAt(payload, {"container", "message_ts"}));
  }
  if (request.workspace.empty()) return Wrong("team.id", "is missing");
  if (request.user_id.empty()) return Wrong("user.id", "is missing");
  const std::string type = TextAt(payload, {"type"});
  if (type == "block_actions") return Button(payload, std::move(inbound));
  if (type == "view_submission") return Submission(payload, std::move(inbound));
  if (type == "shortcut" || type == "message_action") return Shortcut(payload, std::move(inbound));
  return inbound;  // also view_closed: whoever closes a form has changed nothing
}

}  // namespace belfry::bot::slack
