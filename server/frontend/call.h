// Once around every unary call: authenticate, admit, run, count, answer.
#ifndef BELFRY_SERVER_FRONTEND_CALL_H_
#define BELFRY_SERVER_FRONTEND_CALL_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/engine.h"
#include "server/frontend/admission.h"
#include "server/frontend/authenticator.h"
#include "server/frontend/gate.h"
#include "server/frontend/metrics.h"

namespace belfry::frontend {

// What all services share. Outlives them.
struct Services {
  engine::Engine* engine = nullptr;
  const Authenticator* authenticator = nullptr;
  Admission* admission = nullptr;
  // Long polls and streams wait without work, so they have places of their own.
  Admission* waiting = nullptr;
  Metrics* metrics = nullptr;
  Gate* gate = nullptr;
};

// Who is calling, if the rule of the method lets them enter (rules.h): the audience, then the act
// that is asked at the door. The reason why not, otherwise; failed authentications are counted.
absl::StatusOr<Identity> Admit(const Services& services, const grpc::CallbackServerContext& context,
                               absl::string_view method);

// One unary call. Kept alive by whoever still has to answer it; Finish() answers exactly once,
// from any thread. Callback threads are two in all, so nothing here or in a handler may block.
class Call {
 public:
  Call(const Services& services, grpc::CallbackServerContext* context, const char* method)
      : services_(services),
        context_(context),
        method_(method),
        start_(absl::Now()),
        reactor_(context->DefaultReactor()) {}

  // Fills in identity() and takes a place, for whom the rule of the method lets in. The reason why
  // not, otherwise.
  absl::Status Enter(bool waits);

  void Finish(const absl::Status& status);

  const Identity& identity() const { return identity_; }
  const Gate& gate() const { return *services_.gate; }
  engine::Engine& engine() const { return *services_.engine; }
  const char* method() const { return method_; }
  bool IsCancelled() const { return context_->IsCancelled(); }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  // At most 30 s from now, whatever the caller allows.
  absl::Time deadline() const;

 private:
  const Services& services_;
  grpc::CallbackServerContext* const context_;
  const char* const method_;
  const absl::Time start_;
  grpc::ServerUnaryReactor* const reactor_;
  Identity identity_;
  Admission::Permit permit_;
};

using CallPtr = std::shared_ptr<Call>;

// Runs `handle(call)` for a caller that may enter; answers otherwise.
template <typename Handle>
grpc::ServerUnaryReactor* RunCall(const Services& services, grpc::CallbackServerContext* context,
                                  const char* method, Handle handle, bool waits = false) {
  auto call = std::make_shared<Call>(services, context, method);
  grpc::ServerUnaryReactor* const reactor = call->reactor();
  if (absl::Status status = call->Enter(waits); !status.ok()) {
    call->Finish(status);
  } else {
    handle(std::move(call));
  }
  return reactor;
}

// Runs `read` on a reader thread and answers with what it returns.
void ReadLater(CallPtr call, std::function<absl::Status(storage::Store&)> read);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_CALL_H_
