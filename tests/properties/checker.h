// One rule of the policy, watched over a history. A checker states the rule by itself and never
// asks the code it checks.
#ifndef BELFRY_TESTS_PROPERTIES_CHECKER_H_
#define BELFRY_TESTS_PROPERTIES_CHECKER_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/base/proto_time.h"
#include "tests/properties/world.h"

namespace belfry::properties {

using record::v1::EntityPart;
using record::v1::ObligationRow;

struct Failure {
  int property = 0;
  // Stable name of what is wrong, "2/off-grid".
  std::string tag;
  std::string text;
};

// What was found, and how often each rule had something to say.
class Findings {
 public:
  void Fail(int property, absl::string_view tag, std::string text);
  void Saw(absl::string_view what, int64_t times = 1);

  // The first of each tag.
  const std::vector<Failure>& failures() const { return failures_; }
  const std::map<std::string, int64_t>& seen() const { return seen_; }
  void Merge(const Findings& other);

 private:
  std::vector<Failure> failures_;
  std::map<std::string, int64_t> seen_;
};

class Checker : public Witness {
 public:
  Checker(int property, Findings& findings) : property_(property), findings_(findings) {}

  int property() const { return property_; }
  // After the last moment; `world` may be null when moments were fed by hand.
  virtual void End(const World* /*world*/) {}

 protected:
  void Fail(absl::string_view tag, std::string text) {
    findings_.Fail(property_, tag, std::move(text));
  }
  void Saw(absl::string_view what) { findings_.Saw(what); }

 private:
  const int property_;
  Findings& findings_;
};

// All of them, or the one for `property`.
std::vector<std::unique_ptr<Checker>> MakeCheckers(Findings& findings, int property = 0);

// What a property says, in one line.
const char* PropertyTitle(int property);
inline constexpr int kProperties = 20;

std::unique_ptr<Checker> MakeFollowUpChecker(Findings& findings);        // 1
std::unique_ptr<Checker> MakeDailyStatusChecker(Findings& findings);     // 2
std::unique_ptr<Checker> MakeLawEnforcementChecker(Findings& findings);  // 3
std::unique_ptr<Checker> MakeFusionChecker(Findings& findings);          // 4
std::unique_ptr<Checker> MakeOfficialsChecker(Findings& findings);       // 5
std::unique_ptr<Checker> MakeRemovalChecker(Findings& findings);         // 6
std::unique_ptr<Checker> MakeWaiverChecker(Findings& findings);          // 7
std::unique_ptr<Checker> MakeDeadlineChecker(Findings& findings);        // 8
std::unique_ptr<Checker> MakeLetterChecker(Findings& findings);          // 9
std::unique_ptr<Checker> MakeLabelChecker(Findings& findings);           // 10
std::unique_ptr<Checker> MakeRecordChecker(Findings& findings);          // 11
std::unique_ptr<Checker> MakeReplayChecker(Findings& findings);          // 12
std::unique_ptr<Checker> MakeAdvisoryChecker(Findings& findings);        // 13
std::unique_ptr<Checker> MakeIndependenceChecker(Findings& findings);    // 14
std::unique_ptr<Checker> MakeClauseChecker(Findings& findings);          // 15
std::unique_ptr<Checker> MakeRowChecker(Findings& findings);             // 16
std::unique_ptr<Checker> MakeTickChecker(Findings& findings);            // 17
std::unique_ptr<Checker> MakeSubjectChecker(Findings& findings);         // 18
std::unique_ptr<Checker> MakeEndChecker(Findings& findings);             // 19

// ---- Small questions, answered here and not by the core ----

// Origin or affected: owes reports.
bool Owes(v1::IncidentEntity::Relation relation);
bool Owes(const EntityPart& part);
bool IsOpenState(v1::Obligation::State state);
const EntityPart* PartOf(const IncidentState& state, absl::string_view entity);
const ObligationRow* RowOf(const IncidentState& state, absl::string_view instance);
// REPORTED to RECOVERING.
bool IsOngoing(absl::string_view state);
bool IsMember(absl::string_view value, std::initializer_list<absl::string_view> of);
// Does the person hold one of `roles` for the entity, its secretariat or everywhere?
bool Holds(const v1::Directory& directory, absl::string_view person, absl::string_view scope,
           std::initializer_list<absl::string_view> roles);
std::string When(absl::Time time);
std::string RowText(const ObligationRow& row);

// First awareness of each entity, from what people said and not from the record.
class Awareness {
 public:
  void See(const Moment& moment);
  struct Known {
    absl::Time detected;
    v1::IncidentEntity::Relation relation = v1::IncidentEntity::RELATION_UNSPECIFIED;
    bool owes = false;  // now
    bool ever_owed = false;
  };
  const std::map<std::string, Known>& of(int slot) const {
    return known_[static_cast<size_t>(slot)];
  }
  // How far this moment moved it; zero when it did not, and for who starts anew.
  absl::Duration Shift(int slot, const std::string& entity) const {
    const auto& shifts = shifts_[static_cast<size_t>(slot)];
    const auto found = shifts.find(entity);
    return found == shifts.end() ? absl::ZeroDuration() : found->second;
  }
  bool Corrected(int slot, const std::string& entity) const {
    return Shift(slot, entity) != absl::ZeroDuration();
  }

 private:
  void Put(int slot, const std::string& entity, absl::Time detected,
           v1::IncidentEntity::Relation relation);
  void SeeEntity(const Moment& moment, const v1::IncidentEntity& given);

  std::array<std::map<std::string, Known>, World::kSlots> known_;
  std::array<std::map<std::string, absl::Duration>, World::kSlots> shifts_;
};

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_CHECKER_H_
