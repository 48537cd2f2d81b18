// The stream of an export.
#ifndef BELFRY_SERVER_FRONTEND_EXPORT_STREAM_H_
#define BELFRY_SERVER_FRONTEND_EXPORT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include "belfry/v1/audit_service.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

// Checks, makes a checkpoint, and streams; reads the next piece only when the last one was taken,
// so that a slow reader costs no memory.
grpc::ServerWriteReactor<v1::ExportRecordResponse>* OpenExport(
    const Services& services, grpc::CallbackServerContext* context,
    const v1::ExportRecordRequest& request);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_EXPORT_STREAM_H_
