// Results as Slack shows them: acknowledgements, modals, messages to one person.
#ifndef BELFRY_BOT_PLATFORM_SLACK_ANSWERS_H_
#define BELFRY_BOT_PLATFORM_SLACK_ANSWERS_H_

#include <map>
#include <string>

#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/slack_platform.h"
#include "bot/platform/slack/views.h"
#include "client-lib/chat/run.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// Answers that stand in an acknowledgement, for the one who asked only.
nlohmann::json EphemeralAnswer(const chat::Card& card);
nlohmann::json NoticeAnswer(const std::string& text);
// Of a modal that was sent.
nlohmann::json UpdateAnswer(nlohmann::json view);
nlohmann::json SubmissionAnswer(const chat::CommandResult& result,
                                const std::map<std::string, std::string>& blocks,
                                const ModalState& state);

// The modal of a result: its form, its question, or its card.
nlohmann::json ResultView(const chat::CommandResult& result, const ModalState& state);

// The card of a result; when it asks for a form that cannot be shown here, with a button for it.
chat::Card WithFormButton(const chat::CommandResult& result);

// Says it where only the one who asked reads it, as far as there is such a place; mentions are
// answered in their thread. What cannot be said is logged.
void Tell(SlackPlatform& platform, const Inbound& in, const chat::CommandResult& result);

// The text of a message as the beginning of a report.
void Prefill(const std::string& text, chat::Form& form);
// What was typed before, back into its fields.
void Refill(const chat::FormValues& values, chat::Form& form);

// One paragraph.
std::string WhatWentWrong(const chat::CommandResult& result);

chat::CommandResult BusyResult();
chat::CommandResult UnreadableResult(const absl::Status& status);
chat::Card NotedCard(const std::string& incident);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_ANSWERS_H_
