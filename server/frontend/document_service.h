// DocumentService on the wire.
#ifndef BELFRY_SERVER_FRONTEND_DOCUMENT_SERVICE_H_
#define BELFRY_SERVER_FRONTEND_DOCUMENT_SERVICE_H_

#include "belfry/v1/document_service.grpc.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

class DocumentServiceImpl final : public v1::DocumentService::CallbackService {
 public:
  explicit DocumentServiceImpl(const Services* services) : services_(*services) {}

  grpc::ServerUnaryReactor* PreviewDocument(grpc::CallbackServerContext* context,
                                            const v1::PreviewDocumentRequest* request,
                                            v1::PreviewDocumentResponse* response) override;
  grpc::ServerUnaryReactor* DraftDocument(grpc::CallbackServerContext* context,
                                          const v1::DraftDocumentRequest* request,
                                          v1::DraftDocumentResponse* response) override;
  grpc::ServerUnaryReactor* ApproveDocument(grpc::CallbackServerContext* context,
                                            const v1::ApproveDocumentRequest* request,
                                            v1::ApproveDocumentResponse* response) override;
  grpc::ServerUnaryReactor* DiscardDraft(grpc::CallbackServerContext* context,
                                         const v1::DiscardDraftRequest* request,
                                         v1::DiscardDraftResponse* response) override;
  grpc::ServerUnaryReactor* ListDocuments(grpc::CallbackServerContext* context,
                                          const v1::ListDocumentsRequest* request,
                                          v1::ListDocumentsResponse* response) override;
  grpc::ServerUnaryReactor* RenderDocument(grpc::CallbackServerContext* context,
                                           const v1::RenderDocumentRequest* request,
                                           v1::RenderDocumentResponse* response) override;

 private:
  const Services& services_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_DOCUMENT_SERVICE_H_
