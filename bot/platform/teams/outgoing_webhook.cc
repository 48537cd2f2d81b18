#include "bot/platform/teams/outgoing_webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/teams/activity.h"
#include "bot/platform/teams/adaptive_card.h"
#include "bot/platform/teams/answers.h"
#include "bot/platform/teams/card_parts.h"
#include "bot/platform/teams/inbound.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kKeyBytesMin = 16;

// "<at>Belfry</at> ack" → "ack": what was mentioned is the webhook itself.
void DropMention(Json* json) {
  std::string text = TextAt(*json, {"text"});
  const size_t begin = text.find("<at");
  const size_t end = text.find("</at>");
  const bool leads =
      begin != std::string::npos && text.find_first_not_of(" \r\n\t") == begin && end > begin;
  if (leads && end != std::string::npos) (*json)["text"] = text.substr(end + 5);
}

// Nobody can press or fill in anything here, so what would be a button is something to type.
chat::Card Typed(const chat::CommandResult& result, const std::string& root) {
  chat::Card card = result.card;
  const auto hint = [&](absl::string_view command) {
    card.hints.push_back(absl::StrCat(root, " ", command));
  };
  for (const chat::CardButton& button : card.buttons) hint(button.command);
  card.buttons.clear();
  if (!result.form.has_value()) return card;
  if (card.title.empty()) card.title = result.form->title;
  if (card.body.empty()) card.body = result.form->intro;
  std::string line = result.form->command;
  for (const chat::FormField& field : result.form->fields) {
    if (!field.required) continue;
    const std::string blank = absl::StrCat("\"<", field.label, ">\"");
    absl::StrAppend(&line, " ", field.name, field.name.empty() ? "" : ":", blank);
  }
  hint(line);
  return card;
}

HttpResponse Reply(const chat::Card& card) {
  return JsonResponse(
      {{"type", "message"},
       {"attachments", Json::array({Attachment(ToAdaptiveCard(card, kWebhookUse))})}});
}

HttpResponse Line(const char* text) { return JsonResponse({{"type", "message"}, {"text", text}}); }

}  // namespace

absl::StatusOr<std::string> DecodeWebhookToken(absl::string_view token) {
  std::string key;
  if (!absl::Base64Unescape(token, &key) || key.size() < kKeyBytesMin) {
    return absl::InvalidArgumentError(
        "teams.outgoing_webhooks.token_file: must hold the security token as Teams showed it, in "
        "base64");
  }
  return key;
}

std::string SignWebhook(absl::string_view key, absl::string_view body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  return absl::StrCat(
      "HMAC ", absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest), size)));
}

const OutgoingWebhookSecret* OutgoingWebhooks::Signer(const HttpRequest& request) const {
  int count = 0;
  const std::string given = request.Header("Authorization", &count);
  if (count != 1) return nullptr;
  const OutgoingWebhookSecret* signer = nullptr;
  // All of them, so that the time taken says nothing about which.
  for (const OutgoingWebhookSecret& secret : secrets_) {
    const std::string expected = SignWebhook(secret.key, request.body);
    const bool same = given.size() == expected.size() &&
                      CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
    if (same) signer = &secret;
  }
  return signer;
}

void OutgoingWebhooks::Handle(const HttpRequest& request, HttpListener::Respond respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  const OutgoingWebhookSecret* signer = Signer(request);
  if (signer == nullptr) {
    rejected_("signature");
    spdlog::warn("teams outgoing webhook refused: signature");
    respond({.status = 401});
    return;
  }
  absl::StatusOr<Activity> activity = ParseActivity(request.body);
  if (!activity.ok() || activity->type != "message" || activity->id.empty()) {
    rejected_("malformed");
    respond({.status = 400,
             .body = activity.ok() ? "type, id: a message with an id is needed"
                                   : std::string(activity.status().message())});
    return;
  }
  if (activity->tenant != signer->tenant) {
    rejected_("tenant");
    spdlog::warn("teams outgoing webhook {} refused: tenant", signer->name);
    respond({.status = 403});
    return;
  }
  DropMention(&activity->json);
  // No card of ours is ever answered here.
  activity->json.erase("value");
  absl::StatusOr<Incoming> incoming = ReadActivity(*activity);
  if (!incoming.ok() || incoming->kind != Incoming::Kind::kMessage) {
    respond({.status = 200});
    return;
  }
  std::optional<HttpListener::Respond> first =
      repeats_.Admit(incoming->repeat_key, clock_.Now(), std::move(respond));
  if (!first.has_value()) return;
  const std::string root =
      absl::StrCat("@", activity->bot_name.empty() ? "Belfry" : activity->bot_name);
  auto answer = answers_.Expect(
      [first](const chat::Card& card) { (*first)(Reply(card)); },
      [first] {
        (*first)(
            Line("Belfry is slow just now and may still do it. Ask again in a minute; the "
                 "record says whether it was done."));
      },
      [name = signer->name](const chat::Card&) {
        spdlog::warn("teams outgoing webhook {}: an answer came too late", name);
      });
  const bool queued = dispatcher_.Submit(
      std::move(incoming->request), root,
      [answer, root](chat::CommandResult result) { answer->Finish(Typed(result, root)); });
  if (!queued) {
    (*first)(Line("Belfry is too busy right now. Nothing was done; try again in a minute."));
  }
}

}  // namespace belfry::bot::teams
