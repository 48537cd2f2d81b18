#include "tests/properties/government.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/properties/random.h"

namespace belfry::properties {
namespace {

constexpr std::pair<const char*, const char*> kLocal[] = {
    {"pc", "PC"},     {"sc", "SC"},     {"iso", "ISO"},         {"head", "AH"},
    {"da-t", "DA_T"}, {"da-m", "DA_M"}, {"counsel", "COUNSEL"}, {"netadmin", "NETADMIN"},
    {"rao", "RAO"}};
constexpr std::pair<const char*, const char*> kCentral[] = {{"commonhelp", "CH"},
                                                            {"commonhelp.second", "CH"},
                                                            {"csirt.handler", "CSIRT_H"},
                                                            {"csirt.second", "CSIRT_H"},
                                                            {"csirt.executive", "CSIRT_X"},
                                                            {"itd.duty", "ITD_DM"},
                                                            {"ciso", "CISO"},
                                                            {"cso", "CSO"},
                                                            {"ccio", "CCIO"},
                                                            {"as-it", "AS_IT"},
                                                            {"esb", "ESB"},
                                                            {"gclc", "GCLC"},
                                                            {"olc", "OLC"},
                                                            {"fusion", "FUSION"},
                                                            {"dpr", "DPR"},
                                                            {"ago", "AGO"},
                                                            {"ocabr", "OCABR"},
                                                            {"auditor", "AUDITOR"}};

class Builder {
 public:
  Builder(int number, bool all_bound)
      : random_(static_cast<uint64_t>(number) * 7919 + 11), all_bound_(all_bound) {}

  v1::Directory Build() && {
    for (const char* id : {"eox", "eoy"}) AddSecretariat(id);
    AddAgency("dop", "eox", true, true, false);
    AddAgency("dor", "eox", !random_.Percent(15), !random_.Percent(15), false);
    AddAgency("bor", "eoy", true, true, false);
    AddAgency("esc", "", false, true, random_.Percent(30));      // on the network: bound
    AddAgency("vil", "", false, false, true);                    // only encouraged
    AddAgency("aut", "eoy", random_.Percent(50), false, false);  // off the network
    AddThirdParty("hostwell", "entities/bor");
    AddThirdParty("routewell", "entities/dop");
    for (const auto& [id, role] : kCentral) {
      const bool rarely_missing = random_.Percent(4);
      AddPerson(id, "");
      if (!rarely_missing) Assign(id, role, "");
    }
    if (random_.Percent(15)) Assign("ccio", "CSO", "");  // one person, two offices
    AddNetwork();
    AddChannels();
    return std::move(directory_);
  }

 private:
  void AddPerson(const std::string& id, const std::string& entity) {
    v1::Person* person = directory_.add_people();
    person->set_name(absl::StrCat("people/", id));
    person->set_display_name(id);
    if (!entity.empty()) person->set_entity(absl::StrCat("entities/", entity));
    v1::Contact* contact = person->add_contacts();
    contact->set_platform("console");
    contact->set_address(absl::StrCat("@", id));
  }

  void Assign(const std::string& id, const char* role, const std::string& scope) {
    v1::RoleAssignment* assignment = directory_.add_role_assignments();
    assignment->set_person(absl::StrCat("people/", id));
    assignment->set_role(role);
    assignment->set_scope(scope);
  }

  void AddSecretariat(const std::string& id) {
    v1::Secretariat* secretariat = directory_.add_secretariats();
    secretariat->set_name(absl::StrCat("secretariats/", id));
    secretariat->set_title(id);
    AddPerson(absl::StrCat(id, ".scio"), "");
    if (!random_.Percent(6)) Assign(absl::StrCat(id, ".scio"), "SCIO", secretariat->name());
  }

  void AddAgency(const std::string& id, const std::string& secretariat, bool executive,
                 bool on_network, bool voluntary) {
    v1::Entity* entity = directory_.add_entities();
    entity->set_name(absl::StrCat("entities/", id));
    entity->set_title(id);
    entity->set_kind(v1::Entity::KIND_AGENCY);
    if (!secretariat.empty()) entity->set_secretariat(absl::StrCat("secretariats/", secretariat));
    entity->set_executive_department(executive);
    entity->set_network_member(on_network);
    entity->set_preauthorized_spend_cents(random_.Percent(50) ? 100000 : 0);
    entity->set_binding(voluntary && !all_bound_ ? v1::Entity::BINDING_VOLUNTARY
                                                 : v1::Entity::BINDING_MANDATORY);
    AddPerson(absl::StrCat(id, ".clerk"), id);
    for (const auto& [suffix, role] : kLocal) {
      const std::string person = absl::StrCat(id, ".", suffix);
      AddPerson(person, id);
      if (!random_.Percent(8)) Assign(person, role, entity->name());
    }
    if (random_.Percent(20)) Assign(absl::StrCat(id, ".iso"), "SC", entity->name());
    // A small agency, whose head is its counsel: what needs both to approve needs nobody else.
    if (random_.Percent(90)) Assign(absl::StrCat(id, ".counsel"), "AH", entity->name());
    if (secretariat.empty()) {
      AddPerson(absl::StrCat(id, ".scio"), id);
      Assign(absl::StrCat(id, ".scio"), "SCIO", entity->name());
    }
  }

  void AddThirdParty(const std::string& id, const std::string& owner) {
    v1::Entity* entity = directory_.add_entities();
    entity->set_name(absl::StrCat("entities/", id));
    entity->set_title(id);
    entity->set_kind(v1::Entity::KIND_THIRD_PARTY_COMPANY);
    entity->add_owner_entities(owner);
    AddPerson(absl::StrCat(id, ".tp"), id);
    Assign(absl::StrCat(id, ".tp"), "TP", entity->name());
  }

  void AddSubnet(const std::string& cidr, const std::string& entity, bool public_safety) {
    v1::Subnet* subnet = directory_.add_subnets();
    subnet->set_cidr(cidr);
    subnet->set_entity(absl::StrCat("entities/", entity));
    subnet->set_site("site");
    subnet->set_public_safety(public_safety);
  }

  void AddDevice(const std::string& device, const std::string& entity, const std::string& cidr) {
    v1::RegisteredDevice* known = directory_.add_devices();
    known->set_device(device);
    known->set_entity(absl::StrCat("entities/", entity));
    known->set_subnet(cidr);
  }

  void AddNetwork() {
    AddSubnet("10.20.4.0/24", "dop", false);
    AddSubnet("10.20.5.0/24", "dop", random_.Percent(30));
    AddSubnet("10.44.9.0/24", "bor", false);
    for (const char* device : {"pc-1", "pc-2", "srv-1"}) AddDevice(device, "dop", "10.20.4.0/24");
    AddDevice("pc-9", "dop", "10.20.5.0/24");
    AddDevice("db-1", "bor", "10.44.9.0/24");
    AddDevice("db-2", "bor", "10.44.9.0/24");
    // Two agencies on one subnet.
    if (random_.Percent(25)) AddDevice("kiosk-1", "dor", "10.20.4.0/24");
  }

  void AddChannels() {
    const auto add = [&](const char* id, const std::string& scope, bool quiet) {
      v1::Channel* channel = directory_.add_channels();
      channel->set_name(absl::StrCat("channels/", id));
      channel->set_platform("console");
      channel->set_address(id);
      channel->set_scope(scope);
      channel->set_quiet(quiet);
    };
    add("dop", "entities/dop", false);
    if (random_.Percent(50)) add("eoy", "secretariats/eoy", true);
    if (random_.Percent(30)) add("all", "", random_.Percent(50));
    add("vil", "entities/vil", false);
  }

  Random random_;
  const bool all_bound_;
  v1::Directory directory_;
};

v1::Directory WithNewPeople(v1::Directory directory) {
  for (const char* id : {"dop", "dor", "bor", "esc", "vil", "aut"}) {
    for (const char* role : {"PC", "NETADMIN"}) {
      v1::Person* person = directory.add_people();
      person->set_name(absl::StrCat("people/", id, ".new-", role[0] == 'P' ? "pc" : "netadmin"));
      person->set_entity(absl::StrCat("entities/", id));
      v1::Contact* contact = person->add_contacts();
      contact->set_platform("console");
      contact->set_address(person->name());
      v1::RoleAssignment* assignment = directory.add_role_assignments();
      assignment->set_person(person->name());
      assignment->set_role(role);
      assignment->set_scope(absl::StrCat("entities/", id));
    }
  }
  return directory;
}

std::shared_ptr<const core::Directory> Index(v1::Directory directory,
                                             const core::PolicyIndex& policy) {
  auto index = core::Directory::Create(std::move(directory), policy);
  if (!index.ok()) {
    std::cerr << index.status() << "\n";
    std::abort();
  }
  return *std::move(index);
}

Government Make(int number, const core::PolicyIndex& policy, bool all_bound) {
  Government government;
  const v1::Directory directory = Builder(number, all_bound).Build();
  government.directory = Index(directory, policy);
  government.later = Index(WithNewPeople(directory), policy);
  for (const v1::Entity& entity : directory.entities()) {
    if (entity.kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY) {
      government.third_parties.push_back(entity.name());
      continue;
    }
    government.agencies.push_back(entity.name());
    if (!entity.executive_department() && !entity.network_member() &&
        entity.name() == "entities/vil") {
      government.voluntary.push_back(entity.name());
    }
  }
  for (const v1::Person& person : directory.people()) {
    government.people.push_back(person.name().substr(sizeof("people/") - 1));
  }
  return government;
}

}  // namespace

const Government& GovernmentNumber(int number, const core::PolicyIndex& policy, bool all_bound) {
  // Roles are checked against the pack; all packs here have the same ones.
  static auto* const known = new std::map<std::pair<int, bool>, Government>();
  const auto key = std::make_pair(number % kGovernments, all_bound);
  const auto found = known->find(key);
  if (found != known->end()) return found->second;
  return known->emplace(key, Make(key.first, policy, all_bound)).first->second;
}

}  // namespace belfry::properties
