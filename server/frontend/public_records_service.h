// PublicRecordsService on the wire.
#ifndef BELFRY_SERVER_FRONTEND_PUBLIC_RECORDS_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_PUBLIC_RECORDS_SERVICE_H_

#include "belfry/v1/public_records_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class PublicRecordsServiceImpl final : public v1::PublicRecordsService::CallbackService {
 public:
  explicit PublicRecordsServiceImpl(const Services* services) : services_(*services) {}

  grpc::ServerUnaryReactor* RequestRecord(grpc::CallbackServerContext* context,
                                          const v1::RequestRecordRequest* request,
                                          v1::RequestRecordResponse* response) override;
  grpc::ServerUnaryReactor* ListRecordItems(grpc::CallbackServerContext* context,
                                            const v1::ListRecordItemsRequest* request,
                                            v1::ListRecordItemsResponse* response) override;
  grpc::ServerUnaryReactor* ReviewRecord(grpc::CallbackServerContext* context,
                                         const v1::ReviewRecordRequest* request,
                                         v1::ReviewRecordResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseRecord(grpc::CallbackServerContext* context,
                                          const v1::ReleaseRecordRequest* request,
                                          v1::ReleaseRecordResponse* response) override;
  grpc::ServerUnaryReactor* DenyRecord(grpc::CallbackServerContext* context,
                                       const v1::DenyRecordRequest* request,
                                       v1::DenyRecordResponse* response) override;
  grpc::ServerUnaryReactor* ListRecordReleases(grpc::CallbackServerContext* context,
                                               const v1::ListRecordReleasesRequest* request,
                                               v1::ListRecordReleasesResponse* response) override;
  grpc::ServerUnaryReactor* GetRecordRelease(grpc::CallbackServerContext* context,
                                             const v1::GetRecordReleaseRequest* request,
                                             v1::GetRecordReleaseResponse* response) override;

 private:
  const Services& services_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_PUBLIC_RECORDS_SERVICE_H_
