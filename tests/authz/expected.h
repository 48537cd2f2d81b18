// What the pack's text says about who may do what: a reader of its own, which shares nothing with
// the server but the schema of packs.
#ifndef BELFRY_TESTS_AUTHZ_EXPECTED_H_
#define BELFRY_TESTS_AUTHZ_EXPECTED_H_

#include <set>
#include <string>
#include <vector>

#include "belfry/policy/v1/policy.pb.h"
#include "tests/authz/government.h"

namespace belfry::authz {

// An incident, as the test knows it from outside.
struct Incident {
  std::string situation;  // "own", "restricted"
  std::string name;       // "incidents/DOP-2026-0001"
  std::string reporter;
  std::vector<std::string> entities;       // "entities/dop"
  std::vector<std::string> third_parties;  // of these
  std::string reporting;                   // whose number it bears
  bool restricted = false;
  std::string state;
  std::set<std::string> readers;
  std::set<std::string> subjects;
  std::set<std::string> told;    // were sent anything about it
  std::set<std::string> called;  // were paged, asked or reminded
};

std::string SecretariatOf(const std::string& entity);

class Expected {
 public:
  explicit Expected(const policy::v1::Policy& pack) : pack_(pack) {}

  // Learns that it is there.
  bool Reads(const Principal& who, const Incident& incident) const;
  // A third party with nothing to say for the government: reads its own part only.
  bool OwnPartOnly(const Principal& who, const Incident& incident) const;
  // Finds it in lists: those of its own scopes, or of all.
  bool Lists(const Principal& who, const Incident& incident) const;
  // May do the act on it; with `entity`, the role must reach that one.
  bool May(const Principal& who, const Incident& incident, const std::string& act,
           const std::string& entity = "") const;
  // May do it at all.
  bool MayAnywhere(const Principal& who, const std::string& act) const;
  bool BreaksGlass(const Principal& who, const Incident& incident) const;

 private:
  const policy::v1::Permission* Find(const std::string& act) const;
  bool Allows(const policy::v1::Permission& permission, const Principal& who,
              const Incident& incident, const std::string& entity) const;
  bool SeesAll(const std::string& role) const;

  const policy::v1::Policy& pack_;
};

}  // namespace belfry::authz

#endif  // BELFRY_TESTS_AUTHZ_EXPECTED_H_
