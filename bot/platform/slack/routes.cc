#include "bot/platform/slack/routes.h"

#include <utility>

#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/json_read.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

HttpResponse JsonAnswer(const nlohmann::json& body) {
  return {.status = 200, .content_type = "application/json; charset=utf-8", .body = DumpJson(body)};
}

}  // namespace

Verdict SlackRoutes::Check(const HttpRequest& request, std::set<std::string>* signers) {
  const absl::Time now = absl::Now();
  Verdict verdict = Verdict::kNotConfigured;
  // All of them, so that the time taken says nothing about which.
  for (const auto& [workspace, secrets] : secrets_) {
    const Verdict one = Verify(secrets, request, now);
    if (one == Verdict::kOk) signers->insert(workspace);
    if (one != Verdict::kNotConfigured) verdict = one;
  }
  if (signers->empty()) return verdict;
  return replays_.Admit(request.Header("X-Slack-Signature"), now) ? Verdict::kOk
                                                                  : Verdict::kReplayed;
}

void SlackRoutes::Handle(const HttpRequest& request, HttpListener::Respond respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  std::set<std::string> signers;
  const Verdict verdict = Check(request, &signers);
  if (verdict != Verdict::kOk) {
    rejected_(VerdictName(verdict));
    spdlog::warn("slack request refused: {}", VerdictName(verdict));
    respond({.status = 401, .body = "not signed by Slack, or not now"});
    return;
  }
  absl::StatusOr<Inbound> inbound = absl::NotFoundError("");
  if (request.path == "/slack/commands") inbound = ParseCommand(request.body);
  if (request.path == "/slack/interactions") inbound = ParseInteraction(request.body);
  if (request.path == "/slack/events") inbound = ParseEvent(request.body);
  if (absl::IsNotFound(inbound.status())) {
    respond({.status = 404, .body = "there is nothing here"});
    return;
  }
  if (!inbound.ok()) {
    rejected_("malformed");
    respond({.status = 400, .body = std::string(inbound.status().message())});
    return;
  }
  if (inbound->chat.kind == ChatRequest::Kind::kVerification) {
    respond(JsonAnswer({{"challenge", inbound->chat.challenge}}));
    return;
  }
  // Of a workspace that nobody configured the desk says so itself.
  const std::string& workspace = inbound->chat.workspace;
  if (secrets_.count(workspace) > 0 && signers.count(workspace) == 0) {
    rejected_("workspace");
    spdlog::warn("slack request refused: signed for another workspace");
    respond({.status = 401, .body = "signed for another workspace"});
    return;
  }
  desk_.Handle(*std::move(inbound), [respond](const nlohmann::json& payload) {
    respond(payload.is_null() ? HttpResponse{.status = 200} : JsonAnswer(payload));
  });
}

}  // namespace belfry::bot::slack
