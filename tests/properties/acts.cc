#include "tests/properties/acts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/proto_time.h"
#include "tests/properties/texts.h"

namespace belfry::properties {
namespace {

using record::v1::EntityPart;
using record::v1::ObligationRow;
using Pairs = std::vector<std::pair<std::string, std::string>>;

bool IsOpenRow(const ObligationRow& row) {
  return row.state() == v1::Obligation::STATE_PENDING ||
         row.state() == v1::Obligation::STATE_OVERDUE;
}

std::string ValueOf(const IncidentState& state, const std::string& name) {
  for (const v1::Fact& fact : state.facts()) {
    if (fact.name() == name) return fact.value();
  }
  return "";
}

bool HasDocument(const IncidentState& state, const std::string& type) {
  return std::any_of(state.documents().begin(), state.documents().end(),
                     [&](const auto& row) { return row.type() == type; });
}

const ObligationRow* OpenRowOf(const IncidentState& state, const std::string& code) {
  for (const ObligationRow& row : state.obligations()) {
    if (row.code() == code && IsOpenRow(row)) return &row;
  }
  return nullptr;
}

std::string EntityOfRow(const IncidentState& state, const ObligationRow& row) {
  if (row.subject().rfind("entities/", 0) == 0) return row.subject();
  for (const auto& part : state.entities()) {
    if (!row.subject().empty() && part.secretariat() == row.subject()) return part.entity();
  }
  return state.entity();
}

template <typename List>
std::vector<std::string> ToVector(const List& list) {
  return {list.begin(), list.end()};
}

}  // namespace

std::string ActMaker::Holder(const std::vector<std::string>& roles, const std::string& entity) {
  if (random_.Percent(3)) return random_.Of(government_.people);
  std::vector<std::string> people;
  for (const std::string& role : roles) {
    for (const v1::Person* person : world_.directory().HoldersOf(role, entity)) {
      people.push_back(person->name().substr(sizeof("people/") - 1));
    }
  }
  if (people.empty()) return random_.Of(government_.people);
  return random_.Of(people);
}

std::string ActMaker::May(const std::string& act, const std::string& entity) {
  const policy::v1::Permission* permission = policy().FindPermission(act);
  if (permission == nullptr || permission->anyone()) {
    if (random_.Percent(60)) return random_.Of(government_.people);
    return Holder({"PC", "SC", "ISO", "SCIO", "CSIRT_H"}, entity);
  }
  if (permission->systems() && random_.Percent(5)) {
    return absl::StrCat("systems/", absl::StripPrefix(entity, "entities/"));
  }
  return Holder(ToVector(permission->roles()), entity);
}

std::string ActMaker::AnEntity(int slot) {
  std::vector<std::string> entities;
  for (const auto& part : state(slot).entities()) entities.push_back(part.entity());
  if (entities.empty() || random_.Percent(40)) return state(slot).entity();
  return random_.Of(entities);
}

absl::Time ActMaker::Recent() {
  const absl::Time now = world_.now();
  switch (random_.Below(5)) {
    case 0:
      return now - absl::Minutes(random_.Below(90));
    case 1:
      return now - absl::Hours(random_.Below(60));
    default:
      return now;
  }
}

// The id of a removal counts events; another playing has others.
bool ActMaker::ById() {
  return (profile_ == Profile::kGeneral || profile_ == Profile::kFamily) && random_.Percent(40);
}

bool ActMaker::MayRestrict() const {
  return profile_ != Profile::kPersonalInfo && profile_ != Profile::kBinding &&
         profile_ != Profile::kGranularity;
}

const policy::v1::Category& ActMaker::AnyCategory() {
  const auto& categories = policy().proto().categories();
  const auto* category = &categories.Get(random_.Below(categories.size()));
  while (category->restricted() && !MayRestrict()) {
    category = &categories.Get(random_.Below(categories.size()));
  }
  return *category;
}

Made ActMaker::Report(int slot) {
  core::Report report;
  const bool voluntary = profile_ == Profile::kBinding || random_.Percent(8);
  const std::string entity =
      voluntary ? "entities/vil"
                : (random_.Percent(45) ? "entities/dop" : random_.Of(government_.agencies));
  std::string who =
      random_.Percent(70) ? Holder({"PC", "SC", "ISO"}, entity) : random_.Of(government_.people);
  if (random_.Percent(8)) who = "hostwell.tp";
  report.id = absl::StrCat(absl::AsciiStrToUpper(absl::StripPrefix(entity, "entities/")), "-2026-",
                           "000", slot + 1);
  report.uid = absl::StrCat("00000000-0000-7000-8000-00000000000", slot + 1);
  v1::CreateIncidentRequest& request = report.request;
  request.set_title(Text(random_));
  if (random_.Percent(50)) request.set_summary(Text(random_));
  request.set_entity(entity);
  if (random_.Percent(50)) *request.mutable_detect_time() = ToProto(Recent());
  if (random_.Percent(25)) {
    request.set_severity(absl::StrCat("SEV", random_.Between(1, 5)));
  }
  // Answers about personal information must not change what the severity makes due.
  if (profile_ == Profile::kPersonalInfo) request.set_severity("SEV4");
  request.set_restricted(MayRestrict() && random_.Percent(8));
  request.set_drill(random_.Percent(5));
  if (random_.Percent(60)) {
    const policy::v1::Category& category = AnyCategory();
    v1::CategoryAssignment* assigned = request.add_categories();
    assigned->set_category(category.code());
    if (!category.sub_values().empty()) {
      assigned->add_sub_values(
          category.sub_values(random_.Below(category.sub_values_size())).code());
    }
  }
  if (random_.Percent(15)) {
    v1::IncidentEntity* other = request.add_other_entities();
    other->set_entity(random_.Percent(30) ? random_.Of(government_.third_parties)
                                          : random_.Of(government_.agencies));
    other->set_relation(other->entity() == "entities/hostwell" ||
                                other->entity() == "entities/routewell"
                            ? v1::IncidentEntity::RELATION_THIRD_PARTY
                            : (random_.Percent(50) ? v1::IncidentEntity::RELATION_AFFECTED
                                                   : v1::IncidentEntity::RELATION_POTENTIAL));
    if (random_.Percent(40)) *other->mutable_detect_time() = ToProto(Recent());
  }
  if (random_.Percent(12)) {
    request.add_subjects(absl::StrCat("people/", Holder({"PC", "SC", "ISO", "SCIO"}, entity)));
  }
  return {who, std::move(report), "report"};
}

Made ActMaker::Register(int slot, const std::string& entity) {
  core::OpenRegister open;
  open.id = entity.empty()
                ? "CENTRAL-REGISTER"
                : absl::StrCat(absl::AsciiStrToUpper(absl::StripPrefix(entity, "entities/")),
                               "-REGISTER");
  open.uid = absl::StrCat("00000000-0000-7000-8000-00000000000", slot + 1);
  open.entity = entity;
  return {"system", std::move(open), "open register"};
}

Made ActMaker::Facts(int slot, Pairs facts, const std::string& who) {
  v1::RecordFactsRequest request;
  for (const auto& [name, value] : facts) {
    v1::Fact* fact = request.add_facts();
    fact->set_name(name);
    fact->set_value(value);
    fact->set_reason(Text(random_));
    if (random_.Percent(20)) *fact->mutable_known_time() = ToProto(Recent());
    if (name == "custody_role" && random_.Percent(60)) {
      fact->set_entity(AnEntity(slot));
      const EntityPart* part = nullptr;
      for (const EntityPart& one : state(slot).entities()) {
        if (one.entity() == fact->entity()) part = &one;
      }
      // Who hosts it keeps it for somebody else, mostly.
      if (part != nullptr && part->relation() == v1::IncidentEntity::RELATION_THIRD_PARTY &&
          profile_ != Profile::kPersonalInfo) {
        fact->set_value("MAINTAINS_OR_STORES");
      }
    }
  }
  return {who.empty() ? May("RECORD_FACTS", state(slot).entity()) : who, std::move(request),
          "facts"};
}

std::optional<Made> ActMaker::RandomFacts(int slot) {
  static const auto* const kLikely = new std::vector<std::string>{
      "attack_intrusion", "criminal",       "personal_information", "public_safety",
      "statewide",        "third_party",    "lives_at_risk",        "critical_service_denied",
      "custody_role",     "others_exposed", "pi_elements",          "residents_affected"};
  static const auto* const kPrivate =
      new std::vector<std::string>{"personal_information", "personal_information", "custody_role",
                                   "pi_elements", "residents_affected"};
  Pairs facts;
  std::string who;
  const int count = random_.Between(1, 2);
  for (int i = 0; i < count; ++i) {
    const auto& all = policy().proto().facts();
    const bool private_one = mood_ == Mood::kPrivacy && random_.Percent(70);
    const policy::v1::FactDefinition* fact =
        private_one || random_.Percent(75)
            ? policy().FindFact(random_.Of(private_one ? *kPrivate : *kLikely))
            : &all.Get(random_.Below(all.size()));
    if (fact == nullptr) continue;
    if (std::any_of(facts.begin(), facts.end(),
                    [&](const auto& one) { return one.first == fact->name(); })) {
      continue;
    }
    std::string value = absl::StrCat("text ", random_.Below(3));
    if (fact->number()) {
      static const auto* const kNumbers =
          new std::vector<std::string>{"0", "12", "499", "500", "1840", "12400", "600000"};
      const bool scored = fact->name().rfind("nciss", 0) == 0;
      value = scored ? absl::StrCat(random_.Below(11) * 10) : random_.Of(*kNumbers);
      if (profile_ == Profile::kPersonalInfo) value = scored ? "" : "12";
    } else if (!fact->values().empty()) {
      value = fact->values(random_.Below(fact->values_size()));
      // Hardly anything starts from NO everywhere.
      if ((value == "NO" || value == "NONE") && random_.Percent(40)) value = fact->values(0);
    }
    if (value.empty()) continue;
    if (fact->name() == "criminal" && value == "RULED_OUT") {
      who = Holder({"CSIRT_H", "COUNSEL"}, state(slot).entity());
    }
    if (!fact->author_roles().empty()) {
      who = Holder(ToVector(fact->author_roles()), state(slot).entity());
    }
    facts.emplace_back(fact->name(), value);
  }
  if (facts.empty()) return std::nullopt;
  return Facts(slot, std::move(facts), who);
}

std::optional<Made> ActMaker::Document(const std::string& type, const std::string& entity,
                                       Pairs given) {
  const policy::v1::DocumentType* document = policy().FindDocument(type);
  if (document == nullptr) return std::nullopt;
  const bool incomplete = random_.Percent(4);
  v1::SubmitDocumentRequest request;
  request.set_type(type);
  request.set_entity(entity);
  const auto value_of = [&](const std::string& name) -> const std::string* {
    for (const auto& pair : given) {
      if (pair.first == name) return &pair.second;
    }
    return nullptr;
  };
  for (const policy::v1::DocumentType::Field& field : document->fields()) {
    if (value_of(field.name()) != nullptr) continue;
    bool wanted = field.required() || random_.Percent(field.name() == "tlp" ? 50 : 15);
    if (field.has_required_when()) {
      const std::string* other = value_of(field.required_when().name());
      const auto& is = field.required_when().is();
      wanted = other != nullptr && std::find(is.begin(), is.end(), *other) != is.end();
    }
    if (!wanted || (incomplete && random_.Percent(40))) continue;
    std::string value = Text(random_);
    if (!field.values().empty()) {
      value = field.values(random_.Below(field.values_size()));
      if (type == "EVIDENCE_PLAN" && (profile_ == Profile::kPersonalInfo || random_.Percent(70))) {
        value = field.values(0);
      }
    }
    if (field.name() == "letter") {
      value = Letter(random_, random_.Percent(16), random_.Percent(20));
    }
    if (type == "ADVISORY" && field.name() == "tlp") {
      value = random_.Percent(50) ? "TLP:AMBER" : (random_.Percent(50) ? "TLP:GREEN" : "TLP:RED");
    }
    if (type == "COMMDL_MEMBERSHIP" && field.name() == "member") {
      const auto holders = world_.directory().HoldersOf("PC", entity);
      if (!holders.empty()) value = random_.Of(holders)->name();
    }
    given.emplace_back(field.name(), value);
  }
  for (const auto& [name, value] : given) {
    v1::DocumentField* field = request.add_fields();
    field->set_name(name);
    field->set_value(value);
  }
  if (random_.Percent(12)) *request.mutable_event_time() = ToProto(Recent());
  return Made{May(document->act(), entity), std::move(request), absl::StrCat("document ", type)};
}

std::optional<Made> ActMaker::RandomDocument(int slot) {
  const auto& all = policy().proto().documents();
  return Document(all.Get(random_.Below(all.size())).code(), AnEntity(slot));
}

std::optional<Made> ActMaker::SendNotice(int slot, const ObligationRow& row) {
  const policy::v1::Obligation* rule = policy().FindObligation(row.code());
  for (const auto& way : rule->satisfied_by()) {
    if (!way.has_notice_delivered()) continue;
    v1::SendObligationNoticeRequest request;
    request.set_obligation(row.instance());
    if (random_.Percent(20)) request.set_text(Text(random_));
    const policy::v1::DocumentType* type = policy().FindDocument(way.notice_delivered().document());
    if (type != nullptr) {
      const bool incomplete = random_.Percent(5);
      for (const auto& field : type->fields()) {
        if (!field.required() || (incomplete && random_.Percent(40))) continue;
        v1::DocumentField* given = request.add_fields();
        given->set_name(field.name());
        given->set_value(Text(random_));
      }
    }
    const auto& senders = way.notice_delivered().sender_roles();
    return Made{Holder(ToVector(senders.empty() ? rule->owner_roles() : senders),
                       row.subject().empty() ? state(slot).entity() : row.subject()),
                std::move(request), "notify"};
  }
  return std::nullopt;
}

std::optional<Made> ActMaker::AnswerDuty(int slot) {
  std::vector<const ObligationRow*> open;
  for (const ObligationRow& row : state(slot).obligations()) {
    if (IsOpenRow(row)) open.push_back(&row);
  }
  if (open.empty()) return std::nullopt;
  const ObligationRow& row = *random_.Of(open);
  const policy::v1::Obligation* rule = policy().FindObligation(row.code());
  if (rule == nullptr || rule->satisfied_by().empty()) return std::nullopt;
  const std::string entity = EntityOfRow(state(slot), row);
  const auto& way = rule->satisfied_by(random_.Below(rule->satisfied_by_size()));
  if (way.has_ticket()) {
    v1::LinkTicketRequest request;
    request.mutable_ticket()->set_system("E2E");
    request.mutable_ticket()->set_number(absl::StrCat(++tickets_));
    return Made{May("LINK_TICKET", entity), std::move(request), "ticket"};
  }
  if (way.has_acknowledgement()) {
    return Made{Holder(ToVector(way.acknowledgement().roles()), entity),
                v1::AcknowledgeIncidentRequest(), "ack"};
  }
  if (way.has_document()) {
    Pairs given;
    for (const policy::v1::FieldTest& test : way.document().fields()) {
      given.emplace_back(test.name(), test.is(random_.Below(test.is_size())));
    }
    if (!row.person().empty()) given.emplace_back("member", row.person());
    const std::string& type = way.document().type();
    const bool consulted =
        HasDocument(state(slot), "SCIO_CONSULTATION") ||
        std::any_of(state(slot).acknowledgements().begin(), state(slot).acknowledgements().end(),
                    [](const auto& ack) {
                      return std::any_of(ack.grants().begin(), ack.grants().end(),
                                         [](const auto& grant) { return grant.role() == "SCIO"; });
                    });
    if (!consulted && (type == "WRITTEN_NOTICE" || type == "GCLC_CONTACT") && random_.Percent(85)) {
      return Document("SCIO_CONSULTATION", entity);
    }
    return Document(way.document().type(), entity, std::move(given));
  }
  if (way.has_notice_delivered()) {
    return random_.Percent(50) ? SendNotice(slot, row) : Outcome(slot);
  }
  if (way.has_decision()) return Decide(slot, way.decision().question());
  if (way.has_removal_confirmed() || way.has_removal_lifted()) return Removal(slot);
  return Progress(slot);
}

std::optional<Made> ActMaker::Outcome(int slot) {
  auto& waiting = world_.waiting(slot);
  if (waiting.empty()) return std::nullopt;
  // Statements first: duties wait for them.
  auto chosen = std::find_if(waiting.begin(), waiting.end(), [](const auto& outcome) {
    return outcome.kind == v1::Notice::KIND_STATEMENT;
  });
  if (chosen == waiting.end() || random_.Percent(25)) {
    chosen = waiting.begin() + random_.Below(static_cast<int>(waiting.size()));
  }
  core::DeliveryOutcome outcome = *chosen;
  waiting.erase(chosen);
  outcome.delivered = random_.Percent(75);
  if (!outcome.delivered) outcome.error = "no such number";
  return Made{"system", std::move(outcome), "outcome"};
}

std::optional<Made> ActMaker::Decide(int slot, const std::string& code) {
  const policy::v1::Question* question = policy().FindQuestion(code);
  if (question == nullptr) return std::nullopt;
  v1::RecordDecisionRequest request;
  request.set_question(question->code());
  request.set_answer(question->answers(random_.Below(question->answers_size())));
  if (!random_.Percent(4)) request.set_reason(Text(random_));
  std::string entity = state(slot).entity();
  if (question->about_case() && !state(slot).cases().empty()) {
    entity = state(slot).cases(random_.Below(state(slot).cases_size())).entity();
  }
  request.set_entity(entity);
  if (!question->removes_on().empty()) {
    std::vector<std::string> devices;
    for (const v1::Device& device : state(slot).devices()) {
      if (device.entity() == entity) devices.push_back(device.device());
    }
    if (!devices.empty()) request.add_removal_devices(random_.Of(devices));
    if (devices.empty() || random_.Percent(20)) {
      static const auto* const kBlocks = new std::vector<std::string>{
          "10.20.4.0/24", "10.20.5.0/24", "10.44.9.0/24", "10.20.4.0/23"};
      request.add_removal_subnets(random_.Of(*kBlocks));
    }
    request.set_public_safety_acknowledged(random_.Percent(90));
  }
  return Made{May(question->act(), entity), std::move(request), absl::StrCat("decide ", code)};
}

std::optional<Made> ActMaker::Waive(int slot) {
  std::vector<const ObligationRow*> open;
  std::vector<const ObligationRow*> waivable;
  for (const ObligationRow& row : state(slot).obligations()) {
    if (!IsOpenRow(row)) continue;
    open.push_back(&row);
    const policy::v1::Obligation* rule = policy().FindObligation(row.code());
    if (rule != nullptr && !rule->waivers().empty()) waivable.push_back(&row);
  }
  if (open.empty()) return std::nullopt;
  const bool lawful = !waivable.empty() && random_.Percent(85);
  const ObligationRow& row = lawful ? *random_.Of(waivable) : *random_.Of(open);
  const policy::v1::Obligation* rule = policy().FindObligation(row.code());
  v1::WaiveObligationRequest request;
  request.set_obligation(row.instance());
  request.set_reason(Text(random_));
  const std::string entity = EntityOfRow(state(slot), row);
  const std::string who = rule == nullptr || rule->waivers().empty()
                              ? Holder({"CSIRT_X", "CSIRT_H", "COUNSEL", "ITD_DM"}, entity)
                              : Holder(ToVector(rule->waivers(0).roles()), entity);
  return Made{who, std::move(request), "waive"};
}

std::optional<Made> ActMaker::HoldOrRelease(int slot) {
  std::vector<const ObligationRow*> rows;
  for (const ObligationRow& row : state(slot).obligations()) {
    const policy::v1::Obligation* rule = policy().FindObligation(row.code());
    const bool lawful = rule != nullptr && rule->has_hold();
    if (row.state() == v1::Obligation::STATE_HELD ||
        (IsOpenRow(row) && (lawful || random_.Percent(3)))) {
      rows.push_back(&row);
    }
  }
  if (rows.empty()) return std::nullopt;
  const ObligationRow& row = *random_.Of(rows);
  const std::string who = Holder({"COUNSEL"}, EntityOfRow(state(slot), row));
  if (row.state() == v1::Obligation::STATE_HELD) {
    v1::ReleaseObligationRequest request;
    request.set_obligation(row.instance());
    request.set_reason(Text(random_));
    return Made{who, std::move(request), "release"};
  }
  v1::HoldObligationRequest request;
  request.set_obligation(row.instance());
  request.set_reason(Text(random_));
  return Made{who, std::move(request), "hold"};
}

std::optional<Made> ActMaker::Devices(int slot) {
  static const auto* const kNames =
      new std::vector<std::string>{"pc-1", "pc-2", "srv-1", "pc-9", "db-1", "new-1"};
  static const auto* const kBlocks =
      new std::vector<std::string>{"10.20.4.0/24", "10.20.5.0/24", "10.44.9.0/24"};
  v1::RecordDevicesRequest request;
  const int count = random_.Between(1, 2);
  for (int i = 0; i < count; ++i) {
    v1::Device* device = request.add_devices();
    const bool known =
        !state(slot).devices().empty() && random_.Percent(mood_ == Mood::kNetwork ? 88 : 65);
    if (known) {
      const v1::Device& old = state(slot).devices(
          random_.Below(mood_ == Mood::kNetwork ? std::min(2, state(slot).devices_size())
                                                : state(slot).devices_size()));
      device->set_device(old.device());
      device->set_entity(old.entity());
      // On towards a clean scan and back into use, or back to where it was.
      v1::Device::Status next = v1::Device::STATUS_INFECTED;
      switch (old.status()) {
        case v1::Device::STATUS_SUSPECT:
          next = v1::Device::STATUS_INFECTED;
          break;
        case v1::Device::STATUS_INFECTED:
        case v1::Device::STATUS_REINFECTED:
          next = v1::Device::STATUS_ISOLATED;
          break;
        case v1::Device::STATUS_ISOLATED:
          next = v1::Device::STATUS_CLEANED;
          break;
        case v1::Device::STATUS_CLEANED:
          next = v1::Device::STATUS_SCAN_CLEAN;
          break;
        case v1::Device::STATUS_SCAN_CLEAN:
          next = v1::Device::STATUS_RESTORED;
          break;
        default:
          break;  // what was restored is infected again
      }
      if (random_.Percent(12)) {
        next = static_cast<v1::Device::Status>(random_.Between(1, 10));
        if (random_.Percent(70)) device->set_reason(Text(random_));
      }
      device->set_status(next);
    } else {
      device->set_device(random_.Of(*kNames));
      if (random_.Percent(30)) device->set_entity(AnEntity(slot));
      device->set_status(random_.Percent(70) ? v1::Device::STATUS_INFECTED
                                             : v1::Device::STATUS_SUSPECT);
      if (random_.Percent(50)) device->set_subnet(random_.Of(*kBlocks));
      device->set_public_safety(random_.Percent(5));
    }
    if (random_.Percent(30)) device->set_family("worm");
    // The same one twice in a request is a slip that hardly happens.
    if (i == 1 && request.devices(0).device() == device->device()) {
      request.mutable_devices()->RemoveLast();
    }
  }
  return Made{May("RECORD_DEVICES", state(slot).entity()), std::move(request), "devices"};
}

std::optional<Made> ActMaker::Removal(int slot) {
  const v1::NetworkRemoval* removal = nullptr;
  for (const v1::NetworkRemoval& one : state(slot).removals()) {
    if (one.state() != v1::NetworkRemoval::STATE_LIFTED) removal = &one;
  }
  const std::string entity = state(slot).entity();
  if (removal == nullptr) {
    const bool confirmed = std::any_of(
        state(slot).cases().begin(), state(slot).cases().end(),
        [](const auto& one) { return one.state() == v1::NonComplianceCase::STATE_CONFIRMED; });
    if (state(slot).reinfections().empty() && !confirmed) return std::nullopt;
    return Decide(slot, confirmed ? "REMOVAL_CASE" : "REMOVAL_REINFECTION");
  }
  if (removal->state() == v1::NetworkRemoval::STATE_DECIDED) {
    v1::ConfirmRemovalRequest request;
    request.set_removal(ById() ? removal->id() : 0);
    if (random_.Percent(25) && !removal->targets().empty()) {
      const auto& target = removal->targets(random_.Below(removal->targets_size()));
      request.add_targets(target.device().empty() ? target.subnet() : target.device());
    }
    // Whoever decided it must not carry it out.
    std::string who = Holder({"CH"}, entity);
    if (removal->decider() == absl::StrCat("people/", who)) {
      who = who == "commonhelp" ? "commonhelp.second" : "commonhelp";
    }
    return Made{who, std::move(request), "removed"};
  }
  if (random_.Percent(45)) {
    v1::LiftRemovalRequest request;
    request.set_removal(ById() ? removal->id() : 0);
    request.set_reason(Text(random_));
    return Made{Holder({"ITD_DM"}, entity), std::move(request), "lift"};
  }
  v1::RecordScanRequest request;
  v1::Scan& scan = *request.mutable_scan();
  for (const std::string& subnet : removal->subnets()) {
    if (!random_.Percent(10)) scan.add_subnets(subnet);
  }
  if (scan.subnets().empty()) scan.add_subnets("10.9.0.0/16");
  scan.set_verdict(random_.Percent(75)   ? v1::Scan::VERDICT_CLEAN
                   : random_.Percent(50) ? v1::Scan::VERDICT_INFECTED
                                         : v1::Scan::VERDICT_INCONCLUSIVE);
  scan.set_tool("scanner");
  if (random_.Percent(30)) *scan.mutable_scan_time() = ToProto(Recent());
  request.set_verify(random_.Percent(80));
  return Made{Holder({"CSIRT_H", "ITD_DM"}, entity), std::move(request), "scan"};
}

std::optional<Made> ActMaker::Money(int slot) {
  const IncidentState& s = state(slot);
  for (const v1::SpendRequest& asked : s.spend_requests()) {
    if (asked.state() != v1::SpendRequest::STATE_PENDING || random_.Percent(20)) continue;
    v1::DecideSpendRequest request;
    request.set_number(asked.number());
    request.set_approve(random_.Percent(60));
    request.set_reason(Text(random_));
    return Made{May("APPROVE_SPEND", asked.entity()), std::move(request), "decide spend"};
  }
  if (random_.Percent(35)) {
    v1::RequestSpendRequest request;
    request.set_entity(AnEntity(slot));
    request.set_amount_cents(random_.Between(1, 200000));
    request.set_purpose(Text(random_));
    return Made{May("REQUEST_SPEND", request.entity()), std::move(request), "spend"};
  }
  for (const v1::CostLine& cost : s.costs()) {
    if (cost.assessment() != v1::CostLine::ASSESSMENT_OPEN || random_.Percent(20)) continue;
    v1::AssessCostRequest request;
    request.set_number(cost.number());
    request.set_assessment(static_cast<v1::CostLine::Assessment>(random_.Between(2, 4)));
    return Made{May("ASSESS_COST", s.entity()), std::move(request), "assess"};
  }
  v1::RecordCostRequest request;
  request.mutable_cost()->set_description(Text(random_));
  request.mutable_cost()->set_amount_cents(random_.Between(1, 1000000));
  request.mutable_cost()->set_self_help(random_.Percent(50));
  return Made{May("RECORD_COST", s.entity()), std::move(request), "cost"};
}

std::optional<Made> ActMaker::Entities(int slot) {
  v1::AddEntityRequest request;
  v1::IncidentEntity& entity = *request.mutable_entity();
  const IncidentState& s = state(slot);
  if (random_.Percent(45)) {
    // The same entity again: an earlier detection, or another part in it.
    const auto& part = s.entities(random_.Below(s.entities_size()));
    entity.set_entity(part.entity());
    entity.set_relation(part.relation());
    if (part.relation() == v1::IncidentEntity::RELATION_POTENTIAL && random_.Percent(60)) {
      entity.set_relation(v1::IncidentEntity::RELATION_AFFECTED);
    }
    if (random_.Percent(75)) {
      const int minutes = random_.Between(-60, 30 * 60);
      *entity.mutable_detect_time() =
          ToProto(FromProto(part.detect_time()) - absl::Minutes(minutes));
    }
    if (entity.relation() == part.relation() && entity.has_detect_time()) {
      const bool later = FromProto(entity.detect_time()) > FromProto(part.detect_time());
      if (later) request.set_reason(Text(random_));
      return Made{May(later ? "POSTPONE_DETECTION" : "CORRECT_DETECTION", part.entity()),
                  std::move(request), later ? "postpone" : "correct"};
    }
    if (part.relation() == v1::IncidentEntity::RELATION_AFFECTED && random_.Percent(50)) {
      entity.set_relation(v1::IncidentEntity::RELATION_POTENTIAL);
      entity.clear_detect_time();
      request.set_reason(Text(random_));
      return Made{May("RELEASE_ENTITY", s.entity()), std::move(request), "release entity"};
    }
  } else if (random_.Percent(mood_ == Mood::kPrivacy ? 60 : 20)) {
    entity.set_entity(random_.Of(government_.third_parties));
    entity.set_relation(v1::IncidentEntity::RELATION_THIRD_PARTY);
  } else {
    entity.set_entity(random_.Of(government_.agencies));
    entity.set_relation(random_.Percent(60) ? v1::IncidentEntity::RELATION_AFFECTED
                                            : v1::IncidentEntity::RELATION_POTENTIAL);
    if (random_.Percent(40)) *entity.mutable_detect_time() = ToProto(Recent());
  }
  return Made{May("ADD_ENTITY", s.entity()), std::move(request), "entity"};
}

std::optional<Made> ActMaker::Verb(int slot, const std::string& verb) {
  const policy::v1::Transition* transition = policy().FindTransition(state(slot).state(), verb);
  if (transition == nullptr) return std::nullopt;
  v1::TransitionIncidentRequest request;
  request.set_verb(verb);
  request.set_reason(Text(random_));
  return Made{May(transition->act(), state(slot).entity()), std::move(request),
              absl::StrCat("verb ", verb)};
}

std::optional<Made> ActMaker::Progress(int slot) {
  const IncidentState& s = state(slot);
  const std::string entity = s.entity();
  const auto facts = [&](Pairs wanted, const std::string& who) -> std::optional<Made> {
    Pairs missing;
    for (auto& pair : wanted) {
      if (ValueOf(s, pair.first) != pair.second) missing.push_back(pair);
    }
    if (missing.empty()) return std::nullopt;
    return Facts(slot, std::move(missing), who);
  };
  const std::string handler = Holder({"CSIRT_H"}, entity);
  if (s.state() == "REPORTED") {
    if (!s.tickets().empty()) return Verb(slot, "take");
    v1::LinkTicketRequest request;
    request.mutable_ticket()->set_system("E2E");
    request.mutable_ticket()->set_number(absl::StrCat(++tickets_));
    return Made{May("LINK_TICKET", entity), std::move(request), "ticket"};
  }
  if (s.state() == "TRIAGE") {
    if (s.categories().empty()) return Category(slot);
    Pairs missing;
    static const auto* const kAsked = new std::vector<std::string>{
        "verdict",       "attack_intrusion", "criminal", "personal_information",
        "public_safety", "third_party",      "statewide"};
    for (const std::string& name : *kAsked) {
      const std::string value = ValueOf(s, name);
      if (!value.empty() && value != "FALSE_POSITIVE") continue;
      const policy::v1::FactDefinition* fact = policy().FindFact(name);
      // The last value but one is NO or NONE.
      const int values = fact->values_size();
      std::string answer = random_.Percent(45) ? fact->values(random_.Below(values))
                                               : fact->values(std::max(0, values - 2));
      if (name == "verdict") answer = fact->values(random_.Below(3));
      if (answer == "RULED_OUT" && !random_.Percent(50)) answer = "UNKNOWN";
      missing.emplace_back(name, answer);
    }
    if (!missing.empty()) return Facts(slot, std::move(missing), handler);
    return Verb(slot, "declare");
  }
  if (s.state() == "DECLARED") {
    if (auto made = facts({{"devices_contained", random_.Percent(80) ? "ALL" : "ACCEPTED_RISK"},
                           {"credentials_revoked", "YES"}},
                          handler);
        made.has_value() && ValueOf(s, "devices_contained").empty()) {
      return made;
    }
    const std::string attack = ValueOf(s, "attack_intrusion");
    if ((attack == "YES" || attack == "SUSPECTED") && !HasDocument(s, "AINP_CHECKLIST")) {
      return Document("AINP_CHECKLIST", entity);
    }
    if (OpenRowOf(s, "CISO-COORD") != nullptr) return Document("CISO_COORDINATOR", entity);
    return Verb(slot, "contain");
  }
  if (s.state() == "CONTAINED") {
    if (auto made = facts({{"cause", "known"}, {"weaknesses", "NONE_FOUND"}}, handler)) return made;
    if (OpenRowOf(s, "EVIDENCE-PLAN") != nullptr) return Document("EVIDENCE_PLAN", entity);
    return Verb(slot, "eradicate");
  }
  if (s.state() == "ERADICATED") {
    for (const v1::Device& device : s.devices()) {
      if (device.status() == v1::Device::STATUS_INFECTED ||
          device.status() == v1::Device::STATUS_REINFECTED) {
        v1::RecordDevicesRequest request;
        v1::Device* isolated = request.add_devices();
        isolated->set_device(device.device());
        isolated->set_entity(device.entity());
        isolated->set_status(v1::Device::STATUS_ISOLATED);
        return Made{handler, std::move(request), "devices"};
      }
    }
    if (auto made = facts({{"devices_clean", "YES"}}, handler)) return made;
    return Verb(slot, "recover");
  }
  if (s.state() == "RECOVERING") {
    if (auto made = facts({{"services_restored", "YES"}}, handler)) return made;
    if (std::any_of(s.removals().begin(), s.removals().end(), [](const auto& removal) {
          return removal.state() != v1::NetworkRemoval::STATE_LIFTED;
        })) {
      return Removal(slot);
    }
    for (const v1::Decision& decision : s.decisions()) {
      if (decision.question() == "SELF_HELP" && decision.answer() == "YES" && random_.Percent(50)) {
        return Decide(slot, "SELF_HELP");
      }
    }
    return Verb(slot, "resolve");
  }
  if (s.state() == "RESOLVED") {
    if (random_.Percent(90) && std::any_of(s.obligations().begin(), s.obligations().end(),
                                           [](const auto& row) { return IsOpenRow(row); })) {
      return AnswerDuty(slot);
    }
    if (auto made =
            facts({{"weaknesses_settled", "MITIGATED"}, {"records_reviewed", "YES"}}, handler)) {
      return made;
    }
    if (ValueOf(s, "iso_sign_off") != "YES") {
      return Facts(slot, {{"iso_sign_off", "YES"}}, Holder({"ISO"}, entity));
    }
    if (std::any_of(s.costs().begin(), s.costs().end(), [](const auto& cost) {
          return cost.assessment() == v1::CostLine::ASSESSMENT_OPEN;
        })) {
      return Money(slot);
    }
    // Whether it may be closed depends on duties that the other playing does not have.
    if (profile_ == Profile::kPersonalInfo) return std::nullopt;
    return Verb(slot, "close");
  }
  if (s.state() == "CLOSED" && random_.Percent(60)) return Verb(slot, "reopen");
  return std::nullopt;
}

std::optional<Made> ActMaker::StepAside(int slot) {
  const IncidentState& s = state(slot);
  if (s.state() == "REPORTED" || s.state() == "TRIAGE") {
    // Whether one person may dismiss depends on who was told.
    if (profile_ == Profile::kPersonalInfo || profile_ == Profile::kBinding) return std::nullopt;
    if (ValueOf(s, "verdict") != "FALSE_POSITIVE" || ValueOf(s, "attack_intrusion") != "NO" ||
        ValueOf(s, "personal_information") != "NONE") {
      return Facts(slot,
                   {{"verdict", "FALSE_POSITIVE"},
                    {"attack_intrusion", "NO"},
                    {"personal_information", "NONE"}},
                   Holder({"CSIRT_H"}, s.entity()));
    }
    return Verb(slot, "dismiss");
  }
  if (s.state() == "DECLARED") {
    // The short path, where everything is answered already.
    if (ValueOf(s, "services_restored").empty() && random_.Percent(85)) {
      return Facts(slot,
                   {{"devices_contained", "ALL"},
                    {"credentials_revoked", "YES"},
                    {"cause", "known"},
                    {"weaknesses", "NONE_FOUND"},
                    {"devices_clean", "YES"},
                    {"services_restored", "YES"}},
                   Holder({"CSIRT_H"}, s.entity()));
    }
    return Verb(slot, "resolve");
  }
  return Verb(slot, "regress");
}

std::optional<Made> ActMaker::Link(int slot) {
  std::vector<int> others;
  for (int i = 0; i < World::kIncidents; ++i) {
    if (i != slot && world_.Incident(i) != nullptr) others.push_back(i);
  }
  if (others.empty()) return std::nullopt;
  v1::LinkIncidentRequest request;
  request.set_parent(absl::StrCat("incidents/", state(random_.Of(others)).id()));
  request.set_merge(random_.Percent(40));
  request.set_reason(Text(random_));
  return Made{Holder({"CSIRT_H"}, state(slot).entity()), std::move(request),
              request.merge() ? "merge" : "link"};
}

std::optional<Made> ActMaker::Category(int slot) {
  const policy::v1::Category& category = AnyCategory();
  v1::AssignCategoriesRequest request;
  v1::CategoryAssignment* assigned = request.add_categories();
  assigned->set_category(category.code());
  if (!category.sub_values().empty()) {
    assigned->add_sub_values(category.sub_values(random_.Below(category.sub_values_size())).code());
  }
  return Made{May("ASSIGN_CATEGORIES", state(slot).entity()), std::move(request), "category"};
}

std::optional<Made> ActMaker::Severity(int slot) {
  v1::ChangeSeverityRequest request;
  const int present = state(slot).severity().empty() ? 4 : state(slot).severity().back() - '0';
  const bool lower = random_.Percent(45);
  if (lower && profile_ == Profile::kPersonalInfo) return std::nullopt;
  const int wanted =
      lower ? std::min(5, present + 1) : std::max(1, present - random_.Between(1, 3));
  request.set_severity(absl::StrCat("SEV", wanted));
  request.set_reason(Text(random_));
  return Made{May(lower ? "LOWER_SEVERITY" : "CHANGE_SEVERITY", state(slot).entity()),
              std::move(request), lower ? "lower" : "raise"};
}

std::optional<Made> ActMaker::LawEnforcement(int slot) {
  const std::string entity = state(slot).entity();
  switch (random_.Below(6)) {
    case 0:
      return Document("EXCEPTION_DECLARATION", entity);
    case 1:
      return Document("LE_CONTACT", AnEntity(slot));
    case 2:
      return Document("GCLC_CONTACT", entity);
    case 3:
      return Document("SCIO_CONSULTATION", entity);
    default:
      return Document("LE_REFERRAL", entity);
  }
}

Made ActMaker::Note() {
  v1::AddNoteRequest request;
  request.set_text(Text(random_));
  return {"csirt.handler", std::move(request), "note"};
}

std::optional<Made> ActMaker::Small(int slot) {
  const IncidentState& s = state(slot);
  switch (random_.Below(7)) {
    case 0: {
      v1::AddNoteRequest request;
      request.set_text(Text(random_));
      if (random_.Percent(10)) request.set_text("the console's password: Tr0ub4dor&3");
      if (random_.Percent(30)) *request.mutable_event_time() = ToProto(Recent());
      return Made{Holder({"PC", "SC", "ISO", "CSIRT_H"}, s.entity()), std::move(request), "note"};
    }
    case 1: {
      v1::UpdateIncidentRequest request;
      request.mutable_incident()->set_title(Text(random_));
      request.mutable_incident()->set_lead("people/csirt.handler");
      request.mutable_update_mask()->add_paths(random_.Percent(50) ? "title" : "lead");
      return Made{May("UPDATE_DETAILS", s.entity()), std::move(request), "update"};
    }
    case 2: {
      v1::EscalateIncidentRequest request;
      request.set_reason(Text(random_));
      if (random_.Percent(50)) {
        static const auto* const kRoles = new std::vector<std::string>{
            "PC", "ISO", "SCIO", "AH", "CSIRT_X", "CCIO", "FUSION", "COUNSEL"};
        request.add_roles(random_.Of(*kRoles));
      } else if (random_.Percent(50)) {
        request.set_level(random_.Between(1, 5));
        return Made{Holder({"CSIRT_X", "CSIRT_H"}, s.entity()), std::move(request), "ladder"};
      }
      return Made{Holder({"PC", "ISO", "CSIRT_H"}, s.entity()), std::move(request), "escalate"};
    }
    case 3: {
      record::v1::IncidentRead read;
      read.set_person(absl::StrCat("people/", Holder({"CSIRT_H", "CSIRT_X", "ISO"}, s.entity())));
      read.set_what("incident");
      return Made{"system", std::move(read), "read"};
    }
    default: {
      const std::string who =
          Holder({"PC", "SC", "ISO", "SCIO", "CSIRT_H", "CSIRT_X", "CISO"}, AnEntity(slot));
      return Made{who, v1::AcknowledgeIncidentRequest(), "ack"};
    }
  }
}

std::optional<Made> ActMaker::Standing(int slot) {
  if (random_.Percent(15)) return Register(slot, state(slot).entity());
  if (random_.Percent(75)) return AnswerDuty(slot);
  static const auto* const kTypes = new std::vector<std::string>{
      "CONTACT_LIST",    "COMMDL_MEMBERSHIP",  "AUTHORITIES",    "SPENDING_PROCEDURE", "CONFORMITY",
      "TRAINING_RECORD", "THIRD_PARTY_REVIEW", "LOGGING_RECORD", "ISO_VALIDATION"};
  return Document(random_.Of(*kTypes), state(slot).entity());
}

std::optional<Made> ActMaker::Any(int slot) {
  const IncidentState& s = state(slot);
  if (s.standing_register()) return Standing(slot);
  const bool network = !s.devices().empty() || !s.cases().empty();
  const bool statement =
      std::any_of(world_.waiting(slot).begin(), world_.waiting(slot).end(),
                  [](const auto& one) { return one.kind == v1::Notice::KIND_STATEMENT; });
  const bool removals = !s.reinfections().empty() || !s.removals().empty() || !s.cases().empty();
  // Columns as the moods.
  static constexpr int kWeights[][5] = {
      {24, 60, 26, 16, 16},  // 0 progress
      {20, 45, 12, 20, 25},  // 1 answer a duty
      {9, 4, 4, 10, 10},     // 2 facts
      {8, 4, 4, 3, 8},       // 3 small acts
      {5, 2, 2, 3, 6},       // 4 outcome
      {4, 2, 2, 3, 3},       // 5 entities
      {4, 3, 2, 2, 3},       // 6 severity
      {3, 2, 45, 1, 1},      // 7 devices
      {3, 1, 30, 1, 1},      // 8 removal
      {4, 2, 2, 4, 2},       // 9 waive
      {3, 1, 1, 12, 1},      // 10 hold
      {4, 2, 1, 1, 22},      // 11 law enforcement
      {2, 1, 1, 2, 1},       // 12 any document
      {2, 2, 3, 1, 1},       // 13 money
      {5, 1, 2, 3, 3},       // 14 step aside
      {2, 1, 1, 2, 2},       // 15 category
      {1, 1, 1, 1, 1},       // 16 link
      {4, 2, 6, 2, 6},       // 17 decide
      {2, 1, 1, 30, 1},      // 18 what chapter 93H asks for
  };
  std::vector<int> weights;
  for (const auto& row : kWeights) weights.push_back(row[static_cast<int>(mood_)]);
  if (network) weights[7] += 4;
  if (!removals) weights[8] = 0;
  if (statement) weights[4] += 20;
  weights[16] = profile_ == Profile::kFamily ? 5 : 0;
  switch (random_.Weighted(weights)) {
    case 0:
      return Progress(slot);
    case 1:
      return AnswerDuty(slot);
    case 2:
      return RandomFacts(slot);
    case 3:
      return Small(slot);
    case 4:
      return Outcome(slot);
    case 5:
      return Entities(slot);
    case 6:
      return Severity(slot);
    case 7:
      return Devices(slot);
    case 8:
      return Removal(slot);
    case 9:
      return Waive(slot);
    case 10:
      return HoldOrRelease(slot);
    case 11:
      return LawEnforcement(slot);
    case 12:
      return RandomDocument(slot);
    case 13:
      return Money(slot);
    case 14:
      return StepAside(slot);
    case 15:
      return Category(slot);
    case 16:
      return Link(slot);
    case 17: {
      static const auto* const kQuestions =
          new std::vector<std::string>{"EXEC", "OLC", "SELF_HELP", "CASE"};
      const std::string& question = random_.Of(*kQuestions);
      if (question == "CASE" && s.cases().empty()) return std::nullopt;
      return Decide(slot, question);
    }
    default: {
      static const auto* const kPrivacy = new std::vector<std::string>{
          "BREACH_ASSESSMENT", "BREACH_ASSESSMENT", "AGO_FILING",   "RESIDENT_NOTICE",
          "RESIDENT_NOTICE",   "OCABR_REPLY",       "OWNER_NOTICE", "ADVISORY"};
      return Document(random_.Of(*kPrivacy), AnEntity(slot));
    }
  }
}

}  // namespace belfry::properties
