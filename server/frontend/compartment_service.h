// CompartmentService on the wire.
#ifndef BELFRY_SERVER_FRONTEND_COMPARTMENT_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_COMPARTMENT_SERVICE_H_

#include "belfry/v1/compartment_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class CompartmentServiceImpl final : public v1::CompartmentService::CallbackService {
 public:
  explicit CompartmentServiceImpl(const Services* services) : services_(*services) {}

  grpc::ServerUnaryReactor* NameReader(grpc::CallbackServerContext* context,
                                       const v1::NameReaderRequest* request,
                                       v1::NameReaderResponse* response) override;
  grpc::ServerUnaryReactor* RemoveReader(grpc::CallbackServerContext* context,
                                         const v1::RemoveReaderRequest* request,
                                         v1::RemoveReaderResponse* response) override;
  grpc::ServerUnaryReactor* NameSubject(grpc::CallbackServerContext* context,
                                        const v1::NameSubjectRequest* request,
                                        v1::NameSubjectResponse* response) override;
  grpc::ServerUnaryReactor* ChangeTlp(grpc::CallbackServerContext* context,
                                      const v1::ChangeTlpRequest* request,
                                      v1::ChangeTlpResponse* response) override;
  grpc::ServerUnaryReactor* BreakGlass(grpc::CallbackServerContext* context,
                                       const v1::BreakGlassRequest* request,
                                       v1::BreakGlassResponse* response) override;

 private:
  const Services& services_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_COMPARTMENT_SERVICE_H_
