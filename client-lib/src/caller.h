// Makes one call: who asks, for how long, how often.
#ifndef BELFRY_CLIENT_LIB_SRC_CALLER_H_
#define BELFRY_CLIENT_LIB_SRC_CALLER_H_

#include <grpcpp/client_context.h>

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "belfry/options.h"
#include "client-lib/src/grpc_status.h"
#include "client-lib/src/idempotency.h"
#include "client-lib/src/retry_loop.h"

namespace belfry::client {

class Caller {
 public:
  explicit Caller(Options options);

  // Writes token, person and door into the metadata of a call.
  absl::Status Prepare(grpc::ClientContext& context, const CallOptions& call) const;

  // `method(context, request, response)` is the stub's function. `waits` is how long the server
  // may hold the call on purpose; it comes on top of the deadline.
  template <typename Response, typename Request, typename Method>
  absl::StatusOr<Response> Call(const Request& request, const CallOptions& call, Method method,
                                absl::Duration waits = absl::ZeroDuration()) const {
    Response response;
    const absl::Status status =
        RetryLoop(options_.retry, TraitsOf(request), environment_,
                  call.deadline.value_or(options_.deadline) + waits, [&](absl::Duration left) {
                    grpc::ClientContext context;
                    if (absl::Status prepared = Prepare(context, call); !prepared.ok())
                      return prepared;
                    context.set_deadline(absl::ToChronoTime(absl::Now() + left));
                    response.Clear();
                    return FromGrpc(method(&context, request, &response));
                  });
    if (!status.ok()) return status;
    return response;
  }

 private:
  const Options options_;
  const RetryEnvironment environment_;
};

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_SRC_CALLER_H_
