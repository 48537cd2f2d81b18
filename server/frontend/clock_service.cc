#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/frontend/grpc_status.h"
#include "server/frontend/other_services.h"

namespace belfry::frontend {

grpc::ServerUnaryReactor* ClockServiceImpl::GetTime(grpc::CallbackServerContext* context,
                                                    const testing::v1::GetTimeRequest*,
                                                    testing::v1::GetTimeResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  *response->mutable_time() = ToProto(engine_.Now());
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* ClockServiceImpl::AdvanceTo(grpc::CallbackServerContext* context,
                                                      const testing::v1::AdvanceToRequest* request,
                                                      testing::v1::AdvanceToResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!request->has_time()) {
    reactor->Finish(ToGrpc(InvalidField("time", "is needed")));
    return reactor;
  }
  // It runs for as long as there are things due: not on a callback thread.
  engine_.SubmitRead(
      [this, request, response, reactor](storage::Store&) {
        const absl::StatusOr<int64_t> touched =
            engine_.AdvanceTo({FromProto(request->time()), request->before_due(), request->jump(),
                               request->stop_at_first_due()});
        if (touched.ok()) {
          response->set_incidents_touched(*touched);
          *response->mutable_time() = ToProto(engine_.Now());
        }
        reactor->Finish(ToGrpc(touched.status()));
      },
      [reactor](absl::Status refused) { reactor->Finish(ToGrpc(refused)); });
  return reactor;
}

}  // namespace belfry::frontend
