#include "server/core/guards.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/core/access.h"
#include "server/core/predicate.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Guard;

// The open duties behind a failed open_obligations test, each with its clause.
void DescribeOpenDuties(const Draft& draft, const policy::v1::Predicate::OpenObligationTest& test,
                        ErrorBuilder& error, std::vector<std::string>& lines) {
  for (const record::v1::ObligationRow& row : draft.state().obligations()) {
    const bool unsettled = IsOpen(row) || row.state() == v1::Obligation::STATE_HELD;
    const auto& codes = test.code();
    if (!unsettled ||
        (!codes.empty() && std::find(codes.begin(), codes.end(), row.code()) == codes.end())) {
      continue;
    }
    const policy::v1::Obligation* rule = draft.context().policy.FindObligation(row.code());
    const std::string clauses = rule == nullptr ? "" : absl::StrJoin(rule->clauses(), ", ");
    const std::string remedy = rule == nullptr ? "" : Remedy(draft.state(), rule->remedy());
    error.Violation(clauses, row.instance(), remedy);
    lines.push_back(absl::StrCat(row.instance(), " is open (", clauses, ")",
                                 remedy.empty() ? "" : ": ", remedy));
  }
}

bool Applies(const Guard& guard, const Fields& fields,
             const std::vector<record::v1::RoleGrant>& actor) {
  if (!guard.when_actor().empty() &&
      (!Includes(actor, guard.when_actor()) || Includes(actor, guard.unless_actor()))) {
    return false;
  }
  if (!guard.has_when_field()) return true;
  google::protobuf::RepeatedPtrField<policy::v1::FieldTest> tests;
  *tests.Add() = guard.when_field();
  return FieldsFit(tests, fields);
}

}  // namespace

absl::Status RequireGuards(const Draft& draft, const Guards& guards, absl::string_view what,
                           const Fields& fields, absl::string_view entity,
                           const std::vector<record::v1::RoleGrant>& actor) {
  std::vector<std::string> lines;
  ErrorBuilder error(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "");
  for (const Guard& guard : guards) {
    if (!Applies(guard, fields, actor) || Holds(guard.require(), draft.About(entity))) continue;
    if (guard.require().has_open_obligations()) {
      DescribeOpenDuties(draft, guard.require().open_obligations(), error, lines);
      continue;
    }
    const std::string clauses = absl::StrJoin(guard.clauses(), ", ");
    if (!guard.when_actor().empty()) {
      // Not what is missing, but who may.
      return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                          absl::StrCat(guard.message(), " (", clauses,
                                       "): ", Remedy(draft.state(), guard.remedy())))
          .Metadata("clauses", clauses)
          .Build();
    }
    const std::string remedy = Remedy(draft.state(), guard.remedy());
    error.Violation(clauses, guard.code(), absl::StrCat(guard.message(), ". ", remedy));
    lines.push_back(absl::StrCat(guard.message(), clauses.empty() ? "" : " (", clauses,
                                 clauses.empty() ? "" : ")", remedy.empty() ? "" : ": ", remedy));
  }
  if (lines.empty()) return absl::OkStatus();
  return error
      .Message(
          absl::StrCat(draft.state().id(), " cannot ", what, " yet: ", absl::StrJoin(lines, "; ")))
      .Build();
}

}  // namespace belfry::core
