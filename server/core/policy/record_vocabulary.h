// What the rules of a pack can say about the parts of a record (public records law).
#ifndef BELFRY_SERVER_CORE_POLICY_RECORD_VOCABULARY_H_
#define BELFRY_SERVER_CORE_POLICY_RECORD_VOCABULARY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "belfry/policy/v1/policy.pb.h"

namespace belfry::core {

inline constexpr char kTagNone[] = "NONE";
inline constexpr char kTagUnreviewed[] = "UNREVIEWED";

// A kind of timeline entry, and what people write with it that is a part of its own.
struct EntryKind {
  absl::string_view kind;
  absl::string_view parts;  // space-separated
};

// Every kind of TimelineEntry.kind.
absl::Span<const EntryKind> EntryKinds();
// Null when there is no such kind.
const EntryKind* FindEntryKind(absl::string_view kind);
bool HasPart(const EntryKind& kind, absl::string_view part);

// What RecordRule.fields may name.
absl::Span<const absl::string_view> RecordFields();

// What one part of a record is, for the rules. Empty fields are those that do not apply.
struct RecordFacets {
  std::string field;  // of RecordFields()
  std::string entry;  // kind of entry
  std::string part;   // of the entry; empty: its sentence
  std::string document;
  std::string document_field;
  std::string fact;
  policy::v1::RecordRule::Person person = policy::v1::RecordRule::PERSON_UNSPECIFIED;
};

// Whether the rule is about such a part, whatever its `when` says.
bool IsAbout(const policy::v1::RecordRule& rule, const RecordFacets& facets);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_RECORD_VOCABULARY_H_
