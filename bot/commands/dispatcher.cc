#include "bot/commands/dispatcher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

chat::CommandResult NotLinked(const ChatRequest& request) {
  chat::CommandResult result;
  result.status = absl::PermissionDeniedError("chat account is not linked");
  result.card.tone = chat::Tone::kWarning;
  result.card.title = "Belfry does not know you yet";
  result.card.body =
      "Your account here is linked to no person in the directory, so nothing was done.";
  result.card.hints = {
      absl::StrCat("Ask an administrator of Belfry to add the account ", request.platform, " ",
                   request.workspace, " ", request.user_id, " to your entry."),
      "In an emergency call CommonHelp; do not wait for this."};
  return result;
}

chat::CommandResult Unreachable(const ChatRequest& request, const absl::Status& status) {
  spdlog::warn("cannot look up a chat account: {}", std::string(status.message()));
  chat::CommandResult result;
  result.status = status;
  result.card.tone = chat::Tone::kDanger;
  result.card.title = "Belfry cannot be reached";
  result.card.body = absl::StrCat("Nothing was done. You wrote: ", request.text);
  result.card.hints = {"Send it again in a minute; the same text is safe to repeat."};
  return result;
}

}  // namespace

CommandDispatcher::CommandDispatcher(client::Client client, chat::CommandRunner* runner,
                                     int threads)
    : runner_(runner), people_(std::move(client)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

CommandDispatcher::~CommandDispatcher() { Stop(); }

bool CommandDispatcher::Submit(ChatRequest request, std::string root, Done done) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || jobs_.size() >= kQueueMax) return false;
  jobs_.push_back({std::move(request), std::move(root), std::move(done)});
  return true;
}

void CommandDispatcher::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void CommandDispatcher::Loop() {
  for (;;) {
    Job job;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &CommandDispatcher::HasWorkOrStops));
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job.done(Run(job));
  }
}

chat::CommandResult CommandDispatcher::Run(const Job& job) {
  const ChatRequest& request = job.request;
  const absl::StatusOr<std::string> person =
      people_.Find(request.platform, request.workspace, request.user_id);
  if (absl::IsNotFound(person.status())) return NotLinked(request);
  if (!person.ok()) return Unreachable(request, person.status());
  return RunAs(*person, request, job.root);
}

chat::CommandResult CommandDispatcher::RunAs(const std::string& person, const ChatRequest& request,
                                             const std::string& root) {
  chat::CommandContext context;
  context.act_for = person;
  context.via = request.platform;
  context.request_id = request.idempotency_key;
  context.root = root;
  return runner_->Run(context, request.text);
}

}  // namespace belfry::bot
