// A history: who does what, and when. It can be played again, also with acts left out.
#ifndef BELFRY_TESTS_PROPERTIES_HISTORY_H_
#define BELFRY_TESTS_PROPERTIES_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/core/command.h"

namespace belfry::properties {

// How often time is looked at between one act and the next.
enum class Pace {
  kExact,      // at everything that falls due
  kDeadlines,  // at deadlines only; pages and reminders are decided late
  kOutage,     // once, just before the act
  kStale,      // not at all: the act arrives before anything was caught up with
};

struct Step {
  absl::Duration at;  // since the history began
  Pace pace = Pace::kExact;
  int slot = 0;     // which incident
  std::string who;  // a person's id, "systems/…" or "system"
  core::Act act;
  std::string what;  // kind of act, for statistics and traces
  // The directory has changed before this: somebody new holds a role.
  bool new_people = false;
};

enum class Profile {
  kGeneral,       // one incident
  kFamily,        // two or three: parts, merges
  kPersonalInfo,  // played again without personal information (property 14)
  kBinding,       // played again with the voluntary entity bound (property 13)
  kGranularity,   // played again with other ticks (property 20)
  kRegister,      // standing duties over years
};

struct History {
  uint64_t seed = 0;
  Profile profile = Profile::kGeneral;
  int government = 0;
  std::vector<Step> steps;
  absl::Duration end;  // played on until then
};

const char* ProfileName(Profile profile);

// "3 h 5 min 0 s  dop.pc  document FOLLOWUP …", one line.
std::string ToText(const Step& step);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_HISTORY_H_
