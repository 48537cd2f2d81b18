// A real belfryd of a scenario: its files, its process, and calls to it as anybody.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_SITE_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_SITE_H_

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "belfry/testing/v1/clock_service.grpc.pb.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "belfry/v1/delivery_service.grpc.pb.h"
#include "belfry/v1/directory_service.grpc.pb.h"
#include "belfry/v1/document_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "belfry/v1/timeline_service.grpc.pb.h"

namespace belfry::scenario {

// One server on a Unix socket below a temporary directory, which goes with it.
class Site {
 public:
  // `belfryd` and `policy` are paths.
  Site(std::string belfryd, std::string policy, const testing::v1::Scenario& scenario,
       absl::Time start);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Starts the process and waits until it answers; its own words when it does not.
  absl::Status Start();
  // As a power cut would.
  void Kill();

  static constexpr char kBot[] = "systems/scenario-bot";
  static constexpr char kAdmin[] = "systems/scenario-admin";

  // Calls as a person ("people/…") or a system ("systems/…"), each with a token of their own; empty:
  // with none.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const std::string& who, const Request& request, Response* response) {
    grpc::ClientContext context;
    Prepare(context, who);
    return FromGrpc((stub.*method)(&context, request, response));
  }

  v1::IncidentService::Stub& incidents() { return *incidents_; }
  v1::TimelineService::Stub& timeline() { return *timeline_; }
  v1::DeliveryService::Stub& deliveries() { return *deliveries_; }
  v1::DocumentService::Stub& documents() { return *documents_; }
  v1::DirectoryService::Stub& directory() { return *directory_service_; }
  testing::v1::ClockService::Stub& clock() { return *clock_; }

  // With the details the server sent (ErrorInfo and the rest).
  static absl::Status FromGrpc(const grpc::Status& status);

 private:
  void WriteFiles(const testing::v1::Scenario& scenario, const std::string& policy);
  void Prepare(grpc::ClientContext& context, const std::string& who) const;
  std::string Log() const;

  const std::string belfryd_;
  const absl::Time start_;
  std::string directory_;
  pid_t process_ = -1;
  bool started_before_ = false;
  std::unique_ptr<v1::IncidentService::Stub> incidents_;
  std::unique_ptr<v1::TimelineService::Stub> timeline_;
  std::unique_ptr<v1::DeliveryService::Stub> deliveries_;
  std::unique_ptr<v1::DocumentService::Stub> documents_;
  std::unique_ptr<v1::DirectoryService::Stub> directory_service_;
  std::unique_ptr<testing::v1::ClockService::Stub> clock_;
};

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_SITE_H_
