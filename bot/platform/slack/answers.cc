#include "bot/platform/slack/answers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "belfry/chat/time_token.h"
#include "bot/platform/slack/blocks.h"
#include "bot/platform/slack/text.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;

constexpr size_t kTitleMax = 120;

std::string FirstLine(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  return std::string(absl::StripAsciiWhitespace(text.substr(0, text.find('\n'))));
}

}  // namespace

Json EphemeralAnswer(const chat::Card& card) {
  Json body = ToMessage(card);
  body["response_type"] = "ephemeral";
  return body;
}

Json NoticeAnswer(const std::string& text) {
  return {{"response_type", "ephemeral"}, {"text", text}};
}

Json UpdateAnswer(Json view) { return {{"response_action", "update"}, {"view", std::move(view)}}; }

Json ResultView(const chat::CommandResult& result, const ModalState& state) {
  if (result.form.has_value()) return FormView(*result.form, state);
  if (result.asks) return ConfirmView(result.card, state);
  return CardView(result.card, state);
}

Json SubmissionAnswer(const chat::CommandResult& result,
                      const std::map<std::string, std::string>& blocks, const ModalState& state) {
  const bool failed = !result.ok && !result.form.has_value() && !result.asks;
  // What was typed stays: a modal that shows a mistake and nothing else would throw it away.
  if (failed && !blocks.empty()) {
    return ErrorsAnswer(result.field_errors, blocks, WhatWentWrong(result));
  }
  if (result.ok && result.card.title.empty() && result.card.body.empty()) {
    return {{"response_action", "clear"}};
  }
  return UpdateAnswer(ResultView(result, state));
}

chat::Card WithFormButton(const chat::CommandResult& result) {
  chat::Card card = result.card;
  if (!result.form.has_value()) return card;
  if (card.title.empty()) card.title = result.form->title;
  if (card.title.empty()) card.title = "This needs a form";
  card.buttons.insert(card.buttons.begin(), {"Fill in the form", result.form->command,
                                             chat::Tone::kGood, "", /*form=*/true});
  return card;
}

void Tell(SlackPlatform& platform, const Inbound& in, const chat::CommandResult& result) {
  const chat::Card card = WithFormButton(result);
  const ChatRequest& request = in.chat;
  SendResult sent;
  if (!request.response_url.empty()) {
    sent = platform.Respond(request.response_url, card);
  } else if (in.surface == Inbound::Surface::kMention) {
    Outgoing message;
    message.endpoint.set_address(request.channel_id);
    message.card = card;
    message.thread = request.message;
    sent = platform.Post(message);
  } else if (!request.channel_id.empty()) {
    v1::MessageRef place = request.message;
    place.set_channel(request.channel_id);
    // In the thread of a message that has none nobody would see it.
    if (place.id() == request.source.id()) place.clear_id();
    sent = platform.Whisper(request.user_id, place, card);
  } else {
    // The home tab and global menus have no channel: the conversation with the bot.
    Outgoing message;
    message.endpoint.set_address(request.user_id);
    message.card = card;
    sent = platform.Post(message);
  }
  if (!sent.ok()) spdlog::warn("an answer could not be delivered: {}", sent.detail);
}

void Prefill(const std::string& text, chat::Form& form) {
  if (absl::StripAsciiWhitespace(text).empty()) return;
  for (chat::FormField& field : form.fields) {
    if (!field.value.empty()) continue;
    const size_t max = field.characters_max > 0 ? static_cast<size_t>(field.characters_max) : 1;
    if (field.name.empty() || field.name == "title") {
      field.value = Plain(FirstLine(text), std::min(max, kTitleMax));
    } else if (field.name == "summary" || field.name == "text") {
      field.value = Plain(text, max);
    }
  }
}

void Refill(const chat::FormValues& values, chat::Form& form) {
  for (chat::FormField& field : form.fields) {
    if (const auto value = values.find(field.name); value != values.end()) {
      field.value = value->second;
    }
  }
}

std::string WhatWentWrong(const chat::CommandResult& result) {
  std::vector<std::string> parts = {result.card.title, result.card.body};
  for (const auto& [field, error] : result.field_errors) {
    parts.push_back(absl::StrCat(field, field.empty() ? "" : ": ", error));
  }
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    const bool ends = !text.empty() && absl::ascii_ispunct(text.back());
    absl::StrAppend(&text, text.empty() ? "" : ends ? " " : ". ", part);
  }
  return text.empty() ? "It was not done." : chat::WithoutTimeTokens(text);
}

chat::CommandResult BusyResult() {
  chat::CommandResult busy;
  busy.status = absl::ResourceExhaustedError("too busy");
  busy.card.tone = chat::Tone::kDanger;
  busy.card.title = "Belfry is too busy right now";
  busy.card.body = "Nothing was done. Send it again in a minute.";
  return busy;
}

chat::CommandResult UnreadableResult(const absl::Status& status) {
  chat::CommandResult result;
  result.status = status;
  result.card.tone = chat::Tone::kWarning;
  result.card.title = "The message was not taken into the timeline";
  result.card.body =
      "Belfry cannot read it here. Invite it into the channel, or use the message's menu: Add to "
      "timeline.";
  return result;
}

chat::Card NotedCard(const std::string& incident) {
  chat::Card card;
  card.tone = chat::Tone::kGood;
  card.title = "Added to the timeline";
  absl::string_view id = incident;
  absl::ConsumePrefix(&id, "incidents/");
  if (!id.empty()) card.body = absl::StrCat("It now stands in the record of ", id, ".");
  return card;
}

}  // namespace belfry::bot::slack
