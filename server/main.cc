// belfryd: parse, build, serve, wait. The only file that names every part.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/base/status_macros.h"
#include "server/base/textproto.h"
#include "server/config.h"
#include "server/core/directory.h"
#include "server/core/policy/read.h"
#include "server/engine/engine.h"
#include "server/frontend/authenticator.h"
#include "server/frontend/metrics.h"
#include "server/frontend/server.h"
#include "server/log.h"
#include "server/record/leaf.h"
#include "server/record_config.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "spdlog/spdlog.h"

namespace belfry {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(10);
constexpr int kExitConfiguration = 1;
// EX_SOFTWARE: the store could not be trusted any more; the supervisor starts us again.
constexpr int kExitStoreFailed = 70;

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const std::string& url) {
  absl::string_view path = url;
  if (absl::ConsumePrefix(&path, "sqlite:")) {
    return storage::OpenSqliteStore(std::string(path));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--store: must be sqlite:PATH, not \"", url, "\""));
}

struct PolicyFile {
  std::string text;
  std::shared_ptr<const core::PolicyIndex> index;
};

// INVALID_ARGUMENT has a line "FILE:LINE: …" for each error.
absl::StatusOr<PolicyFile> LoadPolicy(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("--policy: is needed, a policy pack");
  PolicyFile file;
  BELFRY_ASSIGN_OR_RETURN(file.text, ReadFile(path, "--policy"));
  std::string errors;
  for (const core::Finding& finding : core::CheckPolicyText(file.text)) {
    if (finding.warning) continue;
    absl::StrAppend(&errors, errors.empty() ? "" : "\n", path, ":", finding.line, ": ",
                    finding.path, finding.path.empty() ? "" : ": ", finding.message);
  }
  if (!errors.empty()) return absl::InvalidArgumentError(errors);
  BELFRY_ASSIGN_OR_RETURN(policy::v1::Policy policy, core::ReadPolicy(file.text));
  BELFRY_ASSIGN_OR_RETURN(file.index, core::PolicyIndex::Create(std::move(policy)));
  return file;
}

// After SIGHUP: the pack in the file of --policy, or, when that is refused, why not; what is in
// force stays then.
void ReloadPolicy(engine::Engine& engine, const std::string& path) {
  const absl::StatusOr<PolicyFile> file = LoadPolicy(path);
  if (!file.ok()) {
    spdlog::error("the policy pack was not adopted, {} stays in force:\n{}", engine.policy().Name(),
                  std::string(file.status().message()));
    return;
  }
  engine::PolicyAdoption adoption;
  adoption.caller.internal = true;
  adoption.caller.actor.set_principal("system");
  adoption.text = file->text;
  engine.AdoptPolicy(
      std::move(adoption), [&engine, path](absl::StatusOr<engine::AdoptedPolicy> adopted) {
        if (!adopted.ok()) {
          spdlog::error("the policy pack was not adopted, {} stays in force:\n{}: {}",
                        engine.policy().Name(), path, std::string(adopted.status().message()));
        } else if (adopted->verdict == engine::PolicyShelf::Verdict::kInForce) {
          spdlog::info("{} is in force already", adopted->policy->name());
        }
      });
}

// nullopt without a file.
absl::StatusOr<std::optional<v1::Directory>> LoadDirectory(const std::string& path,
                                                           const core::PolicyIndex& policy) {
  if (path.empty()) return std::nullopt;
  v1::Directory directory;
  BELFRY_RETURN_IF_ERROR(ReadTextProto(path, "--directory", directory));
  const auto checked = core::Directory::Create(directory, policy);
  if (!checked.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", checked.status().message()));
  }
  return directory;
}

// A virtual clock never goes behind what is recorded.
absl::StatusOr<absl::Time> VirtualStart(storage::Store& store) {
  absl::Time start = absl::Now();
  if (const char* text = std::getenv("BELFRY_VIRTUAL_START"); text != nullptr) {
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, text, &start, &error)) {
      return absl::InvalidArgumentError(absl::StrCat("BELFRY_VIRTUAL_START: ", error));
    }
  }
  BELFRY_ASSIGN_OR_RETURN(const int64_t last, store.LastPosition());
  if (last > 0) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::EventRow> rows,
                            store.ListEventsAfter(last - 1, 1));
    if (!rows.empty()) start = absl::FromUnixMicros(rows.front().time_us);
  }
  return start;
}

bool AllLocal(const config::v1::ServerConfig& config) {
  return std::all_of(config.listen().begin(), config.listen().end(),
                     [](const std::string& address) { return frontend::IsLocal(address); });
}

absl::Status CheckOnly(const config::v1::ServerConfig& config) {
  BELFRY_RETURN_IF_ERROR(frontend::CheckListeners(config));
  BELFRY_ASSIGN_OR_RETURN(const PolicyFile policy, LoadPolicy(config.policy_file()));
  BELFRY_RETURN_IF_ERROR(LoadDirectory(config.directory_file(), *policy.index).status());
  BELFRY_RETURN_IF_ERROR(frontend::Authenticator::Create(config).status());
  BELFRY_ASSIGN_OR_RETURN(const engine::RecordOptions record,
                          ReadRecordConfig(config.record(), AllLocal(config)));
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Store> store, OpenStore(config.store()));
  BELFRY_ASSIGN_OR_RETURN(const engine::AnchorVerdict verdict,
                          engine::CheckAnchor(store->record(), record));
  if (!verdict.older.empty()) return engine::OlderRecord(verdict);
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::PolicyRow> kept, store->LoadPolicies());
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<engine::PolicyShelf> shelf,
                          engine::PolicyShelf::Load(kept));
  return shelf->Judge(policy.text, absl::Now(), "system", shelf->InForce().get()).status();
}

// Waits for SIGTERM or SIGINT, or until the engine cannot be trusted any more. SIGHUP reads the
// policy pack again.
bool WaitForEnd(const sigset_t& signals, engine::Engine& engine, const std::string& policy_file) {
  for (;;) {
    const timespec second = {1, 0};
    const int signal = sigtimedwait(&signals, nullptr, &second);
    if (signal == SIGHUP) {
      ReloadPolicy(engine, policy_file);
      continue;
    }
    if (signal > 0) return true;
    if (!engine.Health().ok()) return false;
  }
}

absl::StatusOr<int> Serve(const CommandLine& line, const sigset_t& signals) {
  const config::v1::ServerConfig& config = line.config;
  BELFRY_RETURN_IF_ERROR(frontend::CheckListeners(config));
  BELFRY_ASSIGN_OR_RETURN(const PolicyFile policy, LoadPolicy(config.policy_file()));
  BELFRY_ASSIGN_OR_RETURN(const std::optional<v1::Directory> directory,
                          LoadDirectory(config.directory_file(), *policy.index));
  BELFRY_ASSIGN_OR_RETURN(const std::unique_ptr<frontend::Authenticator> authenticator,
                          frontend::Authenticator::Create(config));
  engine::EngineOptions options;
  BELFRY_ASSIGN_OR_RETURN(options.record, ReadRecordConfig(config.record(), AllLocal(config)));
  options.record.accept_older = line.accept_older_record;
  BELFRY_ASSIGN_OR_RETURN(std::unique_ptr<storage::Store> store, OpenStore(config.store()));

  const bool virtual_clock = config.clock() == "virtual";
  std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
  if (virtual_clock) {
    BELFRY_ASSIGN_OR_RETURN(const absl::Time start, VirtualStart(*store));
    clock = std::make_unique<VirtualClock>(start);
  }
  SystemRandom random;
  const config::v1::LimitsConfig& limits = config.limits();
  if (limits.queue_max() > 0) options.queue_max = limits.queue_max();
  if (limits.batch_max() > 0) options.batch_max = limits.batch_max();
  if (limits.cache_incidents_max() > 0) {
    options.cache_incidents_max = limits.cache_incidents_max();
  }
  BELFRY_ASSIGN_OR_RETURN(
      const std::unique_ptr<engine::Engine> engine,
      engine::Engine::Create(std::move(store), policy.text, clock.get(), &random, options));
  if (directory.has_value() && engine->directory()->proto().entities().empty()) {
    absl::Status status;
    absl::Notification done;
    engine->ChangeDirectory(
        "system", [&](v1::Directory) -> absl::StatusOr<v1::Directory> { return *directory; },
        [&](const absl::StatusOr<std::optional<v1::Receipt>>& changed) {
          status = changed.status();
          done.Notify();
        });
    done.WaitForNotification();
    BELFRY_RETURN_IF_ERROR(status);
  }

  frontend::Metrics metrics(engine.get());
  if (!config.metrics().empty()) BELFRY_RETURN_IF_ERROR(metrics.Serve(config.metrics()));
  BELFRY_ASSIGN_OR_RETURN(
      const std::unique_ptr<frontend::Server> server,
      frontend::Server::Start(config, engine.get(), authenticator.get(), &metrics, virtual_clock));
  for (int i = 0; i < config.listen_size(); ++i) {
    spdlog::info("listening on {} (port {})", config.listen(i),
                 server->ports()[static_cast<size_t>(i)]);
  }
  spdlog::info("policy {}, clock {}", engine->policy().Name(), config.clock());
  if (options.record.signer == nullptr) {
    spdlog::warn("the record is not signed: record.signing_key_file is not set");
  } else {
    spdlog::info("record {}, key {}", record::SuperOrigin(options.record.instance),
                 options.record.signer->verifier().ToString());
  }

  const bool asked = WaitForEnd(signals, *engine, config.policy_file());
  if (!asked) {
    // Crash-only: what is on disk decides, not what this process believes.
    spdlog::critical("the store failed; leaving: {}", std::string(engine->Health().message()));
    spdlog::default_logger()->flush();
    _exit(kExitStoreFailed);
  }
  spdlog::info("stopping");
  server->Stop(kStopGrace);
  metrics.Stop();
  engine->Stop();
  spdlog::info("stopped");
  return 0;
}

int Main(int argc, char** argv) {
  const absl::StatusOr<CommandLine> line =
      ReadCommandLine(std::vector<std::string>(argv + 1, argv + argc));
  if (!line.ok()) {
    std::fprintf(stderr, "belfryd: %s\n", std::string(line.status().message()).c_str());
    return 2;
  }
  if (line->help) {
    std::fputs(HelpText().c_str(), stdout);
    return 0;
  }
  if (line->version) {
    std::puts("belfryd " BELFRY_VERSION);
    return 0;
  }
  umask(077);
  // A closed connection and a full disk are answers of calls, not reasons to die.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  // Before any thread starts, so that all of them leave these to WaitForEnd().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  InstallLog(line->config.log_level());
  if (line->check) {
    const absl::Status status = CheckOnly(line->config);
    if (status.ok()) {
      std::puts("configuration is valid");
      return 0;
    }
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return kExitConfiguration;
  }
  const absl::StatusOr<int> result = Serve(*line, signals);
  if (result.ok()) return *result;
  std::fprintf(stderr, "belfryd: %s\n", std::string(result.status().message()).c_str());
  return kExitConfiguration;
}

}  // namespace
}  // namespace belfry

int main(int argc, char** argv) { return belfry::Main(argc, argv); }
