#include "bot/board/board.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "belfry/client.h"
#include "belfry/server_clock.h"
#include "bot/board/view_json.h"
#include "server/base/sha256.h"
#include "spdlog/spdlog.h"

namespace belfry::board {
namespace {

using bot::HttpRequest;
using bot::HttpResponse;

constexpr int kWorkerThreads = 6;
constexpr size_t kWaitingMax = 256;
constexpr size_t kTokenMax = 4096;
constexpr int kReadsAtOnce = 4;  // of one session
constexpr int kRecordPageSize = 1000;
constexpr int kRecordPagesMax = 10;
constexpr size_t kRecordMax = 2000;  // entries that the page gets, the newest ones
constexpr size_t kFailuresMax = 10;
constexpr absl::Duration kFailureWindow = absl::Minutes(10);
constexpr absl::Duration kPulse = absl::Milliseconds(250);

HttpResponse Answer(int status, const Json& json) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = bot::DumpJson(json);
  return response;
}

HttpResponse Error(int status, absl::string_view text) {
  return Answer(status, {{"error", std::string(text)}});
}

HttpResponse Late(int status, absl::string_view text, absl::Duration wait) {
  HttpResponse response = Error(status, text);
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(wait + absl::Seconds(1)));
  response.headers.emplace_back("Retry-After", absl::StrCat(seconds));
  return response;
}

HttpResponse Busy() { return Late(503, "the board is busy; try again", absl::Seconds(1)); }

HttpResponse SignedOut() { return Error(401, "sign in"); }

// What the server said to a call, as HTTP. Its messages are written for callers.
HttpResponse FromStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return Error(401, status.message());
    case absl::StatusCode::kPermissionDenied:
      return Error(403, status.message());
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return Error(404, status.message());
    case absl::StatusCode::kResourceExhausted:
      return Late(429, status.message(), absl::Seconds(5));
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return Late(503, "belfryd does not answer; try again", absl::Seconds(1));
    default:
      spdlog::error("belfryd answered {}", status.ToString());
      return Error(502, "belfryd answered with an error");
  }
}

bool SameSecret(absl::string_view a, absl::string_view b) {
  // Of hashes: where they differ tells nothing.
  return Sha256(a) == Sha256(b);
}

// One that can stand in a header; anything else is none.
bool LooksLikeToken(absl::string_view token) {
  return !token.empty() && token.size() <= kTokenMax &&
         std::all_of(token.begin(), token.end(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

Json SessionJson(const Session& session) {
  return {{"principal", session.principal}, {"name", session.name}, {"wall", session.wall}};
}

absl::StatusOr<HttpResponse> ReadIncident(const client::Client& client, const std::string& name) {
  v1::GetIncidentRequest get;
  get.set_name(name);
  const auto incident = client.GetIncident(get);
  if (!incident.ok()) return incident.status();
  v1::ListObligationsRequest list;
  list.set_name(name);
  const auto duties = client.ListObligations(list);
  if (!duties.ok()) return duties.status();
  v1::ListTimelineEntriesRequest page;
  page.set_parent(name);
  page.set_page_size(kRecordPageSize);
  std::vector<v1::TimelineEntry> record;
  bool complete = true;
  for (int i = 0;; ++i) {
    auto entries = client.ListTimelineEntries(page);
    if (!entries.ok()) return entries.status();
    for (v1::TimelineEntry& entry : *entries->mutable_entries()) record.push_back(std::move(entry));
    page.set_page_token(entries->next_page_token());
    if (page.page_token().empty()) break;
    if (i + 1 == kRecordPagesMax) {
      complete = false;
      break;
    }
  }
  if (record.size() > kRecordMax) {
    record.erase(record.begin(), record.end() - static_cast<std::ptrdiff_t>(kRecordMax));
    complete = false;
  }
  return Answer(200, IncidentJson(incident->incident(), *duties, record, complete));
}

}  // namespace

absl::StatusOr<Door> OpenGrpcDoor(client::Options options) {
  Door door;
  auto connection = client::MakeConnection(options);
  if (!connection.ok()) return connection.status();
  door.connection = *std::move(connection);
  auto clock = client::MakeServerClock(std::move(options));
  if (!clock.ok()) return clock.status();
  door.server_now = *std::move(clock);
  return door;
}

Board::Board(BoardOptions options, Assets assets, Guard guard, OpenDoor open, Random* random)
    : options_(std::move(options)),
      assets_(std::move(assets)),
      guard_(std::move(guard)),
      open_(std::move(open)),
      random_(*random),
      workers_(kWorkerThreads, kWaitingMax),
      sessions_(options_.limits, random),
      attempts_(kFailuresMax, kFailureWindow),
      pump_([this] { Pump(); }) {}

Board::~Board() { Stop(); }

void Board::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (pump_.joinable()) pump_.join();
  workers_.Stop();
  // Pages come back by themselves; nobody was signed out.
  for (const auto& session : sessions_.All()) Close(session, "");
}

void Board::Handle(HttpRequest request, Respond answer) {
  const Respond respond = [answer = std::move(answer)](HttpResponse response) {
    answer(Guard::Sealed(std::move(response)));
  };
  const bool get = request.method == "GET";
  if (get && request.path == "/healthz") return respond({.body = "ok\n"});
  if (!guard_.Admits(request)) {
    return respond(Error(403, "this request is not from the board's own page"));
  }
  if (const Assets::File* file = assets_.Find(request.path); file != nullptr) {
    if (!get) return respond(Error(405, "this is a file"));
    return respond({.content_type = file->type, .body = file->bytes});
  }
  if (request.method == "POST" && request.path == "/api/session") {
    return SignIn(request, false, respond);
  }
  if (request.method == "POST" && request.path == "/api/wall") {
    return SignIn(request, true, respond);
  }
  if (!absl::StartsWith(request.path, "/api/")) return respond(Error(404, "there is nothing here"));
  const auto session = sessions_.Find(guard_.SessionOf(request), absl::Now());
  if (session == nullptr) return respond(SignedOut());
  if (request.path == "/api/session" && request.method == "DELETE") {
    return SignOut(request, respond);
  }
  if (!get) return respond(Error(405, "the board changes nothing"));
  if (request.path == "/api/session") return respond(Answer(200, SessionJson(*session)));
  if (request.path == "/api/stream") return Stream(request, session, respond);
  if (absl::StartsWith(request.path, "/api/incidents/")) return Incident(request, session, respond);
  respond(Error(404, "there is nothing here"));
}

void Board::SignIn(const HttpRequest& request, bool wall, Respond respond) {
  const std::string place = guard_.Place(request);
  if (const absl::Duration wait = attempts_.Wait(place, absl::Now()); wait > absl::ZeroDuration()) {
    return respond(Late(429, "too many attempts; wait some minutes", wait));
  }
  // A form of another site could not send this type without asking first.
  if (!absl::StartsWithIgnoreCase(request.Header("content-type"), "application/json")) {
    return respond(Error(415, "send application/json"));
  }
  const auto body = bot::ParseJsonObject(request.body, "body");
  if (!body.ok()) return respond(Error(400, body.status().message()));
  client::Options options = options_.server;
  if (wall) {
    if (options_.wall_token_file.empty()) return respond(Error(404, "there is no wall here"));
    if (!options_.wall_secret.empty() &&
        !SameSecret(bot::TextAt(*body, {"secret"}), options_.wall_secret)) {
      attempts_.Failed(place, absl::Now());
      return respond(Error(401, "the wall's address is not complete, or its secret was changed"));
    }
    options.token_provider = client::TokenFromFile(options_.wall_token_file);
  } else {
    options.token = std::string(absl::StripAsciiWhitespace(bot::TextAt(*body, {"token"})));
    if (!LooksLikeToken(options.token)) {
      return respond(Error(400, "token: is needed, as an administrator gave it to you"));
    }
  }
  const bool posted = workers_.Post(
      [this, options, wall, place, respond] { respond(Admit(options, wall, place)); });
  if (!posted) respond(Busy());
}

HttpResponse Board::Admit(client::Options options, bool wall, const std::string& place) {
  auto door = open_(std::move(options));
  if (!door.ok()) return FromStatus(door.status());
  const client::Client client(door->connection);
  client::CallOptions call;
  call.deadline = absl::Seconds(5);
  const auto who = client.WhoAmI({}, call);
  if (!who.ok()) {
    if (who.status().code() == absl::StatusCode::kUnauthenticated) {
      attempts_.Failed(place, absl::Now());
      spdlog::warn("sign-in from {} refused", place);
    }
    return FromStatus(who.status());
  }
  // Bots are somebody, and see nothing.
  v1::ListIncidentsRequest one;
  one.set_page_size(1);
  if (const auto seen = client.ListIncidents(one, call); !seen.ok()) {
    return FromStatus(seen.status());
  }
  auto session = std::make_shared<Session>();
  session->principal = who->principal();
  session->name =
      who->person().display_name().empty() ? who->principal() : who->person().display_name();
  session->wall = wall;
  session->connection = std::move(door->connection);
  session->server_now = std::move(door->server_now);
  const Json json = SessionJson(*session);
  auto added = sessions_.Add(session, absl::Now());
  if (!added.ok()) return Late(503, added.status().message(), absl::Minutes(1));
  if (added->displaced != nullptr) Close(added->displaced, "displaced");
  attempts_.Succeeded(place);
  spdlog::info("{} signed in from {}{}", session->principal, place, wall ? " (wall)" : "");
  HttpResponse response = Answer(200, json);
  response.headers.emplace_back("Set-Cookie", guard_.Cookie(added->id));
  return response;
}

void Board::SignOut(const HttpRequest& request, Respond respond) {
  if (const auto session = sessions_.Remove(guard_.SessionOf(request)); session != nullptr) {
    spdlog::info("{} signed out", session->principal);
    Close(session, "signed out");
  }
  HttpResponse response = Answer(200, Json::object());
  response.headers.emplace_back("Set-Cookie", guard_.Cookie(""));
  respond(std::move(response));
}

// Dropping a feed waits for its calls, so a worker does it.
void Board::Close(const std::shared_ptr<Session>& session, const std::string& reason) {
  std::shared_ptr<Feed> feed;
  {
    absl::MutexLock lock(&session->mutex);
    feed = std::move(session->feed);
    session->feed = nullptr;
  }
  if (feed == nullptr) return;
  feed->Stop(reason);
  workers_.Post([feed]() mutable { feed.reset(); });
}

std::shared_ptr<Feed> Board::FeedOf(const std::shared_ptr<Session>& session) {
  absl::MutexLock lock(&session->mutex);
  session->listened = absl::Now();
  if (session->feed == nullptr) {
    FeedOptions options = options_.feed;
    options.epoch = absl::StrCat(absl::Hex(random_.Bits64(), absl::kZeroPad16));
    session->feed = std::make_shared<Feed>(
        session->connection, session->server_now, &workers_, std::move(options), [this] { Wake(); },
        [this, weak = std::weak_ptr<Session>(session)](const absl::Status& status) {
          if (const auto refused = weak.lock(); refused != nullptr) {
            spdlog::warn("{}: belfryd refuses the session: {}", refused->principal,
                         std::string(status.message()));
            refused->refused = true;
          }
          Wake();
        });
    session->feed->Start();
  }
  return session->feed;
}

void Board::Stream(const HttpRequest& request, std::shared_ptr<Session> session, Respond respond) {
  std::string last = request.Header("last-event-id");
  absl::string_view query = request.query;
  if (last.empty() && absl::ConsumePrefix(&query, "last=")) last = std::string(query);
  HttpResponse response;
  response.content_type = "text/event-stream";
  // Proxies must not gather what is to arrive at once.
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.stream = [this, session, last](std::shared_ptr<bot::HttpStream> stream) {
    stream->Write("retry: 1000\n\n");
    if (!FeedOf(session)->Subscribe(stream, last)) stream->Close();
    Wake();
  };
  respond(std::move(response));
}

void Board::Incident(const HttpRequest& request, std::shared_ptr<Session> session,
                     Respond respond) {
  const std::string name =
      absl::StrCat("incidents/", absl::StripPrefix(request.path, "/api/incidents/"));
  if (session->reads.fetch_add(1) >= kReadsAtOnce) {
    --session->reads;
    return respond(Late(429, "one after the other", absl::Seconds(1)));
  }
  const bool posted = workers_.Post([this, session, name, respond] {
    const auto answer = ReadIncident(client::Client(session->connection), name);
    --session->reads;
    if (answer.status().code() == absl::StatusCode::kUnauthenticated) {
      session->refused = true;
      Wake();
    }
    respond(answer.ok() ? *answer : FromStatus(answer.status()));
  });
  if (!posted) {
    --session->reads;
    respond(Busy());
  }
}

void Board::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void Board::Pump() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      const auto something = [this]()
                                 ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return woken_ || stopping_; };
      mutex_.AwaitWithTimeout(absl::Condition(&something), kPulse);
      // Let what follows at once come along.
      const auto stopping = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_; };
      if (woken_) mutex_.AwaitWithTimeout(absl::Condition(&stopping), options_.gather);
      if (stopping_) return;
      woken_ = false;
    }
    const absl::Time now = absl::Now();
    for (const auto& session : sessions_.TakeEnded(now)) {
      spdlog::info("{}: the session ended", session->principal);
      Close(session, "ended");
    }
    for (const auto& session : sessions_.All()) {
      std::shared_ptr<Feed> feed;
      std::shared_ptr<Feed> unused;
      {
        absl::MutexLock lock(&session->mutex);
        if (session->feed != nullptr && session->feed->pages() > 0) session->listened = now;
        if (now - session->listened > options_.feed_idle) {
          unused = std::move(session->feed);
          session->feed = nullptr;
        }
        feed = session->feed;
      }
      if (unused != nullptr)
        workers_.Post([unused = std::move(unused)]() mutable { unused.reset(); });
      if (feed != nullptr) feed->Flush(now);
    }
  }
}

}  // namespace belfry::board
