// MeasuresService on the wire.
#ifndef BELFRY_SERVER_FRONTEND_MEASURES_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_MEASURES_SERVICE_H_

#include "belfry/v1/measures_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class MeasuresServiceImpl final : public v1::MeasuresService::CallbackService {
 public:
  explicit MeasuresServiceImpl(const Services* services) : services_(*services) {}

  grpc::ServerUnaryReactor* GetMeasures(grpc::CallbackServerContext* context,
                                        const v1::GetMeasuresRequest* request,
                                        v1::GetMeasuresResponse* response) override;
  grpc::ServerUnaryReactor* GetComplianceFile(grpc::CallbackServerContext* context,
                                              const v1::GetComplianceFileRequest* request,
                                              v1::GetComplianceFileResponse* response) override;

 private:
  const Services& services_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_MEASURES_SERVICE_H_
