// Removal of devices and subnets from the network, scans, and the return.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/cidr.h"
#include "server/core/limits.h"
#include "server/core/network.h"
#include "server/core/obligations.h"
#include "server/core/record_checks.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using v1::NetworkRemoval;
using v1::Scan;

std::string NetworkClauses(const Draft& draft) {
  return absl::StrJoin(draft.context().policy.proto().network_removal().clauses(), ", ");
}

// The removal with this id, or the only one in `state` for zero.
absl::StatusOr<const NetworkRemoval*> FindRemoval(const record::v1::IncidentState& state,
                                                  int64_t id, NetworkRemoval::State wanted) {
  std::vector<const NetworkRemoval*> found;
  for (const NetworkRemoval& removal : state.removals()) {
    if (removal.state() != wanted) continue;
    if (id == 0 || removal.id() == id) found.push_back(&removal);
  }
  if (found.size() == 1) return found.front();
  std::vector<int64_t> ids;
  for (const NetworkRemoval* removal : found) ids.push_back(removal->id());
  return InvalidField("removal",
                      found.empty() ? absl::StrCat(state.id(), " has no removal that is ",
                                                   NetworkRemoval::State_Name(wanted).substr(6))
                                    : absl::StrCat("is needed: one of ", absl::StrJoin(ids, ", ")));
}

absl::Status SamePerson(absl::string_view what) {
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "SAME_PERSON",
             absl::StrCat("whoever decided a removal must not ", what, "; somebody else has to"))
      .Build();
}

// Does the pack want another person to carry out what this decision ordered?
bool ExecutorMustDiffer(const Draft& draft, const NetworkRemoval& removal) {
  for (const v1::Decision& decision : draft.state().decisions()) {
    if (decision.event_version() != removal.id()) continue;
    const auto* question = draft.context().policy.FindQuestion(decision.question());
    return question != nullptr && question->executor_not_decider();
  }
  return false;
}

// Each given name is a target; else the field, and which ones there are.
absl::Status CheckTargets(const NetworkRemoval& removal, const v1::ConfirmRemovalRequest& act) {
  std::vector<std::string> names;
  for (int i = 0; i < removal.targets_size(); ++i) names.push_back(TargetName(removal, i));
  for (int i = 0; i < act.targets_size(); ++i) {
    if (std::find(names.begin(), names.end(), NormalCidr(act.targets(i))) != names.end()) continue;
    return InvalidField(absl::StrCat("targets[", i, "]"),
                        absl::StrCat("\"", act.targets(i), "\" is no target of removal ",
                                     removal.id(), "; they are ", absl::StrJoin(names, ", ")));
  }
  return absl::OkStatus();
}

bool IsNamed(const v1::ConfirmRemovalRequest& act, absl::string_view target) {
  return act.targets().empty() ||
         std::any_of(act.targets().begin(), act.targets().end(),
                     [&](const std::string& name) { return NormalCidr(name) == target; });
}

bool Touches(const Scan& scan, const NetworkRemoval& removal) {
  return std::any_of(
      removal.subnets().begin(), removal.subnets().end(), [&](const std::string& removed) {
        return std::any_of(
            scan.subnets().begin(), scan.subnets().end(), [&](const std::string& scanned) {
              return BlockContains(scanned, removed) || BlockContains(removed, scanned);
            });
      });
}

// The removals that a scan says something about: the only one in force, or all that it touches.
absl::StatusOr<std::vector<int64_t>> Scanned(const record::v1::IncidentState& state,
                                             const Scan& scan) {
  std::vector<int64_t> active;
  std::vector<int64_t> touched;
  for (const NetworkRemoval& removal : state.removals()) {
    if (removal.state() != NetworkRemoval::STATE_ACTIVE) continue;
    active.push_back(removal.id());
    if (Touches(scan, removal)) touched.push_back(removal.id());
  }
  if (active.size() == 1) return active;
  if (!touched.empty()) return touched;
  return InvalidField("scan.subnets",
                      active.empty()
                          ? absl::StrCat(state.id(), " has no removal that is ACTIVE")
                          : absl::StrCat("touch none of the removals in force, which are ",
                                         absl::StrJoin(active, ", ")));
}

void AddRemovalClauses(const Draft& draft, record::v1::Event& event) {
  AddClauses(event, draft.context().policy.proto().network_removal().clauses());
}

}  // namespace

absl::Status DecideConfirmRemoval(Draft& draft, const Caller& caller,
                                  const v1::ConfirmRemovalRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "EXECUTE_REMOVAL"));
  BELFRY_ASSIGN_OR_RETURN(const NetworkRemoval* removal,
                          FindRemoval(draft.state(), act.removal(), NetworkRemoval::STATE_DECIDED));
  if (removal->decider() == caller.actor.principal() && ExecutorMustDiffer(draft, *removal)) {
    return SamePerson("carry it out");
  }
  BELFRY_RETURN_IF_ERROR(CheckTargets(*removal, act));
  record::v1::Event event = draft.NewEvent();
  record::v1::RemovalConfirmed* body = event.mutable_removal_confirmed();
  body->set_removal(removal->id());
  int left = 0;
  for (int i = 0; i < removal->targets_size(); ++i) {
    if (!removal->targets(i).confirmed_by().empty()) continue;
    if (IsNamed(act, TargetName(*removal, i))) {
      body->add_targets(i);
    } else {
      ++left;
    }
  }
  if (body->targets().empty()) {
    return InvalidField("targets", "names nothing that is left to be confirmed");
  }
  body->set_active(left == 0);
  AddRemovalClauses(draft, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideScan(Draft& draft, const Caller& caller, const v1::RecordScanRequest& act) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "RECORD_SCAN"));
  if (act.verify()) {
    BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "VERIFY_SCAN"));
  }
  if (act.scan().verdict() == Scan::VERDICT_UNSPECIFIED) {
    return InvalidField("scan.verdict", "is needed: CLEAN, INFECTED or INCONCLUSIVE");
  }
  if (act.scan().subnets().empty()) {
    return InvalidField("scan.subnets", "is empty; name the address blocks that were scanned");
  }
  for (int i = 0; i < act.scan().subnets_size(); ++i) {
    if (!IsCidr(act.scan().subnets(i))) {
      return InvalidField(absl::StrCat("scan.subnets[", i, "]"),
                          "is an address block such as 10.20.4.0/24");
    }
  }
  const absl::Time time =
      act.scan().has_scan_time() ? FromProto(act.scan().scan_time()) : context.now;
  if (time > context.now + kFutureTolerance) {
    return InvalidField("scan.scan_time", "is in the future");
  }
  BELFRY_ASSIGN_OR_RETURN(const std::vector<int64_t> removals, Scanned(draft.state(), act.scan()));
  for (const int64_t removal : removals) {
    record::v1::Event event = draft.NewEvent();
    record::v1::ScanRecorded* body = event.mutable_scan_recorded();
    body->set_removal(removal);
    Scan& scan = *body->mutable_scan();
    scan = act.scan();
    for (std::string& subnet : *scan.mutable_subnets()) subnet = NormalCidr(subnet);
    *scan.mutable_scan_time() = ToProto(time);
    scan.set_recorded_by(caller.actor.principal());
    scan.set_verified_by(act.verify() ? caller.actor.principal() : "");
    AddRemovalClauses(draft, event);
    draft.Record(std::move(event));
  }
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideLift(Draft& draft, const Caller& caller, const v1::LiftRemovalRequest& act,
                        const DeviceHistory& history) {
  const Context& context = draft.context();
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, draft.state(), "LIFT_REMOVAL"));
  BELFRY_RETURN_IF_ERROR(CheckText("reason", act.reason(), kReasonCharactersMax));
  BELFRY_ASSIGN_OR_RETURN(const NetworkRemoval* removal,
                          FindRemoval(draft.state(), act.removal(), NetworkRemoval::STATE_ACTIVE));
  const absl::Time newest = NewestFinding(draft.state(), *removal, history);
  const bool clean =
      std::any_of(removal->scans().begin(), removal->scans().end(), [&](const Scan& scan) {
        return scan.verdict() == Scan::VERDICT_CLEAN && !scan.verified_by().empty() &&
               FromProto(scan.scan_time()) >= newest && Covers(*removal, scan);
      });
  if (context.policy.proto().network_removal().clean_scan_lifts() && !clean) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NO_CLEAN_SCAN",
                        absl::StrCat("no clean scan that ITD verified covers ",
                                     absl::StrJoin(removal->subnets(), ", "),
                                     " after the newest finding; scan, and verify it"))
        .Violation(NetworkClauses(draft), absl::StrCat("removal ", removal->id()),
                   "no covering clean scan")
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  event.mutable_removal_lifted()->set_removal(removal->id());
  event.mutable_removal_lifted()->set_reason(act.reason());
  AddRemovalClauses(draft, event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
