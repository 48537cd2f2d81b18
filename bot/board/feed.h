// The live view of one person or system: kept up to date from one stream of the server, told to all
// pages that the same session has open.
#ifndef BELFRY_BOT_BOARD_FEED_H_
#define BELFRY_BOT_BOARD_FEED_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "bot/board/cards.h"
#include "bot/board/view_json.h"
#include "bot/board/workers.h"
#include "bot/http/message.h"

namespace belfry::board {

struct FeedOptions {
  // Names this view for Last-Event-ID: changes of another one do not go on here.
  std::string epoch;
  // What is open is listed again this often, or more seldom where listing takes more than a
  // hundredth of it: what its viewer may no longer see must go, and no event says so.
  absl::Duration relist = absl::Seconds(60);
  // While the server does not answer.
  absl::Duration relist_when_down = absl::Seconds(5);
  // The server is asked for a sign of life this often.
  absl::Duration probe = absl::Seconds(10);
  // Pages hear something at least this often.
  absl::Duration beat = absl::Seconds(5);
  int pages_max = 8;
};

// Events it sends, each with one JSON object as data (docs/board.md):
//   words  {inForce, packs, entities}  first on every connection, and when they change
//   reset  {}                          what follows is everything; forget the rest when `ready`
//   cards  {cards, gone}               with the id to come back with
//   ready  {}                          all of it was sent
//   beat   {now, ticks, up, staleMs}   the server's clock, once it is known; whether the server
//                                      answers, and how long ago it last did
//   end    {reason}                    signed out; the stream ends
//
// Thread-safe. Everything it knows was asked for with the connection of this one session.
class Feed : public std::enable_shared_from_this<Feed> {
 public:
  // `server_now` as MakeServerClock() makes it. `ended` hears once, from any thread, that the
  // server refuses these credentials. `wake` is called when there is something to flush.
  Feed(std::shared_ptr<client::Connection> connection, std::function<absl::Time()> server_now,
       Workers* workers, FeedOptions options, std::function<void()> wake,
       std::function<void(const absl::Status&)> ended);
  // Waits for a call that runs, at most its deadline.
  ~Feed();

  void Start();
  // Nothing is asked any more, and pages end: with an `end` unless `reason` is empty.
  void Stop(const std::string& reason);

  // Adds a page that has seen everything up to `last_event_id`. False: there are too many.
  bool Subscribe(std::shared_ptr<bot::HttpStream> stream, absl::string_view last_event_id);
  size_t pages() const;

  // Sends what is to be sent at `now`, on this machine's clock, and starts what is due. Must not
  // wait. To be called when woken and a few times a second.
  void Flush(absl::Time now);

 private:
  struct Page {
    std::shared_ptr<bot::HttpStream> stream;
    int64_t seen = 0;
    int words = 0;
    bool whole = false;  // begins anew and was not told `ready` yet
    bool reset = false;  // was told so
    absl::Time beat = absl::InfinitePast();
  };

  void Follow();
  void List();
  absl::Status ListOnce();
  // The words of a pack, where they are not known; empty: of the one in force.
  absl::Status LearnPack(const std::string& name);
  absl::Status LearnEntities();
  void Take(const v1::Incident& incident) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Probe();
  void ReadClock();
  void Linked(bool up);
  // True for an error that ends the session.
  bool Refused(const absl::Status& status);
  // Runs on a worker unless one runs already or too much waits.
  void Begin(bool& running, void (Feed::*task)()) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FlushPage(Page& page, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FlushCards(Page& page) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string IdOf(int64_t number) const;

  const std::shared_ptr<client::Connection> connection_;
  const client::Client client_;
  const std::function<absl::Time()> server_now_;
  Workers* const workers_;
  const FeedOptions options_;
  const std::function<void()> wake_;
  const std::function<void(const absl::Status&)> ended_;

  mutable absl::Mutex mutex_;
  Cards cards_ ABSL_GUARDED_BY(mutex_);
  // What the stream told while a listing runs: newer than what is listed.
  std::optional<std::set<std::string>> touched_ ABSL_GUARDED_BY(mutex_);
  bool listed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time next_list_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  int beginnings_ ABSL_GUARDED_BY(mutex_) = 0;  // streams that were not resumed

  std::string in_force_ ABSL_GUARDED_BY(mutex_);
  Json packs_ ABSL_GUARDED_BY(mutex_) = Json::object();
  Json entities_ ABSL_GUARDED_BY(mutex_) = Json::object();
  std::set<std::string> terminal_ ABSL_GUARDED_BY(mutex_);  // "PACK STATE"
  int words_ ABSL_GUARDED_BY(mutex_) = 0;                   // counts changes of these

  bool up_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time heard_ ABSL_GUARDED_BY(mutex_) =
      absl::InfinitePast();  // when the server last answered
  absl::Time next_probe_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  enum class Clock { kUnknown, kRuns, kStands };
  Clock clock_ ABSL_GUARDED_BY(mutex_) = Clock::kUnknown;
  absl::Time standing_
      ABSL_GUARDED_BY(mutex_);  // what a clock shows that stands until it is turned
  int64_t clock_read_ ABSL_GUARDED_BY(mutex_) = 0;  // the last change it was read after
  absl::Time next_clock_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();

  bool listing_ ABSL_GUARDED_BY(mutex_) = false;
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reading_clock_ ABSL_GUARDED_BY(mutex_) = false;
  bool beat_now_ ABSL_GUARDED_BY(mutex_) = false;
  bool refused_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::CondVar stop_;
  std::vector<Page> pages_ ABSL_GUARDED_BY(mutex_);
  std::optional<client::Watcher> watcher_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_FEED_H_
