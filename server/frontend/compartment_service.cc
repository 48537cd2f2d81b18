#include "server/frontend/compartment_service.h"

#include <string>
#include <utility>

#include "server/core/core.h"
#include "server/frontend/mutation.h"

namespace belfry::frontend {
namespace {

template <typename Response>
Fill<Response> FillIncident() {
  return [](const core::View& view, const engine::Outcome&, Response& response) {
    *response.mutable_incident() = view.Incident();
  };
}

}  // namespace

grpc::ServerUnaryReactor* CompartmentServiceImpl::NameReader(grpc::CallbackServerContext* context,
                                                             const v1::NameReaderRequest* request,
                                                             v1::NameReaderResponse* response) {
  return RunCall(services_, context, "NameReader", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::NameReaderResponse>());
  });
}

grpc::ServerUnaryReactor* CompartmentServiceImpl::RemoveReader(
    grpc::CallbackServerContext* context, const v1::RemoveReaderRequest* request,
    v1::RemoveReaderResponse* response) {
  return RunCall(services_, context, "RemoveReader", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::RemoveReaderResponse>());
  });
}

grpc::ServerUnaryReactor* CompartmentServiceImpl::NameSubject(grpc::CallbackServerContext* context,
                                                              const v1::NameSubjectRequest* request,
                                                              v1::NameSubjectResponse* response) {
  return RunCall(services_, context, "NameSubject", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::NameSubjectResponse>());
  });
}

grpc::ServerUnaryReactor* CompartmentServiceImpl::ChangeTlp(grpc::CallbackServerContext* context,
                                                            const v1::ChangeTlpRequest* request,
                                                            v1::ChangeTlpResponse* response) {
  return RunCall(services_, context, "ChangeTlp", [&](CallPtr call) {
    Mutate(std::move(call), request, response, "name", request->name(),
           FillIncident<v1::ChangeTlpResponse>());
  });
}

grpc::ServerUnaryReactor* CompartmentServiceImpl::BreakGlass(grpc::CallbackServerContext* context,
                                                             const v1::BreakGlassRequest* request,
                                                             v1::BreakGlassResponse* response) {
  return RunCall(services_, context, "BreakGlass", [&](CallPtr call) {
    const absl::StatusOr<std::string> id = ParseIncidentName("name", request->name());
    if (!id.ok()) {
      call->Finish(id.status());
      return;
    }
    // The writer asks whether the caller may so much as know of it.
    Submit<v1::BreakGlassRequest, v1::BreakGlassResponse>(
        std::move(call), *request, response, *id, core::Act(*request),
        [](const core::View& view, const engine::Outcome& outcome, v1::BreakGlassResponse& answer) {
          *answer.mutable_incident() = view.Incident();
          for (const record::v1::Event& event : outcome.events) {
            if (event.has_glass_broken()) {
              *answer.mutable_until_time() = event.glass_broken().until_time();
            }
          }
        });
  });
}

}  // namespace belfry::frontend
