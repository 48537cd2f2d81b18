// Incidents side by side under one directory, as the engine would lead them: ticks, follow-ups,
// readers. Everything that happens is shown to a witness.
#ifndef BELFRY_TESTS_PROPERTIES_WORLD_H_
#define BELFRY_TESTS_PROPERTIES_WORLD_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/core/core.h"
#include "tests/properties/government.h"
#include "tests/properties/history.h"

namespace belfry::properties {

using record::v1::Event;
using record::v1::IncidentState;

// What one decision did.
struct Moment {
  int slot = 0;
  absl::Time now;
  const core::Command* command = nullptr;
  const IncidentState* before = nullptr;  // empty for the first one
  const IncidentState* after = nullptr;
  const std::vector<Event>* events = nullptr;
  const std::vector<core::NoticeDraft>* notices = nullptr;
  const core::Context* context = nullptr;  // for asking the core itself the same again
  const std::string* what = nullptr;       // kind of act; null for what follows from an act

  const v1::Directory& directory() const { return context->directory.proto(); }
  bool IsTick() const { return std::holds_alternative<core::Tick>(command->act); }
};

class Witness {
 public:
  virtual ~Witness() = default;
  virtual void See(const Moment& moment) = 0;
  // `moment.after` is what it was before.
  virtual void Refused(const Moment& /*moment*/, const absl::Status& /*status*/) {}
};

class World {
 public:
  // The last one is for a register.
  static constexpr int kSlots = 4;
  static constexpr int kIncidents = 3;

  // All references must outlive the world; `witness` may be null. A quiet world writes no notices.
  World(const core::PolicyIndex& policy, const Government& government, Witness* witness,
        bool quiet = false);

  // Lets time pass until the step, then does it.
  absl::Status Play(const Step& step);
  void RunUntil(absl::Time time, Pace pace);

  absl::Time start() const { return start_; }
  absl::Time now() const { return now_; }
  const IncidentState* Incident(int slot) const {
    return slots_[static_cast<size_t>(slot)].state.get();
  }
  absl::Time NextDue(int slot);
  const core::Directory& directory() const { return *directory_; }
  const core::PolicyIndex& policy() const { return policy_; }
  // Deliveries whose outcome the record waits for, newest last.
  std::deque<core::DeliveryOutcome>& waiting(int slot) {
    return slots_[static_cast<size_t>(slot)].waiting;
  }
  // A tick that settled nothing although something was due.
  const std::string& stuck() const { return stuck_; }

 private:
  struct Slot {
    std::shared_ptr<const IncidentState> state;
    std::optional<absl::Time> next_due;
    absl::Time ticked = absl::InfinitePast();
    std::deque<core::DeliveryOutcome> waiting;
  };

  absl::Status Do(int slot, core::Command command, const std::string* what, int depth = 0);
  void Tick(int slot, bool before_now);
  absl::Time NextTick(int slot, Pace pace);
  int SlotOf(const std::string& id) const;
  core::Caller CallerFor(const std::string& who) const;

  const core::PolicyIndex& policy_;
  const Government& government_;
  Witness* const witness_;
  const bool quiet_;
  const core::Directory* directory_;
  const absl::Time start_;
  absl::Time now_;
  std::vector<Slot> slots_;
  std::string stuck_;
};

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_WORLD_H_
