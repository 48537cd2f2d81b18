#include "bot/platform/teams/responder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bot/platform/teams/answers.h"
#include "bot/platform/teams/form_card.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::teams {
namespace {

constexpr int kAttemptsMax = 5;
constexpr absl::Duration kPauseMax = absl::Minutes(1);
constexpr char kWorking[] = "Working on it; the answer follows here.";
constexpr char kBusy[] = "Belfry is too busy right now. Nothing was done; try again in a minute.";

CardUse AnswerUse(const Place& place) {
  return {.dialogs = place.platform->options().dialogs, .on_answer = true};
}

void Log(const SendResult& sent) {
  if (!sent.ok()) spdlog::warn("teams: an answer could not be delivered: {}", sent.detail);
}

chat::Card Busy() {
  chat::Card card;
  card.tone = chat::Tone::kDanger;
  card.title = "Belfry is too busy right now";
  card.body = "Nothing was done. Send it again in a minute.";
  return card;
}

chat::Card Dismissed() {
  chat::Card card;
  card.title = "Put aside";
  card.body = "Nothing was done.";
  return card;
}

chat::Card HowToPin(const std::string& root) {
  chat::Card card;
  card.title = "A reaction does not tell what the message says";
  card.body =
      "Nothing was recorded. To take a message into the timeline, open its menu (More options, "
      "More actions) and choose \"Add to the timeline\".";
  card.hints = {absl::StrCat(root, root.empty() ? "" : " ", "note <text>")};
  return card;
}

// What was filled in stays in a form that comes back, and a form opened from a message begins with
// what it says.
void Keep(const Incoming& incoming, chat::CommandResult* result) {
  if (!result->form.has_value()) return;
  if (incoming.request.kind == ChatRequest::Kind::kForm) {
    result->form = Filled(*std::move(result->form), incoming.request.form);
  }
  if (!incoming.prefill.empty()) {
    result->form = Prefilled(*std::move(result->form), incoming.prefill);
  }
}

// A result on its way from the dispatcher to whichever way of answering wins.
using Result = std::shared_ptr<chat::CommandResult>;

}  // namespace

void Responder::Run(const Place& place, Incoming incoming, HttpListener::Respond respond) {
  using Kind = Incoming::Kind;
  switch (incoming.kind) {
    case Kind::kMessage:
    case Kind::kQuiet:
      RunMessage(place, std::move(incoming), std::move(respond));
      return;
    case Kind::kCardAction:
      RunCardAction(place, std::move(incoming), std::move(respond));
      return;
    case Kind::kDialogOpen:
    case Kind::kDialogSubmit:
      RunDialog(place, std::move(incoming), std::move(respond));
      return;
    case Kind::kDismiss: {
      const Json card = ToAdaptiveCard(Dismissed(), AnswerUse(place));
      respond(CardAnswer(card));
      if (!place.card.empty()) {
        background_.Do([place, card] {
          Log(place.platform->Replace(place.service, place.conversation, place.card, card));
        });
      }
      return;
    }
    case Kind::kPinned:
      respond({.status = 200});
      SayLater(place, HowToPin(place.root));
      return;
    case Kind::kInstalled:
      // Somebody who adds the bot for themselves is shown what it can do; a team is not greeted.
      if (incoming.request.direct) {
        incoming.request.kind = ChatRequest::Kind::kCommand;
        incoming.request.text = "help";
        RunMessage(place, std::move(incoming), std::move(respond));
        return;
      }
      respond({.status = 200});
      return;
    case Kind::kUnknownInvoke:
      respond({.status = 501});
      return;
    case Kind::kIgnored:
    case Kind::kRemoved:
      respond({.status = 200});
      return;
  }
}

void Responder::Say(const Place& place, const chat::CommandResult& result) {
  if (SaysSomething(result)) Send(place, ResultCard(result, AnswerUse(place)), 1);
}

void Responder::Send(const Place& place, const Json& card, int attempt) {
  const SendResult sent = place.platform->Say(place.service, place.conversation, card);
  // What may have arrived is not repeated: nobody wants the same answer twice.
  const bool again = attempt < kAttemptsMax && (sent.failure == SendFailure::kRetryLater ||
                                                sent.failure == SendFailure::kNotSent);
  const absl::Duration pause =
      std::min(std::max(sent.retry_after, absl::Seconds(1) * attempt), kPauseMax);
  if (!again ||
      !background_.Do([this, place, card, attempt] { Send(place, card, attempt + 1); }, pause)) {
    Log(sent);
  }
}

void Responder::SayLater(const Place& place, const chat::Card& card) {
  const Json json = ToAdaptiveCard(card, AnswerUse(place));
  const bool queued = background_.Do([this, place, json] { Send(place, json, 1); });
  if (!queued) spdlog::warn("teams: an answer was dropped, too many are waiting");
}

void Responder::RunMessage(const Place& place, Incoming incoming, HttpListener::Respond respond) {
  const bool quiet = incoming.kind == Incoming::Kind::kQuiet;
  const Incoming asked = incoming;
  const bool queued = dispatcher_.Submit(std::move(incoming.request), place.root,
                                         [this, place, quiet, asked](chat::CommandResult result) {
                                           if (quiet && result.ok) return;
                                           Keep(asked, &result);
                                           Say(place, result);
                                         });
  // Nobody would notice that an edit was not followed; Teams sends it again.
  if (!queued && quiet) {
    respond({.status = 503});
    return;
  }
  // Nothing shows in the answer to a message: acknowledge it now, say the rest afterwards.
  respond({.status = 200});
  if (!queued) SayLater(place, Busy());
}

void Responder::RunCardAction(const Place& place, Incoming incoming,
                              HttpListener::Respond respond) {
  const auto result = std::make_shared<chat::CommandResult>();
  const bool replaces = incoming.on_answer && !place.card.empty();
  const auto replace = [place, result] {
    Log(place.platform->Replace(place.service, place.conversation, place.card,
                                ResultCard(*result, AnswerUse(place))));
  };
  auto now = [this, place, result, replaces, replace, respond](const chat::Card&) {
    if (replaces) {
      respond(CardAnswer(ResultCard(*result, AnswerUse(place))));
      replace();  // for everybody else
      return;
    }
    if (!SaysSomething(*result)) {
      respond(LineAnswer("Done."));
      return;
    }
    const std::string line = ShortAnswer(*result);
    respond(LineAnswer(line.empty() ? "The answer is below." : line));
    if (line.empty()) Say(place, *result);
  };
  auto later = [this, place, result, replaces, replace](const chat::Card&) {
    if (replaces) {
      replace();
    } else {
      Say(place, *result);
    }
  };
  auto answer = clock_.Expect(
      std::move(now), [respond] { respond(LineAnswer(kWorking)); }, std::move(later));
  const Incoming asked = incoming;
  const bool queued = dispatcher_.Submit(std::move(incoming.request), place.root,
                                         [answer, result, asked](chat::CommandResult done) {
                                           *result = std::move(done);
                                           Keep(asked, result.get());
                                           answer->Finish(result->card);
                                         });
  if (!queued) respond(LineAnswer(kBusy));
}

void Responder::RunDialog(const Place& place, Incoming incoming, HttpListener::Respond respond) {
  const auto result = std::make_shared<chat::CommandResult>();
  const bool opens = incoming.kind == Incoming::Kind::kDialogOpen;
  auto now = [place, result, respond](const chat::Card&) {
    if (!SaysSomething(*result)) {
      respond(DialogLine("Done."));
      return;
    }
    respond(DialogResult(*result, AnswerUse(place)));
  };
  auto receipt = [respond, opens] {
    respond(DialogLine(opens ? "Belfry is slow just now. Try again in a minute." : kWorking));
  };
  auto later = [this, place, result, opens](const chat::Card&) {
    // The dialog that this form was for is closed.
    if (opens && result->form.has_value()) return;
    Say(place, *result);
  };
  auto answer = clock_.Expect(std::move(now), std::move(receipt), std::move(later));
  const Incoming asked = incoming;
  const bool queued = dispatcher_.Submit(std::move(incoming.request), place.root,
                                         [answer, result, asked](chat::CommandResult done) {
                                           *result = std::move(done);
                                           Keep(asked, result.get());
                                           answer->Finish(result->card);
                                         });
  if (!queued) respond(DialogLine(kBusy));
}

}  // namespace belfry::bot::teams
