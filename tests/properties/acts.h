// Single acts, made from what an incident looks like now.
#ifndef BELFRY_TESTS_PROPERTIES_ACTS_H_
#define BELFRY_TESTS_PROPERTIES_ACTS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/properties/history.h"
#include "tests/properties/random.h"
#include "tests/properties/world.h"

namespace belfry::properties {

// Who acts, how, and what it is called in statistics.
struct Made {
  std::string who;
  core::Act act;
  std::string what;
  int slot = -1;  // another incident than the one asked about
};

// What people are mostly busy with.
enum class Mood { kAnything, kDiligent, kNetwork, kPrivacy, kCrime };

class ActMaker {
 public:
  ActMaker(Random& random, World& world, const Government& government, Profile profile, Mood mood)
      : random_(random), world_(world), government_(government), profile_(profile), mood_(mood) {}

  Made Report(int slot);
  Made Register(int slot, const std::string& entity);
  // Anything; nullopt when nothing of the kind drawn fits.
  std::optional<Made> Any(int slot);
  Made Note();
  // What leads towards the next state.
  std::optional<Made> Progress(int slot);

 private:
  const IncidentState& state(int slot) const { return *world_.Incident(slot); }
  const core::PolicyIndex& policy() const { return world_.policy(); }

  // A holder of one of `roles` for the entity; now and then somebody else.
  std::string Holder(const std::vector<std::string>& roles, const std::string& entity);
  std::string May(const std::string& act, const std::string& entity);
  std::string AnEntity(int slot);  // that takes part
  bool ById();
  // Who was told may read a restricted incident; another playing tells others.
  bool MayRestrict() const;
  const policy::v1::Category& AnyCategory();
  absl::Time Recent();  // now, or a little or much earlier

  Made Facts(int slot, std::vector<std::pair<std::string, std::string>> facts,
             const std::string& who = "");
  std::optional<Made> RandomFacts(int slot);
  std::optional<Made> Document(const std::string& type, const std::string& entity,
                               std::vector<std::pair<std::string, std::string>> given = {});
  std::optional<Made> RandomDocument(int slot);
  std::optional<Made> AnswerDuty(int slot);
  std::optional<Made> SendNotice(int slot, const record::v1::ObligationRow& row);
  std::optional<Made> Outcome(int slot);
  std::optional<Made> Decide(int slot, const std::string& question);
  std::optional<Made> Waive(int slot);
  std::optional<Made> HoldOrRelease(int slot);
  std::optional<Made> Devices(int slot);
  std::optional<Made> Removal(int slot);
  std::optional<Made> Money(int slot);
  std::optional<Made> Entities(int slot);
  std::optional<Made> Verb(int slot, const std::string& verb);
  std::optional<Made> StepAside(int slot);
  std::optional<Made> Link(int slot);
  std::optional<Made> Category(int slot);
  std::optional<Made> Severity(int slot);
  std::optional<Made> Small(int slot);
  std::optional<Made> Standing(int slot);
  std::optional<Made> LawEnforcement(int slot);

  Random& random_;
  World& world_;
  const Government& government_;
  const Profile profile_;
  const Mood mood_;
  int tickets_ = 0;
};

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_ACTS_H_
