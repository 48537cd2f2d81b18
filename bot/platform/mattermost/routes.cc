#include "bot/platform/mattermost/routes.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/json.h"
#include "bot/platform/mattermost/inbound.h"
#include "bot/platform/mattermost/markdown.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::mattermost {
namespace {

using Json = nlohmann::json;

HttpResponse JsonAnswer(const Json& body) {
  return {.status = 200, .content_type = "application/json; charset=utf-8", .body = DumpJson(body)};
}

HttpResponse Notice(const std::string& text) {
  return JsonAnswer({{"response_type", "ephemeral"}, {"text", text}});
}

chat::Card Busy(const std::string& text) {
  chat::Card card;
  card.tone = chat::Tone::kDanger;
  card.title = "Belfry is too busy right now";
  card.body = absl::StrCat("Nothing was done. Send it again in a minute.",
                           text.empty() ? "" : " You wrote: ", text);
  return card;
}

// The same form sent twice is one act; sent again after a correction, another.
std::string KeyOf(const Submission& submission, const std::string& state) {
  std::string content = state;
  for (const auto& [name, value] : submission.values) {
    absl::StrAppend(&content, "\n", name.size(), ":", name, value.size(), ":", value);
  }
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest) / 2));
}

// What is wrong, beside the fields where it is known and above them where it is not. What was typed
// stays in the form.
Json FormErrors(const chat::CommandResult& result, const Submission& submission,
                const std::string& root) {
  Json errors = Json::object();
  for (const auto& [field, text] : result.field_errors) {
    const auto element = submission.elements.find(field);
    if (element != submission.elements.end()) errors[element->second] = text;
  }
  Json answer = {{"errors", errors}};
  if (errors.empty()) answer["error"] = Cut(ToMarkdown(result.card, root), 1000);
  return answer;
}

}  // namespace

const Workspace* MattermostRoutes::Find(const std::string& workspace) const {
  const auto found = workspaces_.find(workspace);
  return found == workspaces_.end() ? nullptr : &found->second;
}

void MattermostRoutes::Refuse(const char* reason, int status, const char* text,
                              const HttpListener::Respond& respond) {
  rejected_(reason);
  spdlog::warn("mattermost request refused: {}", reason);
  respond({.status = status, .body = text});
}

void MattermostRoutes::Malformed(const absl::Status& status, const HttpListener::Respond& respond) {
  rejected_("malformed");
  respond({.status = 400, .body = std::string(status.message())});
}

chat::Card MattermostRoutes::ShowForm(MattermostPlatform& platform, const ChatRequest& request,
                                      chat::CommandResult result) {
  if (!result.form.has_value()) return std::move(result.card);
  DialogState state;
  state.workspace = request.workspace;
  state.user_id = request.user_id;
  state.channel_id = request.channel_id;
  state.command = result.form->command;
  const SendResult opened = platform.OpenDialog(request.trigger_id, *result.form, state);
  if (opened.ok()) return chat::Card();
  spdlog::warn("a form could not be opened: {}", opened.detail);
  // The card says what to type instead.
  if (!result.card.title.empty() || !result.card.body.empty()) return std::move(result.card);
  chat::Card card;
  card.tone = chat::Tone::kWarning;
  card.title = "The form could not be opened";
  card.body = "Nothing was done. Try again, or type the command with all it needs.";
  card.hints = {absl::StrCat(platform.options().root, " help")};
  return card;
}

void MattermostRoutes::HandleCommand(const HttpRequest& request, HttpListener::Respond respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  absl::StatusOr<Command> command = ParseCommand(request);
  if (!command.ok()) return Malformed(command.status(), respond);
  if (command->token.empty()) return Refuse("missing", 401, "no token", respond);
  // Every workspace's tokens are compared, so that the time tells nothing.
  bool known = false;
  bool here = false;
  for (const auto& [id, workspace] : workspaces_) {
    for (const std::string& token : workspace.command_tokens) {
      const bool equal = EqualSecrets(token, command->token);
      known |= equal;
      here |= equal && id == command->request.workspace;
    }
  }
  if (!known) return Refuse("wrong", 401, "not the token of a command of ours", respond);
  if (!here) return Refuse("workspace", 403, "not a command of this team", respond);
  const std::shared_ptr<MattermostPlatform> platform = Find(command->request.workspace)->platform;
  const ChatRequest chat = std::move(command->request);
  auto answer =
      clock_.Expect([respond, platform](
                        const chat::Card& card) { respond(JsonAnswer(platform->Ephemeral(card))); },
                    [respond] { respond(Notice("Working on it; the answer follows.")); },
                    [platform, url = chat.response_url](const chat::Card& card) {
                      if (card.title.empty() && card.body.empty()) return;
                      const SendResult sent = platform->Respond(url, card);
                      if (!sent.ok())
                        spdlog::warn("an answer could not be delivered: {}", sent.detail);
                    });
  const bool queued = dispatcher_.Submit(
      chat, platform->options().root, [this, answer, platform, chat](chat::CommandResult result) {
        answer->Finish(ShowForm(*platform, chat, std::move(result)));
      });
  if (!queued) answer->Finish(Busy(chat.text));
}

void MattermostRoutes::HandleAction(const HttpRequest& request, HttpListener::Respond respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  const absl::StatusOr<Json> body = ParseJsonObject(request.body, "body");
  if (!body.ok()) return Malformed(body.status(), respond);
  absl::StatusOr<ChatRequest> chat = absl::PermissionDeniedError("no team has buttons");
  for (const auto& [id, workspace] : workspaces_) {
    chat = ParseAction(*body, workspace.platform->sealer(), time_.Now());
    if (chat.ok() && chat->workspace == id) break;
    if (chat.ok()) chat = absl::PermissionDeniedError("another team's button");
  }
  if (absl::IsPermissionDenied(chat.status())) {
    return Refuse("seal", 403, "not a button of ours, or one from long ago", respond);
  }
  if (!chat.ok()) return Malformed(chat.status(), respond);
  const std::shared_ptr<MattermostPlatform> platform = Find(chat->workspace)->platform;
  // Mattermost waits half a minute for this answer, longer than any command takes.
  const bool queued = dispatcher_.Submit(
      *chat, platform->options().root,
      [this, respond, platform, chat = *chat](chat::CommandResult result) {
        const chat::Card card = ShowForm(*platform, chat, std::move(result));
        if (card.title.empty() && card.body.empty()) {
          respond(JsonAnswer(Json::object()));
        } else if (card.buttons.empty()) {
          respond(JsonAnswer({{"ephemeral_text", ToMarkdown(card, platform->options().root)}}));
        } else {
          // A question needs its buttons, which this answer cannot carry.
          respond(JsonAnswer(Json::object()));
          platform->Tell(chat.user_id, chat.channel_id, card);
        }
      });
  if (!queued) {
    respond(
        JsonAnswer({{"ephemeral_text", ToMarkdown(Busy(chat->text), platform->options().root)}}));
  }
}

void MattermostRoutes::HandleDialog(const HttpRequest& request, HttpListener::Respond respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  const absl::StatusOr<Json> body = ParseJsonObject(request.body, "body");
  if (!body.ok()) return Malformed(body.status(), respond);
  absl::StatusOr<Submission> submission = absl::PermissionDeniedError("no team has forms");
  for (const auto& [id, workspace] : workspaces_) {
    submission = OpenSubmission(*body, workspace.platform->sealer(), time_.Now());
    if (submission.ok() && submission->state.workspace == id) break;
    if (submission.ok()) submission = absl::PermissionDeniedError("another team's form");
  }
  if (absl::IsPermissionDenied(submission.status())) {
    return Refuse("seal", 403, "not a form of ours, or one from long ago", respond);
  }
  if (!submission.ok()) return Malformed(submission.status(), respond);
  const DialogState& state = submission->state;
  const std::shared_ptr<MattermostPlatform> platform = Find(state.workspace)->platform;
  ChatRequest chat;
  chat.kind = ChatRequest::Kind::kForm;
  chat.platform = "mattermost";
  chat.workspace = state.workspace;
  chat.user_id = state.user_id;
  chat.channel_id = state.channel_id;
  chat.text = state.command;
  chat.form = submission->values;
  chat.idempotency_key = absl::StrCat("mattermost:", state.workspace,
                                      ":form:", KeyOf(*submission, TextAt(*body, {"state"})));
  const bool queued = dispatcher_.Submit(
      chat, platform->options().root,
      [respond, platform, submission = *submission](chat::CommandResult result) {
        if (!result.ok && !result.asks) {
          respond(JsonAnswer(FormErrors(result, submission, platform->options().root)));
          return;
        }
        respond(JsonAnswer(Json::object()));
        platform->Tell(submission.state.user_id, submission.state.channel_id, result.card);
      });
  if (!queued) {
    respond(JsonAnswer({{"error", "Belfry is too busy right now. Send it again in a minute."}}));
  }
}

}  // namespace belfry::bot::mattermost
