#include <utility>

#include "server/core/policy/read.h"
#include "server/frontend/other_services.h"

namespace belfry::frontend {

grpc::ServerUnaryReactor* PolicyServiceImpl::GetPolicy(grpc::CallbackServerContext* context,
                                                       const v1::GetPolicyRequest*,
                                                       v1::GetPolicyResponse* response) {
  return RunCall(services_, context, "GetPolicy", Audience::kBotsToo, [&](CallPtr call) {
    *response->mutable_policy() = call->engine().policy().proto();
    call->Finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::LintPolicy(grpc::CallbackServerContext* context,
                                                        const v1::LintPolicyRequest* request,
                                                        v1::LintPolicyResponse* response) {
  return RunCall(services_, context, "LintPolicy", Audience::kEverybody, [&](CallPtr call) {
    // Reading a large pack takes milliseconds; not on a callback thread.
    ReadLater(call, [request, response](storage::Store&) {
      for (const core::Finding& finding : core::CheckPolicyText(request->text())) {
        v1::LintPolicyResponse::Finding* shown = response->add_findings();
        shown->set_line(finding.line);
        shown->set_path(finding.path);
        shown->set_message(finding.message);
        shown->set_warning(finding.warning);
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace belfry::frontend
