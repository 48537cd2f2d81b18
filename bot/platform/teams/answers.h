// What the HTTP answer to an invoke says.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_ANSWERS_H_
#define BELFRY_BOT_PLATFORM_TEAMS_ANSWERS_H_

#include <string>

#include "bot/http/message.h"
#include "bot/platform/json.h"
#include "bot/platform/teams/adaptive_card.h"
#include "client-lib/chat/run.h"

namespace belfry::bot::teams {

HttpResponse JsonResponse(const Json& body);

// To adaptiveCard/action: another card in the place of this one, or a line under it.
HttpResponse CardAnswer(Json card);
HttpResponse LineAnswer(const std::string& text);
// To task/fetch and task/submit: what the dialog shows next, or a last word.
HttpResponse DialogAnswer(const std::string& title, Json card);
HttpResponse DialogLine(const std::string& text);

// A result as a card: the form it asks for, or what it says.
Json ResultCard(const chat::CommandResult& result, const CardUse& use);
HttpResponse DialogResult(const chat::CommandResult& result, const CardUse& use);

// The few words of a result that has no more than that; empty when it needs a card.
std::string ShortAnswer(const chat::CommandResult& result);

// There is something to say.
bool SaysSomething(const chat::CommandResult& result);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_ANSWERS_H_
