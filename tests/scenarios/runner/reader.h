// Reads as whoever may: a scenario's incidents may be open to few.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_READER_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_READER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "tests/scenarios/runner/site.h"

namespace belfry::scenario {

class Reader {
 public:
  Reader(Site* site, const testing::v1::Scenario& scenario);

  absl::StatusOr<v1::Incident> Incident(const std::string& name);
  absl::StatusOr<std::vector<v1::Obligation>> Obligations(const std::string& name, bool open_only);
  // All of it, oldest first.
  absl::StatusOr<std::vector<v1::TimelineEntry>> Timeline(const std::string& name);

 private:
  // The first of `people_` who is let in answers; the others' refusals mean nothing.
  template <typename Stub, typename Request, typename Response>
  absl::Status Ask(Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response* response);

  Site& site_;
  std::vector<std::string> people_;
};

// As `who`; pages are put together.
absl::StatusOr<std::vector<v1::TimelineEntry>> ReadTimeline(Site& site, const std::string& who,
                                                            const std::string& name);

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_READER_H_
