// Everything that a template of documents may name, with one item in each list.
#ifndef BELFRY_SERVER_CORE_POLICY_DOCUMENT_SAMPLE_H_
#define BELFRY_SERVER_CORE_POLICY_DOCUMENT_SAMPLE_H_

#include "belfry/policy/v1/policy.pb.h"
#include "server/paper/template.h"

namespace belfry::core {

// For a document of this type. document_values.h fills the same names from a record.
paper::Value::Group DocumentSample(const policy::v1::Policy& policy,
                                   const policy::v1::DocumentType& type);

// The pack's templates, which may include each other.
paper::Partials DocumentPartials(const policy::v1::Policy& policy);

// The template of a type: its own, or the pack's DEFAULT; null when the pack has neither.
const policy::v1::DocumentTemplate* TemplateOf(const policy::v1::Policy& policy,
                                               const policy::v1::DocumentType& type);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_DOCUMENT_SAMPLE_H_
