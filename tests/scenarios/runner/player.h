// Plays a scenario: turns the clock, does what people do, delivers what the server sends.
#ifndef BELFRY_TESTS_SCENARIOS_RUNNER_PLAYER_H_
#define BELFRY_TESTS_SCENARIOS_RUNNER_PLAYER_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/testing/v1/scenario.pb.h"
#include "belfry/v1/delivery.pb.h"
#include "tests/scenarios/runner/acts.h"
#include "tests/scenarios/runner/reader.h"
#include "tests/scenarios/runner/rows.h"
#include "tests/scenarios/runner/site.h"

namespace belfry::scenario {

// A notice that the bot was given.
struct Delivered {
  absl::Time time;
  v1::Delivery delivery;
  bool arrived = false;
};

struct Played {
  Incidents incidents;
  std::vector<Delivered> notices;
  // Of steps and checks, in order of time.
  std::vector<Difference> differences;
};

class Player {
 public:
  // `log`, when not null, is told what happens as it happens. All outlive the player.
  Player(Site* site, const testing::v1::Scenario* scenario, absl::TimeZone zone, absl::Time start,
         std::ostream* log)
      : site_(*site),
        scenario_(*scenario),
        zone_(zone),
        now_(start),
        log_(log),
        reader_(site, *scenario) {}

  // An error when the scenario cannot be played at all.
  absl::StatusOr<Played> Play();

 private:
  // Everything that is written down with a time.
  struct Moment {
    absl::Time time;
    enum class What { kServerUp, kBotUp, kStep, kServerDown, kBotDown, kCheck } what;
    int index = 0;
  };
  absl::StatusOr<std::vector<Moment>> Moments() const;
  absl::Status AdvanceTo(absl::Time time, bool before_due, bool jump = false);
  absl::Status Deliver();
  bool Fails(const v1::Delivery& delivery) const;
  absl::Status Act(const testing::v1::Step& step);
  absl::Status Check(const testing::v1::Check& check);
  void CheckChain(const testing::v1::Chain& chain, const v1::Incident& incident,
                  const std::string& at);
  void CheckDuties(const testing::v1::Check& check, const std::vector<v1::Obligation>& duties);
  void CheckRecord(const testing::v1::Check& check, const v1::Incident& incident);
  void CheckReaders(const testing::v1::Check& check, const std::string& incident);
  void Compare(const std::string& what, const std::string& expected, const std::string& actual);
  void Differ(std::string what, std::string expected, std::string actual);
  void Log(const std::string& line) const;
  std::string Now() const;

  Site& site_;
  const testing::v1::Scenario& scenario_;
  const absl::TimeZone zone_;
  absl::Time now_;
  std::ostream* const log_;
  Reader reader_;
  bool bot_up_ = true;
  bool server_up_ = true;
  Played played_;
};

}  // namespace belfry::scenario

#endif  // BELFRY_TESTS_SCENARIOS_RUNNER_PLAYER_H_
