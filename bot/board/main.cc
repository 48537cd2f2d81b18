// belfry-board: the wall board, a web page for whoever is on duty.
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "bot/board/board.h"
#include "bot/board/config.h"
#include "server/base/status_macros.h"
#include "server/log.h"
#include "spdlog/spdlog.h"

namespace belfry::board {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(2);

// With `check` only as far as that everything could start.
absl::Status Run(const config::v1::BoardConfig& config, const sigset_t& signals, bool check) {
  BoardOptions options;
  options.server = ClientOptions(config);
  options.limits = LimitsOf(config);
  options.wall_token_file = config.wall().token_file();
  BELFRY_ASSIGN_OR_RETURN(options.wall_secret, WallSecret(config));
  if (config.has_wall()) {
    if (auto token = client::TokenFromFile(options.wall_token_file)(); !token.ok()) {
      return token.status();
    }
  }
  BELFRY_ASSIGN_OR_RETURN(Guard guard, Guard::Create(config.public_url()));
  Assets assets = Assets::Embedded();
  if (!config.files_directory().empty()) {
    BELFRY_ASSIGN_OR_RETURN(assets, Assets::FromDirectory(config.files_directory()));
  }
  if (check) return absl::OkStatus();

  SystemRandom random;
  bot::ListenerOptions listen;
  listen.address = config.listen();
  listen.body_bytes_max = 16 * 1024;
  // Each session may have some pages, and each page a stream.
  listen.connections_max = 64 + 10 * config.limits().sessions_max();
  Board board(std::move(options), std::move(assets), std::move(guard), OpenGrpcDoor, &random);
  BELFRY_ASSIGN_OR_RETURN(
      const auto listener,
      bot::HttpListener::Start(
          listen, [&board](bot::HttpRequest request, bot::HttpListener::Respond respond) {
            board.Handle(std::move(request), std::move(respond));
          }));
  spdlog::info("listening on {} (port {})", config.listen(), listener->port());
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  listener->Stop(kStopGrace);
  board.Stop();
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
      std::fputs("belfry-board --config FILE [--check]\n", stderr);
      return argument == "--help" ? 0 : 2;
    }
  }
  if (path.empty()) {
    std::fputs("belfry-board: --config FILE is needed\n", stderr);
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

  const absl::StatusOr<config::v1::BoardConfig> config = ReadConfig(path);
  if (!config.ok()) {
    std::fprintf(stderr, "belfry-board: %s\n", std::string(config.status().message()).c_str());
    return 1;
  }
  InstallLog(config->log_level());
  const absl::Status status = Run(*config, signals, check);
  if (status.ok() && check) std::puts("configuration is valid");
  if (status.ok()) return 0;
  std::fprintf(stderr, "belfry-board: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace belfry::board

int main(int argc, char** argv) { return belfry::board::Main(argc, argv); }
