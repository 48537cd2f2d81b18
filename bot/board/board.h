// The board's server: who may see what over HTTP, and the thread that keeps pages up to date.
#ifndef BELFRY_BOT_BOARD_BOARD_H_
#define BELFRY_BOT_BOARD_BOARD_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "belfry/connection.h"
#include "belfry/options.h"
#include "bot/board/assets.h"
#include "bot/board/attempts.h"
#include "bot/board/guard.h"
#include "bot/board/sessions.h"
#include "bot/board/workers.h"
#include "bot/http/listener.h"
#include "server/base/random.h"

namespace belfry::board {

// How to talk to the server as somebody; tests replace it.
struct Door {
  std::shared_ptr<client::Connection> connection;
  std::function<absl::Time()> server_now;
};
using OpenDoor = std::function<absl::StatusOr<Door>(client::Options options)>;
absl::StatusOr<Door> OpenGrpcDoor(client::Options options);

struct BoardOptions {
  client::Options server;  // without a token
  SessionLimits limits;
  // The wall: absent without a token file.
  std::string wall_token_file;
  std::string wall_secret;
  FeedOptions feed;  // without an epoch
  // A view that no page shows is let go after this long.
  absl::Duration feed_idle = absl::Minutes(2);
  // The pages' changes of this long go out together.
  absl::Duration gather = absl::Milliseconds(40);
};

// Paths (docs/board.md):
//   GET    /, /wall, and files    the page; nothing in it is about anybody
//   POST   /api/session           signs in: {"token": "…"}
//   POST   /api/wall              the same for the wall: {"secret": "…"}
//   GET    /api/session           who is signed in
//   DELETE /api/session           signs out
//   GET    /api/stream            what changes, as server-sent events
//   GET    /api/incidents/ID      one incident in full
//   GET    /healthz               the program runs
// Errors are JSON: {"error": "…"}.
class Board {
 public:
  Board(BoardOptions options, Assets assets, Guard guard, OpenDoor open, Random* random);
  ~Board();

  // For the listener's threads; never waits.
  void Handle(bot::HttpRequest request, bot::HttpListener::Respond respond);
  // Ends all streams and waits for calls that run.
  void Stop();

 private:
  using Respond = bot::HttpListener::Respond;

  void SignIn(const bot::HttpRequest& request, bool wall, Respond respond);
  // On a worker: asks the server who this is.
  bot::HttpResponse Admit(client::Options options, bool wall, const std::string& place);
  void SignOut(const bot::HttpRequest& request, Respond respond);
  void Stream(const bot::HttpRequest& request, std::shared_ptr<Session> session, Respond respond);
  void Incident(const bot::HttpRequest& request, std::shared_ptr<Session> session, Respond respond);
  std::shared_ptr<Feed> FeedOf(const std::shared_ptr<Session>& session);
  void Close(const std::shared_ptr<Session>& session, const std::string& reason);

  void Wake();
  void Pump();

  const BoardOptions options_;
  const Assets assets_;
  const Guard guard_;
  const OpenDoor open_;
  Random& random_;
  Workers workers_;
  Sessions sessions_;
  Attempts attempts_;

  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread pump_;
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_BOARD_H_
