#include "bot/platform/teams/answers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "bot/platform/teams/card_parts.h"
#include "bot/platform/teams/form_card.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kLineMax = 500;
constexpr size_t kTitleMax = 60;

HttpResponse Invoke(const char* type, Json value) {
  return JsonResponse({{"statusCode", 200}, {"type", type}, {"value", std::move(value)}});
}

}  // namespace

HttpResponse JsonResponse(const Json& body) {
  return {.status = 200, .content_type = "application/json; charset=utf-8", .body = DumpJson(body)};
}

HttpResponse CardAnswer(Json card) {
  return Invoke("application/vnd.microsoft.card.adaptive", std::move(card));
}

HttpResponse LineAnswer(const std::string& text) {
  return Invoke("application/vnd.microsoft.activity.message", chat::Clip(text, kLineMax));
}

HttpResponse DialogAnswer(const std::string& title, Json card) {
  return JsonResponse({{"task",
                        {{"type", "continue"},
                         {"value",
                          {{"title", chat::Clip(title, kTitleMax)},
                           {"height", "large"},
                           {"width", "medium"},
                           {"card", Attachment(std::move(card))}}}}}});
}

HttpResponse DialogLine(const std::string& text) {
  return JsonResponse({{"task", {{"type", "message"}, {"value", chat::Clip(text, kLineMax)}}}});
}

Json ResultCard(const chat::CommandResult& result, const CardUse& use) {
  if (result.form.has_value()) {
    return ToFormCard(*result.form, FormPlace::kMessage, result.field_errors);
  }
  return ToAdaptiveCard(result.card, use);
}

HttpResponse DialogResult(const chat::CommandResult& result, const CardUse& use) {
  if (result.form.has_value()) {
    return DialogAnswer(result.form->title,
                        ToFormCard(*result.form, FormPlace::kDialog, result.field_errors));
  }
  return DialogAnswer("Belfry", ToAdaptiveCard(result.card, use));
}

std::string ShortAnswer(const chat::CommandResult& result) {
  const chat::Card& card = result.card;
  if (result.form.has_value() || result.asks || !card.fields.empty() || !card.table.empty() ||
      !card.hints.empty() || !card.buttons.empty()) {
    return "";
  }
  return chat::Clip(card.PlainText(), kLineMax);
}

bool SaysSomething(const chat::CommandResult& result) {
  return result.form.has_value() || !result.card.title.empty() || !result.card.body.empty();
}

}  // namespace belfry::bot::teams
