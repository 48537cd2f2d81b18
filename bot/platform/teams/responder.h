// Runs what an activity asks for, and answers it where it was asked.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_RESPONDER_H_
#define BELFRY_BOT_PLATFORM_TEAMS_RESPONDER_H_

#include <string>

#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/http/listener.h"
#include "bot/platform/teams/adaptive_card.h"
#include "bot/platform/teams/background.h"
#include "bot/platform/teams/inbound.h"
#include "bot/platform/teams/service_url.h"
#include "bot/platform/teams/teams_platform.h"

namespace belfry::bot::teams {

// Where an activity came from and can be answered.
struct Place {
  TeamsPlatform* platform;
  ServiceUrl service;
  std::string conversation;
  // The message with the card that was used, if there was one.
  std::string card;
  // What is typed before a verb here: "@Belfry", nothing in a one-to-one chat.
  std::string root;
};

// Thread-safe; never blocks.
class Responder {
 public:
  // Both outlive the responder.
  Responder(CommandDispatcher* dispatcher, AnswerClock* clock)
      : dispatcher_(*dispatcher), clock_(*clock) {}

  // `respond` is called once, within the time Teams waits.
  void Run(const Place& place, Incoming incoming, HttpListener::Respond respond);
  // Finishes what is queued.
  void Stop() { background_.Stop(); }

 private:
  void RunMessage(const Place& place, Incoming incoming, HttpListener::Respond respond);
  void RunCardAction(const Place& place, Incoming incoming, HttpListener::Respond respond);
  void RunDialog(const Place& place, Incoming incoming, HttpListener::Respond respond);
  // Posts an answer; one that Teams does not take just now is tried a few times more.
  void Say(const Place& place, const chat::CommandResult& result);
  void Send(const Place& place, const Json& card, int attempt);
  void SayLater(const Place& place, const chat::Card& card);

  CommandDispatcher& dispatcher_;
  AnswerClock& clock_;
  Background background_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_RESPONDER_H_
