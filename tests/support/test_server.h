// The real server in the test's own process: frontend, engine, SQLite on disk, virtual clock.
#ifndef BELFRY_TESTS_SUPPORT_TEST_SERVER_H_
#define BELFRY_TESTS_SUPPORT_TEST_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "belfry/client.h"
#include "belfry/config/v1/config.pb.h"
#include "belfry/v1/directory.pb.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/engine/engine.h"
#include "server/frontend/authenticator.h"
#include "server/frontend/metrics.h"
#include "server/frontend/server.h"
#include "server/storage/store.h"
#include "server/vault/vault.h"

namespace belfry::testing {

// Wraps the store the server will use, for tests that make it fail.
using StoreWrapper =
    std::function<std::unique_ptr<storage::Store>(std::unique_ptr<storage::Store>)>;

// Starts on a Unix socket below a directory of its own. The database is left in
// $BELFRY_HISTORY_DIR, where it is set, so that every history a test run records can be replayed.
class TestServer {
 public:
  explicit TestServer(StoreWrapper wrap = nullptr, engine::EngineOptions options = {});
  // With other settings; called before the server starts, `directory` is its own.
  using Configure = std::function<void(config::v1::ServerConfig&, const std::string& directory)>;
  TestServer(Configure configure, engine::EngineOptions options);
  // Under another pack, or with another government.
  TestServer(std::string policy_text, v1::Directory directory);
  ~TestServer();

  // Stops everything and starts it again on the same database, as after a crash if `kill`: then the
  // engine is not asked to finish anything.
  void Restart();
  // With another text in the file of --policy. When that is refused the server is down, until it is
  // restarted with one that is not.
  absl::Status RestartWith(std::string policy_text);

  // A client as somebody: "dop.iso", or "bot", "admin" or "siem.dop" (an agency system of DOP).
  client::Client As(const std::string& who) const;
  // The bot acting for a person.
  client::Client BotFor(const std::string& person) const;
  // The bot with this in belfry-act-for; on its own account when empty.
  client::Client BotAs(const std::string& act_for) const;
  // With these options but for the address.
  client::Client With(client::Options options) const;
  // No token at all, or a wrong one.
  client::Client WithToken(const std::string& token) const;

  absl::Time start() const { return start_; }
  absl::Time now() const { return clock_->Now(); }
  void AdvanceTo(absl::Duration since_start, bool jump = false);
  engine::Engine& engine() { return *engine_; }
  frontend::Server& frontend() { return *server_; }
  const std::string& socket() const { return socket_; }
  const std::string& database() const { return database_; }
  const std::string& directory() const { return directory_; }
  // Where the bytes of evidence are.
  std::string vault_directory() const { return directory_ + "/vault"; }

  // Reports an incident of DOP and returns its name.
  std::string Open(const std::string& who = "dop.clerk", const std::string& severity = "");

 private:
  TestServer(StoreWrapper wrap, engine::EngineOptions options, std::string policy_text,
             v1::Directory directory, const Configure& configure = nullptr);
  absl::Status Start();
  void Stop();

  const StoreWrapper wrap_;
  const engine::EngineOptions options_;
  std::string policy_text_;
  const v1::Directory government_;
  std::string directory_;
  std::string socket_;
  std::string database_;
  config::v1::ServerConfig config_;
  absl::Time start_;
  SystemRandom random_;
  std::unique_ptr<VirtualClock> clock_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<frontend::Authenticator> authenticator_;
  std::unique_ptr<frontend::Metrics> metrics_;
  SystemClock machine_clock_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<frontend::Server> server_;
};

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_TEST_SERVER_H_
