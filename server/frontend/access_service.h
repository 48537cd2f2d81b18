// Tokens on the wire.
#ifndef BELFRY_SERVER_FRONTEND_ACCESS_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_ACCESS_SERVICE_H_

#include "belfry/v1/access_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class AccessServiceImpl final : public v1::AccessService::CallbackService {
 public:
  explicit AccessServiceImpl(const Services* services) : services_(*services) {}
  grpc::ServerUnaryReactor* CreateToken(grpc::CallbackServerContext* context,
                                        const v1::CreateTokenRequest* request,
                                        v1::CreateTokenResponse* response) override;
  grpc::ServerUnaryReactor* ListTokens(grpc::CallbackServerContext* context,
                                       const v1::ListTokensRequest* request,
                                       v1::ListTokensResponse* response) override;
  grpc::ServerUnaryReactor* RevokeToken(grpc::CallbackServerContext* context,
                                        const v1::RevokeTokenRequest* request,
                                        v1::RevokeTokenResponse* response) override;
  grpc::ServerUnaryReactor* RotateToken(grpc::CallbackServerContext* context,
                                        const v1::RotateTokenRequest* request,
                                        v1::RotateTokenResponse* response) override;

 private:
  const Services& services_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_ACCESS_SERVICE_H_
