// belfry-witness: cosigns checkpoints of logs that only grow (C2SP tlog-witness).
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/http/listener.h"
#include "bot/http/router.h"
#include "server/base/clock.h"
#include "server/base/status_macros.h"
#include "server/log.h"
#include "server/witness/config.h"
#include "server/witness/state_directory.h"
#include "server/witness/witness.h"
#include "spdlog/spdlog.h"

namespace belfry::witness {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(10);
constexpr size_t kBodyBytesMax = 128 * 1024;
// Each waits for the disk at times; one log's requests wait for each other anyway.
constexpr int kThreads = 4;

void Handle(Witness& witness, const bot::HttpRequest& request,
            const bot::HttpListener::Respond& respond) {
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST a checkpoint here\n"});
    return;
  }
  std::optional<SplitView> split;
  Answer answer = witness.AddCheckpoint(request.body, &split);
  if (split.has_value() && split->proven()) {
    // The note is signed: it proves what the log did, so it must not get lost.
    spdlog::critical("SPLIT VIEW: {} has signed another history of size {} than was cosigned: {}",
                     split->offered.origin, split->offered.size, split->note);
  } else if (split.has_value()) {
    spdlog::warn(
        "a proof does not show that {} grew from size {} to {}: who sent it is wrong, or the log "
        "has another history: {}",
        split->offered.origin, split->cosigned.size, split->offered.size, split->note);
  } else if (answer.status == 500) {
    spdlog::error("{}", answer.body);
  } else {
    spdlog::debug("add-checkpoint: {}", answer.status);
  }
  respond({.status = answer.status,
           .content_type = std::move(answer.content_type),
           .body = std::move(answer.body)});
}

// With `check` only as far as that everything could start.
absl::Status Run(const config::v1::WitnessConfig& config, const sigset_t& signals, bool check) {
  BELFRY_ASSIGN_OR_RETURN(record::Cosigner cosigner, ReadKey(config));
  BELFRY_ASSIGN_OR_RETURN(Witness::Logs logs, ReadLogs(config));
  if (check) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<StateDirectory> state,
                          StateDirectory::Open(config.state_directory()));
  // A file that cannot be read is found now, and not when the log calls.
  for (const auto& [origin, keys] : logs) {
    BELFRY_ASSIGN_OR_RETURN(const std::optional<record::Checkpoint> known, state->Load(origin));
    spdlog::info("witnessing {} from size {}", origin, known.has_value() ? known->size : 0);
  }
  SystemClock clock;
  Witness witness(std::move(cosigner), std::move(logs), state.get(), &clock);
  bot::Router router;
  router.Add("/add-checkpoint", [&witness](const bot::HttpRequest& request,
                                           const bot::HttpListener::Respond& respond) {
    Handle(witness, request, respond);
  });
  router.Add("/healthz", [](const bot::HttpRequest&, const bot::HttpListener::Respond& respond) {
    respond({.body = "ok\n"});
  });
  bot::ListenerOptions options;
  options.address = config.listen();
  options.body_bytes_max = kBodyBytesMax;
  options.threads = kThreads;
  BELFRY_ASSIGN_OR_RETURN(
      const std::unique_ptr<bot::HttpListener> listener,
      bot::HttpListener::Start(
          options, [&router](bot::HttpRequest request, bot::HttpListener::Respond respond) {
            router.Handle(std::move(request), std::move(respond));
          }));
  spdlog::info("{} listens on {} (port {})", witness.verifier().ToString(), config.listen(),
               listener->port());
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  listener->Stop(kStopGrace);
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
      std::fputs("belfry-witness --config FILE [--check]\n", stderr);
      return argument == "--help" ? 0 : 2;
    }
  }
  if (path.empty()) {
    std::fputs("belfry-witness: --config FILE is needed\n", stderr);
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

  const absl::StatusOr<config::v1::WitnessConfig> config = ReadConfig(path);
  absl::Status status = config.status();
  if (status.ok()) {
    InstallLog(config->log_level());
    status = Run(*config, signals, check);
  }
  if (status.ok() && check) std::puts("configuration is valid");
  if (status.ok()) return 0;
  std::fprintf(stderr, "belfry-witness: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace belfry::witness

int main(int argc, char** argv) { return belfry::witness::Main(argc, argv); }
