// belfry-bot: the only part of Belfry that talks to chat platforms.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "belfry/client.h"
#include "belfry/server_clock.h"
#include "bot/assembly/assembly.h"
#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/config.h"
#include "bot/console_input.h"
#include "bot/delivery/steady_clock.h"
#include "bot/delivery/worker.h"
#include "bot/http/client.h"
#include "bot/http/listener.h"
#include "bot/http/router.h"
#include "bot/platform/console/console.h"
#include "bot/platform/registry.h"
#include "client-lib/chat/run.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "server/base/private_memory.h"
#include "server/base/random.h"
#include "server/base/status_macros.h"
#include "server/log.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(10);
// Each waits for the server most of its time; many together share one commit there.
constexpr int kCommandThreads = 32;

absl::StatusOr<client::Options> ClientOptions(const config::v1::BotConfig& config) {
  client::Options options;
  options.target = config.server();
  options.token_provider = client::TokenFromFile(config.token_file());
  if (config.has_tls()) {
    client::TlsFiles tls;
    tls.ca_file = config.tls().ca_file();
    tls.cert_file = config.tls().certificate_file();
    tls.key_file = config.tls().private_key_file();
    options.tls = tls;
  }
  return options;
}

// Counters and what they are called outside.
class BotMetrics {
 public:
  BotMetrics()
      : rejected_(prometheus::BuildCounter()
                      .Name("belfry_bot_rejected_requests_total")
                      .Help("Requests of platforms refused, by reason")
                      .Register(registry_)) {}

  void CountRejected(const char* reason) { rejected_.Add({{"reason", reason}}).Increment(); }

  std::string Text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& rejected_;
};

// What is typed before a verb, for notices: the same everywhere, or the first workspace's.
std::string RootOf(const config::v1::BotConfig& config) {
  const bool named = !config.slack().empty() && !config.slack(0).command().empty();
  return absl::StrCat("/", named ? config.slack(0).command() : "incident");
}

// With `check` only as far as that everything could start.
absl::Status Run(const config::v1::BotConfig& config, const Flags& flags, const sigset_t& signals,
                 bool check) {
  BELFRY_ASSIGN_OR_RETURN(const client::Options options, ClientOptions(config));
  BELFRY_ASSIGN_OR_RETURN(const auto connection, client::MakeConnection(options));
  const client::Client client(connection);
  BELFRY_ASSIGN_OR_RETURN(const auto server_now, client::MakeServerClock(options));
  chat::RunnerOptions runner_options;
  runner_options.now = server_now;
  chat::CommandRunner runner(client, runner_options);
  CommandDispatcher dispatcher(client, &runner, kCommandThreads);
  AnswerClock answers;
  CurlHttpClient http;
  PlatformRegistry platforms;
  Router router;
  BotMetrics metrics;
  Assembly assembly{
      config,    flags,      client,
      http,      dispatcher, answers,
      platforms, router,     [&metrics](const char* reason) { metrics.CountRejected(reason); },
      {},        {},         {},
      {}};
  for (auto* add : {AddSlack, AddTeams, AddMattermost, AddEmail, AddWebhooks, AddWitnesses}) {
    BELFRY_RETURN_IF_ERROR(add(assembly));
  }
  if (check) {
    dispatcher.Stop();
    while (!assembly.parts.empty()) assembly.parts.pop_back();
    return absl::OkStatus();
  }
  std::shared_ptr<Console> console;
  if (config.console().enabled()) {
    BELFRY_ASSIGN_OR_RETURN(Transcript transcript,
                            Transcript::Open(config.console().transcript_file()));
    console = std::make_shared<Console>(std::move(transcript), stdout);
    platforms.Add("", console);
  }

  const auto view = [&runner, root = RootOf(config)] {
    chat::View result;
    result.root = root;
    result.time_tokens = true;
    client::CallOptions call;
    call.act_for = "";  // the bot asks for itself
    if (const auto policy = runner.policy().Get(call); policy.ok()) {
      result.policy = *policy;
      result.zone = chat::PolicyZone(**policy);
    }
    return result;
  };
  SystemRandom random;
  WorkerOptions worker_options;
  worker_options.holder = config.holder();
  worker_options.incarnation = UuidV7(absl::Now(), random);
  SteadyClock steady;
  DeliveryWorker worker(client, &platforms, view, &steady, &random, worker_options);

  router.Add("/healthz",
             [](HttpRequest, HttpListener::Respond respond) { respond({.body = "ok\n"}); });
  router.Add("/readyz", [&worker](HttpRequest, HttpListener::Respond respond) {
    const bool ready = worker.connected();
    respond({.status = ready ? 200 : 503, .body = ready ? "ready\n" : "no server\n"});
  });
  router.Add("/metrics", [&](HttpRequest, HttpListener::Respond respond) {
    std::string text = absl::StrCat(metrics.Text(), worker.StatsText());
    for (const auto& part : assembly.metrics) absl::StrAppend(&text, part());
    respond({.content_type = "text/plain; version=0.0.4", .body = std::move(text)});
  });
  std::unique_ptr<HttpListener> listener;
  if (!config.listen().empty()) {
    ListenerOptions listen;
    listen.address = config.listen();
    BELFRY_ASSIGN_OR_RETURN(
        listener,
        HttpListener::Start(listen, [&router](HttpRequest request, HttpListener::Respond respond) {
          router.Handle(std::move(request), std::move(respond));
        }));
    spdlog::info("listening on {} (port {})", config.listen(), listener->port());
  }
  worker.Start();
  for (const auto& start : assembly.starts) start();
  spdlog::info("delivering for {}", config.server());

  std::atomic<bool> stopping{false};
  std::thread input;
  if (console != nullptr) {
    input = std::thread([&] {
      ReadConsole(config.console().person(), config.console().input_file(), *console, dispatcher,
                  [&stopping] { return stopping.load(); });
      // Somebody who leaves the terminal leaves the program.
      kill(getpid(), SIGTERM);
    });
  }
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  stopping = true;
  if (input.joinable()) input.join();
  for (auto stop = assembly.stops.rbegin(); stop != assembly.stops.rend(); ++stop) (*stop)();
  if (listener != nullptr) listener->Stop(kStopGrace);
  dispatcher.Stop();
  worker.Stop();
  while (!assembly.parts.empty()) assembly.parts.pop_back();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  std::string path;
  bool check = false;
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--config=")) {
      path = std::string(argument);
    } else if (argument == "--config" && i + 1 < argc) {
      path = argv[++i];
    } else if (argument == "--check") {
      check = true;
    } else if (argument == "--teams-anonymous-loopback") {
      flags.teams_anonymous = true;
    } else {
      std::fputs("belfry-bot --config FILE [--check] [--teams-anonymous-loopback]\n", stderr);
      return argument == "--help" ? 0 : 2;
    }
  }
  if (path.empty()) {
    std::fputs("belfry-bot: --config FILE is needed\n", stderr);
    return 2;
  }
  umask(077);
  signal(SIGPIPE, SIG_IGN);
  // Before any thread starts, so that all of them leave these to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const absl::StatusOr<config::v1::BotConfig> config = ReadConfig(path);
  if (!config.ok()) {
    std::fprintf(stderr, "belfry-bot: %s\n", std::string(config.status().message()).c_str());
    return 1;
  }
  InstallLog(config->log_level());
  const absl::Status status = Run(*config, flags, signals, check);
  if (status.ok() && check) std::puts("configuration is valid");
  if (status.ok()) return 0;
  std::fprintf(stderr, "belfry-bot: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace belfry::bot

int main(int argc, char** argv) {
  belfry::KeepMemoryPrivate();
  return belfry::bot::Main(argc, argv);
}
