#include "server/core/directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/limits.h"

namespace belfry::core {
namespace {

constexpr size_t kPersonIdMax = 64;
constexpr size_t kEntityIdMin = 2;
constexpr size_t kEntityIdMax = 12;

std::string AccountKey(absl::string_view platform, absl::string_view workspace,
                       absl::string_view user_id) {
  return absl::StrCat(platform, "\n", workspace, "\n", user_id);
}

std::string RoleKey(absl::string_view role, absl::string_view scope) {
  return absl::StrCat(role, "\n", scope);
}

// "prefix/id" with an id of the characters that are safe in names, commands and file names.
bool IsName(absl::string_view name, absl::string_view prefix, size_t min, size_t max) {
  if (!absl::ConsumePrefix(&name, prefix) || !absl::ConsumePrefix(&name, "/")) return false;
  if (name.size() < min || name.size() > max) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '-';
  });
}

absl::Status CheckEntityName(absl::string_view name, absl::string_view path) {
  const bool plain = !absl::StrContains(name, '.') && !absl::StrContains(name, '-');
  if (plain && IsName(name, "entities", kEntityIdMin, kEntityIdMax)) return absl::OkStatus();
  return InvalidField(path, absl::StrCat("must be entities/<id> with 2 to 12 characters a-z, 0-9; "
                                         "this is \"",
                                         name, "\""));
}

// Webhooks and mail only take what is sent to them.
bool OpensRooms(absl::string_view platform) {
  return platform != "slack-webhook" && platform != "teams-workflow" && platform != "email" &&
         platform != "webhook";
}

bool Before(const v1::RoleAssignment* a, const v1::RoleAssignment* b) {
  return a->order() < b->order();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Directory>> Directory::Create(v1::Directory proto,
                                                                   const PolicyIndex& policy) {
  std::shared_ptr<Directory> directory(new Directory(std::move(proto)));
  const v1::Directory& d = directory->proto_;

  for (int i = 0; i < d.secretariats_size(); ++i) {
    const v1::Secretariat& secretariat = d.secretariats(i);
    const std::string path = absl::StrCat("secretariats[", i, "].name");
    if (!IsName(secretariat.name(), "secretariats", kEntityIdMin, kEntityIdMax)) {
      return InvalidField(path, absl::StrCat("must be secretariats/<id> with 2 to 12 characters "
                                             "a-z, 0-9; this is \"",
                                             secretariat.name(), "\""));
    }
    if (!directory->secretariats_.emplace(secretariat.name(), &secretariat).second) {
      return InvalidField(path, absl::StrCat(secretariat.name(), " stands here twice"));
    }
  }
  for (int i = 0; i < d.entities_size(); ++i) {
    const v1::Entity& entity = d.entities(i);
    const std::string path = absl::StrCat("entities[", i, "].name");
    BELFRY_RETURN_IF_ERROR(CheckEntityName(entity.name(), path));
    if (!directory->entities_.emplace(entity.name(), &entity).second) {
      return InvalidField(path, absl::StrCat(entity.name(), " stands here twice"));
    }
    if (entity.preauthorized_spend_cents() < 0 ||
        entity.preauthorized_spend_cents() > kCostCentsMax) {
      return InvalidField(absl::StrCat("entities[", i, "].preauthorized_spend_cents"),
                          absl::StrCat("is a whole number of cents, from 0 to ", kCostCentsMax));
    }
    if (!entity.secretariat().empty() &&
        directory->FindSecretariat(entity.secretariat()) == nullptr) {
      return InvalidField(absl::StrCat("entities[", i, "].secretariat"),
                          absl::StrCat("there is no ", entity.secretariat(),
                                       "; add it to secretariats or leave the field empty"));
    }
  }
  for (int i = 0; i < d.people_size(); ++i) {
    const v1::Person& person = d.people(i);
    const std::string path = absl::StrCat("people[", i, "]");
    if (!IsName(person.name(), "people", 2, kPersonIdMax)) {
      return InvalidField(path + ".name",
                          absl::StrCat("must be people/<id> with 2 to 64 characters "
                                       "a-z, 0-9, dot, dash; this is \"",
                                       person.name(), "\""));
    }
    if (!directory->people_.emplace(person.name(), &person).second) {
      return InvalidField(path + ".name", absl::StrCat(person.name(), " stands here twice"));
    }
    if (!person.entity().empty() && directory->FindEntity(person.entity()) == nullptr) {
      return InvalidField(path + ".entity", absl::StrCat("there is no ", person.entity()));
    }
    for (int c = 0; c < person.contacts_size(); ++c) {
      if (person.contacts(c).platform().empty() || person.contacts(c).address().empty()) {
        return InvalidField(absl::StrCat(path, ".contacts[", c, "]"),
                            "needs a platform and an address");
      }
    }
    for (int c = 0; c < person.chat_accounts_size(); ++c) {
      const v1::ChatAccount& account = person.chat_accounts(c);
      const auto [other, is_new] = directory->accounts_.emplace(
          AccountKey(account.platform(), account.workspace(), account.user_id()), &person);
      // One account that acts as two people would make the record unable to say who acted.
      if (!is_new) {
        return InvalidField(absl::StrCat(path, ".chat_accounts[", c, "]"),
                            absl::StrCat("is linked to ", other->second->name(), " already"));
      }
    }
  }
  for (int i = 0; i < d.role_assignments_size(); ++i) {
    const v1::RoleAssignment& assignment = d.role_assignments(i);
    const std::string path = absl::StrCat("role_assignments[", i, "]");
    if (directory->FindPerson(assignment.person()) == nullptr) {
      return InvalidField(path + ".person", absl::StrCat("there is no ", assignment.person()));
    }
    const policy::v1::Role* role = policy.FindRole(assignment.role());
    if (role == nullptr) {
      return InvalidField(path + ".role", absl::StrCat("policy ", policy.Name(), " has no role \"",
                                                       assignment.role(), "\""));
    }
    const std::string& scope = assignment.scope();
    const bool exists = scope.empty() || directory->FindEntity(scope) != nullptr ||
                        directory->FindSecretariat(scope) != nullptr;
    if (!exists) return InvalidField(path + ".scope", absl::StrCat("there is no ", scope));
    if (scope.empty() && role->scope() != policy::v1::Role::SCOPE_GLOBAL) {
      return InvalidField(path + ".scope", absl::StrCat(role->code(),
                                                        " is held for an entity or a secretariat; "
                                                        "name one"));
    }
    directory->by_role_[RoleKey(assignment.role(), scope)].push_back(&assignment);
    directory->by_person_[assignment.person()].push_back(&assignment);
  }
  for (auto& [key, assignments] : directory->by_role_) {
    std::stable_sort(assignments.begin(), assignments.end(), Before);
  }
  for (int i = 0; i < d.channels_size(); ++i) {
    const v1::Channel& channel = d.channels(i);
    const std::string path = absl::StrCat("channels[", i, "]");
    if (!IsName(channel.name(), "channels", 2, kPersonIdMax)) {
      return InvalidField(path + ".name",
                          absl::StrCat("must be channels/<id>; this is \"", channel.name(), "\""));
    }
    if (!directory->channels_.emplace(channel.name(), &channel).second) {
      return InvalidField(path + ".name", absl::StrCat(channel.name(), " stands here twice"));
    }
    if (channel.platform().empty() || channel.address().empty()) {
      return InvalidField(path, "needs a platform and an address");
    }
    if (!channel.scope().empty() && directory->FindEntity(channel.scope()) == nullptr &&
        directory->FindSecretariat(channel.scope()) == nullptr) {
      return InvalidField(path + ".scope", absl::StrCat("there is no ", channel.scope()));
    }
    if (channel.incident_rooms() && !OpensRooms(channel.platform())) {
      return InvalidField(path + ".incident_rooms",
                          absl::StrCat(channel.platform(),
                                       " cannot open channels; use a channel of "
                                       "slack, teams or mattermost"));
    }
    directory->channels_by_scope_[channel.scope()].push_back(&channel);
  }
  return std::shared_ptr<const Directory>(std::move(directory));
}

namespace {

template <typename Map>
auto FindIn(const Map& map, absl::string_view key) -> typename Map::mapped_type {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

const v1::Entity* Directory::FindEntity(absl::string_view name) const {
  return FindIn(entities_, name);
}

const v1::Secretariat* Directory::FindSecretariat(absl::string_view name) const {
  return FindIn(secretariats_, name);
}

const v1::Person* Directory::FindPerson(absl::string_view name) const {
  return FindIn(people_, name);
}

const v1::Person* Directory::FindPersonByAccount(absl::string_view platform,
                                                 absl::string_view workspace,
                                                 absl::string_view user_id) const {
  return FindIn(accounts_, AccountKey(platform, workspace, user_id));
}

const v1::Channel* Directory::FindChannel(absl::string_view name) const {
  return FindIn(channels_, name);
}

std::vector<std::string> Directory::ScopesAround(absl::string_view scope) const {
  std::vector<std::string> scopes;
  if (!scope.empty()) scopes.emplace_back(scope);
  if (const v1::Entity* entity = FindEntity(scope); entity != nullptr) {
    if (!entity->secretariat().empty()) scopes.push_back(entity->secretariat());
  }
  scopes.emplace_back();
  return scopes;
}

std::vector<const v1::Person*> Directory::HoldersOf(absl::string_view role,
                                                    absl::string_view scope) const {
  std::vector<const v1::Person*> people;
  for (const std::string& around : ScopesAround(scope)) {
    const auto found = by_role_.find(RoleKey(role, around));
    if (found == by_role_.end()) continue;
    for (const v1::RoleAssignment* assignment : found->second) {
      const v1::Person* person = FindPerson(assignment->person());
      if (std::find(people.begin(), people.end(), person) == people.end()) {
        people.push_back(person);
      }
    }
  }
  return people;
}

std::vector<const v1::RoleAssignment*> Directory::AssignmentsOf(absl::string_view person) const {
  const auto found = by_person_.find(person);
  return found == by_person_.end() ? std::vector<const v1::RoleAssignment*>{} : found->second;
}

std::vector<const v1::Channel*> Directory::ChannelsFor(absl::string_view entity) const {
  std::vector<const v1::Channel*> channels;
  for (const std::string& scope : ScopesAround(entity)) {
    const auto found = channels_by_scope_.find(scope);
    if (found == channels_by_scope_.end()) continue;
    channels.insert(channels.end(), found->second.begin(), found->second.end());
  }
  return channels;
}

}  // namespace belfry::core
