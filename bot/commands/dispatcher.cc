#include "bot/commands/dispatcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bot/commands/message_notes.h"
#include "client-lib/chat/view.h"
#include "server/base/account_name.h"
#include "server/base/sha256.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

// The server takes 128 printable characters; platforms' own ids may be longer, and hold anything.
std::string RequestId(const std::string& key) {
  constexpr size_t kPlainMax = 100;  // some verbs append a word of their own
  const bool plain = key.size() <= kPlainMax && std::all_of(key.begin(), key.end(), [](char c) {
                       return absl::ascii_isgraph(static_cast<unsigned char>(c));
                     });
  return key.empty() || plain ? key : absl::StrCat("chat:", Sha256Hex(key));
}

}  // namespace

CommandDispatcher::CommandDispatcher(client::Client client, chat::CommandRunner* runner,
                                     int threads)
    : client_(client),
      runner_(runner),
      people_(client),
      places_(std::move(client)),
      jobs_(
          {.share = threads - threads / 4, .lane_waiting = kLaneMax, .total_waiting = kQueueMax}) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

CommandDispatcher::~CommandDispatcher() { Stop(); }

bool CommandDispatcher::Submit(ChatRequest request, std::string root, Done done) {
  const std::string lane = absl::StrCat(request.platform, "\n", request.workspace);
  return jobs_.Push(lane, {std::move(request), std::move(root), std::move(done)});
}

void CommandDispatcher::Stop() {
  jobs_.Close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void CommandDispatcher::Loop() {
  while (std::optional<Lanes<Job>::Taken> next = jobs_.Take()) {
    next->item.done(Run(next->item));
    jobs_.Done(next->lane);
  }
}

chat::CommandResult CommandDispatcher::Unreachable(const ChatRequest& request,
                                                   const absl::Status& status) {
  // What was not asked says nothing new.
  if (!server_.IsDown()) {
    spdlog::warn("cannot look up a chat account: {}", std::string(status.message()));
    server_.NoteDown();
  }
  chat::CommandResult result;
  result.status = status;
  result.card.tone = chat::Tone::kDanger;
  result.card.title = "Belfry cannot be reached";
  result.card.body = absl::StrCat("Nothing was done. You wrote: ", request.text);
  result.card.hints = {"Send it again in a minute; the same text is safe to repeat."};
  return result;
}

chat::CommandResult CommandDispatcher::Run(const Job& job) {
  const ChatRequest& request = job.request;
  if (server_.IsDown()) {
    return Unreachable(request, absl::UnavailableError("the server was not there a moment ago"));
  }
  chat::CommandContext context;
  context.root = job.root;
  v1::ChatAccount account;
  account.set_platform(request.platform);
  account.set_workspace(request.workspace);
  account.set_user_id(request.user_id);
  const absl::StatusOr<std::string> person =
      people_.Find(request.platform, request.workspace, request.user_id);
  if (absl::IsNotFound(person.status())) {
    context.unlinked = true;
    context.act_for = FormatAccountName({request.platform, request.workspace, request.user_id});
  } else if (!person.ok()) {
    return Unreachable(request, person.status());
  } else {
    context.act_for = *person;
  }
  const absl::StatusOr<Place> place = places_.Find(request);
  // A server that knows no places is no reason to refuse: then an id has to be typed.
  if (place.ok()) {
    context.incident = place->incident;
    context.entity = place->entity;
  } else if (absl::IsUnavailable(place.status())) {
    return Unreachable(request, place.status());
  }
  context.account = std::move(account);
  context.public_place = !request.direct;
  context.public_answer = request.public_answer;
  context.asks_first = true;
  context.shows_forms = true;
  context.time_tokens = true;
  return RunIn(std::move(context), request);
}

chat::CommandResult CommandDispatcher::RunAs(const std::string& person, const ChatRequest& request,
                                             const std::string& root) {
  chat::CommandContext context;
  context.act_for = person;
  context.root = root;
  return RunIn(std::move(context), request);
}

ChatRequest CommandDispatcher::WithAuthor(ChatRequest request) {
  if (request.kind != ChatRequest::Kind::kNote || request.author_id.empty() ||
      request.author_id == request.user_id) {
    return request;
  }
  const absl::StatusOr<std::string> author =
      people_.Find(request.platform, request.workspace, request.author_id);
  request.text = absl::StrCat(author.ok() ? chat::ActorName(*author) : "Somebody without a link",
                              " wrote: ", request.text);
  return request;
}

std::shared_ptr<const policy::v1::Policy> CommandDispatcher::Pack() {
  client::CallOptions call;
  call.act_for = "";  // the bot asks for itself
  auto pack = runner_->policy().Get(call);
  return pack.ok() ? *std::move(pack) : nullptr;
}

chat::CommandResult CommandDispatcher::RunIn(chat::CommandContext context,
                                             const ChatRequest& request) {
  using Kind = ChatRequest::Kind;
  context.via = request.platform;
  context.request_id = RequestId(request.idempotency_key);
  switch (request.kind) {
    case Kind::kNote:
    case Kind::kNoteEdited:
    case Kind::kNoteDeleted:
      return NoteMessage(client_, WithAuthor(request), context, Pack().get());
    case Kind::kHome:
      return runner_->Run(context, "home");
    default:
      break;
  }
  // What was filled into a form is a line like any other.
  chat::CommandResult result = runner_->Run(
      context,
      request.kind == Kind::kForm ? chat::CompleteLine(request.text, request.form) : request.text);
  // Who somebody is has changed, or has not: the next act asks again.
  if (result.verb == "link" || result.verb == "unlink")
    people_.Forget(request.platform, request.workspace, request.user_id);
  return result;
}

}  // namespace belfry::bot
