// belfry-bot: the only part of Belfry that talks to chat platforms.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "belfry/client.h"
#include "belfry/server_clock.h"
#include "bot/commands/answer_clock.h"
#include "bot/commands/dispatcher.h"
#include "bot/config.h"
#include "bot/console_input.h"
#include "bot/delivery/worker.h"
#include "bot/http/client.h"
#include "bot/http/listener.h"
#include "bot/platform/console/console.h"
#include "bot/platform/registry.h"
#include "bot/platform/slack/routes.h"
#include "bot/platform/slack/slack_platform.h"
#include "bot/platform/slack/webhook_platform.h"
#include "client-lib/chat/run.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "server/base/random.h"
#include "server/base/status_macros.h"
#include "server/log.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(10);
constexpr int kCommandThreads = 8;
constexpr char kSlackApi[] = "https://slack.com/api/";

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

absl::StatusOr<std::map<std::string, slack::Workspace>> SlackWorkspaces(
    const config::v1::BotConfig& config, HttpClient* http) {
  std::map<std::string, slack::Workspace> workspaces;
  for (const config::v1::SlackConfig& settings : config.slack()) {
    slack::Workspace workspace;
    for (const std::string& file : settings.signing_secret_files()) {
      BELFRY_ASSIGN_OR_RETURN(workspace.signing_secrets.emplace_back(),
                              ReadSecret(file, "slack.signing_secret_files"));
    }
    slack::SlackOptions options;
    options.workspace = settings.workspace();
    BELFRY_ASSIGN_OR_RETURN(options.bot_token,
                            ReadSecret(settings.bot_token_file(), "slack.bot_token_file"));
    options.api_base_url = settings.api_base_url().empty() ? kSlackApi : settings.api_base_url();
    options.response_hosts = {"hooks.slack.com", "hooks.slack-gov.com"};
    for (const std::string& host : settings.extra_response_hosts()) {
      options.response_hosts.push_back(host);
    }
    workspace.platform = std::make_shared<slack::SlackPlatform>(std::move(options), http);
    workspace.root =
        absl::StrCat("/", settings.command().empty() ? "incident" : settings.command());
    if (!workspaces.emplace(settings.workspace(), std::move(workspace)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("slack: workspace ", settings.workspace(), " is there twice"));
    }
  }
  return workspaces;
}

// Counters and what they are called outside.
class BotMetrics {
 public:
  explicit BotMetrics(const DeliveryWorker* worker)
      : worker_(*worker),
        rejected_(prometheus::BuildCounter()
                      .Name("belfry_bot_rejected_requests_total")
                      .Help("Requests of platforms refused, by reason")
                      .Register(registry_)) {}

  void CountRejected(const char* reason) { rejected_.Add({{"reason", reason}}).Increment(); }

  std::string Text() const {
    std::string text = prometheus::TextSerializer().Serialize(registry_.Collect());
    const WorkerStats& stats = worker_.stats();
    const auto counter = [&](const char* name, const char* help, int64_t value) {
      absl::StrAppend(&text, "# HELP ", name, " ", help, "\n# TYPE ", name, " counter\n", name, " ",
                      value, "\n");
    };
    counter("belfry_bot_delivered_total", "Notices delivered", stats.delivered);
    counter("belfry_bot_retried_total", "Attempts that will be repeated", stats.retried);
    counter("belfry_bot_failed_total", "Notices that could not be delivered", stats.failed);
    counter("belfry_bot_lease_errors_total", "Times the server could not be asked",
            stats.lease_errors);
    return text;
  }

 private:
  const DeliveryWorker& worker_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& rejected_;
};

absl::Status Run(const config::v1::BotConfig& config, const sigset_t& signals) {
  BELFRY_ASSIGN_OR_RETURN(const client::Options options, ClientOptions(config));
  BELFRY_ASSIGN_OR_RETURN(const auto connection, client::MakeConnection(options));
  const client::Client client(connection);
  BELFRY_ASSIGN_OR_RETURN(const auto server_now, client::MakeServerClock(options));
  chat::RunnerOptions runner_options;
  runner_options.now = server_now;
  chat::CommandRunner runner(client, runner_options);

  CurlHttpClient http;
  PlatformRegistry platforms;
  BELFRY_ASSIGN_OR_RETURN(auto workspaces, SlackWorkspaces(config, &http));
  for (const auto& [id, workspace] : workspaces) platforms.Add(id, workspace.platform);
  std::map<std::string, std::string> webhooks;
  for (const config::v1::WebhookConfig& webhook : config.webhooks()) {
    BELFRY_ASSIGN_OR_RETURN(webhooks[webhook.name()],
                            ReadSecret(webhook.url_file(), "webhooks.url_file"));
  }
  if (!webhooks.empty()) {
    platforms.Add("", std::make_shared<slack::WebhookPlatform>(std::move(webhooks), &http));
  }
  std::shared_ptr<Console> console;
  if (config.console().enabled()) {
    BELFRY_ASSIGN_OR_RETURN(Transcript transcript,
                            Transcript::Open(config.console().transcript_file()));
    console = std::make_shared<Console>(std::move(transcript), stdout);
    platforms.Add("", console);
  }

  const std::string root = workspaces.empty() ? "/incident" : workspaces.begin()->second.root;
  const auto view = [&runner, root] {
    chat::View result;
    result.root = root;
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
  DeliveryWorker worker(client, &platforms, view, worker_options);
  BotMetrics metrics(&worker);

  CommandDispatcher dispatcher(client, &runner, kCommandThreads);
  AnswerClock answers;
  slack::SlackRoutes routes(std::move(workspaces), &dispatcher, &answers,
                            [&metrics](const char* reason) { metrics.CountRejected(reason); });
  std::unique_ptr<HttpListener> listener;
  if (!config.listen().empty()) {
    ListenerOptions listen;
    listen.address = config.listen();
    BELFRY_ASSIGN_OR_RETURN(
        listener,
        HttpListener::Start(listen, [&](HttpRequest request, HttpListener::Respond respond) {
          if (absl::StartsWith(request.path, "/slack/")) {
            routes.Handle(request, std::move(respond));
          } else if (request.path == "/healthz") {
            respond({.body = "ok\n"});
          } else if (request.path == "/readyz") {
            const bool ready = worker.connected();
            respond({.status = ready ? 200 : 503, .body = ready ? "ready\n" : "no server\n"});
          } else if (request.path == "/metrics") {
            respond({.content_type = "text/plain; version=0.0.4", .body = metrics.Text()});
          } else {
            respond({.status = 404, .body = "there is nothing here\n"});
          }
        }));
    spdlog::info("listening on {} (port {})", config.listen(), listener->port());
  }
  worker.Start();
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
  if (listener != nullptr) listener->Stop(kStopGrace);
  dispatcher.Stop();
  worker.Stop();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  std::string path;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--config=")) {
      path = std::string(argument);
    } else if (argument == "--config" && i + 1 < argc) {
      path = argv[++i];
    } else if (argument == "--check") {
      check = true;
    } else {
      std::fputs("belfry-bot --config FILE [--check]\n", stderr);
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
  if (check) {
    std::puts("configuration is valid");
    return 0;
  }
  const absl::Status status = Run(*config, signals);
  if (status.ok()) return 0;
  std::fprintf(stderr, "belfry-bot: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace belfry::bot

int main(int argc, char** argv) { return belfry::bot::Main(argc, argv); }
