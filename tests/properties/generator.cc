#include "tests/properties/generator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "tests/properties/acts.h"
#include "tests/properties/random.h"

namespace belfry::properties {
namespace {

constexpr int kClosingSteps = 40;

class Generator {
 public:
  Generator(uint64_t seed, const core::PolicyIndex& policy, Witness* witness)
      : random_(seed * 0x5851f42d4c957f2dULL + 1),
        government_number_(random_.Below(kGovernments)),
        government_(GovernmentNumber(government_number_, policy)),
        world_(policy, government_, witness),
        mood_(static_cast<Mood>(random_.Weighted({28, 30, 16, 13, 13}))),
        acts_(random_, world_, government_, ProfileOf(seed), mood_) {
    history_.seed = seed;
    history_.profile = ProfileOf(seed);
    history_.government = government_number_;
  }

  History Run() && {
    if (history_.profile == Profile::kRegister) {
      Register();
    } else {
      Incidents();
    }
    history_.end = (world_.now() - world_.start()) +
                   absl::Hours(random_.Percent(4) ? random_.Below(24 * 40) : random_.Below(30));
    world_.RunUntil(world_.start() + history_.end, Pace::kDeadlines);
    return std::move(history_);
  }

 private:
  void Incidents() {
    const bool register_too =
        mood_ == Mood::kNetwork && random_.Percent(30) && history_.profile != Profile::kGranularity;
    if (register_too) {
      Add(acts_.Register(World::kIncidents, "entities/dop"), World::kIncidents,
          absl::ZeroDuration(), Pace::kExact);
    }
    Add(acts_.Report(0), 0, absl::ZeroDuration(), Pace::kExact);
    if (world_.Incident(0) == nullptr) return;
    const int incidents =
        history_.profile == Profile::kFamily ? random_.Between(2, World::kIncidents) : 1;
    const bool long_one = mood_ == Mood::kDiligent || mood_ == Mood::kNetwork;
    const int steps = long_one ? random_.Between(20, 62) : random_.Between(8, 40);
    for (int i = 0; i < steps; ++i) {
      int slot = random_.Percent(60) ? 0 : random_.Below(incidents);
      const auto [at, pace] = NextTime(slot);
      if (world_.Incident(slot) == nullptr) {
        // Made before time passes: a report depends on nothing.
        Add(acts_.Report(slot), slot, at, pace);
        continue;
      }
      world_.RunUntil(world_.start() + at, pace);
      std::optional<Made> made = acts_.Any(slot);
      if (!made.has_value()) made = acts_.Progress(slot);
      if (!made.has_value()) made = acts_.Any(slot);
      // Time has passed; without an act the history could not be played again the same way.
      if (!made.has_value()) made = acts_.Note();
      Add(*std::move(made), slot, at, pace);
    }
    const std::string& state = world_.Incident(0)->state();
    if (mood_ == Mood::kDiligent && (state == "RESOLVED" || state == "RECOVERING")) CloseUp();
  }

  // Diligent people bring what they have begun to its end, and sometimes further.
  void CloseUp() {
    for (int i = 0; i < kClosingSteps && world_.Incident(0)->state() != "MERGED"; ++i) {
      const absl::Duration gap = random_.Percent(8) ? absl::Hours(random_.Between(1, 80))
                                                    : absl::Minutes(random_.Below(9));
      const absl::Duration at = (world_.now() - world_.start()) + gap;
      const Pace pace = gap > absl::Hours(1) ? Pace::kDeadlines : Pace::kExact;
      world_.RunUntil(world_.start() + at, pace);
      std::optional<Made> made = acts_.Progress(0);
      Add(made.has_value() ? *std::move(made) : acts_.Note(), 0, at, pace);
    }
  }

  void Register() {
    const bool central = random_.Percent(15);
    const std::string entity = central ? "" : random_.Of(government_.agencies);
    Add(acts_.Register(0, entity), 0, absl::ZeroDuration(), Pace::kExact);
    const int steps = random_.Between(4, 16);
    for (int i = 0; i < steps && world_.Incident(0) != nullptr; ++i) {
      const absl::Duration gap = absl::Hours(random_.Between(1, 24 * 70));
      const Pace pace = random_.Percent(20) ? Pace::kOutage : Pace::kExact;
      const absl::Duration at = (world_.now() - world_.start()) + gap;
      world_.RunUntil(world_.start() + at, pace);
      std::optional<Made> made = acts_.Any(0);
      if (!made.has_value()) made = acts_.Note();
      Add(*std::move(made), 0, at, pace, random_.Percent(5));
    }
  }

  void Add(Made made, int slot, absl::Duration at, Pace pace, bool new_people = false) {
    Step step;
    step.at = at;
    step.pace = pace;
    step.slot = made.slot < 0 ? slot : made.slot;
    step.who = std::move(made.who);
    step.act = std::move(made.act);
    step.what = std::move(made.what);
    step.new_people = new_people;
    world_.Play(step).IgnoreError();
    history_.steps.push_back(std::move(step));
  }

  // When the next act happens, and how time passes until then.
  std::pair<absl::Duration, Pace> NextTime(int slot) {
    const absl::Time now = world_.now();
    const absl::Time due = world_.NextDue(slot);
    absl::Duration gap = absl::ZeroDuration();
    Pace pace = Pace::kExact;
    const int kind = random_.Below(100);
    if (mood_ == Mood::kDiligent && random_.Percent(65)) {
      return {now + absl::Minutes(random_.Between(0, 9)) - world_.start(), Pace::kExact};
    }
    const bool soon = due > now && due - now < absl::Hours(24 * 8);
    if (kind < 34) {
      gap = absl::Minutes(random_.Between(1, 15));
    } else if (kind < 62) {
      gap = absl::Minutes(random_.Between(15, 180));
    } else if (kind < 74) {
      gap = absl::Minutes(random_.Between(3 * 60, 20 * 60));
    } else if (kind < 79) {
      gap = absl::Hours(random_.Between(20, 96));
    } else if (kind < 84) {
      gap = soon ? due - now : absl::Minutes(1);  // at the very instant
    } else if (kind < 90) {
      gap = soon ? due - now + absl::Seconds(random_.Percent(50) ? 1 : -1) : absl::Minutes(2);
    } else if (kind < 95) {
      gap = absl::Minutes(random_.Between(30, 72 * 60));
      pace = random_.Percent(70) ? Pace::kOutage : Pace::kStale;
    }
    gap = std::max(gap, absl::ZeroDuration());
    if (pace == Pace::kExact && gap > absl::Hours(2) && random_.Percent(75)) {
      pace = Pace::kDeadlines;
    }
    return {now + gap - world_.start(), pace};
  }

  Random random_;
  const int government_number_;
  const Government& government_;
  World world_;
  const Mood mood_;
  ActMaker acts_;
  History history_;
};

}  // namespace

Profile ProfileOf(uint64_t seed) {
  switch (seed % 16) {
    case 9:
    case 10:
    case 11:
      return Profile::kFamily;
    case 12:
      return Profile::kPersonalInfo;
    case 13:
      return Profile::kBinding;
    case 14:
      return Profile::kGranularity;
    case 15:
      return Profile::kRegister;
    default:
      return Profile::kGeneral;
  }
}

History Generate(uint64_t seed, const core::PolicyIndex& policy, Witness* witness) {
  return Generator(seed, policy, witness).Run();
}

}  // namespace belfry::properties
