#include "server/core/policy/policy_index.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "server/core/policy/lint.h"

namespace belfry::core {
namespace {

template <typename Map>
auto FindIn(const Map& map, absl::string_view key) -> typename Map::mapped_type {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

std::string TransitionKey(absl::string_view state, absl::string_view verb) {
  return absl::StrCat(state, "\n", absl::AsciiStrToLower(verb));
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PolicyIndex>> PolicyIndex::Create(policy::v1::Policy policy) {
  std::string errors;
  for (const Finding& finding : LintPolicy(policy)) {
    if (finding.warning) continue;
    absl::StrAppend(&errors, errors.empty() ? "" : "\n", finding.path, ": ", finding.message);
  }
  if (!errors.empty()) return absl::InvalidArgumentError(errors);
  return OfKept(std::move(policy));
}

std::shared_ptr<const PolicyIndex> PolicyIndex::OfKept(policy::v1::Policy policy) {
  return std::shared_ptr<const PolicyIndex>(new PolicyIndex(std::move(policy)));
}

PolicyIndex::PolicyIndex(policy::v1::Policy policy)
    : proto_(std::move(policy)), name_(absl::StrCat(proto_.id(), "@", proto_.revision())) {
  if (!absl::LoadTimeZone(proto_.time_zone(), &time_zone_)) time_zone_ = absl::UTCTimeZone();
  for (const auto& item : proto_.states()) states_.emplace(item.code(), &item);
  for (const auto& item : proto_.transitions()) {
    for (const std::string& from : item.from()) {
      transitions_.emplace(TransitionKey(from, item.verb()), &item);
    }
  }
  for (const auto& item : proto_.roles()) roles_.emplace(item.code(), &item);
  for (const auto& item : proto_.facts()) {
    facts_.emplace(absl::AsciiStrToLower(item.name()), &item);
    for (const std::string& alias : item.aliases()) {
      facts_.emplace(absl::AsciiStrToLower(alias), &item);
    }
  }
  for (const auto& item : proto_.categories()) {
    categories_.emplace(absl::AsciiStrToLower(item.code()), &item);
    for (const std::string& alias : item.aliases()) {
      categories_.emplace(absl::AsciiStrToLower(alias), &item);
    }
  }
  for (const auto& item : proto_.obligations()) obligations_.emplace(item.code(), &item);
  for (const auto& item : proto_.documents()) {
    documents_.emplace(absl::AsciiStrToLower(item.code()), &item);
    for (const std::string& alias : item.aliases()) {
      documents_.emplace(absl::AsciiStrToLower(alias), &item);
    }
  }
  for (const auto& item : proto_.questions()) {
    questions_.emplace(absl::AsciiStrToLower(item.code()), &item);
    for (const std::string& alias : item.aliases()) {
      questions_.emplace(absl::AsciiStrToLower(alias), &item);
    }
  }
  for (const auto& item : proto_.permissions()) permissions_.emplace(item.act(), &item);
  for (const auto& item : proto_.notices()) templates_.emplace(item.key(), &item);
  for (const auto& item : proto_.reminder_schedules()) reminders_.emplace(item.name(), &item);
  for (const auto& item : proto_.overdue_schedules()) overdue_.emplace(item.name(), &item);
  for (const auto& item : proto_.escalation().paces()) paces_.emplace(item.severity(), &item);
  for (int i = 0; i < proto_.severities_size(); ++i) ranks_.emplace(proto_.severities(i).code(), i);
  for (const auto& item : proto_.secret_patterns()) {
    auto regex = std::make_shared<const re2::RE2>(item.pattern(), re2::RE2::Quiet);
    if (regex->ok() && regex->NumberOfCapturingGroups() == 1) {
      secret_masks_.push_back({&item, std::move(regex)});
    }
  }
}

const policy::v1::State* PolicyIndex::FindState(absl::string_view code) const {
  return FindIn(states_, code);
}

const policy::v1::Transition* PolicyIndex::FindTransition(absl::string_view state,
                                                          absl::string_view verb) const {
  return FindIn(transitions_, TransitionKey(state, verb));
}

const policy::v1::Role* PolicyIndex::FindRole(absl::string_view code) const {
  return FindIn(roles_, code);
}

const policy::v1::FactDefinition* PolicyIndex::FindFact(absl::string_view name) const {
  return FindIn(facts_, absl::AsciiStrToLower(name));
}

const policy::v1::Category* PolicyIndex::FindCategory(absl::string_view code) const {
  return FindIn(categories_, absl::AsciiStrToLower(code));
}

const policy::v1::Obligation* PolicyIndex::FindObligation(absl::string_view code) const {
  return FindIn(obligations_, code);
}

const policy::v1::DocumentType* PolicyIndex::FindDocument(absl::string_view code) const {
  return FindIn(documents_, absl::AsciiStrToLower(code));
}

const policy::v1::Question* PolicyIndex::FindQuestion(absl::string_view code) const {
  return FindIn(questions_, absl::AsciiStrToLower(code));
}

const policy::v1::Permission* PolicyIndex::FindPermission(absl::string_view act) const {
  return FindIn(permissions_, act);
}

const policy::v1::NoticeTemplate* PolicyIndex::TemplateFor(absl::string_view key) const {
  return FindIn(templates_, key);
}

const policy::v1::InvolvementNotice* PolicyIndex::InvolvementNoticeFor(
    absl::string_view relation) const {
  for (const policy::v1::InvolvementNotice& notice : proto().involvement_notices()) {
    if (notice.relation() == relation) return &notice;
  }
  return nullptr;
}

const policy::v1::ReminderSchedule* PolicyIndex::ReminderScheduleFor(absl::string_view name) const {
  return FindIn(reminders_, name);
}

const policy::v1::OverdueSchedule* PolicyIndex::OverdueScheduleFor(absl::string_view name) const {
  return FindIn(overdue_, name);
}

const policy::v1::EscalationLadder::Pace* PolicyIndex::PaceFor(absl::string_view severity) const {
  return FindIn(paces_, severity);
}

int PolicyIndex::SeverityRank(absl::string_view code) const {
  const auto found = ranks_.find(code);
  return found == ranks_.end() ? -1 : found->second;
}

absl::Duration PolicyIndex::SpanFor(const policy::v1::Span& span,
                                    absl::string_view severity) const {
  for (const auto& entry : span.by_severity()) {
    if (entry.severity() == severity) return ToDuration(entry.span());
  }
  return ToDuration(span.any());
}

}  // namespace belfry::core
