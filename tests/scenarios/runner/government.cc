#include "tests/scenarios/runner/government.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace belfry::scenario {
namespace {

using testing::v1::Government;

constexpr std::pair<const char*, const char*> kLocal[] = {
    {"pc", "PC"},     {"sc", "SC"},     {"iso", "ISO"},         {"head", "AH"},
    {"da-t", "DA_T"}, {"da-m", "DA_M"}, {"counsel", "COUNSEL"}, {"netadmin", "NETADMIN"},
    {"rao", "RAO"}};
constexpr std::pair<const char*, const char*> kCentral[] = {{"commonhelp", "CH"},
                                                            {"csirt.handler", "CSIRT_H"},
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

class Expander {
 public:
  void AddPerson(const std::string& id, const std::string& entity) {
    v1::Person* person = directory_.add_people();
    person->set_name(PersonName(id));
    person->set_display_name(id);
    person->set_entity(EntityName(entity));
    v1::Contact* contact = person->add_contacts();
    contact->set_platform("console");
    contact->set_address(absl::StrCat("@", id));
  }

  void Assign(const std::string& id, const char* role, const std::string& scope) {
    v1::RoleAssignment* assignment = directory_.add_role_assignments();
    assignment->set_person(PersonName(id));
    assignment->set_role(role);
    assignment->set_scope(scope);
  }

  void AddEntity(const Government::Entity& given) {
    v1::Entity* entity = directory_.add_entities();
    entity->set_name(EntityName(given.id()));
    entity->set_title(given.id());
    if (given.third_party()) {
      entity->set_kind(v1::Entity::KIND_THIRD_PARTY_COMPANY);
      AddPerson(given.id() + ".tp", given.id());
      Assign(given.id() + ".tp", "TP", entity->name());
      return;
    }
    entity->set_kind(v1::Entity::KIND_AGENCY);
    if (!given.secretariat().empty()) {
      entity->set_secretariat(absl::StrCat("secretariats/", given.secretariat()));
    }
    entity->set_preauthorized_spend_cents(given.preauthorized_spend_cents());
    entity->set_executive_department(!given.not_executive());
    entity->set_network_member(!given.off_network());
    entity->set_binding(given.voluntary() ? v1::Entity::BINDING_VOLUNTARY
                                          : v1::Entity::BINDING_MANDATORY);
    AddPerson(given.id() + ".clerk", given.id());
    for (const auto& [suffix, role] : kLocal) {
      const auto& without = given.without();
      if (std::find(without.begin(), without.end(), role) != without.end()) continue;
      const std::string id = absl::StrCat(given.id(), ".", suffix);
      AddPerson(id, given.id());
      Assign(id, role, entity->name());
    }
    if (given.secretariat().empty()) {
      AddPerson(given.id() + ".scio", given.id());
      Assign(given.id() + ".scio", "SCIO", entity->name());
    }
  }

  v1::Directory Expand(const Government& government) && {
    for (const auto& given : government.secretariats()) {
      v1::Secretariat* secretariat = directory_.add_secretariats();
      secretariat->set_name(absl::StrCat("secretariats/", given.id()));
      secretariat->set_title(given.id());
      AddPerson(given.id() + ".scio", "");
      Assign(given.id() + ".scio", "SCIO", secretariat->name());
    }
    for (const Government::Entity& entity : government.entities()) AddEntity(entity);
    for (const auto& [id, role] : kCentral) {
      const auto& without = government.without();
      if (std::find(without.begin(), without.end(), role) != without.end()) continue;
      AddPerson(id, "");
      Assign(id, role, "");
    }
    directory_.MergeFrom(government.more());
    return std::move(directory_);
  }

 private:
  v1::Directory directory_;
};

}  // namespace

std::string EntityName(absl::string_view id) {
  if (id.empty() || id.find('/') != absl::string_view::npos) return std::string(id);
  return absl::StrCat("entities/", id);
}

std::string PersonName(absl::string_view id) {
  if (id.empty() || id.find('/') != absl::string_view::npos) return std::string(id);
  return absl::StrCat("people/", id);
}

std::vector<std::string> ShortFormRoles() {
  std::vector<std::string> roles;
  for (const auto& [id, role] : kLocal) roles.emplace_back(role);
  for (const auto& [id, role] : kCentral) roles.emplace_back(role);
  return roles;
}

v1::Directory ExpandGovernment(const Government& government) {
  return Expander().Expand(government);
}

}  // namespace belfry::scenario
