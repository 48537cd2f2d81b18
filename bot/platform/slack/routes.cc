#include "bot/platform/slack/routes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/inbound.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

HttpResponse JsonAnswer(nlohmann::json body) {
  return {.status = 200,
          .content_type = "application/json; charset=utf-8",
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

HttpResponse Ephemeral(const chat::Card& card) {
  nlohmann::json body = ToMessage(card);
  body["response_type"] = "ephemeral";
  return JsonAnswer(std::move(body));
}

HttpResponse Notice(const std::string& text) {
  return JsonAnswer({{"response_type", "ephemeral"}, {"text", text}});
}

}  // namespace

Verdict SlackRoutes::Check(const HttpRequest& request) {
  // Which workspace a request is from stands in its body, which nobody may read before the
  // signature is checked; so every workspace's secrets are tried.
  std::vector<std::string> secrets;
  for (const auto& [id, workspace] : workspaces_) {
    secrets.insert(secrets.end(), workspace.signing_secrets.begin(),
                   workspace.signing_secrets.end());
  }
  const absl::Time now = absl::Now();
  const Verdict verdict = Verify(secrets, request, now);
  if (verdict != Verdict::kOk) return verdict;
  return replays_.Admit(request.Header("X-Slack-Signature"), now) ? Verdict::kOk
                                                                  : Verdict::kReplayed;
}

void SlackRoutes::Handle(const HttpRequest& request, HttpListener::Respond respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  const Verdict verdict = Check(request);
  if (verdict != Verdict::kOk) {
    rejected_(VerdictName(verdict));
    spdlog::warn("slack request refused: {}", VerdictName(verdict));
    respond({.status = 401, .body = "not signed by Slack, or not now"});
    return;
  }
  absl::StatusOr<ChatRequest> chat = absl::NotFoundError("");
  if (request.path == "/slack/commands") chat = ParseCommand(request.body);
  if (request.path == "/slack/interactions") chat = ParseInteraction(request.body);
  if (request.path == "/slack/events") chat = ParseEvent(request.body);
  if (absl::IsNotFound(chat.status())) {
    respond({.status = 404, .body = "there is nothing here"});
    return;
  }
  if (!chat.ok()) {
    rejected_("malformed");
    respond({.status = 400, .body = std::string(chat.status().message())});
    return;
  }
  switch (chat->kind) {
    case ChatRequest::Kind::kIgnored:
      respond({.status = 200});
      return;
    case ChatRequest::Kind::kVerification:
      respond(JsonAnswer({{"challenge", chat->challenge}}));
      return;
    default:
      Run(request, *std::move(chat), std::move(respond));
      return;
  }
}

void SlackRoutes::Run(const HttpRequest& request, ChatRequest chat, HttpListener::Respond respond) {
  const auto workspace = workspaces_.find(chat.workspace);
  if (workspace == workspaces_.end()) {
    rejected_("workspace");
    respond(Notice("This workspace is not connected to Belfry; ask an administrator."));
    return;
  }
  // Only a slash command shows what stands in its answer; the rest is answered where the platform
  // shows it.
  const bool inline_answer = request.path == "/slack/commands";
  const std::string response_url = chat.response_url;
  const std::shared_ptr<SlackPlatform> platform = workspace->second.platform;
  v1::Endpoint place;
  place.set_address(chat.channel_id);
  const v1::MessageRef thread = chat.message;
  const std::string root = workspace->second.root;

  auto later = [platform, response_url, place, thread](const chat::Card& card) {
    SendResult sent;
    if (!response_url.empty()) {
      sent = platform->Respond(response_url, card);
    } else {
      // Mentions have no response URL: answer in their thread.
      Outgoing message;
      message.endpoint = place;
      message.card = card;
      message.thread = thread;
      sent = platform->Post(message);
    }
    if (!sent.ok()) spdlog::warn("an answer could not be delivered: {}", sent.detail);
  };
  auto answer = clock_.Expect(
      [respond, inline_answer](const chat::Card& card) {
        respond(inline_answer ? Ephemeral(card) : HttpResponse{.status = 200});
      },
      [respond, inline_answer] {
        respond(inline_answer ? Notice("Working on it; the answer follows.")
                              : HttpResponse{.status = 200});
      },
      later);
  const bool button = !inline_answer;
  if (button) {
    // Nothing shows in the answer to a button: acknowledge it now, say the rest afterwards.
    answer->AcknowledgeNow();
  }
  const bool queued = dispatcher_.Submit(
      std::move(chat), root, [answer](chat::CommandResult result) { answer->Finish(result.card); });
  if (!queued) {
    chat::Card busy;
    busy.tone = chat::Tone::kDanger;
    busy.title = "Belfry is too busy right now";
    busy.body = "Nothing was done. Send it again in a minute.";
    answer->Finish(busy);
  }
}

}  // namespace belfry::bot::slack
