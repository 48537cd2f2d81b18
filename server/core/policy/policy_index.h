// An indexed view of a policy pack, for the core.
#ifndef BELFRY_SERVER_CORE_POLICY_POLICY_INDEX_H_
#define BELFRY_SERVER_CORE_POLICY_POLICY_INDEX_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"

namespace re2 {
class RE2;
}

namespace belfry::core {

// Owns one pack that passed the lint and finds its items by code. Immutable, thread-safe; pointers
// it returns live as long as it does, and are null when there is no such item.
class PolicyIndex {
 public:
  // INVALID_ARGUMENT with the findings when the pack has errors.
  static absl::StatusOr<std::shared_ptr<const PolicyIndex>> Create(policy::v1::Policy policy);

  // For a pack that was in force before: it passed the lint of its day, and what runs under it must
  // go on.
  static std::shared_ptr<const PolicyIndex> OfKept(policy::v1::Policy policy);

  PolicyIndex(const PolicyIndex&) = delete;
  PolicyIndex& operator=(const PolicyIndex&) = delete;

  const policy::v1::Policy& proto() const { return proto_; }
  // "itd-sec-4.3@1".
  const std::string& Name() const { return name_; }
  absl::TimeZone TimeZone() const { return time_zone_; }

  const policy::v1::State* FindState(absl::string_view code) const;
  const policy::v1::Transition* FindTransition(absl::string_view state,
                                               absl::string_view verb) const;
  const policy::v1::Role* FindRole(absl::string_view code) const;
  // By name or alias; case does not matter.
  const policy::v1::FactDefinition* FindFact(absl::string_view name) const;
  // By code or alias; case does not matter.
  const policy::v1::Category* FindCategory(absl::string_view code) const;
  const policy::v1::Obligation* FindObligation(absl::string_view code) const;
  // By code or alias; case does not matter.
  const policy::v1::DocumentType* FindDocument(absl::string_view code) const;
  // By code or alias; case does not matter.
  const policy::v1::Question* FindQuestion(absl::string_view code) const;
  const policy::v1::Permission* FindPermission(absl::string_view act) const;
  const policy::v1::NoticeTemplate* TemplateFor(absl::string_view key) const;
  const policy::v1::InvolvementNotice* InvolvementNoticeFor(absl::string_view relation) const;
  const policy::v1::ReminderSchedule* ReminderScheduleFor(absl::string_view name) const;
  const policy::v1::OverdueSchedule* OverdueScheduleFor(absl::string_view name) const;
  const policy::v1::EscalationLadder::Pace* PaceFor(absl::string_view severity) const;

  // The patterns of `secret_patterns`, compiled; one that is no pattern is left out.
  struct SecretMask {
    const policy::v1::SecretPattern* pattern;
    std::shared_ptr<const re2::RE2> regex;
  };
  const std::vector<SecretMask>& secret_masks() const { return secret_masks_; }

  // 0 is the worst; -1 when there is no such severity.
  int SeverityRank(absl::string_view code) const;
  // The length for a severity; zero when the span says nothing about it.
  absl::Duration SpanFor(const policy::v1::Span& span, absl::string_view severity) const;

 private:
  explicit PolicyIndex(policy::v1::Policy policy);

  template <typename T>
  using Index = absl::flat_hash_map<std::string, const T*>;

  const policy::v1::Policy proto_;
  std::string name_;
  absl::TimeZone time_zone_;
  Index<policy::v1::State> states_;
  Index<policy::v1::Transition> transitions_;  // by "state\nverb"
  Index<policy::v1::Role> roles_;
  Index<policy::v1::FactDefinition> facts_;  // lower case
  Index<policy::v1::Category> categories_;   // lower case
  Index<policy::v1::Obligation> obligations_;
  Index<policy::v1::DocumentType> documents_;  // lower case
  Index<policy::v1::Question> questions_;      // lower case
  Index<policy::v1::Permission> permissions_;
  Index<policy::v1::NoticeTemplate> templates_;
  Index<policy::v1::ReminderSchedule> reminders_;
  Index<policy::v1::OverdueSchedule> overdue_;
  Index<policy::v1::EscalationLadder::Pace> paces_;
  absl::flat_hash_map<std::string, int> ranks_;
  std::vector<SecretMask> secret_masks_;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_POLICY_INDEX_H_
