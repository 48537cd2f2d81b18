#include "bot/board/feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "bot/board/heard_connection.h"
#include "server/base/proto_time.h"

namespace belfry::board {
namespace {

constexpr size_t kCardsAtOnce = 250;
// A page that takes this little is given no more until it has.
constexpr size_t kPendingMax = 1 << 20;
constexpr int kListPageSize = 500;
// How often a clock is read that is turned by hand; there are such on loopback only.
constexpr absl::Duration kClockRead = absl::Seconds(1);
// Standing duties of agencies live in records of their own, which are no incidents.
constexpr char kRegisterState[] = "REGISTER";

std::string Event(absl::string_view name, const Json& data, absl::string_view id = "") {
  return absl::StrCat("event: ", name, id.empty() ? "" : absl::StrCat("\nid: ", id),
                      "\ndata: ", bot::DumpJson(data), "\n\n");
}

// `cards` are JSON already.
std::string CardsEvent(const Cards::Changes& changes, absl::string_view id) {
  std::string text =
      absl::StrCat("event: cards", id.empty() ? "" : absl::StrCat("\nid: ", id), "\ndata: {");
  absl::StrAppend(&text, "\"cards\":[");
  for (size_t i = 0; i < changes.cards.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", *changes.cards[i]);
  }
  Json gone = Json::array();
  for (const std::string& name : changes.gone) gone.push_back(IncidentId(name));
  absl::StrAppend(&text, "],\"gone\":", bot::DumpJson(gone), "}\n\n");
  return text;
}

client::CallOptions Within(absl::Duration deadline) {
  client::CallOptions call;
  call.deadline = deadline;
  return call;
}

}  // namespace

Feed::Feed(std::shared_ptr<client::Connection> connection, std::function<absl::Time()> server_now,
           Workers* workers, FeedOptions options, std::function<void()> wake,
           std::function<void(const absl::Status&)> ended)
    : connection_(std::move(connection)),
      client_(connection_),
      server_now_(std::move(server_now)),
      workers_(workers),
      options_(std::move(options)),
      wake_(std::move(wake)),
      ended_(std::move(ended)) {}

Feed::~Feed() {
  Stop("");
  if (thread_.joinable()) thread_.join();
}

void Feed::Start() {
  thread_ = std::thread([this] { Follow(); });
}

void Feed::Stop(const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  if (!stopping_) {
    for (Page& page : pages_) {
      if (!reason.empty()) page.stream->Write(Event("end", {{"reason", reason}}));
      page.stream->Close();
    }
    pages_.clear();
  }
  stopping_ = true;
  stop_.SignalAll();
  if (watcher_.has_value()) watcher_->Cancel();
}

void Feed::Follow() {
  for (;;) {
    bool fresh = true;
    const auto heard = std::make_shared<HeardConnection>(connection_, [this, &fresh] {
      Linked(true);
      if (!fresh) return;  // resumed: nothing was missed
      fresh = false;
      absl::MutexLock lock(&mutex_);
      ++beginnings_;
      next_list_ = absl::InfinitePast();
    });
    client::WatchOptions options;
    options.on_lost = [this](const absl::Status&) { Linked(false); };
    client::Watcher* watcher = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      watcher = &watcher_.emplace(heard, v1::WatchIncidentsRequest(), std::move(options),
                                  client::CallOptions());
    }
    v1::WatchIncidentsResponse message;
    while (watcher->Next(&message)) {
      const v1::Incident& incident = message.incident();
      if (incident.state() == kRegisterState) continue;
      // A card without the words of its pack is shown with codes; the next listing asks again.
      if (!incident.policy().empty()) LearnPack(incident.policy()).IgnoreError();
      {
        absl::MutexLock lock(&mutex_);
        if (touched_.has_value()) touched_->insert(incident.name());
        Take(incident);
      }
      wake_();
    }
    if (Refused(watcher->status())) return;
    Linked(false);
    // The stream's place was not taken, or something of that kind: from the beginning.
    absl::MutexLock lock(&mutex_);
    if (!stopping_) stop_.WaitWithTimeout(&mutex_, absl::Seconds(1));
  }
}

void Feed::Take(const v1::Incident& incident) {
  if (terminal_.contains(absl::StrCat(incident.policy(), " ", incident.state()))) {
    cards_.Remove(incident.name());
  } else {
    cards_.Put(incident.name(), absl::ToUnixMicros(FromProto(incident.update_time())),
               bot::DumpJson(CardJson(incident)));
  }
}

absl::Status Feed::LearnPack(const std::string& name) {
  {
    absl::MutexLock lock(&mutex_);
    if (packs_.contains(name)) return absl::OkStatus();
  }
  v1::GetPolicyRequest request;
  request.set_name(name);
  const auto response = client_.GetPolicy(request, Within(absl::Seconds(10)));
  if (!response.ok()) return response.status();
  const std::string& full = response->version().name();
  absl::MutexLock lock(&mutex_);
  if (!packs_.contains(full)) {
    packs_[full] = PackJson(response->policy());
    for (const auto& state : response->policy().states()) {
      if (state.terminal()) terminal_.insert(absl::StrCat(full, " ", state.code()));
    }
    ++words_;
  }
  if (name.empty() && in_force_ != full) {
    in_force_ = full;
    ++words_;
  }
  return absl::OkStatus();
}

absl::Status Feed::LearnEntities() {
  std::vector<v1::Entity> entities;
  v1::ListEntitiesRequest request;
  request.set_page_size(1000);
  do {
    auto response = client_.ListEntities(request, Within(absl::Seconds(10)));
    if (!response.ok()) return response.status();
    for (v1::Entity& entity : *response->mutable_entities()) entities.push_back(std::move(entity));
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  Json json = EntitiesJson(entities);
  absl::MutexLock lock(&mutex_);
  if (json != entities_) {
    entities_ = std::move(json);
    ++words_;
  }
  return absl::OkStatus();
}

absl::Status Feed::ListOnce() {
  if (absl::Status status = LearnPack(""); !status.ok()) return status;
  if (absl::Status status = LearnEntities(); !status.ok()) return status;
  {
    absl::MutexLock lock(&mutex_);
    touched_.emplace();
  }
  v1::ListIncidentsRequest request;
  request.set_filter("open = true");
  request.set_page_size(kListPageSize);
  client::IncidentPages pages = client_.AllIncidents(request, Within(absl::Seconds(20)));
  std::set<std::string> listed;
  while (const v1::Incident* incident = pages.Next()) {
    if (!incident->policy().empty()) {
      if (absl::Status status = LearnPack(incident->policy()); !status.ok()) return status;
    }
    listed.insert(incident->name());
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    if (!touched_->contains(incident->name())) Take(*incident);
    if (listed.size() % kListPageSize == 0) wake_();
  }
  if (!pages.status().ok()) return pages.status();
  absl::MutexLock lock(&mutex_);
  for (const std::string& name : cards_.Names()) {
    if (!listed.contains(name) && !touched_->contains(name)) cards_.Remove(name);
  }
  listed_ = true;
  return absl::OkStatus();
}

void Feed::List() {
  const absl::Time start = absl::Now();
  int beginnings;
  {
    absl::MutexLock lock(&mutex_);
    beginnings = beginnings_;
  }
  const absl::Status status = ListOnce();
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    touched_.reset();
    listing_ = false;
    next_list_ = now + (status.ok() ? std::max(options_.relist, 100 * (now - start))
                                    : options_.relist_when_down);
    // What lies between this listing and a stream that began meanwhile was told by neither.
    if (beginnings != beginnings_) next_list_ = absl::InfinitePast();
  }
  if (!Refused(status)) Linked(status.ok());
  wake_();
}

void Feed::Probe() {
  const auto answer = client_.WhoAmI({}, Within(absl::Seconds(4)));
  if (!Refused(answer.status())) Linked(answer.ok());
  absl::MutexLock lock(&mutex_);
  probing_ = false;
  next_probe_ = absl::Now() + (answer.ok() ? options_.probe : options_.probe / 4);
}

void Feed::ReadClock() {
  bool known;
  {
    absl::MutexLock lock(&mutex_);
    known = clock_ != Clock::kUnknown;
    clock_read_ = cards_.last();
  }
  const absl::Time first = server_now_();
  // A clock that runs has moved on a moment later.
  if (!known) absl::SleepFor(absl::Milliseconds(2));
  const absl::Time second = known ? first : server_now_();
  absl::MutexLock lock(&mutex_);
  reading_clock_ = false;
  if (!known) clock_ = first == second ? Clock::kStands : Clock::kRuns;
  // Without a server the library tells this machine's time; that is not what stands there.
  if (known && absl::AbsDuration(absl::Now() - second) < absl::Seconds(1)) return;
  if (standing_ != second || !known) beat_now_ = true;
  standing_ = second;
  if (beat_now_) wake_();
}

void Feed::Linked(bool up) {
  absl::MutexLock lock(&mutex_);
  if (up) heard_ = absl::Now();
  if (up_ == up) return;
  up_ = up;
  beat_now_ = true;
  // What the server does after it was away is asked at once.
  if (up) next_probe_ = absl::Now() + options_.probe;
  wake_();
}

bool Feed::Refused(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kUnauthenticated &&
      status.code() != absl::StatusCode::kPermissionDenied) {
    return false;
  }
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(refused_, true)) return true;
  }
  ended_(status);
  return true;
}

bool Feed::Subscribe(std::shared_ptr<bot::HttpStream> stream, absl::string_view last_event_id) {
  Page page;
  page.stream = std::move(stream);
  page.whole = true;
  if (absl::ConsumePrefix(&last_event_id, absl::StrCat(options_.epoch, "."))) {
    page.whole = !absl::SimpleAtoi(last_event_id, &page.seen);
  }
  absl::MutexLock lock(&mutex_);
  if (stopping_ || static_cast<int>(pages_.size()) >= options_.pages_max) return false;
  pages_.push_back(std::move(page));
  return true;
}

size_t Feed::pages() const {
  absl::MutexLock lock(&mutex_);
  return pages_.size();
}

std::string Feed::IdOf(int64_t number) const { return absl::StrCat(options_.epoch, ".", number); }

void Feed::Begin(bool& running, void (Feed::*task)()) {
  if (running || stopping_) return;
  running = workers_->Post([weak = weak_from_this(), task] {
    if (const auto self = weak.lock(); self != nullptr) ((*self).*task)();
  });
}

void Feed::Flush(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  pages_.erase(std::remove_if(pages_.begin(), pages_.end(),
                              [](const Page& page) { return !page.stream->open(); }),
               pages_.end());
  if (now >= next_list_) Begin(listing_, &Feed::List);
  if (now >= next_probe_) Begin(probing_, &Feed::Probe);
  // Whoever turned it did so for what then falls due, or for nothing that is seen here.
  const bool turned =
      clock_ == Clock::kStands && up_ && (clock_read_ != cards_.last() || now >= next_clock_);
  if (clock_ == Clock::kUnknown || turned) {
    next_clock_ = now + kClockRead;
    Begin(reading_clock_, &Feed::ReadClock);
  }
  for (Page& page : pages_) FlushPage(page, now);
  beat_now_ = false;
}

void Feed::FlushPage(Page& page, absl::Time now) {
  if (beat_now_ || now - page.beat >= options_.beat) {
    page.beat = now;
    Json beat = {{"up", up_}};
    if (clock_ != Clock::kUnknown) {
      const bool runs = clock_ == Clock::kRuns;
      beat["now"] = absl::ToUnixMillis(runs ? absl::Now() : standing_);
      beat["ticks"] = runs;
    }
    if (!up_ && heard_ != absl::InfinitePast()) {
      beat["staleMs"] = absl::ToInt64Milliseconds(absl::Now() - heard_);
    }
    page.stream->Write(Event("beat", beat));
  }
  // Nothing can be shown before there are words and a clock for it.
  if (in_force_.empty() || clock_ == Clock::kUnknown) return;
  if (page.words != words_) {
    page.words = words_;
    page.stream->Write(
        Event("words", {{"inForce", in_force_}, {"packs", packs_}, {"entities", entities_}}));
  }
  FlushCards(page);
}

void Feed::FlushCards(Page& page) {
  for (bool more = true; more && page.stream->pending() < kPendingMax;) {
    std::optional<Cards::Changes> changes = cards_.Since(page.seen, kCardsAtOnce);
    if (!changes.has_value()) {
      page.whole = true;
      page.reset = false;
      page.seen = 0;
      continue;
    }
    if (page.whole && !std::exchange(page.reset, true)) {
      page.stream->Write(Event("reset", Json::object()));
    }
    more = changes->more;
    page.seen = changes->until;
    // An id says that everything before was seen.
    if (!changes->cards.empty() || !changes->gone.empty()) {
      page.stream->Write(CardsEvent(*changes, more || page.whole ? "" : IdOf(page.seen)));
    }
    if (!more && page.whole && listed_) {
      page.whole = false;
      page.stream->Write(Event("ready", Json::object(), IdOf(page.seen)));
    }
  }
}

}  // namespace belfry::board
