// The record of an incident as a list of parts that are released or withheld one by one.
#ifndef BELFRY_SERVER_CORE_PUBLIC_ITEMS_H_
#define BELFRY_SERVER_CORE_PUBLIC_ITEMS_H_

#include <string>
#include <vector>

#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/public_records.pb.h"
#include "server/core/policy/policy_index.h"
#include "server/core/policy/record_vocabulary.h"

namespace belfry::core {

// One part of a record. Everything that was recorded stands in exactly one of them; codes, times
// and numbers stand in the sentence of their entry.
struct RecordPart {
  // Stable: from the place in the record, never from what stands there.
  std::string id;
  std::string label;
  std::string text;
  RecordFacets facets;
  // Of a person, device or subnet, which stands in other parts as well: withheld here, it is
  // withheld wherever it stands.
  bool is_name = false;
};

// Pure and deterministic: the same events give the same parts in the same order. `events` are all
// up to `state.version()`, `state` is their fold.
std::vector<RecordPart> PartsOf(const PolicyIndex& policy, const record::v1::IncidentState& state,
                                const std::vector<record::v1::Event>& events);

// The rules that count now, in the order of the pack.
std::vector<const policy::v1::RecordRule*> RecordRulesInForce(
    const PolicyIndex& policy, const record::v1::IncidentState& state);
// The one that tags such a part; null when none does.
const policy::v1::RecordRule* FindRecordRule(
    const std::vector<const policy::v1::RecordRule*>& in_force, const RecordFacets& facets);

// A part with its tag as it stands.
struct TaggedPart {
  RecordPart part;
  std::string tag;
  // What tagged it; at most one of them.
  const policy::v1::RecordRule* rule = nullptr;
  const record::v1::RecordReviewRow* review = nullptr;
  // It was reviewed when it said something else.
  bool changed_since_review = false;
  bool public_by_law = false;
};

// Refers to `policy` and `state`.
std::vector<TaggedPart> TaggedPartsOf(const PolicyIndex& policy,
                                      const record::v1::IncidentState& state,
                                      const std::vector<record::v1::Event>& events);

// Whether the tag is an exemption.
bool IsExempt(const TaggedPart& part);

v1::RecordItem ToRecordItem(const TaggedPart& part);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_PUBLIC_ITEMS_H_
