// The directory as the core sees it: an immutable, indexed snapshot.
#ifndef BELFRY_SERVER_CORE_DIRECTORY_H_
#define BELFRY_SERVER_CORE_DIRECTORY_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/v1/directory.pb.h"
#include "server/core/policy/policy_index.h"

namespace belfry::core {

// Who exists, who holds which role where, and where they can be reached. Immutable, thread-safe;
// pointers it returns live as long as it does.
class Directory {
 public:
  // Checks that names are well-formed and unique, references resolve and roles exist in `policy`
  // with a fitting scope. INVALID_ARGUMENT names the field, as "people[3].contacts[0].platform".
  static absl::StatusOr<std::shared_ptr<const Directory>> Create(v1::Directory directory,
                                                                 const PolicyIndex& policy);

  const v1::Directory& proto() const { return proto_; }

  const v1::Entity* FindEntity(absl::string_view name) const;
  const v1::Secretariat* FindSecretariat(absl::string_view name) const;
  const v1::Person* FindPerson(absl::string_view name) const;
  const v1::Person* FindPersonByAccount(absl::string_view platform, absl::string_view workspace,
                                        absl::string_view user_id) const;
  const v1::Channel* FindChannel(absl::string_view name) const;

  // Holders of `role` for "entities/…" or "secretariats/…": assignments there, at the entity's
  // secretariat, and global ones; nearest scope first, then by order. Each person once.
  std::vector<const v1::Person*> HoldersOf(absl::string_view role, absl::string_view scope) const;
  // Everything a person holds.
  std::vector<const v1::RoleAssignment*> AssignmentsOf(absl::string_view person) const;
  // Channels that get the notices of an entity: its own, its secretariat's and the global ones.
  std::vector<const v1::Channel*> ChannelsFor(absl::string_view entity) const;

 private:
  explicit Directory(v1::Directory proto) : proto_(std::move(proto)) {}

  // `scope` and the wider ones around it, nearest first; the last is the whole government, "".
  std::vector<std::string> ScopesAround(absl::string_view scope) const;

  v1::Directory proto_;
  absl::flat_hash_map<std::string, const v1::Entity*> entities_;
  absl::flat_hash_map<std::string, const v1::Secretariat*> secretariats_;
  absl::flat_hash_map<std::string, const v1::Person*> people_;
  absl::flat_hash_map<std::string, const v1::Person*> accounts_;
  absl::flat_hash_map<std::string, const v1::Channel*> channels_;
  // By "role scope".
  absl::flat_hash_map<std::string, std::vector<const v1::RoleAssignment*>> by_role_;
  absl::flat_hash_map<std::string, std::vector<const v1::RoleAssignment*>> by_person_;
  absl::flat_hash_map<std::string, std::vector<const v1::Channel*>> channels_by_scope_;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_DIRECTORY_H_
