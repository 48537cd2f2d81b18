// The connection against a real gRPC server on a Unix socket: what is on the wire cannot be faked.
#include <grpcpp/grpcpp.h>
#include <stdlib.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "belfry/client.h"
#include "belfry/error.h"
#include "belfry/server_clock.h"
#include "belfry/testing/v1/clock_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"
#include "tests/unit/client-lib/test_policy.h"

namespace belfry::client {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      std::string(status.GetPayload(kStatusPayloadUrl).value_or(absl::Cord())));
}

class Incidents final : public v1::IncidentService::Service {
 public:
  grpc::Status CreateIncident(grpc::ServerContext* context, const v1::CreateIncidentRequest*,
                              v1::CreateIncidentResponse* response) override {
    absl::MutexLock lock(&mutex);
    ++attempts;
    for (const auto& [key, value] : context->client_metadata()) {
      metadata[std::string(key.data(), key.size())] = std::string(value.data(), value.size());
    }
    if (attempts <= failures) return ToGrpc(failure);
    response->mutable_incident()->set_name("incidents/DOP-2026-0007");
    return grpc::Status::OK;
  }

  absl::Mutex mutex;
  int attempts = 0;
  int failures = 0;
  absl::Status failure;
  std::map<std::string, std::string> metadata;
};

class Clock final : public testing::v1::ClockService::Service {
 public:
  grpc::Status GetTime(grpc::ServerContext*, const testing::v1::GetTimeRequest*,
                       testing::v1::GetTimeResponse* response) override {
    response->mutable_time()->set_seconds(absl::ToUnixSeconds(TestNow()));
    return grpc::Status::OK;
  }
};

class GrpcConnectionTest : public ::testing::Test {
 protected:
  GrpcConnectionTest() {
    EXPECT_NE(mkdtemp(folder_), nullptr);
    options_.target = absl::StrCat("unix:", folder_, "/s");
    options_.token = "secret";
    options_.via = "cli";
    options_.sleeper = [this](absl::Duration) { ++naps_; };
  }

  ~GrpcConnectionTest() override {
    if (server_ != nullptr) server_->Shutdown();
    EXPECT_EQ(system(absl::StrCat("rm -rf ", folder_).c_str()), 0);
  }

  void Start(grpc::Service* more = nullptr) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options_.target, grpc::InsecureServerCredentials());
    builder.RegisterService(&incidents_);
    if (more != nullptr) builder.RegisterService(more);
    server_ = builder.BuildAndStart();
  }

  absl::StatusOr<v1::CreateIncidentResponse> Create(const CallOptions& call = {}) {
    auto connection = MakeConnection(options_);
    if (!connection.ok()) return connection.status();
    v1::CreateIncidentRequest request;
    request.set_title("x");
    request.set_request_id("r1");
    return Client(*connection).CreateIncident(request, call);
  }

  char folder_[32] = "/tmp/belfry-client-XXXXXX";
  Options options_;
  std::atomic<int> naps_ = 0;
  Incidents incidents_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(GrpcConnectionTest, SaysWhoAsksThroughWhichDoor) {
  Start();
  CallOptions call;
  call.act_for = "people/dop.responder";
  call.via = "slack";
  ASSERT_TRUE(Create(call).ok());
  EXPECT_EQ(incidents_.metadata["authorization"], "Bearer secret");
  EXPECT_EQ(incidents_.metadata["belfry-act-for"], "people/dop.responder");
  EXPECT_EQ(incidents_.metadata["belfry-via"], "slack");
  incidents_.metadata.clear();
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(incidents_.metadata.count("belfry-act-for"), 0u);
  EXPECT_EQ(incidents_.metadata["belfry-via"], "cli");
}

TEST_F(GrpcConnectionTest, RetriesWhatIsWorthIt) {
  Start();
  incidents_.failures = 2;
  incidents_.failure =
      Refusal(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "locked").Status();
  EXPECT_TRUE(Create().ok());
  EXPECT_EQ(incidents_.attempts, 3);
  EXPECT_EQ(naps_, 2);
}

TEST_F(GrpcConnectionTest, DetailsOfARefusalArrive) {
  Start();
  incidents_.failures = 9;
  incidents_.failure = Refusal(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "not yet")
                           .Violation("POL-5.12", "G", "open")
                           .Status();
  const auto response = Create();
  EXPECT_EQ(incidents_.attempts, 1);
  const ErrorDetail error = DescribeError(response.status());
  EXPECT_EQ(error.code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error.reason, "GUARD_FAILED");
  ASSERT_EQ(error.violations.size(), 1u);
  EXPECT_EQ(error.violations[0].clause, "POL-5.12");
}

// gRPC would end the process over such metadata.
TEST_F(GrpcConnectionTest, AnUnprintableTokenIsAnErrorAndIsNotShown) {
  Start();
  options_.token = "sec\nret";
  const absl::Status status = Create().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message().find("sec"), absl::string_view::npos);
  EXPECT_EQ(incidents_.attempts, 0);
}

TEST_F(GrpcConnectionTest, NobodyThereIsUnavailableSoon) {
  const absl::Status status = Create().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(status.message().find("failed to connect"), absl::string_view::npos) << status;
  EXPECT_EQ(naps_, 3);
}

TEST_F(GrpcConnectionTest, TheClockOfATestServerIsAsked) {
  Clock clock;
  Start(&clock);
  EXPECT_EQ((*MakeServerClock(options_))(), TestNow());
  server_->Shutdown();
}

TEST_F(GrpcConnectionTest, ARealServerHasNoClockAndIsAskedOnce) {
  Start();
  const auto now = *MakeServerClock(options_);
  EXPECT_GT(now(), TestNow() - absl::Hours(24 * 365 * 20));
  server_->Shutdown();
  naps_ = 0;
  now();
  EXPECT_EQ(naps_, 0);
}

}  // namespace
}  // namespace belfry::client
