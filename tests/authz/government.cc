#include "tests/authz/government.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace belfry::authz {
namespace {

Principal Person(const std::string& who, const std::string& entity,
                 std::vector<Grant> grants = {}) {
  Principal person;
  person.who = who;
  person.name = absl::StrCat("people/", who);
  if (!entity.empty()) person.entity = absl::StrCat("entities/", entity);
  person.third_party = entity == "vend";
  person.grants = std::move(grants);
  return person;
}

Principal System(const std::string& who, const std::string& entity) {
  Principal system;
  system.who = who;
  system.name = absl::StrCat("systems/", who);
  if (!entity.empty()) system.entity = absl::StrCat("entities/", entity);
  system.system = true;
  return system;
}

}  // namespace

std::vector<Principal> Principals(const policy::v1::Policy& pack) {
  std::vector<Principal> all;
  for (const policy::v1::Role& role : pack.roles()) {
    const std::string who =
        absl::StrCat("r.", absl::StrReplaceAll(absl::AsciiStrToLower(role.code()), {{"_", "-"}}));
    if (role.code() == "TP") {
      all.push_back(Person(who, "vend", {{role.code(), "entities/vend"}}));
      continue;
    }
    std::string scope;
    if (role.scope() == policy::v1::Role::SCOPE_ENTITY) scope = "entities/dop";
    if (role.scope() == policy::v1::Role::SCOPE_SECRETARIAT) scope = "secretariats/eox";
    // Offices of the whole government belong to no agency.
    all.push_back(Person(who, scope == "entities/dop" ? "dop" : "", {{role.code(), scope}}));
  }
  all.push_back(Person("dop.clerk", "dop"));
  all.push_back(Person("dor.clerk", "dor"));
  all.push_back(Person("dor.pc", "dor", {{"PC", "entities/dor"}}));
  all.push_back(Person("dor.iso", "dor", {{"ISO", "entities/dor"}}));
  all.push_back(Person("bor.clerk", "bor"));
  all.push_back(Person("bor.pc", "bor", {{"PC", "entities/bor"}}));
  all.push_back(Person("bor.iso", "bor", {{"ISO", "entities/bor"}}));
  all.push_back(Person("bor.reader", "bor"));
  all.push_back(Person("vend.other", "vend"));
  all.push_back(Person("x.subject", "dop", {{"CSIRT_H", ""}, {"CISO", ""}}));
  all.push_back(System("siem.dop", "dop"));
  all.push_back(System("siem.bor", "bor"));
  all.push_back(System("admin", ""));
  all.back().admin = true;
  all.push_back(System("bot", ""));
  all.back().bot = true;
  Principal guest;
  guest.who = "guest";
  guest.name = "accounts/console//nobody";
  guest.guest = true;
  all.push_back(guest);
  return all;
}

v1::Directory DirectoryFor(const std::vector<Principal>& principals) {
  v1::Directory directory;
  for (const char* secretariat : {"eox", "eoy"}) {
    v1::Secretariat* added = directory.add_secretariats();
    added->set_name(absl::StrCat("secretariats/", secretariat));
    added->set_title(secretariat);
  }
  for (const auto& [code, secretariat] : std::vector<std::pair<std::string, std::string>>{
           {"dop", "eox"}, {"dor", "eox"}, {"bor", "eoy"}}) {
    v1::Entity* entity = directory.add_entities();
    entity->set_name(absl::StrCat("entities/", code));
    entity->set_title(code);
    entity->set_secretariat(absl::StrCat("secretariats/", secretariat));
    entity->set_executive_department(true);
    entity->set_network_member(true);
  }
  v1::Entity* vendor = directory.add_entities();
  vendor->set_name("entities/vend");
  vendor->set_title("vend");
  vendor->set_kind(v1::Entity::KIND_THIRD_PARTY_COMPANY);
  for (const Principal& one : principals) {
    if (one.system || one.guest) continue;
    v1::Person* person = directory.add_people();
    person->set_name(one.name);
    person->set_display_name(one.who);
    person->set_entity(one.entity);
    v1::Contact* contact = person->add_contacts();
    contact->set_platform("console");
    contact->set_address(absl::StrCat("@", one.who));
    for (const Grant& grant : one.grants) {
      v1::RoleAssignment* held = directory.add_role_assignments();
      held->set_person(one.name);
      held->set_role(grant.role);
      held->set_scope(grant.scope);
    }
  }
  return directory;
}

}  // namespace belfry::authz
