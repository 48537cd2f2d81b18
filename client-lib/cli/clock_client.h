// The virtual clock of a server under test.
#ifndef BELFRY_CLIENT_LIB_CLI_CLOCK_CLIENT_H_
#define BELFRY_CLIENT_LIB_CLI_CLOCK_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "belfry/options.h"
#include "belfry/testing/v1/clock_service.pb.h"

namespace belfry::cli {

class ClockClient {
 public:
  static absl::StatusOr<std::unique_ptr<ClockClient>> Make(client::Options options);

  virtual ~ClockClient() = default;
  virtual absl::StatusOr<testing::v1::GetTimeResponse> GetTime() = 0;
  // Returns once everything due until then was decided and stored, which may take minutes.
  virtual absl::StatusOr<testing::v1::AdvanceToResponse> AdvanceTo(
      const testing::v1::AdvanceToRequest& request) = 0;
};

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_CLOCK_CLIENT_H_
