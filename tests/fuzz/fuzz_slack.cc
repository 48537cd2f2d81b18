// What Slack posts, and what comes over its socket: forms, JSON, markup, modal state. The first
// byte says which.
#include "bot/platform/json.h"
#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/text.h"
#include "bot/platform/slack/views.h"
#include "client-lib/chat/utf8.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace belfry;

// What is accepted is whole: it can be run, answered and told from a repeat.
void CheckInbound(const absl::StatusOr<bot::slack::Inbound>& inbound) {
  if (!inbound.ok()) return fuzz::RequireRefusal(inbound.status());
  using Kind = bot::ChatRequest::Kind;
  const bot::ChatRequest& chat = inbound->chat;
  if (chat.kind == Kind::kIgnored || chat.kind == Kind::kVerification) return;
  fuzz::Require(!chat.workspace.empty() && !chat.user_id.empty(), "somebody did it somewhere");
  fuzz::Require(!chat.idempotency_key.empty(), "a repeat can be told");
  fuzz::Require(chat::IsUtf8(chat.text), "text is UTF-8");
  fuzz::Require(inbound->surface != bot::slack::Inbound::Surface::kNone, "it can be answered");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view body = fuzz::Text(data + 1, size - 1);
  switch (data[0]) {
    case 'c':
      CheckInbound(bot::slack::ParseCommand(body));
      break;
    case 'i':
      CheckInbound(bot::slack::ParseInteraction(body));
      break;
    case 'e':
      CheckInbound(bot::slack::ParseEvent(body));
      break;
    case 's': {
      const auto json = bot::ParseJsonObject(body, "payload");
      if (!json.ok()) {
        fuzz::RequireRefusal(json.status());
        break;
      }
      CheckInbound(bot::slack::FromCommand(*json));
      CheckInbound(bot::slack::FromInteraction(*json));
      CheckInbound(bot::slack::FromEvent(*json));
      break;
    }
    case 'm': {
      const auto state = bot::slack::DecodeState(body);
      if (!state.ok()) fuzz::RequireRefusal(state.status());
      break;
    }
    default:
      for (const std::string& text :
           {bot::slack::Plain(body, 40), bot::slack::Mrkdwn(body, 40), bot::slack::Mrkdwn(body)}) {
        fuzz::Require(chat::IsUtf8(text), "what is posted is UTF-8");
      }
      fuzz::Require(bot::slack::Length(bot::slack::Plain(body, 40)) <= 40, "the limit holds");
      fuzz::Require(bot::slack::Mrkdwn(body).find("<!") == std::string::npos ||
                        bot::slack::Mrkdwn(body).find("<!date^") != std::string::npos,
                    "nothing that was typed calls everybody");
      bot::slack::AsTyped(body);
      bot::slack::AsRead(body);
      break;
  }
  return 0;
}
