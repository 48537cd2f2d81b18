#include "client-lib/src/idempotency.h"

#include "belfry/v1/access_service.pb.h"
#include "belfry/v1/audit_service.pb.h"
#include "belfry/v1/delivery_service.pb.h"
#include "belfry/v1/directory_service.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "belfry/v1/policy_service.pb.h"
#include "belfry/v1/timeline_service.pb.h"
#include "gtest/gtest.h"

namespace belfry::client {
namespace {

TEST(IdempotencyTest, KnowsEveryMethod) {
  for (const google::protobuf::FileDescriptor* file :
       {v1::CreateTokenRequest::descriptor()->file(),
        v1::CreateIncidentRequest::descriptor()->file(),
        v1::ListTimelineEntriesRequest::descriptor()->file(),
        v1::GetDirectoryRequest::descriptor()->file(), v1::GetPolicyRequest::descriptor()->file(),
        v1::LeaseDeliveriesRequest::descriptor()->file(),
        v1::GetCheckpointRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* method = file->service(s)->method(m);
        EXPECT_TRUE(HasTraits(*method->input_type())) << method->full_name();
      }
    }
  }
}

TEST(IdempotencyTest, AChangeNeedsItsRequestId) {
  v1::TransitionIncidentRequest request;
  EXPECT_FALSE(TraitsOf(request).idempotent);
  request.set_request_id("r1");
  EXPECT_TRUE(TraitsOf(request).idempotent);
  EXPECT_FALSE(TraitsOf(request).has_etag);
  request.set_etag("e1");
  EXPECT_TRUE(TraitsOf(request).has_etag);
}

TEST(IdempotencyTest, LeasingTwiceIsNotTheSame) {
  EXPECT_FALSE(TraitsOf(v1::LeaseDeliveriesRequest()).idempotent);
  EXPECT_TRUE(TraitsOf(v1::ListDeliveriesRequest()).idempotent);
}

}  // namespace
}  // namespace belfry::client
