#include "server/core/policy/lint_context.h"

#include "absl/time/civil_time.h"

namespace belfry::core {

LintContext::LintContext(const policy::v1::Policy& pack) : policy(pack) {
  Collect(pack.roles(), roles);
  Collect(pack.categories(), categories);
  Collect(pack.questions(), questions);
  Collect(pack.states(), states);
  Collect(pack.documents(), documents);
  Collect(pack.obligations(), obligations);
  for (int i = 0; i < pack.severities_size(); ++i) severities.emplace(pack.severities(i).code(), i);
  for (const auto& item : pack.facts()) facts.emplace(item.name(), &item);
  for (const auto& item : pack.permissions()) permissions.emplace(item.act(), &item);
  for (const auto& item : pack.reminder_schedules()) reminders.insert(item.name());
  for (const auto& item : pack.overdue_schedules()) overdue.insert(item.name());
  for (const auto& item : pack.notices()) notices.insert(item.key());
  for (const auto& item : pack.states()) {
    if (!item.sets_clock().empty()) clocks.insert(item.sets_clock());
  }
}

bool LintContext::SomebodyMay(const std::string& act) const {
  const auto found = permissions.find(act);
  if (found == permissions.end()) return false;
  const policy::v1::Permission& permission = *found->second;
  return permission.anyone() || permission.systems() || permission.admins() ||
         !permission.roles().empty();
}

void LintContext::CheckText(const std::string& text, absl::string_view field,
                            const std::string& path, absl::string_view why) {
  if (text.empty()) Error(path, absl::StrCat("has no ", field, "; ", why));
}

void LintContext::CheckDuration(const google::protobuf::Duration& duration,
                                const std::string& path) {
  if (duration.seconds() < 0 || (duration.seconds() == 0 && duration.nanos() <= 0)) {
    Error(path, "must be longer than zero; write { seconds: N }");
  }
}

void LintContext::CheckNotNegative(const google::protobuf::Duration& duration,
                                   const std::string& path) {
  if (duration.seconds() < 0 || duration.nanos() < 0) {
    Error(path, "must not be negative; write { seconds: N }");
  }
}

bool LintContext::CheckDay(const std::string& day, const std::string& path) {
  absl::CivilDay parsed;
  if (absl::ParseCivilTime(day, &parsed) && absl::FormatCivilTime(parsed) == day) return true;
  Error(path, absl::StrCat("\"", day, "\" is no day of the calendar; write it as 2026-01-31"));
  return false;
}

void LintContext::CheckSpan(const policy::v1::Span& span, const std::string& path, bool partial) {
  if (span.business_days() < 0) {
    Error(path + ".business_days", "must not be negative; count business days from 1");
  }
  if (span.business_days() > 0 && (span.has_any() || !span.by_severity().empty())) {
    Error(path + ".business_days",
          "replaces every other length; keep business_days or the other, not both");
  }
  if (span.has_any()) CheckDuration(span.any(), path + ".any");
  std::set<std::string> covered;
  for (int i = 0; i < span.by_severity_size(); ++i) {
    const auto& entry = span.by_severity(i);
    const std::string at = absl::StrCat(path, ".by_severity[", i, "]");
    Refer(severities, entry.severity(), "severity", at + ".severity");
    CheckDuration(entry.span(), at + ".span");
    if (!covered.insert(entry.severity()).second) {
      Error(at + ".severity", absl::StrCat(entry.severity(), " is there twice; take one out"));
    }
  }
  if (covered.empty() || span.has_any() || partial) return;
  for (const auto& severity : policy.severities()) {
    if (covered.count(severity.code()) == 0) {
      Error(path, absl::StrCat("says nothing about ", severity.code(), "; add it, or `any`"));
    }
  }
}

void LintContext::CheckRemedy(const std::string& text, const std::string& path) {
  for (size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const std::string name = text.substr(open, text.find('}', open) - open + 1);
    if (name != "{incident}") {
      Error(path,
            absl::StrCat("\"", name, "\" is shown as it stands; only {incident} is replaced"));
    }
  }
}

bool IsSet(const policy::v1::Span& span) {
  return span.has_any() || !span.by_severity().empty() || span.business_days() > 0;
}

}  // namespace belfry::core
