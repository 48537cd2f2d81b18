// What the commands about documents share.
#ifndef BELFRY_CLIENT_LIB_CHAT_PAPERS_H_
#define BELFRY_CLIENT_LIB_CHAT_PAPERS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/session.h"

namespace belfry::chat {

// The question asked before a document with legal effect is sent.
LegalAct SendingAct(const policy::v1::DocumentType& document,
                    const google::protobuf::RepeatedPtrField<v1::DocumentField>& fields);

// "incidents/…/documents/41" for "41"; what is a name already stays one.
std::string DocumentNameOf(absl::string_view incident, absl::string_view word);

// Keeps what was typed, and what the record adds to it, as a draft.
CommandResult RunDraft(const Session& session, std::vector<v1::DocumentField> fields);
// `approve` with a draft instead of a number.
CommandResult RunApproveDraft(const Session& session);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_PAPERS_H_
