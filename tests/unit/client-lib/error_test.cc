#include "belfry/error.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"
#include "client-lib/src/grpc_status.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"

namespace belfry::client {
namespace {

TEST(ErrorTest, TakesARefusalApart) {
  const absl::Status status =
      Refusal(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "not yet")
          .Metadata("state", "RESOLVED")
          .Field("facts[0].value", "not allowed")
          .Violation("POL-5.12", "NO_OPEN_DUTIES", "FOLLOWUP-24H is open")
          .RetryAfter(absl::Seconds(3))
          .Status();
  const ErrorDetail error = DescribeError(status);
  EXPECT_EQ(error.code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error.message, "not yet");
  EXPECT_EQ(error.reason, "GUARD_FAILED");
  EXPECT_EQ(error.metadata.at("state"), "RESOLVED");
  ASSERT_EQ(error.fields.size(), 1u);
  EXPECT_EQ(error.fields[0].field, "facts[0].value");
  ASSERT_EQ(error.violations.size(), 1u);
  EXPECT_EQ(error.violations[0].clause, "POL-5.12");
  EXPECT_EQ(error.violations[0].subject, "NO_OPEN_DUTIES");
  EXPECT_EQ(error.retry_after, absl::Seconds(3));
}

TEST(ErrorTest, DetailsThatCannotBeReadAreLeftOut) {
  absl::Status status = absl::InternalError("x");
  status.SetPayload(kStatusPayloadUrl, absl::Cord("\xFF\xFF not a proto"));
  EXPECT_EQ(DescribeError(status).reason, "");
  EXPECT_EQ(DescribeError(absl::OkStatus()).code, absl::StatusCode::kOk);
}

TEST(ErrorTest, TheWireStatusKeepsItsDetails) {
  const absl::Status sent =
      Refusal(absl::StatusCode::kAborted, "ETAG_MISMATCH", "changed").Status();
  const grpc::Status wire(grpc::StatusCode::ABORTED, "changed",
                          std::string(*sent.GetPayload(kStatusPayloadUrl)));
  EXPECT_EQ(FromGrpc(wire), sent);
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
}

}  // namespace
}  // namespace belfry::client
