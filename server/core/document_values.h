// What a document can say of its incident, by the names that templates use.
#ifndef BELFRY_SERVER_CORE_DOCUMENT_VALUES_H_
#define BELFRY_SERVER_CORE_DOCUMENT_VALUES_H_

#include <string>
#include <vector>

#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/core.h"
#include "server/paper/template.h"

namespace belfry::core {

// A document in the making.
struct DocumentFacts {
  const policy::v1::DocumentType& type;
  // "entities/…"; empty for the register of the whole government.
  std::string entity;
  // "people/…" or "systems/…".
  std::string author;
  google::protobuf::RepeatedPtrField<v1::DocumentField> fields = {};
  std::vector<std::string> recipients = {};
  google::protobuf::RepeatedPtrField<v1::DocumentApproval> approvals = {};
  // Which of its type and entity, from 1.
  int number = 0;
  // "DOP-2026-0007/documents/41"; empty for a draft.
  std::string name = {};
  // That of the one it corrects.
  std::string amends = {};
  std::string flag = {};
  std::string tlp = {};
  absl::Time event_time = absl::InfinitePast();
};

paper::Value::Group DocumentValues(const Context& context, const record::v1::IncidentState& state,
                                   const DocumentFacts& facts);

// The document's content in the markup of server/paper, by the pack's template; empty when the pack
// has none, or when it cannot be filled, which the pack's lint prevents: a paper that was sent must
// be recorded all the same.
std::string DocumentContent(const Context& context, const record::v1::IncidentState& state,
                            const DocumentFacts& facts);

// What the pack fills a field with from the record; empty when it says nothing, or nothing is known
// yet.
std::string Prefilled(const Context& context, const record::v1::IncidentState& state,
                      const DocumentFacts& facts, const policy::v1::DocumentType::Field& field);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_DOCUMENT_VALUES_H_
