// What a pack defines and never uses: probably a spelling, or something forgotten.
#include <algorithm>
#include <set>
#include <string>

#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"

namespace belfry::core {
namespace {

using policy::v1::Obligation;
using policy::v1::Policy;
using policy::v1::Predicate;

// What the programs themselves ask about.
constexpr const char* kActs[] = {"READ",
                                 "READ_RED",
                                 "LIST",
                                 "WATCH",
                                 "READ_CONTACTS",
                                 "READ_POLICY",
                                 "SIMULATE_POLICY",
                                 "READ_DELIVERIES",
                                 "ADMIN_DIRECTORY",
                                 "ADMIN_DELIVERIES",
                                 "ADMIN_VAULT",
                                 "NAME_READER",
                                 "REMOVE_READER",
                                 "NAME_SUBJECT",
                                 "RAISE_TLP",
                                 "LOWER_TLP",
                                 "BREAK_GLASS",
                                 "OPEN",
                                 "NOTE",
                                 "ACKNOWLEDGE",
                                 "ESCALATE",
                                 "UPDATE_DETAILS",
                                 "RECORD_FACTS",
                                 "ADD_ENTITY",
                                 "CHANGE_SEVERITY",
                                 "LOWER_SEVERITY",
                                 "ASSIGN_CATEGORIES",
                                 "LINK_TICKET",
                                 "LINK",
                                 "MERGE",
                                 "RECORD_DEVICES",
                                 "EXECUTE_REMOVAL",
                                 "RECORD_SCAN",
                                 "VERIFY_SCAN",
                                 "LIFT_REMOVAL",
                                 "RECORD_COST",
                                 "ASSESS_COST",
                                 "REQUEST_SPEND",
                                 "APPROVE_SPEND",
                                 "CORRECT_DETECTION",
                                 "POSTPONE_DETECTION",
                                 "LOWER_BELOW_SUGGESTION",
                                 "DEESCALATE",
                                 "DEESCALATE_LEVELS",
                                 "RELEASE_ENTITY",
                                 "ADOPT_POLICY",
                                 "RECORD_EVIDENCE",
                                 "HANDLE_EVIDENCE",
                                 "READ_EVIDENCE",
                                 "VERIFY_EVIDENCE",
                                 "RELEASE_EVIDENCE",
                                 "HOLD_EVIDENCE",
                                 "END_EVIDENCE_HOLD",
                                 "DESTROY_EVIDENCE",
                                 "APPROVE_DESTRUCTION",
                                 "SNOOZE",
                                 "DRAFT_DOCUMENT",
                                 "AUDIT_EXPORT",
                                 "EXPUNGE",
                                 "REQUEST_RECORD",
                                 "REVIEW_RECORD",
                                 "RELEASE_RECORD"};
constexpr const char* kNotices[] = {"PAGE",          "OPENED_DUTY",       "REMINDER",
                                    "DUE_NOW",       "OVERDUE",           "APPROVAL_WANTED",
                                    "APPROVED",      "EXHAUSTED",         "DISMISSED",
                                    "DOCUMENT",      "CLEARED",           "RAISED",
                                    "SETTLED",       "HOLD_REVIEW",       "SPEND_DECIDED",
                                    "SECRET_MASKED", "DUTY_DONE",         "DIGEST",
                                    "EVIDENCE",      "EVIDENCE_TRANSFER", "EVIDENCE_CHANGED",
                                    "READER_NAMED",  "GLASS_BROKEN"};

// Collects every string of a field of the given name, wherever it stands.
void Collect(const google::protobuf::Message& message, const std::set<std::string>& fields,
             std::set<std::string>& found) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const auto* field : set) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
        Collect(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                     : reflection.GetMessage(message, field),
                fields, found);
      } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING &&
                 fields.count(field->name()) > 0) {
        found.insert(field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                          : reflection.GetString(message, field));
      }
    }
  }
}

std::string At(absl::string_view list, int index) { return absl::StrCat(list, "[", index, "]"); }

void CheckRoles(LintContext& lint) {
  std::set<std::string> used;
  Collect(lint.policy,
          {"roles", "author_roles", "owner_roles", "accountable_roles", "recipient_roles",
           "exhausted_roles", "sender_roles", "per_role", "role", "by", "list_roles",
           "glass_told_roles", "when_actor", "unless_actor", "alarm_roles"},
          used);
  for (int i = 0; i < lint.policy.roles_size(); ++i) {
    const policy::v1::Role& role = lint.policy.roles(i);
    // Whoever may read everything has a use.
    if (used.count(role.code()) > 0 || role.sees_all()) continue;
    lint.Warning(At("roles", i), absl::StrCat("nothing is asked of ", role.code(),
                                              "; use the role or take it out"));
  }
}

void CheckActs(LintContext& lint) {
  std::set<std::string> used(std::begin(kActs), std::end(kActs));
  for (const auto& item : lint.policy.transitions()) used.insert(item.act());
  for (const auto& item : lint.policy.documents()) used.insert(item.act());
  for (const auto& item : lint.policy.questions()) used.insert(item.act());
  for (const auto& item : lint.policy.obligations()) used.insert(item.hold().act());
  for (int i = 0; i < lint.policy.permissions_size(); ++i) {
    const std::string& act = lint.policy.permissions(i).act();
    if (used.count(act) > 0) continue;
    lint.Warning(At("permissions", i) + ".act",
                 absl::StrCat("nothing asks for ", act, "; correct the spelling or take it out"));
  }
}

void CheckSchedules(LintContext& lint) {
  std::set<std::string> reminders, overdue, notices;
  Collect(lint.policy, {"reminders"}, reminders);
  Collect(lint.policy, {"overdue"}, overdue);
  Collect(lint.policy, {"template"}, notices);
  notices.insert(std::begin(kNotices), std::end(kNotices));
  const auto check = [&](const auto& items, absl::string_view list, const auto& used, auto name) {
    for (int i = 0; i < items.size(); ++i) {
      if (used.count(name(items.Get(i))) > 0) continue;
      lint.Warning(At(list, i), absl::StrCat("no duty uses \"", name(items.Get(i)),
                                             "\"; correct the spelling or take it out"));
    }
  };
  check(lint.policy.reminder_schedules(), "reminder_schedules", reminders,
        [](const auto& item) { return item.name(); });
  check(lint.policy.overdue_schedules(), "overdue_schedules", overdue,
        [](const auto& item) { return item.name(); });
  check(lint.policy.notices(), "notices", notices, [](const auto& item) { return item.key(); });
}

}  // namespace

void LintUse(LintContext& lint) {
  CheckRoles(lint);
  CheckActs(lint);
  CheckSchedules(lint);
}

}  // namespace belfry::core
