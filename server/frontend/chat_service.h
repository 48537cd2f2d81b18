// ChatService on the wire: accounts, places, conversations.
#ifndef BELFRY_SERVER_FRONTEND_CHAT_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_CHAT_SERVICE_H_

#include "belfry/v1/chat_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class ChatServiceImpl final : public v1::ChatService::CallbackService {
 public:
  explicit ChatServiceImpl(const Services* services) : services_(*services) {}

  grpc::ServerUnaryReactor* StartAccountLink(grpc::CallbackServerContext* context,
                                             const v1::StartAccountLinkRequest* request,
                                             v1::StartAccountLinkResponse* response) override;
  grpc::ServerUnaryReactor* CompleteAccountLink(grpc::CallbackServerContext* context,
                                                const v1::CompleteAccountLinkRequest* request,
                                                v1::CompleteAccountLinkResponse* response) override;
  grpc::ServerUnaryReactor* UnlinkAccount(grpc::CallbackServerContext* context,
                                          const v1::UnlinkAccountRequest* request,
                                          v1::UnlinkAccountResponse* response) override;
  grpc::ServerUnaryReactor* LookupPlace(grpc::CallbackServerContext* context,
                                        const v1::LookupPlaceRequest* request,
                                        v1::LookupPlaceResponse* response) override;
  grpc::ServerUnaryReactor* SaveConversation(grpc::CallbackServerContext* context,
                                             const v1::SaveConversationRequest* request,
                                             v1::SaveConversationResponse* response) override;
  grpc::ServerUnaryReactor* ListConversations(grpc::CallbackServerContext* context,
                                              const v1::ListConversationsRequest* request,
                                              v1::ListConversationsResponse* response) override;

 private:
  const Services& services_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_CHAT_SERVICE_H_
