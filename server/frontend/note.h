// AddNote: a new note, and what becomes of one when its message is edited or deleted.
#ifndef BELFRY_SERVER_FRONTEND_NOTE_H_
#define BELFRY_SERVER_FRONTEND_NOTE_H_

#include "belfry/v1/incident_service.pb.h"
#include "server/frontend/call.h"

namespace belfry::frontend {

void AddNoteAs(CallPtr call, const v1::AddNoteRequest* request, v1::AddNoteResponse* response);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_NOTE_H_
