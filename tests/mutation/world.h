// A government in which every office has one holder, and an incident in it, driven by lines of
// text.
//
// An act is one line: who, what, and the rest. "PC doc FOLLOWUP summary=s impact=i actions=a
// next=n". Who is a role's holder for DOP ("PC", "CSIRT_H", "SCIO"), of another entity or
// secretariat
// ("bor.PC", "eoy.SCIO"), a second one ("CSIRT_H2"), "CLERK" who holds nothing, or "SYSTEM", an
// agency system of DOP. Values are single words, with ~ for a space. README.md lists the acts.
#ifndef BELFRY_TESTS_MUTATION_WORLD_H_
#define BELFRY_TESTS_MUTATION_WORLD_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/core.h"

namespace belfry::mutation {

using PolicyPtr = std::shared_ptr<const core::PolicyIndex>;
using DirectoryPtr = std::shared_ptr<const core::Directory>;

// A notice that went to a person, or to a channel ("CHANNEL").
struct Told {
  absl::Time time;
  v1::Notice::Kind kind = v1::Notice::KIND_UNSPECIFIED;
  std::string duty;
  std::string role;
  std::string title;
  std::string label;  // TLP
};

// Offices that the pack does not know are left out.
absl::StatusOr<DirectoryPtr> RoleDirectory(const core::PolicyIndex& policy);

// "1h30m", "-15m", "3d"; false when it is no length of time.
bool ParseSpan(absl::string_view text, absl::Duration& span);

class World {
 public:
  World(PolicyPtr policy, DirectoryPtr directory);

  absl::Time start() const { return start_; }
  absl::Time now() const { return now_; }
  const record::v1::IncidentState& state() const { return state_; }
  const core::PolicyIndex& policy() const { return *policy_; }
  const std::vector<Told>& told() const { return told_; }
  // Everything recorded so far.
  const std::vector<record::v1::Event>& events() const { return events_; }
  // Codes of duties that the last act satisfied for the incident's parts as well.
  const std::set<std::string>& passed_on() const { return passed_on_; }
  void Forget() { told_.clear(); }
  // Before anything was done.
  void SetNow(absl::Time now) { now_ = now; }

  // Does what the line says. An act that cannot be read is INTERNAL.
  absl::Status Act(absl::string_view line);
  // Stops at everything that falls due. INTERNAL when time stands still.
  absl::Status AdvanceTo(absl::Time time);

  bool MayRead(const std::string& who) const;
  // What would satisfy the duty, in words.
  std::vector<std::string> WaysOf(absl::string_view duty) const;
  const record::v1::ObligationRow* Row(absl::string_view instance) const;
  // Those told of the duty by notices of this kind; with an empty duty, of any.
  std::set<std::string> RolesTold(v1::Notice::Kind kind, absl::string_view duty) const;

 private:
  absl::Status Do(const core::Caller& caller, core::Act act);
  // Drafts it, has it approved and sends it; whom that asked for approval is not told anything
  // else.
  absl::Status DoApproved(const core::Caller& caller, const std::string& approver,
                          const v1::SubmitDocumentRequest& act);
  core::Caller CallerFor(const std::string& who) const;

  PolicyPtr policy_;
  DirectoryPtr directory_;
  absl::Time start_;
  absl::Time now_;
  record::v1::IncidentState state_;
  std::vector<record::v1::Event> events_;
  std::vector<Told> told_;
  std::set<std::string> passed_on_;
};

}  // namespace belfry::mutation

#endif  // BELFRY_TESTS_MUTATION_WORLD_H_
