// What a document must have, as a form to read, and whether what was typed is enough.
#ifndef BELFRY_CLIENT_LIB_CHAT_DOCUMENT_FORM_H_
#define BELFRY_CLIENT_LIB_CHAT_DOCUMENT_FORM_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// "description (Description), next_steps (Next steps)" of those that are always needed, or of the
// others.
std::string FieldList(const policy::v1::DocumentType& document, bool required);

// Field, needed, allowed values, meaning; the first row is the header.
std::vector<std::vector<std::string>> FieldTable(const policy::v1::DocumentType& document);

// The form of a document, with `line` to copy and fill: what is shown when nothing was filled in.
Card FormCard(const policy::v1::DocumentType& document, const View& view, absl::string_view line);

// The fields that are needed beside `fields`. Which ones are needed may depend on the answers in
// others.
std::vector<const policy::v1::DocumentType::Field*> MissingFields(
    const policy::v1::DocumentType& document, const std::vector<v1::DocumentField>& fields);

// "This is needed if channel is EMAIL (POL-3.13)."
std::string NeededNote(const policy::v1::DocumentType::Field& field);

// Code, title, other words for it: every document of the pack.
std::vector<std::vector<std::string>> DocumentTable(const policy::v1::Policy& policy);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_DOCUMENT_FORM_H_
