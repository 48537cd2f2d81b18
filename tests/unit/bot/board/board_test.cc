// The board before a real server: who gets in, what they get, and what they do not.
#include "bot/board/board.h"

#include <atomic>
#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_server.h"

namespace belfry::board {
namespace {

using bot::HttpRequest;
using bot::HttpResponse;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestServer;

constexpr absl::Duration kPatience = absl::Seconds(20);

// A page, as far as the server is concerned: everything it was sent, taken apart.
class Page final : public bot::HttpStream {
 public:
  void Write(std::string bytes) override {
    absl::MutexLock lock(&mutex_);
    text_ += bytes;
    all_ += bytes;
    for (size_t end = 0; (end = text_.find("\n\n")) != std::string::npos;) {
      Handle(text_.substr(0, end));
      text_.erase(0, end + 2);
    }
  }
  size_t pending() const override { return 0; }
  bool open() const override { return !closed_; }
  void Close() override { closed_ = true; }

  template <typename Condition>
  bool Wait(const Condition& condition) {
    absl::MutexLock lock(&mutex_);
    const auto holds = [&] { return condition(); };
    return mutex_.AwaitWithTimeout(absl::Condition(&holds), kPatience);
  }
  bool WaitReady() {
    return Wait([this] { return ready_; });
  }
  bool WaitFor(const std::string& id, const std::string& words) {
    return Wait([&] { return cards_.contains(id) && absl::StrContains(cards_[id], words); });
  }
  bool WaitGone(const std::string& id) {
    return Wait([&] { return ready_ && !cards_.contains(id); });
  }

  // Only for what no longer changes.
  std::map<std::string, std::string> cards_;
  std::map<std::string, int> seen_;  // how often each card came
  std::string last_id_;
  std::string all_;
  Json beat_;
  bool ready_ = false;
  bool ended_ = false;
  int resets_ = 0;

 private:
  void Handle(const std::string& event) {
    std::string name;
    Json data;
    for (absl::string_view line : absl::StrSplit(event, '\n')) {
      if (absl::ConsumePrefix(&line, "event: ")) name = std::string(line);
      if (absl::ConsumePrefix(&line, "id: ")) last_id_ = std::string(line);
      if (absl::ConsumePrefix(&line, "data: ")) data = Json::parse(line);
    }
    if (name == "cards") {
      for (const Json& card : data["cards"]) {
        const std::string id = card["id"];
        cards_[id] = card.dump();
        ++seen_[id];
      }
      for (const Json& gone : data["gone"]) cards_.erase(gone.get<std::string>());
    }
    if (name == "beat") beat_ = data;
    if (name == "ready") ready_ = true;
    if (name == "reset") ++resets_;
    if (name == "end") ended_ = true;
  }

  absl::Mutex mutex_;
  std::string text_;
  std::atomic<bool> closed_ = false;
};

class BoardTest : public ::testing::Test {
 protected:
  BoardTest() { Start(""); }

  void Start(const std::string& wall_secret) {
    BoardOptions options;
    options.server.target = absl::StrCat("unix:", server_.socket());
    options.server.retry.attempts_max = 1;
    options.feed.relist = absl::Milliseconds(200);
    options.feed.relist_when_down = absl::Milliseconds(100);
    options.feed.probe = absl::Milliseconds(200);
    options.gather = absl::Milliseconds(5);
    if (!wall_secret.empty()) {
      options.wall_token_file = absl::StrCat(server_.directory(), "/wall.token");
      std::ofstream(options.wall_token_file) << "token-of-csirt.handler\n";
      options.wall_secret = wall_secret;
    }
    board_ = std::make_unique<Board>(options, Assets::Embedded(), *Guard::Create(""), OpenGrpcDoor,
                                     &random_);
  }

  HttpResponse Ask(const std::string& method, const std::string& path, const std::string& body = "",
                   const std::string& cookie = "") {
    HttpRequest request;
    request.method = method;
    const std::pair<std::string, std::string> parts = absl::StrSplit(path, absl::MaxSplits('?', 1));
    request.path = parts.first;
    request.query = parts.second;
    request.body = body;
    request.peer = "127.0.0.1";
    request.headers = {{"Host", "127.0.0.1:1"}, {"Cookie", cookie}};
    if (method != "GET") {
      request.headers.emplace_back("Origin", "http://127.0.0.1:1");
      request.headers.emplace_back("Content-Type", "application/json");
    }
    HttpResponse response;
    absl::Notification done;
    board_->Handle(std::move(request), [&](HttpResponse answer) {
      response = std::move(answer);
      done.Notify();
    });
    done.WaitForNotification();
    return response;
  }

  static std::string Header(const HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  HttpResponse TrySignIn(const std::string& token) {
    return Ask("POST", "/api/session", Json({{"token", token}}).dump());
  }
  // The cookie.
  std::string SignIn(const std::string& who) {
    const HttpResponse response = TrySignIn(absl::StrCat("token-of-", who));
    EXPECT_EQ(response.status, 200) << response.body;
    const std::string cookie = Header(response, "Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }
  std::shared_ptr<Page> Open(const std::string& cookie, const std::string& last = "") {
    const HttpResponse response = Ask("GET", "/api/stream?last=" + last, "", cookie);
    EXPECT_EQ(response.status, 200) << response.body;
    auto page = std::make_shared<Page>();
    if (response.stream) response.stream(page);
    return page;
  }
  std::string Report(const std::string& title, bool restricted = false,
                     const std::string& who = "dop.clerk") {
    v1::CreateIncidentRequest request;
    request.set_title(title);
    request.set_entity("entities/dop");
    request.set_restricted(restricted);
    const auto response = server_.As(who).CreateIncident(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return std::string(IncidentId(response->incident().name()));
  }

  TestServer server_;
  SystemRandom random_;
  std::unique_ptr<Board> board_;
};

TEST_F(BoardTest, WithoutATokenThereIsThePageAndNothingElse) {
  EXPECT_THAT(Ask("GET", "/").body, HasSubstr("<title>Belfry board</title>"));
  EXPECT_EQ(Ask("GET", "/app.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(Ask("GET", "/nothing").status, 404);
  EXPECT_EQ(Ask("GET", "/../etc/passwd").status, 404);
  for (const char* path : {"/api/session", "/api/stream", "/api/incidents/DOP-2026-0001"}) {
    EXPECT_EQ(Ask("GET", path).status, 401) << path;
    EXPECT_EQ(Ask("GET", path, "", "belfry-board=guessed").status, 401) << path;
  }
  EXPECT_EQ(Header(Ask("GET", "/"), "Cache-Control"), "no-store");
}

TEST_F(BoardTest, SignInFailuresSayWhyAndWhoTriesOftenWaits) {
  EXPECT_EQ(TrySignIn("").status, 400);
  EXPECT_EQ(TrySignIn("two words").status, 400);
  EXPECT_EQ(Ask("POST", "/api/session", "no json").status, 400);
  EXPECT_EQ(Ask("POST", "/api/wall", "{}").status, 404);
  // A bot is somebody, and sees nothing.
  EXPECT_EQ(TrySignIn("token-of-bot").status, 403);
  const HttpResponse wrong = TrySignIn("wrong");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(Header(wrong, "Set-Cookie"), "");
  for (int i = 0; i < 9; ++i) EXPECT_EQ(TrySignIn("wrong").status, 401);
  const HttpResponse late = TrySignIn("token-of-dop.iso");
  EXPECT_EQ(late.status, 429);
  EXPECT_NE(Header(late, "Retry-After"), "");
}

TEST_F(BoardTest, AFormOfAnotherSiteCannotSignAnybodyIn) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/api/session";
  request.headers = {
      {"Host", "127.0.0.1:1"}, {"Origin", "http://127.0.0.1:1"}, {"Content-Type", "text/plain"}};
  request.body = R"({"token":"token-of-dop.iso"})";
  int status = 0;
  board_->Handle(request, [&](HttpResponse response) { status = response.status; });
  EXPECT_EQ(status, 415);
}

TEST_F(BoardTest, ShowsWhatIsOpenAndThenWhatHappens) {
  const std::string first = Report("The first one");
  const std::string cookie = SignIn("dop.iso");
  const auto page = Open(cookie);
  ASSERT_TRUE(page->WaitReady());
  EXPECT_TRUE(page->WaitFor(first, "The first one"));
  const std::string second = Report("The second one");
  EXPECT_TRUE(page->WaitFor(second, "The second one"));
  v1::AcknowledgeIncidentRequest ack;
  ack.set_name("incidents/" + first);
  ASSERT_TRUE(server_.As("dop.iso").AcknowledgeIncident(ack).ok());
  EXPECT_TRUE(page->WaitFor(first, R"("ackBy":"people/dop.iso")"));
  EXPECT_FALSE(page->beat_["ticks"].get<bool>()) << "this server's clock is turned by hand";
  EXPECT_EQ(page->beat_["now"].get<int64_t>(), absl::ToUnixMillis(server_.now()));
}

TEST_F(BoardTest, FollowsAClockThatIsTurned) {
  const std::string id = Report("Late soon");
  const auto page = Open(SignIn("dop.iso"));
  ASSERT_TRUE(page->WaitReady());
  server_.AdvanceTo(absl::Hours(30));
  EXPECT_TRUE(page->Wait(
      [&] { return page->beat_["now"].get<int64_t>() == absl::ToUnixMillis(server_.now()); }));
  EXPECT_TRUE(page->WaitFor(id, R"("overdue":true)"));
}

TEST_F(BoardTest, WhoComesBackGetsWhatIsNewAndNothingTwice) {
  const std::string first = Report("The first one");
  const std::string cookie = SignIn("dop.iso");
  const auto page = Open(cookie);
  ASSERT_TRUE(page->WaitReady());
  ASSERT_TRUE(page->WaitFor(first, "first"));
  page->Close();
  const std::string second = Report("The second one");
  const auto again = Open(cookie, page->last_id_);
  ASSERT_TRUE(again->WaitFor(second, "second"));
  EXPECT_EQ(again->resets_, 0);
  EXPECT_FALSE(again->cards_.contains(first));
  EXPECT_EQ(again->seen_[second], 1);
  // A place in another view is no place here.
  const auto anew = Open(cookie, "0123456789abcdef.1");
  ASSERT_TRUE(anew->WaitReady());
  EXPECT_EQ(anew->resets_, 1);
  EXPECT_EQ(anew->cards_.size(), 2u);
}

TEST_F(BoardTest, ARestartOfTheServerLosesAndDoublesNothing) {
  const std::string first = Report("Before");
  const auto page = Open(SignIn("dop.iso"));
  ASSERT_TRUE(page->WaitReady());
  server_.Restart();
  const std::string second = Report("After");
  EXPECT_TRUE(page->WaitFor(second, "After"));
  EXPECT_TRUE(page->Wait([&] { return page->beat_["up"].get<bool>(); }));
  EXPECT_EQ(page->resets_, 1);
  EXPECT_EQ(page->seen_[first], 1);
  EXPECT_EQ(page->cards_.size(), 2u);
}

TEST_F(BoardTest, EverybodySeesWithTheirOwnEyes) {
  const std::string open = Report("Everybody of DOP may see this");
  const std::string secret = Report("CANARY-7f3a", true, "dop.iso");
  const auto own = Open(SignIn("dop.iso"));
  const auto colleague = Open(SignIn("bor.contact"));
  ASSERT_TRUE(own->WaitReady());
  ASSERT_TRUE(colleague->WaitReady());
  EXPECT_TRUE(own->WaitFor(secret, "CANARY-7f3a"));
  EXPECT_TRUE(colleague->cards_.empty());
  v1::AddNoteRequest note;
  note.set_name("incidents/" + secret);
  note.set_text("CANARY-9b1c");
  ASSERT_TRUE(server_.As("dop.iso").AddNote(note).ok());
  // Something both would hear of if they may.
  const std::string later = Report("And this");
  ASSERT_TRUE(own->WaitFor(later, "And this"));
  const std::string cookie = SignIn("bor.contact");
  EXPECT_EQ(Ask("GET", "/api/incidents/" + secret, "", cookie).status, 404);
  EXPECT_EQ(Ask("GET", "/api/incidents/" + open, "", cookie).status, 404);
  EXPECT_EQ(
      Ask("GET", "/api/incidents/" + secret, "", cookie).body,
      Ask("GET", "/api/incidents/DOP-2026-9999", "", cookie)
          .body.replace(
              Ask("GET", "/api/incidents/DOP-2026-9999", "", cookie).body.find("DOP-2026-9999"), 13,
              secret));
  EXPECT_THAT(colleague->all_, Not(HasSubstr("CANARY")));
  EXPECT_THAT(colleague->all_, Not(HasSubstr("DOP-2026")));
}

TEST_F(BoardTest, WhatIsNoLongerShownGoes) {
  // No event says to somebody that they may no longer see: the listing does.
  const std::string id = Report("Open first", false, "dop.iso");
  const auto page = Open(SignIn("dop.clerk"));
  ASSERT_TRUE(page->WaitFor(id, "Open first"));
  v1::AssignCategoriesRequest request;
  request.set_name("incidents/" + id);
  request.add_categories()->set_category("CAT-01");
  ASSERT_TRUE(server_.As("dop.iso").AssignCategories(request).ok());
  v1::GetIncidentRequest get;
  get.set_name("incidents/" + id);
  ASSERT_EQ(server_.As("dop.clerk").GetIncident(get).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(page->WaitGone(id));
}

TEST_F(BoardTest, WhatIsOverGoes) {
  const std::string id = Report("A mistake");
  const auto page = Open(SignIn("csirt.handler"));
  ASSERT_TRUE(page->WaitFor(id, "A mistake"));
  // The policy takes nothing into triage that has no ticket.
  v1::LinkTicketRequest ticket;
  ticket.set_name("incidents/" + id);
  ticket.mutable_ticket()->set_system("E2E");
  ticket.mutable_ticket()->set_number("1");
  ASSERT_TRUE(server_.As("commonhelp").LinkTicket(ticket).ok());
  v1::TransitionIncidentRequest request;
  request.set_name("incidents/" + id);
  request.set_verb("take");
  ASSERT_TRUE(server_.As("csirt.handler").TransitionIncident(request).ok());
  ASSERT_TRUE(page->WaitFor(id, "TRIAGE"));
  request.set_verb("dismiss");
  request.set_reason("A test of the alarm");
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"verdict", "FALSE_POSITIVE"},
                                          {"attack_intrusion", "NO"},
                                          {"personal_information", "NONE"}}) {
    v1::Fact* fact = request.add_facts();
    fact->set_name(name);
    fact->set_value(value);
    fact->set_reason("A test of the alarm");
  }
  const auto dismissed = server_.As("csirt.handler").TransitionIncident(request);
  ASSERT_TRUE(dismissed.ok()) << dismissed.status();
  EXPECT_TRUE(page->WaitGone(id));
}

TEST_F(BoardTest, OneIncidentComesWithItsDutiesAndItsRecord) {
  const std::string id = Report("In full");
  const std::string cookie = SignIn("dop.iso");
  const HttpResponse response = Ask("GET", "/api/incidents/" + id, "", cookie);
  ASSERT_EQ(response.status, 200) << response.body;
  const Json json = Json::parse(response.body);
  EXPECT_EQ(json["card"]["title"], "In full");
  EXPECT_TRUE(json["complete"].get<bool>());
  EXPECT_GT(json["duties"].size(), 3u);
  EXPECT_EQ(json["record"][0]["kind"], "INCIDENT_REPORTED");
  EXPECT_EQ(Ask("GET", "/api/incidents/..%2F", "", cookie).status, 404);
  EXPECT_EQ(Ask("POST", "/api/incidents/" + id, "{}", cookie).status, 405);
}

TEST_F(BoardTest, SigningOutEndsPagesAndForgetsTheSession) {
  const std::string cookie = SignIn("dop.iso");
  const auto page = Open(cookie);
  ASSERT_TRUE(page->WaitReady());
  const HttpResponse response = Ask("DELETE", "/api/session", "", cookie);
  EXPECT_THAT(Header(response, "Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_TRUE(page->Wait([&] { return page->ended_; }));
  EXPECT_FALSE(page->open());
  EXPECT_EQ(Ask("GET", "/api/session", "", cookie).status, 401);
}

TEST_F(BoardTest, AWallSignsInWithItsSecretOnly) {
  board_.reset();
  Start("a-secret-of-some-length");
  EXPECT_EQ(Ask("POST", "/api/wall", R"({"secret":"another"})").status, 401);
  EXPECT_EQ(Ask("POST", "/api/wall", "{}").status, 401);
  const HttpResponse response = Ask("POST", "/api/wall", R"({"secret":"a-secret-of-some-length"})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.body, HasSubstr(R"("wall":true)"));
  EXPECT_THAT(response.body, Not(HasSubstr("token-of")));
}

}  // namespace
}  // namespace belfry::board
