// Runs what people type, off the platforms' threads.
#ifndef BELFRY_BOT_COMMANDS_DISPATCHER_H_
#define BELFRY_BOT_COMMANDS_DISPATCHER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "bot/commands/lanes.h"
#include "bot/commands/people.h"
#include "bot/commands/places.h"
#include "bot/commands/reachability.h"
#include "bot/platform/chat_request.h"
#include "client-lib/chat/run.h"

namespace belfry::bot {

// A bounded queue and a few threads, each running one command at a time as the person behind the
// chat account; an account that is nobody's may report, link itself and ask for help.
//
// An answer is said on the thread that ran the command, and a platform may hang: no workspace gets
// more than three quarters of the threads or of the queue. Thread-safe.
class CommandDispatcher {
 public:
  using Done = std::function<void(chat::CommandResult)>;

  // `root` is what people type before a verb on a platform, for hints: "/incident".
  CommandDispatcher(client::Client client, chat::CommandRunner* runner, int threads);
  ~CommandDispatcher();

  // `done` is called exactly once, on another thread. False when the queue, or the workspace's part
  // of it, is full: nothing will happen, say so.
  bool Submit(ChatRequest request, std::string root, Done done);
  // Runs it here and now, as `person`.
  chat::CommandResult RunAs(const std::string& person, const ChatRequest& request,
                            const std::string& root);
  // Finishes what is queued.
  void Stop();

 private:
  static constexpr size_t kQueueMax = 256;
  static constexpr size_t kLaneMax = 192;

  struct Job {
    ChatRequest request;
    std::string root;
    Done done;
  };

  void Loop();
  chat::CommandResult Run(const Job& job);
  // The server cannot be asked: says so, and keeps what was typed.
  chat::CommandResult Unreachable(const ChatRequest& request, const absl::Status& status);
  // A marked message of somebody else says who wrote it: the note's author only marked it.
  ChatRequest WithAuthor(ChatRequest request);
  // Null when the server cannot be asked and nothing is remembered.
  std::shared_ptr<const policy::v1::Policy> Pack();
  chat::CommandResult RunIn(chat::CommandContext context, const ChatRequest& request);

  const client::Client client_;
  chat::CommandRunner* const runner_;
  People people_;
  Places places_;
  Reachability server_;
  Lanes<Job> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_COMMANDS_DISPATCHER_H_
