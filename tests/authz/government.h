// A government in which everybody who could be somebody is there once, and six incidents.
#ifndef BELFRY_TESTS_AUTHZ_GOVERNMENT_H_
#define BELFRY_TESTS_AUTHZ_GOVERNMENT_H_

#include <string>
#include <vector>

#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/directory.pb.h"

namespace belfry::authz {

struct Grant {
  std::string role;
  std::string scope;  // "" for everywhere
};

// One who calls, as the test knows them.
struct Principal {
  std::string who;   // of the token: "r.iso"
  std::string name;  // "people/r.iso", "systems/siem.dop"
  std::string entity;
  std::vector<Grant> grants;
  bool system = false;
  bool third_party = false;
  bool admin = false;
  bool bot = false;    // on its own account
  bool guest = false;  // the bot, acting for an account that is nobody's
};

// Everybody: a holder of each role of the pack for DOP, clerks and officers of three agencies, a
// third party with and without its office, a named reader, somebody whom incidents are about,
// agency systems, an administrator, a bot, a chat account that is nobody's.
std::vector<Principal> Principals(const policy::v1::Policy& pack);

// The directory that says so.
v1::Directory DirectoryFor(const std::vector<Principal>& principals);

inline constexpr char kReader[] = "people/bor.reader";
inline constexpr char kSubject[] = "people/x.subject";

}  // namespace belfry::authz

#endif  // BELFRY_TESTS_AUTHZ_GOVERNMENT_H_
