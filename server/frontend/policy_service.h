// Policy packs on the wire.
#ifndef BELFRY_SERVER_FRONTEND_POLICY_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_POLICY_SERVICE_H_

#include <atomic>

#include "belfry/v1/policy_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class PolicyServiceImpl final : public v1::PolicyService::CallbackService {
 public:
  explicit PolicyServiceImpl(const Services* services) : services_(*services) {}
  grpc::ServerUnaryReactor* GetPolicy(grpc::CallbackServerContext* context,
                                      const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) override;
  grpc::ServerUnaryReactor* ListPolicies(grpc::CallbackServerContext* context,
                                         const v1::ListPoliciesRequest* request,
                                         v1::ListPoliciesResponse* response) override;
  grpc::ServerUnaryReactor* LintPolicy(grpc::CallbackServerContext* context,
                                       const v1::LintPolicyRequest* request,
                                       v1::LintPolicyResponse* response) override;
  grpc::ServerUnaryReactor* PreviewPolicy(grpc::CallbackServerContext* context,
                                          const v1::PreviewPolicyRequest* request,
                                          v1::PreviewPolicyResponse* response) override;
  grpc::ServerUnaryReactor* AdoptPolicy(grpc::CallbackServerContext* context,
                                        const v1::AdoptPolicyRequest* request,
                                        v1::AdoptPolicyResponse* response) override;
  grpc::ServerUnaryReactor* SimulatePolicy(grpc::CallbackServerContext* context,
                                           const v1::SimulatePolicyRequest* request,
                                           v1::SimulatePolicyResponse* response) override;

 private:
  const Services& services_;
  // A simulation takes one of the few reader threads for up to seconds.
  std::atomic<bool> simulating_{false};
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_POLICY_SERVICE_H_
