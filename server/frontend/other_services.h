// The smaller services on the wire: timeline, deliveries, directory, clock.
#ifndef BELFRY_SERVER_FRONTEND_OTHER_SERVICES_H_
#define BELFRY_SERVER_FRONTEND_OTHER_SERVICES_H_

#include "belfry/testing/v1/clock_service.grpc.pb.h"
#include "belfry/v1/delivery_service.grpc.pb.h"
#include "belfry/v1/directory_service.grpc.pb.h"
#include "belfry/v1/timeline_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class TimelineServiceImpl final : public v1::TimelineService::CallbackService {
 public:
  explicit TimelineServiceImpl(const Services* services) : services_(*services) {}
  grpc::ServerUnaryReactor* ListTimelineEntries(grpc::CallbackServerContext* context,
                                                const v1::ListTimelineEntriesRequest* request,
                                                v1::ListTimelineEntriesResponse* response) override;

 private:
  const Services& services_;
};

class DeliveryServiceImpl final : public v1::DeliveryService::CallbackService {
 public:
  explicit DeliveryServiceImpl(const Services* services) : services_(*services) {}
  grpc::ServerUnaryReactor* LeaseDeliveries(grpc::CallbackServerContext* context,
                                            const v1::LeaseDeliveriesRequest* request,
                                            v1::LeaseDeliveriesResponse* response) override;
  grpc::ServerUnaryReactor* ReportDelivery(grpc::CallbackServerContext* context,
                                           const v1::ReportDeliveryRequest* request,
                                           v1::ReportDeliveryResponse* response) override;
  grpc::ServerUnaryReactor* ListDeliveries(grpc::CallbackServerContext* context,
                                           const v1::ListDeliveriesRequest* request,
                                           v1::ListDeliveriesResponse* response) override;
  grpc::ServerUnaryReactor* RequeueDelivery(grpc::CallbackServerContext* context,
                                            const v1::RequeueDeliveryRequest* request,
                                            v1::RequeueDeliveryResponse* response) override;

 private:
  const Services& services_;
};

class DirectoryServiceImpl final : public v1::DirectoryService::CallbackService {
 public:
  explicit DirectoryServiceImpl(const Services* services) : services_(*services) {}
  grpc::ServerUnaryReactor* GetDirectory(grpc::CallbackServerContext* context,
                                         const v1::GetDirectoryRequest* request,
                                         v1::GetDirectoryResponse* response) override;
  grpc::ServerUnaryReactor* ReplaceDirectory(grpc::CallbackServerContext* context,
                                             const v1::ReplaceDirectoryRequest* request,
                                             v1::ReplaceDirectoryResponse* response) override;
  grpc::ServerUnaryReactor* UpdatePerson(grpc::CallbackServerContext* context,
                                         const v1::UpdatePersonRequest* request,
                                         v1::UpdatePersonResponse* response) override;
  grpc::ServerUnaryReactor* UpdateEntity(grpc::CallbackServerContext* context,
                                         const v1::UpdateEntityRequest* request,
                                         v1::UpdateEntityResponse* response) override;
  grpc::ServerUnaryReactor* AssignRole(grpc::CallbackServerContext* context,
                                       const v1::AssignRoleRequest* request,
                                       v1::AssignRoleResponse* response) override;
  grpc::ServerUnaryReactor* UnassignRole(grpc::CallbackServerContext* context,
                                         const v1::UnassignRoleRequest* request,
                                         v1::UnassignRoleResponse* response) override;
  grpc::ServerUnaryReactor* ListEntities(grpc::CallbackServerContext* context,
                                         const v1::ListEntitiesRequest* request,
                                         v1::ListEntitiesResponse* response) override;
  grpc::ServerUnaryReactor* ResolveContacts(grpc::CallbackServerContext* context,
                                            const v1::ResolveContactsRequest* request,
                                            v1::ResolveContactsResponse* response) override;
  grpc::ServerUnaryReactor* LookupChatAccount(grpc::CallbackServerContext* context,
                                              const v1::LookupChatAccountRequest* request,
                                              v1::LookupChatAccountResponse* response) override;
  grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context,
                                   const v1::WhoAmIRequest* request,
                                   v1::WhoAmIResponse* response) override;

 private:
  const Services& services_;
};

// Only on servers with a virtual clock, which listen on loopback and Unix sockets alone; whoever
// reaches those may turn the clock.
class ClockServiceImpl final : public testing::v1::ClockService::CallbackService {
 public:
  explicit ClockServiceImpl(engine::Engine* engine) : engine_(*engine) {}
  grpc::ServerUnaryReactor* GetTime(grpc::CallbackServerContext* context,
                                    const testing::v1::GetTimeRequest* request,
                                    testing::v1::GetTimeResponse* response) override;
  grpc::ServerUnaryReactor* AdvanceTo(grpc::CallbackServerContext* context,
                                      const testing::v1::AdvanceToRequest* request,
                                      testing::v1::AdvanceToResponse* response) override;

 private:
  engine::Engine& engine_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_OTHER_SERVICES_H_
