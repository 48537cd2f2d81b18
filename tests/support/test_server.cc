#include "tests/support/test_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/base/sha256.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "server/vault/open.h"
#include "tests/support/core_world.h"

namespace belfry::testing {
namespace {

[[noreturn]] void Die(const absl::Status& status) {
  std::cerr << status << "\n";
  std::abort();
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status());
  return *std::move(value);
}

constexpr char kShippedPack[] = "deploy/policy/itd-sec-4.3.textproto";

std::string TokenOf(const std::string& who) { return absl::StrCat("token-of-", who); }

client::Options OptionsFor(const std::string& socket, const std::string& token) {
  client::Options options;
  options.target = absl::StrCat("unix:", socket);
  options.token = token;
  options.retry.attempts_max = 1;
  return options;
}

}  // namespace

TestServer::TestServer(StoreWrapper wrap, engine::EngineOptions options)
    : TestServer(std::move(wrap), options, ReadSourceFile(kShippedPack), DemoDirectory()) {}

TestServer::TestServer(Configure configure, engine::EngineOptions options)
    : TestServer(nullptr, options, ReadSourceFile(kShippedPack), DemoDirectory(), configure) {}

TestServer::TestServer(std::string policy_text, v1::Directory directory)
    : TestServer(nullptr, {}, std::move(policy_text), std::move(directory)) {}

TestServer::TestServer(StoreWrapper wrap, engine::EngineOptions options, std::string policy_text,
                       v1::Directory directory, const Configure& configure)
    : wrap_(std::move(wrap)),
      options_(options),
      policy_text_(std::move(policy_text)),
      government_(std::move(directory)) {
  const char* histories = std::getenv("BELFRY_HISTORY_DIR");
  std::string base =
      histories != nullptr ? histories : std::filesystem::temp_directory_path().string();
  std::filesystem::create_directories(base);
  std::string pattern = absl::StrCat(base, "/belfry-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) Die(absl::InternalError("no temporary directory"));
  directory_ = pattern;
  // Socket paths are short by law of the kernel; the database may lie anywhere.
  std::string short_pattern = "/tmp/bt-XXXXXX";
  if (mkdtemp(short_pattern.data()) == nullptr) Die(absl::InternalError("no socket directory"));
  socket_ = absl::StrCat(short_pattern, "/s");
  database_ = absl::StrCat(directory_, "/belfry.db");
  const auto policy = ShippedPolicy();
  start_ = absl::FromCivil(absl::CivilMinute(2026, 10, 6, 8, 0), policy->TimeZone());
  clock_ = std::make_unique<VirtualClock>(start_);

  config_.add_listen(absl::StrCat("unix:", socket_));
  const auto add = [&](const std::string& who, const std::string& name) {
    const std::string file = absl::StrCat(directory_, "/", who, ".sha256");
    std::ofstream(file) << Sha256Hex(TokenOf(who)) << "\n";
    auto* principal = config_.add_principals();
    principal->set_name(name);
    principal->set_token_sha256_file(file);
    return principal;
  };
  for (const v1::Person& person : government_.people()) {
    add(person.name().substr(sizeof("people/") - 1), person.name());
  }
  auto* bot = add("bot", "systems/bot");
  bot->add_rights(config::v1::PrincipalConfig::RIGHT_BOT);
  for (const char* workspace : {"console", "slack/T1", "slack/T0BENCH", "teams/tenant"}) {
    bot->add_workspaces(workspace);
  }
  add("admin", "systems/admin")->add_rights(config::v1::PrincipalConfig::RIGHT_ADMIN);
  add("siem.dop", "systems/siem.dop")->set_entity("entities/dop");
  add("siem.bor", "systems/siem.bor")->set_entity("entities/bor");
  // Tests play a year in a second.
  config_.mutable_access()->mutable_people()->set_per_second(1e6);
  config_.mutable_access()->mutable_people()->set_burst(1'000'000);
  config_.mutable_access()->mutable_systems()->set_per_second(1e6);
  config_.mutable_access()->mutable_systems()->set_burst(1'000'000);
  if (configure) configure(config_, directory_);
  const std::string key = absl::StrCat(directory_, "/vault.key");
  std::ofstream(key) << std::string(64, '7') << "\n";
  chmod(key.c_str(), 0600);
  config_.mutable_vault()->set_directory(vault_directory());
  config::v1::VaultKey* vault_key = config_.mutable_vault()->add_keys();
  vault_key->set_id("test");
  vault_key->set_file(key);
  if (const absl::Status status = Start(); !status.ok()) Die(status);
}

TestServer::~TestServer() {
  Stop();
  std::filesystem::remove_all(std::filesystem::path(socket_).parent_path());
  if (std::getenv("BELFRY_HISTORY_DIR") == nullptr) std::filesystem::remove_all(directory_);
}

absl::Status TestServer::Start() {
  std::unique_ptr<storage::Store> store = Must(storage::OpenSqliteStore(database_));
  if (wrap_) store = wrap_(std::move(store));
  auto engine =
      engine::Engine::Create(std::move(store), policy_text_, clock_.get(), &random_, options_);
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  if (engine_->directory()->proto().people().empty()) {
    absl::Notification done;
    engine_->ChangeDirectory(
        "system", [this](v1::Directory) -> absl::StatusOr<v1::Directory> { return government_; },
        [&](const absl::StatusOr<std::optional<v1::Receipt>>& changed) {
          if (!changed.ok()) Die(changed.status());
          done.Notify();
        });
    done.WaitForNotification();
  }
  authenticator_ = Must(frontend::Authenticator::Create(config_));
  metrics_ = std::make_unique<frontend::Metrics>(engine_.get());
  vault_ = Must(vault::OpenConfigured(
      config_.vault(), &machine_clock_, &random_,
      [this](const std::string& object) { return engine_->store().HasEvidenceObject(object); }));
  server_ = Must(frontend::Server::Start(config_, engine_.get(), authenticator_.get(),
                                         metrics_.get(), /*virtual_clock=*/true, vault_.get()));
  return absl::OkStatus();
}

void TestServer::Stop() {
  if (server_ == nullptr) return;
  server_->Stop(absl::Seconds(5));
  engine_->Stop();
  server_.reset();
  vault_.reset();
  metrics_.reset();
  engine_.reset();
}

void TestServer::Restart() {
  Stop();
  if (const absl::Status status = Start(); !status.ok()) Die(status);
}

absl::Status TestServer::RestartWith(std::string policy_text) {
  Stop();
  policy_text_ = std::move(policy_text);
  return Start();
}

client::Client TestServer::With(client::Options options) const {
  options.target = absl::StrCat("unix:", socket_);
  options.retry.attempts_max = 1;
  return client::Client(Must(client::MakeConnection(options)));
}

client::Client TestServer::WithToken(const std::string& token) const {
  return client::Client(Must(client::MakeConnection(OptionsFor(socket_, token))));
}

client::Client TestServer::As(const std::string& who) const { return WithToken(TokenOf(who)); }

client::Client TestServer::BotFor(const std::string& person) const {
  return BotAs(absl::StrCat("people/", person));
}

client::Client TestServer::BotAs(const std::string& act_for) const {
  client::Options options = OptionsFor(socket_, TokenOf("bot"));
  options.act_for = act_for;
  return client::Client(Must(client::MakeConnection(options)));
}

void TestServer::AdvanceTo(absl::Duration since_start, bool jump) {
  Must(engine_->AdvanceTo({.time = start_ + since_start, .jump = jump}));
}

std::string TestServer::Open(const std::string& who, const std::string& severity) {
  v1::CreateIncidentRequest request;
  request.set_title("Something is wrong");
  request.set_entity("entities/dop");
  request.set_severity(severity);
  return Must(As(who).CreateIncident(request)).incident().name();
}

}  // namespace belfry::testing
