// A government in memory, for tests of the core: no clock, no store, no network.
#ifndef BELFRY_TESTS_SUPPORT_CORE_WORLD_H_
#define BELFRY_TESTS_SUPPORT_CORE_WORLD_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/core.h"

namespace belfry::testing {

// The shipped pack, or the one at `path` below the source root.
std::shared_ptr<const core::PolicyIndex> ShippedPolicy(
    const std::string& path = "deploy/policy/itd-sec-4.3.textproto");
// The demonstration directory.
v1::Directory DemoDirectory();
std::string ReadSourceFile(const std::string& path);

// One incident and the people around it. Every act goes through core::Decide(); what it records is
// kept, so that a test can look at events, notices and the state after them.
class CoreWorld {
 public:
  explicit CoreWorld(std::shared_ptr<const core::PolicyIndex> policy = ShippedPolicy(),
                     v1::Directory directory = DemoDirectory());

  // Time. `At` sets it without letting anything fall due; Advance() stops at everything that does.
  absl::Time start() const { return start_; }
  absl::Time now() const { return now_; }
  void At(absl::Duration since_start) { now_ = start_ + since_start; }
  void Advance(absl::Duration since_start);
  // As after an outage: everything is decided late, at once.
  void Jump(absl::Duration since_start);
  // What the registers know of devices, as it comes with every command from now on.
  void Know(std::vector<v1::Device> devices) { device_history_ = std::move(devices); }

  // Acts. `who` is a person's id, "dop.iso", or a chat account that is nobody's, "accounts/…".
  absl::Status Report(const std::string& who, v1::CreateIncidentRequest request);
  absl::Status Open(const std::string& who, const std::string& category = "",
                    const std::string& severity = "");
  template <typename Request>
  absl::Status Act(const std::string& who, Request request) {
    return Do(who, core::Act(std::move(request)));
  }
  absl::Status Verb(const std::string& who, const std::string& verb,
                    const std::string& reason = "");
  absl::Status Ack(const std::string& who);
  absl::Status Facts(const std::string& who,
                     const std::vector<std::pair<std::string, std::string>>& facts);
  absl::Status Document(const std::string& who, const std::string& type,
                        const std::vector<std::pair<std::string, std::string>>& fields,
                        const std::string& entity = "");
  absl::Status FollowUp(const std::string& who);
  absl::Status DailyStatus(const std::string& who);
  absl::Status Ticket(const std::string& who, const std::string& number = "1");
  absl::Status Note(const std::string& who, const std::string& text);
  absl::Status Severity(const std::string& who, const std::string& severity,
                        const std::string& reason = "because");
  absl::Status Escalate(const std::string& who, const std::vector<std::string>& roles = {});
  absl::Status Delivered(const std::string& obligation, const std::string& person, bool ok = true);
  absl::Status PageFailed(const std::string& person, const std::string& entity = "entities/dop");
  // From TRIAGE through DECLARED to RESOLVED, answering everything on the way.
  void Triage();
  void Respond();  // what a declared incident asks for, without the answers that guards want
  void Resolve();
  // Hands in whatever is open after the resolution, except what only time settles.
  void SettleAll();

  const record::v1::IncidentState& state() const { return state_; }
  const std::vector<record::v1::Event>& events() const { return events_; }
  // Of the last act.
  const std::vector<record::v1::Event>& fresh() const { return fresh_; }
  std::vector<core::NoticeDraft> notices() const;
  // An item of evidence, folded from its events; number 0 is the latest one.
  const record::v1::EvidenceState& item(int32_t number = 0) const;
  const core::PolicyIndex& policy() const { return *policy_; }
  const core::Directory& directory() const { return *directory_; }
  core::Context context() const { return {*policy_, *directory_, now_}; }

  // The duty's state, or UNSPECIFIED when there is none.
  v1::Obligation::State Duty(absl::string_view instance) const;
  absl::Duration DueAfter(absl::string_view instance) const;  // since the start
  // "minute: level (reason)" of every page so far.
  std::vector<std::string> Pages() const;
  // The state folded again from all events.
  record::v1::IncidentState Replayed() const;

 private:
  absl::Status Do(const std::string& who, core::Act act);
  void TickNow(bool before_now = false);

  const std::shared_ptr<const core::PolicyIndex> policy_;
  std::shared_ptr<const core::Directory> directory_;
  const absl::Time start_;
  absl::Time now_;
  record::v1::IncidentState state_;
  std::vector<record::v1::Event> events_;
  std::vector<record::v1::Event> fresh_;
  std::vector<v1::Device> device_history_;
  std::map<int32_t, record::v1::EvidenceState> items_;
};

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_CORE_WORLD_H_
