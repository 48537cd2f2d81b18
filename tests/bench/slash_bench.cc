// Answers to slash commands beside their limit, measured in the same run on the same machine, with
// 200 in flight (Slack gives up after three seconds):
//   echo   the bot's HTTP listener alone: a request of the same size, answered at once
//   help   signature, grammar, card
//   show   the same with a question to the real server
//   note   the same with an act that is on disk before it is answered
//   down   no server: says so, and keeps what was typed
//
//   slash_bench [--json FILE] [--seconds N]
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "boost/asio/ip/tcp.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"
#include "bot/http/client.h"
#include "bot/http/listener.h"
#include "bot/platform/slack/signature.h"
#include "tests/support/core_world.h"
#include "tests/support/test_server.h"

namespace belfry::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr int kInFlight = 200;
constexpr char kSecret[] = "a signing secret for measurements";

struct Figures {
  std::string name;
  size_t answers = 0;
  size_t wrong = 0;
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

Figures Summarise(const std::string& name, std::vector<double> ms, size_t wrong,
                  absl::Duration elapsed) {
  std::sort(ms.begin(), ms.end());
  Figures figures;
  figures.name = name;
  figures.answers = ms.size();
  figures.wrong = wrong;
  figures.per_second = static_cast<double>(ms.size()) / absl::ToDoubleSeconds(elapsed);
  if (!ms.empty()) {
    figures.p50_ms = ms[ms.size() / 2];
    figures.p99_ms = ms[ms.size() * 99 / 100];
    figures.max_ms = ms.back();
  }
  return figures;
}

// One connection that asks again as soon as it was answered.
class Asker : public std::enable_shared_from_this<Asker> {
 public:
  using Request = http::request<http::string_body>;

  Asker(asio::io_context& io, std::function<Request()> next,
        std::function<bool(const std::string&)> right, absl::Time end)
      : stream_(io), next_(std::move(next)), right_(std::move(right)), end_(end) {}

  void Start(int port) {
    stream_.async_connect(
        tcp::endpoint(asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)),
        [self = shared_from_this()](beast::error_code error) {
          if (error) {
            ++self->wrong;
          } else {
            self->Ask();
          }
        });
  }

  std::vector<double> ms;
  size_t wrong = 0;

 private:
  void Ask() {
    if (absl::Now() >= end_) {
      beast::error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
      return;
    }
    request_ = next_();
    answer_ = {};
    asked_ = absl::Now();
    http::async_write(stream_, request_,
                      [self = shared_from_this()](beast::error_code error, size_t) {
                        if (error) return self->Failed();
                        http::async_read(self->stream_, self->buffer_, self->answer_,
                                         [self](beast::error_code read, size_t) {
                                           if (read) return self->Failed();
                                           self->Answered();
                                         });
                      });
  }
  void Answered() {
    ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - asked_));
    if (answer_.result() != http::status::ok || !right_(answer_.body())) ++wrong;
    Ask();
  }
  void Failed() { ++wrong; }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const std::function<Request()> next_;
  const std::function<bool(const std::string&)> right_;
  const absl::Time end_;
  Request request_;
  http::response<http::string_body> answer_;
  absl::Time asked_;
};

Asker::Request NewRequest(const std::string& path, const std::string& text) {
  static std::atomic<int64_t> number{0};
  Asker::Request request(http::verb::post, path, 11);
  request.body() = absl::StrCat(
      "token=unused&team_id=T0BENCH&team_domain=bench&channel_id=C0BENCH&channel_name=incidents"
      "&user_id=U0BENCH&user_name=someone&command=%2Fincident&text=",
      text, "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT0BENCH%2F1%2Fx&trigger_id=",
      getpid(), ".", ++number);
  const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(absl::Now()));
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::content_type, "application/x-www-form-urlencoded");
  request.set("X-Slack-Request-Timestamp", timestamp);
  request.set("X-Slack-Signature", bot::slack::Sign(kSecret, timestamp, request.body()));
  request.prepare_payload();
  return request;
}

Figures Run(const std::string& name, int port, absl::Duration length, const std::string& path,
            const std::string& text, const std::function<bool(const std::string&)>& right) {
  asio::io_context io(1);
  const absl::Time start = absl::Now();
  std::vector<std::shared_ptr<Asker>> askers;
  for (int i = 0; i < kInFlight; ++i) {
    askers.push_back(std::make_shared<Asker>(
        io, [&] { return NewRequest(path, text); }, right, start + length));
    askers.back()->Start(port);
  }
  io.run();
  const absl::Duration elapsed = absl::Now() - start;
  std::vector<double> ms;
  size_t wrong = 0;
  for (const auto& asker : askers) {
    ms.insert(ms.end(), asker->ms.begin(), asker->ms.end());
    wrong += asker->wrong;
  }
  return Summarise(name, std::move(ms), wrong, elapsed);
}

[[noreturn]] void Die(const std::string& text) {
  std::fprintf(stderr, "slash_bench: %s\n", text.c_str());
  std::exit(1);
}

int FreePort() {
  asio::io_context io;
  return tcp::acceptor(io, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

// belfry-bot as it is, from the directory this program is in.
class BotProcess {
 public:
  BotProcess(const std::string& directory, const std::string& server, const std::string& ready)
      : port_(FreePort()) {
    const auto file = [&](const std::string& name, const std::string& content) {
      const std::string path = absl::StrCat(directory, "/", name);
      std::ofstream(path) << content << "\n";
      return path;
    };
    const std::string config = file(
        "bench-bot.textproto",
        absl::StrCat(
            "server: \"", server, "\" token_file: \"", file("bench-bot.token", "token-of-bot"),
            "\" holder: \"bench\" listen: \"127.0.0.1:", port_,
            "\" log_level: \"error\" slack { workspace: \"T0BENCH\" bot_token_file: \"",
            file("bench-slack.token", "xoxb-none"), "\" signing_secret_files: \"",
            file("bench-slack.secret", kSecret), "\" api_base_url: \"http://127.0.0.1:1/\" }"));
    const std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "belfry-bot").string();
    std::vector<std::string> words = {program, "--config", config};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
      Die(absl::StrCat("cannot start ", program));
    }
    bot::CurlHttpClient http;
    bot::OutgoingRequest request;
    request.method = "GET";
    request.url = absl::StrCat("http://127.0.0.1:", port_, ready);
    for (int i = 0; i < 200; ++i) {
      const auto answer = http.Send(request);
      if (answer.ok() && answer->status == 200) return;
      absl::SleepFor(absl::Milliseconds(50));
    }
    Die("belfry-bot does not get ready");
  }
  ~BotProcess() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  int port() const { return port_; }

 private:
  const int port_;
  pid_t pid_ = 0;
};

v1::Directory WithAccount() {
  v1::Directory directory = testing::DemoDirectory();
  for (v1::Person& person : *directory.mutable_people()) {
    if (person.name() != "people/dop.iso") continue;
    v1::ChatAccount& account = *person.add_chat_accounts();
    account.set_platform("slack");
    account.set_workspace("T0BENCH");
    account.set_user_id("U0BENCH");
  }
  return directory;
}

void Print(const Figures& figures) {
  std::printf("%6s  %10.0f  %9.2f / %-9.2f %9.2f  %9zu  %6zu\n", figures.name.c_str(),
              figures.per_second, figures.p50_ms, figures.p99_ms, figures.max_ms, figures.answers,
              figures.wrong);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  std::string json;
  double seconds = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--json") json = argv[i + 1];
    if (flag == "--seconds" && !absl::SimpleAtod(argv[i + 1], &seconds)) return 2;
  }
  const absl::Duration length = absl::Seconds(seconds);
  testing::TestServer server(testing::ReadSourceFile("deploy/policy/itd-sec-4.3.textproto"),
                             WithAccount());
  const std::string incident = server.Open();
  const std::string id = incident.substr(incident.find('/') + 1);
  std::vector<Figures> all;
  std::printf("%d in flight\n%6s  %10s  %-21s %9s  %9s  %6s\n", kInFlight, "", "a second",
              "    p50 / p99 ms", "max ms", "answers", "wrong");
  const auto run = [&](const std::string& name, int port, const std::string& path,
                       const std::string& text, const std::string& holds) {
    all.push_back(Run(name, port, length, path, text,
                      [&](const std::string& body) { return absl::StrContains(body, holds); }));
    Print(all.back());
  };
  {
    bot::ListenerOptions options;
    options.address = "127.0.0.1:0";
    const auto echo = *bot::HttpListener::Start(
        options, [](bot::HttpRequest request, bot::HttpListener::Respond respond) {
          respond({.body = std::move(request.body)});
        });
    run("echo", echo->port(), "/echo", "help", "U0BENCH");
    echo->Stop(absl::Seconds(5));
  }
  {
    const BotProcess bot(server.directory(), absl::StrCat("unix:", server.socket()), "/readyz");
    run("help", bot.port(), "/slack/commands", "help", "ephemeral");
    run("show", bot.port(), "/slack/commands", absl::StrCat("show+", id), id);
    run("note", bot.port(), "/slack/commands", absl::StrCat("note+", id, "+%22Still+on+it%22"), id);
  }
  {
    const BotProcess bot(server.directory(), "unix:/nonexistent/belfryd.sock", "/healthz");
    run("down", bot.port(), "/slack/commands", "open+%22Mail+is+encrypted%22", "Mail is encrypted");
  }
  if (!json.empty()) {
    std::ofstream file(json);
    file << "[\n";
    for (size_t i = 0; i < all.size(); ++i) {
      file << absl::StrFormat(
          "  {\"name\": \"%s\", \"in_flight\": %d, \"per_second\": %.1f, \"p50_ms\": %.3f, "
          "\"p99_ms\": %.3f, \"max_ms\": %.3f, \"wrong\": %d}%s\n",
          all[i].name, kInFlight, all[i].per_second, all[i].p50_ms, all[i].p99_ms, all[i].max_ms,
          all[i].wrong, i + 1 < all.size() ? "," : "");
    }
    file << "]\n";
  }
  return 0;
}

}  // namespace
}  // namespace belfry::bench

int main(int argc, char** argv) { return belfry::bench::Main(argc, argv); }
