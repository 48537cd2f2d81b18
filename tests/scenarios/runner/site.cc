#include "tests/scenarios/runner/site.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "server/base/sha256.h"
#include "tests/scenarios/runner/government.h"

namespace belfry::scenario {
namespace {

constexpr absl::Duration kStartMax = absl::Seconds(20);

// In memory where there is such a place: a process that is killed loses nothing of it, and nobody
// waits for a disk.
std::filesystem::path TemporaryDirectory() {
  const std::filesystem::path memory = "/dev/shm";
  if (std::getenv("TMPDIR") == nullptr && access(memory.c_str(), W_OK) == 0) return memory;
  return std::filesystem::temp_directory_path();
}

// Nobody but this process and its child can reach the socket; the token only names the caller.
std::string TokenOf(const std::string& who) { return absl::StrCat("token-of-", who); }

}  // namespace

Site::Site(std::string belfryd, std::string policy, const testing::v1::Scenario& scenario,
           absl::Time start)
    : belfryd_(std::move(belfryd)), start_(start) {
  std::string pattern = (TemporaryDirectory() / "belfry-scenario-XXXXXX").string();
  if (mkdtemp(pattern.data()) != nullptr) directory_ = pattern;
  WriteFiles(scenario, policy);
}

Site::~Site() {
  Kill();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void Site::WriteFiles(const testing::v1::Scenario& scenario, const std::string& policy) {
  std::string directory;
  const v1::Directory government = ExpandGovernment(scenario.government());
  google::protobuf::TextFormat::PrintToString(government, &directory);
  std::ofstream(directory_ + "/directory.textproto") << directory;
  std::ofstream config(directory_ + "/belfryd.textproto");
  config << "listen: \"unix:" << directory_ << "/sock\"\n"
         << "store: \"sqlite:" << directory_ << "/belfry.db\"\n"
         << "policy_file: \"" << policy << "\"\n"
         << "directory_file: \"" << directory_ << "/directory.textproto\"\n"
         << "clock: \"virtual\"\nlog_level: \"warn\"\n"
         // A year of calls in a second.
         << "access { people { per_second: 1e6 burst: 1000000 } }\n";
  int number = 0;
  const auto principal = [&](const std::string& name, const std::string& more) {
    const std::string file = absl::StrCat(directory_, "/token", number++);
    std::ofstream(file) << Sha256Hex(TokenOf(name)) << "\n";
    config << "principals { name: \"" << name << "\" token_sha256_file: \"" << file << "\" " << more
           << " }\n";
  };
  principal(kBot, "rights: RIGHT_BOT");
  principal(kAdmin, "rights: RIGHT_ADMIN");
  // Who is there, and who comes later.
  std::set<std::string> people;
  for (const v1::Person& person : government.people()) people.insert(person.name());
  for (const testing::v1::Step& step : scenario.steps()) {
    for (const v1::Person& person : step.directory().person()) people.insert(person.name());
  }
  for (const std::string& person : people) principal(person, "");
  for (const auto& system : scenario.government().systems()) {
    principal(absl::StrCat("systems/", system.id()),
              absl::StrCat("entity: \"", EntityName(system.entity()), "\""));
  }
}

absl::Status Site::Start() {
  if (directory_.empty()) return absl::InternalError("no temporary directory");
  const std::string config = directory_ + "/belfryd.textproto";
  const std::string log = directory_ + "/log";
  const std::string start = absl::StrCat(
      "BELFRY_VIRTUAL_START=", absl::FormatTime(absl::RFC3339_full, start_, absl::UTCTimeZone()));
  process_ = fork();
  if (process_ == 0) {
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    putenv(const_cast<char*>(start.c_str()));
    execl(belfryd_.c_str(), belfryd_.c_str(), "--config", config.c_str(), nullptr);
    _exit(127);
  }
  const std::string target = absl::StrCat("unix:", directory_, "/sock");
  grpc::ChannelArguments arguments;
  arguments.SetInt("grpc.initial_reconnect_backoff_ms", 20);
  arguments.SetInt("grpc.min_reconnect_backoff_ms", 20);
  arguments.SetInt("grpc.max_reconnect_backoff_ms", 50);
  // A channel of its own for each life of the server.
  arguments.SetInt("scenario.life", started_before_ ? 1 : 0);
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  const auto channel =
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  incidents_ = v1::IncidentService::NewStub(channel);
  timeline_ = v1::TimelineService::NewStub(channel);
  deliveries_ = v1::DeliveryService::NewStub(channel);
  documents_ = v1::DocumentService::NewStub(channel);
  directory_service_ = v1::DirectoryService::NewStub(channel);
  clock_ = testing::v1::ClockService::NewStub(channel);
  started_before_ = true;
  const absl::Time deadline = absl::Now() + kStartMax;
  while (absl::Now() < deadline) {
    if (channel->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Milliseconds(200)))) {
      return absl::OkStatus();
    }
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      return absl::InternalError(absl::StrCat("belfryd ended:\n", Log()));
    }
  }
  return absl::DeadlineExceededError(absl::StrCat("belfryd does not answer:\n", Log()));
}

void Site::Kill() {
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string Site::Log() const {
  std::stringstream text;
  text << std::ifstream(directory_ + "/log").rdbuf();
  return text.str();
}

void Site::Prepare(grpc::ClientContext& context, const std::string& who) const {
  if (!who.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", TokenOf(who)));
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
}

absl::Status Site::FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.error_details().empty()) {
    result.SetPayload("type.googleapis.com/google.rpc.Status", absl::Cord(status.error_details()));
  }
  return result;
}

}  // namespace belfry::scenario
