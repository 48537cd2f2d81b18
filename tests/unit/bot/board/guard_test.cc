// Requests of other sites, cookies, settings that would open the board to others.
#include "bot/board/guard.h"

#include <filesystem>
#include <fstream>

#include "bot/board/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::board {
namespace {

using bot::HttpRequest;
using ::testing::HasSubstr;
using ::testing::Not;

using Headers = std::vector<std::pair<std::string, std::string>>;

HttpRequest Request(const std::string& method, Headers headers,
                    const std::string& path = "/api/session") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  request.peer = "127.0.0.1";
  return request;
}

TEST(GuardTest, OnThisMachineOnlyItsOwnPageIsAdmitted) {
  const Guard guard = *Guard::Create("");
  EXPECT_TRUE(guard.Admits(Request("GET", {{"Host", "127.0.0.1:8090"}})));
  EXPECT_TRUE(guard.Admits(
      Request("POST", {{"Host", "localhost:8090"}, {"Origin", "http://localhost:8090"}})));
  // A name that somebody made lead to this machine.
  EXPECT_FALSE(guard.Admits(Request("GET", {{"Host", "rebound.example:8090"}})));
  EXPECT_FALSE(guard.Admits(Request("GET", {})));
  EXPECT_FALSE(guard.Admits(Request("GET", {{"Host", "localhost"}, {"Host", "evil.example"}})));
  // Another page on this machine, no page at all, a page in a frame without an origin.
  for (const char* origin : {"http://localhost:9999", "https://localhost:8090", "null", ""}) {
    EXPECT_FALSE(guard.Admits(Request("POST", {{"Host", "localhost:8090"}, {"Origin", origin}})))
        << origin;
  }
  EXPECT_FALSE(guard.Admits(Request("DELETE", {{"Host", "localhost:8090"}})));
}

TEST(GuardTest, BehindAProxyOnlyThePublicOriginIsAdmitted) {
  const Guard guard = *Guard::Create("https://Board.Example.gov/");
  const auto post = [](const std::string& origin) {
    return Request("POST", {{"Host", "board.example.gov"}, {"Origin", origin}});
  };
  EXPECT_TRUE(guard.Admits(post("https://board.example.gov")));
  EXPECT_FALSE(guard.Admits(post("http://board.example.gov")));
  EXPECT_FALSE(guard.Admits(post("https://board.example.gov.evil.example")));
  EXPECT_FALSE(guard.Admits(post("http://127.0.0.1:8090")));
  EXPECT_TRUE(guard.Admits(Request("GET", {{"Host", "127.0.0.1:8090"}}, "/")));
}

TEST(GuardTest, DataIsReadByTheBoardsOwnPageAlone) {
  const Guard guard = *Guard::Create("");
  for (const char* site : {"cross-site", "same-site", "none"}) {
    const Headers headers = {{"Host", "localhost:8090"}, {"Sec-Fetch-Site", site}};
    EXPECT_FALSE(guard.Admits(Request("GET", headers, "/api/stream"))) << site;
    EXPECT_TRUE(guard.Admits(Request("GET", headers, "/"))) << "a link may lead here";
  }
}

TEST(GuardTest, TheCookieIsForThisHostAloneAndNoScripts) {
  const Guard open = *Guard::Create("");
  EXPECT_EQ(open.Cookie("abc"), "belfry-board=abc; Path=/; HttpOnly; SameSite=Strict");
  const Guard closed = *Guard::Create("https://board.example.gov");
  EXPECT_EQ(closed.Cookie("abc"),
            "__Host-belfry-board=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
  EXPECT_THAT(closed.Cookie(""), HasSubstr("Max-Age=0"));
  EXPECT_EQ(closed.SessionOf(Request("GET", {{"Cookie", "a=b; __Host-belfry-board=xyz"}})), "xyz");
  EXPECT_EQ(closed.SessionOf(Request("GET", {{"Cookie", "belfry-board=xyz"}})), "");
}

TEST(GuardTest, BelievesTheProxyAndOnlyTheProxyAboutPlaces) {
  const HttpRequest request =
      Request("GET", {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "7.7.7.7, 10.0.0.9"}});
  EXPECT_EQ(Guard::Create("")->Place(request), "127.0.0.1");
  EXPECT_EQ(Guard::Create("https://b.example")->Place(request), "10.0.0.9");
}

TEST(GuardTest, EveryAnswerIsSealed) {
  const bot::HttpResponse response = Guard::Sealed({});
  std::map<std::string, std::string> headers(response.headers.begin(), response.headers.end());
  const std::string policy = headers["Content-Security-Policy"];
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(headers["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(headers["Referrer-Policy"], "no-referrer");
  EXPECT_EQ(headers["Cache-Control"], "no-store");
}

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    std::string pattern = ::testing::TempDir() + "/board-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(directory_); }
  std::string File(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  absl::StatusOr<config::v1::BoardConfig> Read(const std::string& text) {
    return ReadConfig(File("board.textproto", text));
  }
  std::string directory_;
};

TEST_F(ConfigTest, WhatIsLeftOutIsFilledIn) {
  const auto config = Read("server: 'unix:/run/belfryd.sock'");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen(), "127.0.0.1:8090");
  EXPECT_EQ(LimitsOf(*config).idle, absl::Minutes(30));
  EXPECT_EQ(LimitsOf(*config).lifetime, absl::Hours(12));
}

TEST_F(ConfigTest, RefusesWhatWouldOpenTheBoardToOthersAndNamesTheField) {
  const std::string server = "server: '127.0.0.1:7443' ";
  for (const auto& [text, field] : std::vector<std::pair<std::string, std::string>>{
           {"listen: '127.0.0.1:1'", "server"},
           {server + "listen: '0.0.0.0:8090'", "listen"},
           {server + "listen: '10.1.2.3:8090'", "listen"},
           {server + "public_url: 'http://board.example.gov'", "public_url"},
           {server + "public_url: 'https://board.example.gov/x'", "public_url"},
           {server + "public_url: 'https://a@b.example'", "public_url"},
           {server + "wall {}", "wall.token_file"},
           {server + "wall { token_file: 't' } public_url: 'https://b.example'",
            "wall.secret_file"},
           {server + "limits { sessions_max: 5000 }", "limits.sessions_max"},
           {server + "limits { idle_minutes: -1 }", "limits.idle_minutes"},
           {"server: 'belfryd.example.gov:7443'", "TLS"}}) {
    EXPECT_THAT(Read(text).status().message(), HasSubstr(field)) << text;
  }
}

TEST_F(ConfigTest, AWallsSecretIsLong) {
  config::v1::BoardConfig config;
  EXPECT_EQ(*WallSecret(config), "");
  config.mutable_wall()->set_secret_file(File("short", "geheim\n"));
  EXPECT_THAT(WallSecret(config).status().message(), HasSubstr("wall.secret_file"));
  config.mutable_wall()->set_secret_file(File("long", "0123456789abcdef\n"));
  EXPECT_EQ(*WallSecret(config), "0123456789abcdef");
}

}  // namespace
}  // namespace belfry::board
