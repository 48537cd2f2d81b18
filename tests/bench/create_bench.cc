// Durable CreateIncident beside its limits, measured in the same run on the same machine:
//   echo    the same request and an answer of the same size through a gRPC callback server that
//   does
//           nothing
//   sqlite  the same rows in transactions of as many units as calls are in flight, without gRPC
//   create  the real thing: policy evaluated, escalation decided, notices queued, on disk
//
//   create_bench [--json FILE] [--seconds N]
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/test_server.h"

namespace belfry::bench {
namespace {

struct Figures {
  std::string name;
  int in_flight = 0;
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

Figures Summarise(const std::string& name, int in_flight, std::vector<double> ms,
                  absl::Duration elapsed) {
  std::sort(ms.begin(), ms.end());
  Figures figures{name, in_flight, static_cast<double>(ms.size()) / absl::ToDoubleSeconds(elapsed),
                  0, 0};
  if (!ms.empty()) {
    figures.p50_ms = ms[ms.size() / 2];
    figures.p99_ms = ms[ms.size() * 99 / 100];
  }
  return figures;
}

v1::CreateIncidentRequest NewRequest(int64_t number) {
  v1::CreateIncidentRequest request;
  request.set_title("EDR alert: credential dumping on a workstation");
  request.set_summary(std::string(300, 's'));
  request.set_entity("entities/dop");
  request.add_categories()->set_category("CAT-13");
  request.set_request_id(absl::StrCat("bench-", getpid(), "-", number));
  return request;
}

// Closed loop: `in_flight` calls, each started when one before it was answered.
class Load {
 public:
  Load(v1::IncidentService::Stub* stub, std::string token, int in_flight, absl::Duration length)
      : stub_(*stub), token_(std::move(token)), in_flight_(in_flight), length_(length) {}

  Figures Run(const std::string& name) {
    const absl::Time start = absl::Now();
    end_ = start + length_;
    {
      absl::MutexLock lock(&mutex_);
      running_ = in_flight_;
    }
    for (int i = 0; i < in_flight_; ++i) Next();
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* running) { return *running == 0; }, &running_));
    if (failed_ > 0) std::fprintf(stderr, "%s: %d calls failed\n", name.c_str(), failed_);
    return Summarise(name, in_flight_, std::move(ms_), absl::Now() - start);
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::CreateIncidentRequest request;
    v1::CreateIncidentResponse response;
    absl::Time start;
  };

  void Next() {
    auto call = std::make_shared<Call>();
    static std::atomic<int64_t> number{0};
    call->request = NewRequest(++number);
    call->context.AddMetadata("authorization", absl::StrCat("Bearer ", token_));
    call->start = absl::Now();
    stub_.async()->CreateIncident(
        &call->context, &call->request, &call->response,
        [this, call](const grpc::Status& status) { Done(absl::Now() - call->start, status.ok()); });
  }

  void Done(absl::Duration latency, bool ok) {
    {
      absl::MutexLock lock(&mutex_);
      if (ok) {
        ms_.push_back(absl::ToDoubleMilliseconds(latency));
      } else {
        ++failed_;
      }
      if (absl::Now() >= end_) {
        --running_;
        return;
      }
    }
    Next();
  }

  v1::IncidentService::Stub& stub_;
  const std::string token_;
  const int in_flight_;
  const absl::Duration length_;
  absl::Time end_;
  absl::Mutex mutex_;
  int running_ = 0;
  int failed_ = 0;
  std::vector<double> ms_;
};

// Answers at once with what a real answer looks like.
class Echo final : public v1::IncidentService::CallbackService {
 public:
  explicit Echo(v1::CreateIncidentResponse answer) : answer_(std::move(answer)) {}
  grpc::ServerUnaryReactor* CreateIncident(grpc::CallbackServerContext* context,
                                           const v1::CreateIncidentRequest*,
                                           v1::CreateIncidentResponse* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const v1::CreateIncidentResponse answer_;
};

// What one CreateIncident writes.
struct Unit {
  storage::IncidentRow incident;
  std::vector<storage::EventRow> events;
  std::vector<storage::DeliveryRow> deliveries;
  size_t response_bytes = 0;
};

Unit Sample(testing::TestServer& server) {
  storage::Store& store = server.engine().store();
  Unit unit;
  unit.incident = **store.LoadIncident("DOP-2026-0001");
  unit.incident.scopes = {"entities/dop", "secretariats/eox"};
  unit.events = *store.ListEvents("DOP-2026-0001", 0, 1000);
  unit.deliveries = *store.ListDeliveries("DOP-2026-0001", std::nullopt, 0, 1000);
  return unit;
}

Figures RawSqlite(const Unit& sample, int units_per_commit, absl::Duration length) {
  const std::string directory =
      (std::filesystem::temp_directory_path() / absl::StrCat("bench-", getpid())).string();
  std::filesystem::create_directories(directory);
  auto store = *storage::OpenSqliteStore(directory + "/raw.db");
  std::vector<double> ms;
  const absl::Time start = absl::Now();
  int64_t number = 0;
  while (absl::Now() < start + length) {
    const absl::Time begin = absl::Now();
    auto transaction = *store->Begin();
    for (int i = 0; i < units_per_commit; ++i) {
      const std::string id = absl::StrCat("DOP-2026-", ++number);
      (void)transaction->FindRequest("people/dop.clerk", id);
      (void)transaction->NextCounter("incident/entities/dop/2026");
      for (storage::EventRow event : sample.events) {
        event.incident = id;
        (void)transaction->AppendEvent(event);
      }
      for (storage::DeliveryRow delivery : sample.deliveries) {
        delivery.id = absl::StrCat(id, delivery.id);
        delivery.incident = id;
        delivery.conflation_key.clear();
        (void)transaction->AddDelivery(delivery);
      }
      storage::IncidentRow incident = sample.incident;
      incident.id = id;
      (void)transaction->PutIncident(incident);
      (void)transaction->PutRequest({"people/dop.clerk", id, std::string(32, 'f'),
                                     std::string(sample.response_bytes, 'r'), 1});
    }
    if (!transaction->Commit().ok()) std::abort();
    transaction.reset();
    (void)store->Maintain();
    const double each = absl::ToDoubleMilliseconds(absl::Now() - begin);
    for (int i = 0; i < units_per_commit; ++i) ms.push_back(each);
  }
  const Figures figures = Summarise("sqlite", units_per_commit, std::move(ms), absl::Now() - start);
  store.reset();
  std::filesystem::remove_all(directory);
  return figures;
}

int Main(int argc, char** argv) {
  std::string json;
  int seconds = 3;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string(argv[i]) == "--json") json = argv[i + 1];
    if (std::string(argv[i]) == "--seconds") (void)absl::SimpleAtoi(argv[i + 1], &seconds);
  }
  const absl::Duration length = absl::Seconds(seconds);
  testing::TestServer server;
  v1::CreateIncidentRequest first = NewRequest(0);
  const auto answer = server.As("dop.clerk").CreateIncident(first);
  if (!answer.ok()) {
    std::fprintf(stderr, "%s\n", answer.status().ToString().c_str());
    return 1;
  }
  Unit sample = Sample(server);
  sample.response_bytes = answer->ByteSizeLong();

  Echo echo(*answer);
  grpc::ServerBuilder builder;
  const std::string echo_address = absl::StrCat("unix:", server.socket(), ".echo");
  builder.AddListeningPort(echo_address, grpc::InsecureServerCredentials());
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> echo_server = builder.BuildAndStart();
  const auto echo_stub = v1::IncidentService::NewStub(
      grpc::CreateChannel(echo_address, grpc::InsecureChannelCredentials()));
  const auto stub = v1::IncidentService::NewStub(grpc::CreateChannel(
      absl::StrCat("unix:", server.socket()), grpc::InsecureChannelCredentials()));

  std::printf("one CreateIncident: %zu events, %zu notices, answer of %zu bytes\n\n",
              sample.events.size(), sample.deliveries.size(), sample.response_bytes);
  std::printf("%9s  %12s %12s %12s  %8s  %-26s %-26s\n", "in flight", "create/s", "echo/s",
              "sqlite/s", "to echo", "create p50 / p99 ms", "echo p50 / p99 ms");
  std::vector<Figures> all;
  for (const int in_flight : {1, 16, 64, 256}) {
    const Figures echoed = Load(echo_stub.get(), "none", in_flight, length).Run("echo");
    const Figures raw = RawSqlite(sample, in_flight, length);
    const Figures created = Load(stub.get(), "token-of-dop.clerk", in_flight, length).Run("create");
    std::printf("%9d  %12.0f %12.0f %12.0f  %7.2fx  %10.2f / %-13.2f %10.2f / %-13.2f\n", in_flight,
                created.per_second, echoed.per_second, raw.per_second,
                created.per_second / echoed.per_second, created.p50_ms, created.p99_ms,
                echoed.p50_ms, echoed.p99_ms);
    std::fflush(stdout);
    for (const Figures& figures : {created, echoed, raw}) all.push_back(figures);
  }
  echo_server->Shutdown();
  if (!json.empty()) {
    std::ofstream file(json);
    file << "[\n";
    for (size_t i = 0; i < all.size(); ++i) {
      file << absl::StrFormat(
          "  {\"name\": \"%s\", \"in_flight\": %d, \"per_second\": %.1f, \"p50_ms\": %.3f, "
          "\"p99_ms\": %.3f}%s\n",
          all[i].name, all[i].in_flight, all[i].per_second, all[i].p50_ms, all[i].p99_ms,
          i + 1 < all.size() ? "," : "");
    }
    file << "]\n";
  }
  return 0;
}

}  // namespace
}  // namespace belfry::bench

int main(int argc, char** argv) { return belfry::bench::Main(argc, argv); }
