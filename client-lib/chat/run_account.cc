// Which chat account is whose.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

bool InChat(const Session& session) { return session.context.account.has_value(); }

// Which account it is about is known to the bot, not to the person: the bot asks for itself.
client::CallOptions AsTheBot(const Session& session) {
  client::CallOptions call = session.call;
  call.act_for = "";
  return call;
}

// One card for every code that does not fit: which of the reasons it was helps only who guesses.
CommandResult CodeRefused(absl::Status status) {
  const client::ErrorDetail error = client::DescribeError(status);
  if (error.reason != "CODE_INVALID" && error.reason != "TOO_MANY_CODES") {
    return Refused(std::move(status));
  }
  Card card;
  if (error.reason == "CODE_INVALID") {
    card.title = "This code does not fit";
    card.body =
        "It is wrong, used or older than ten minutes, or it was made for the other side: a code "
        "that was shown in chat is typed at a terminal, and the other way round. Get a new one.";
  } else {
    card.title = "Too many codes";
    card.body = "Wait a while, then get a new code and type that one.";
  }
  return Refused(std::move(status), std::move(card));
}

CommandResult ShowCode(const Session& session, v1::StartAccountLinkResponse response) {
  Card card;
  card.title = absl::StrCat("Your code: ", response.code());
  if (InChat(session)) {
    card.body =
        "Type it at a terminal where you are signed in to Belfry. Whoever has no terminal asks "
        "the person who keeps the directory. Show the code to nobody else.";
    card.hints = {absl::StrCat("belfry link ", response.code())};
  } else {
    card.body =
        "Type it in the chat whose account is to be yours, in a direct message to Belfry. Show the "
        "code to nobody else.";
    card.hints = {absl::StrCat("/incident link ", response.code(), "   (in the chat)")};
  }
  if (response.has_expire_time()) {
    card.context =
        absl::StrCat("Works once, until ", session.view.Time(response.expire_time()), ".");
  }
  CommandResult result = Done(std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

CommandResult Start(const Session& session) {
  v1::StartAccountLinkRequest request;
  if (!InChat(session)) {
    auto response = session.client.StartAccountLink(request, session.call);
    if (!response.ok()) return CodeRefused(response.status());
    return ShowCode(session, *std::move(response));
  }
  if (!session.context.unlinked) {
    CommandResult result;
    result.ok = true;
    result.card.tone = Tone::kGood;
    result.card.title = absl::StrCat("You are ", ActorName(session.context.act_for), " here");
    result.card.body =
        "This account is linked. If it is not yours, or is to be somebody else's, untie it.";
    result.card.hints = {session.view.Typed("unlink"), session.view.Typed("whoami")};
    return result;
  }
  if (session.context.public_answer) {
    // Whoever reads a code first may redeem it, and would have the account.
    Card card;
    card.tone = Tone::kWarning;
    card.title = "Write this to Belfry alone";
    card.body =
        "Others here would read the code, and whoever types it first has the account. Nothing was "
        "made.";
    card.hints = {"link   (in a direct message to Belfry)"};
    return Refused(absl::FailedPreconditionError("a code is not shown where others read along"),
                   std::move(card));
  }
  *request.mutable_account() = *session.context.account;
  auto response = session.client.StartAccountLink(request, AsTheBot(session));
  if (!response.ok()) return CodeRefused(response.status());
  return ShowCode(session, *std::move(response));
}

}  // namespace

CommandResult RunLink(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Start(session);
  if (ParseIncidentName(words[0]).has_value()) {
    return Refused(UsageError("\"link\" ties your chat account to you. Incidents are related:",
                              {std::string(VerbOf(VerbKind::kRelate).example)}));
  }
  if (words.size() > 1) {
    return Refused(
        Lacks(session, "Say the code and nothing else: eight characters in two groups."));
  }
  v1::CompleteAccountLinkRequest request;
  request.set_code(words[0]);
  if (InChat(session)) *request.mutable_account() = *session.context.account;
  auto response = session.client.CompleteAccountLink(
      request, InChat(session) ? AsTheBot(session) : session.call);
  if (!response.ok()) return CodeRefused(response.status());
  const v1::Person& person = response->person();
  Card card;
  card.tone = Tone::kGood;
  card.title = absl::StrCat(
      "Linked: ", person.display_name().empty() ? ActorName(person.name()) : person.display_name());
  card.body =
      absl::StrCat("What is typed from this account of ", response->account().platform(),
                   " is done as ", ActorName(person.name()), ", with that person's rights.");
  card.hints = {session.view.Typed("whoami"), session.view.Typed("help")};
  CommandResult result = Done(*std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

CommandResult RunUnlink(const Session& session) {
  const auto& words = session.command.words;
  v1::UnlinkAccountRequest request;
  if (words.size() == 3) {
    request.mutable_account()->set_platform(words[0]);
    request.mutable_account()->set_workspace(words[1]);
    request.mutable_account()->set_user_id(words[2]);
  } else if (words.empty() && InChat(session)) {
    *request.mutable_account() = *session.context.account;
  } else {
    return Refused(UsageError("Say which account: its platform, workspace and user id.",
                              {"unlink slack T0123456 U0ABCDEF"}));
  }
  auto response = session.client.UnlinkAccount(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  card.tone = Tone::kGood;
  card.title = "The account is linked to nobody now";
  card.body = absl::StrCat(request.account().platform(), " ", request.account().user_id(),
                           ": nothing is done in anybody's name from it.");
  card.hints = {session.view.Typed("link")};
  CommandResult result = Done(*std::move(response), "", false);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
