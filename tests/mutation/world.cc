#include "tests/mutation/world.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/proto_time.h"
#include "server/core/access.h"
#include "server/core/document_checks.h"
#include "server/core/state_util.h"

namespace belfry::mutation {
namespace {

constexpr const char* kLocal[] = {"PC",   "SC",       "ISO",     "AH", "DA_T",
                                  "DA_M", "NETADMIN", "COUNSEL", "RAO"};
constexpr const char* kCentral[] = {"CH",   "CSIRT_H", "CSIRT_X", "ITD_DM", "CISO", "CSO",
                                    "CCIO", "AS_IT",   "ESB",     "GCLC",   "OLC",  "FUSION",
                                    "AGO",  "OCABR",   "DPR",     "AUDITOR"};

std::string IdOf(absl::string_view role) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(role), {{"_", "-"}});
}

bool IsLocal(absl::string_view role) {
  return std::find(std::begin(kLocal), std::end(kLocal), role) != std::end(kLocal);
}

// "PC" to "people/dop.pc", "eoy.SCIO" to "people/eoy.scio", "CH" to "people/ch".
std::string PersonOf(absl::string_view who) {
  const std::vector<std::string> parts = absl::StrSplit(who, '.');
  if (parts.size() == 2) return absl::StrCat("people/", parts[0], ".", IdOf(parts[1]));
  if (IsLocal(who) || who == "CLERK") return absl::StrCat("people/dop.", IdOf(who));
  if (who == "SCIO") return "people/eox.scio";
  if (who == "TP") return "people/vend.tp";
  return absl::StrCat("people/", IdOf(who));
}

// And back; the second holder of a role is the role.
std::string RoleOf(absl::string_view target) {
  if (!absl::ConsumePrefix(&target, "people/")) return "CHANNEL";
  std::string role = absl::StrReplaceAll(absl::AsciiStrToUpper(target), {{"-", "_"}});
  for (const char* own : {"DOP.", "EOX.", "VEND."}) {
    if (absl::StartsWith(role, own)) role = role.substr(4 + (own[0] == 'V' ? 1 : 0));
  }
  const size_t dot = role.find('.');
  if (dot != std::string::npos) {
    role = absl::StrCat(absl::AsciiStrToLower(role.substr(0, dot)), role.substr(dot));
  }
  if (absl::EndsWith(role, "2")) role.pop_back();
  return role;
}

std::string EntityName(absl::string_view id) { return absl::StrCat("entities/", id); }

void AddPerson(v1::Directory& directory, const std::string& name, const std::string& entity) {
  v1::Person* person = directory.add_people();
  person->set_name(name);
  person->set_display_name(name);
  person->set_entity(entity);
  v1::Contact* contact = person->add_contacts();
  contact->set_platform("console");
  contact->set_address(name);
}

void Assign(v1::Directory& directory, const std::string& person, const std::string& role,
            const std::string& scope) {
  v1::RoleAssignment* assignment = directory.add_role_assignments();
  assignment->set_person(person);
  assignment->set_role(role);
  assignment->set_scope(scope);
}

void AddEntity(v1::Directory& directory, const std::string& id, const std::string& secretariat,
               bool executive, bool network) {
  v1::Entity* entity = directory.add_entities();
  entity->set_name(EntityName(id));
  entity->set_title(id);
  entity->set_kind(v1::Entity::KIND_AGENCY);
  if (!secretariat.empty()) entity->set_secretariat("secretariats/" + secretariat);
  entity->set_executive_department(executive);
  entity->set_network_member(network);
  entity->set_binding(executive || network ? v1::Entity::BINDING_MANDATORY
                                           : v1::Entity::BINDING_VOLUNTARY);
  for (const char* role : kLocal) {
    const std::string person = absl::StrCat("people/", id, ".", IdOf(role));
    AddPerson(directory, person, entity->name());
    Assign(directory, person, role, entity->name());
  }
  AddPerson(directory, absl::StrCat("people/", id, ".clerk"), entity->name());
  if (secretariat.empty()) {
    const std::string person = absl::StrCat("people/", id, ".scio");
    AddPerson(directory, person, entity->name());
    Assign(directory, person, "SCIO", entity->name());
  }
}

v1::Directory BuildDirectory() {
  v1::Directory directory;
  for (const char* id : {"eox", "eoy"}) {
    directory.add_secretariats()->set_name(absl::StrCat("secretariats/", id));
    const std::string person = absl::StrCat("people/", id, ".scio");
    AddPerson(directory, person, "");
    Assign(directory, person, "SCIO", absl::StrCat("secretariats/", id));
  }
  AddEntity(directory, "dop", "eox", true, true);
  AddEntity(directory, "dor", "eox", true, true);
  AddEntity(directory, "bor", "eoy", true, true);
  // On the network, but no Executive department; Executive, but not on it; neither. The university
  // is no Executive department, but in a secretariat.
  AddEntity(directory, "port", "", false, true);
  AddEntity(directory, "arch", "eox", true, false);
  AddEntity(directory, "town", "", false, false);
  AddEntity(directory, "univ", "eox", false, true);
  // One person in two offices.
  AddPerson(directory, "people/dor.both", EntityName("dor"));
  Assign(directory, "people/dor.both", "AH", EntityName("dor"));
  Assign(directory, "people/dor.both", "SCIO", EntityName("dor"));
  v1::Entity* vendor = directory.add_entities();
  vendor->set_name(EntityName("vend"));
  vendor->set_title("vend");
  vendor->set_kind(v1::Entity::KIND_THIRD_PARTY_COMPANY);
  AddPerson(directory, "people/vend.tp", vendor->name());
  Assign(directory, "people/vend.tp", "TP", vendor->name());
  for (const char* role : kCentral) {
    const std::string person = absl::StrCat("people/", IdOf(role));
    AddPerson(directory, person, "");
    Assign(directory, person, role, "");
  }
  for (const char* role : {"CSIRT_H", "CSIRT_X", "ITD_DM", "CH"}) {
    const std::string person = absl::StrCat("people/", IdOf(role), "2");
    AddPerson(directory, person, "");
    Assign(directory, person, role, "");
  }
  v1::Channel* channel = directory.add_channels();
  channel->set_name("channels/dop");
  channel->set_platform("console");
  channel->set_address("#dop");
  channel->set_scope(EntityName("dop"));
  channel->set_quiet(true);  // headlines, late duties and alarms only
  v1::Channel* loud = directory.add_channels();
  loud->set_name("channels/dop-log");
  loud->set_platform("console");
  loud->set_address("#dop-log");
  loud->set_scope(EntityName("dop"));
  return directory;
}

// The words of an act after its verb: "name=value" apart from the rest.
struct Words {
  std::vector<std::string> plain;
  std::vector<std::pair<std::string, std::string>> named;

  std::string At(size_t i) const { return i < plain.size() ? plain[i] : ""; }
  bool Has(absl::string_view word) const {
    return std::find(plain.begin(), plain.end(), word) != plain.end();
  }
  std::string Named(absl::string_view name) const {
    for (const auto& [key, value] : named) {
      if (key == name) return value;
    }
    return "";
  }
  // As Named(), and it is gone.
  std::string Take(absl::string_view name) {
    std::string value = Named(name);
    named.erase(std::remove_if(named.begin(), named.end(),
                               [&](const auto& one) { return one.first == name; }),
                named.end());
    return value;
  }
};

void AddCategory(google::protobuf::RepeatedPtrField<v1::CategoryAssignment>& list,
                 const std::string& word) {
  const std::vector<std::string> parts = absl::StrSplit(word, '/');
  v1::CategoryAssignment* category = list.Add();
  category->set_category(parts[0]);
  if (parts.size() < 2) return;
  for (const absl::string_view sub : absl::StrSplit(parts[1], ',')) {
    category->add_sub_values(std::string(sub));
  }
}

v1::IncidentEntity PartOf(const std::string& id, const std::string& relation) {
  v1::IncidentEntity part;
  part.set_entity(EntityName(id));
  v1::IncidentEntity::Relation value = v1::IncidentEntity::RELATION_UNSPECIFIED;
  v1::IncidentEntity::Relation_Parse(absl::StrCat("RELATION_", relation), &value);
  part.set_relation(value);
  return part;
}

absl::Status Unreadable(absl::string_view line) {
  return absl::InternalError(absl::StrCat("no such act: ", line));
}

template <typename Fields>
void AddFields(const Words& words, Fields* fields) {
  for (const auto& [name, value] : words.named) {
    v1::DocumentField* field = fields->Add();
    field->set_name(name);
    field->set_value(value);
  }
}

}  // namespace

bool ParseSpan(absl::string_view text, absl::Duration& span) {
  std::string plain(text);
  int64_t days = 0;
  bool negative = absl::ConsumePrefix(&text, "-");
  const size_t d = text.find('d');
  if (d != absl::string_view::npos) {
    if (!absl::SimpleAtoi(text.substr(0, d), &days)) return false;
    text.remove_prefix(d + 1);
  }
  absl::Duration rest = absl::ZeroDuration();
  if (!text.empty() && !absl::ParseDuration(text, &rest)) return false;
  span = absl::Hours(24) * days + rest;
  if (negative) span = -span;
  return !plain.empty();
}

absl::StatusOr<DirectoryPtr> RoleDirectory(const core::PolicyIndex& policy) {
  v1::Directory directory = BuildDirectory();
  // Nobody can hold an office that the pack does not know.
  auto* assignments = directory.mutable_role_assignments();
  assignments->erase(std::remove_if(assignments->begin(), assignments->end(),
                                    [&](const v1::RoleAssignment& assignment) {
                                      return policy.FindRole(assignment.role()) == nullptr;
                                    }),
                     assignments->end());
  return core::Directory::Create(std::move(directory), policy);
}

World::World(PolicyPtr policy, DirectoryPtr directory)
    : policy_(std::move(policy)),
      directory_(std::move(directory)),
      start_(absl::FromCivil(absl::CivilMinute(2026, 10, 6, 8, 0), policy_->TimeZone())),
      now_(start_) {}

core::Caller World::CallerFor(const std::string& who) const {
  core::Caller caller;
  caller.actor.set_via("grpc");
  if (who == "TIME") {
    caller.internal = true;
    caller.actor.set_principal("system");
    return caller;
  }
  if (who == "SYSTEM") {
    caller.system = true;
    caller.actor.set_principal("systems/siem");
    caller.entity = EntityName("dop");
    return caller;
  }
  caller.actor.set_principal(PersonOf(who));
  const v1::Person* person = directory_->FindPerson(caller.actor.principal());
  if (person != nullptr) caller.entity = person->entity();
  return caller;
}

absl::Status World::DoApproved(const core::Caller& caller, const std::string& approver,
                               const v1::SubmitDocumentRequest& act) {
  const size_t told = told_.size();
  v1::DraftDocumentRequest draft;
  draft.set_type(act.type());
  draft.set_entity(act.entity());
  *draft.mutable_fields() = act.fields();
  if (absl::Status status = Do(caller, std::move(draft)); !status.ok()) return status;
  const std::string name = absl::StrCat(
      "incidents/", state_.id(), "/drafts/",
      core::DraftId(state_.drafts().rbegin()->type(), state_.drafts().rbegin()->entity()));
  v1::ApproveDocumentRequest approve;
  approve.set_name(name);
  if (absl::Status status = Do(CallerFor(approver), std::move(approve)); !status.ok()) {
    return status;
  }
  told_.resize(told);
  v1::SubmitDocumentRequest send;
  send.set_draft(name);
  if (act.has_event_time()) *send.mutable_event_time() = act.event_time();
  return Do(caller, std::move(send));
}

absl::Status World::Do(const core::Caller& caller, core::Act act) {
  core::Command command;
  command.caller = caller;
  const bool report = std::holds_alternative<core::Report>(act);
  command.act = std::move(act);
  const core::Context context{*policy_, *directory_, now_};
  absl::StatusOr<core::Decision> decision =
      core::Decide(context, report ? nullptr : &state_, command);
  if (!decision.ok()) return decision.status();
  const auto before = std::make_shared<const record::v1::IncidentState>(std::move(state_));
  state_ = std::move(decision->state);
  passed_on_.clear();
  for (const core::FollowUp& follow : core::FollowUps(*policy_, before, state_, decision->events)) {
    if (const auto* satisfied = std::get_if<core::ParentSatisfied>(&follow.act)) {
      passed_on_.insert(satisfied->codes.begin(), satisfied->codes.end());
    }
  }
  for (const core::NoticeDraft& draft : core::Notices(context, state_, decision->events)) {
    if (draft.notice.kind() == v1::Notice::KIND_HEADLINE ||
        draft.notice.kind() == v1::Notice::KIND_LOG) {
      continue;
    }
    std::string role = RoleOf(draft.target);
    if (draft.target == "channels/dop-log") role = "LOG";
    told_.push_back({now_, draft.notice.kind(), draft.notice.obligation(), std::move(role),
                     draft.notice.title(), draft.notice.incident().tlp()});
  }
  for (record::v1::Event& event : decision->events) events_.push_back(std::move(event));
  return absl::OkStatus();
}

absl::Status World::AdvanceTo(absl::Time time) {
  const core::Caller belfry = CallerFor("TIME");
  for (;;) {
    const absl::Time due = core::NextDue(*policy_, state_);
    if (due > time) break;
    now_ = std::max(now_, due);
    const int64_t version = state_.version();
    if (const absl::Status status = Do(belfry, core::Tick{}); !status.ok()) return status;
    if (state_.version() == version) {
      return absl::InternalError(absl::StrCat(
          "what is due at ", absl::FormatTime(due, absl::UTCTimeZone()), " is never settled"));
    }
  }
  now_ = std::max(now_, time);
  return absl::OkStatus();
}

const record::v1::ObligationRow* World::Row(absl::string_view instance) const {
  return core::FindObligation(state_, instance);
}

std::vector<std::string> World::WaysOf(absl::string_view duty) const {
  const core::Context context{*policy_, *directory_, now_};
  const auto answer = core::Explain(context, state_, duty);
  if (!answer.ok()) return {};
  return {answer->ways().begin(), answer->ways().end()};
}

bool World::MayRead(const std::string& who) const {
  return core::MayRead(*policy_, *directory_, CallerFor(who), state_);
}

std::set<std::string> World::RolesTold(v1::Notice::Kind kind, absl::string_view duty) const {
  std::set<std::string> roles;
  for (const Told& told : told_) {
    const bool person = told.role != "CHANNEL" && told.role != "LOG";
    if (told.kind == kind && person && (duty.empty() || told.duty == duty)) roles.insert(told.role);
  }
  return roles;
}

absl::Status World::Act(absl::string_view line) {
  const std::vector<std::string> all =
      absl::StrSplit(absl::StripAsciiWhitespace(line), ' ', absl::SkipEmpty());
  if (all.size() < 2) return Unreadable(line);
  const core::Caller caller = CallerFor(all[0]);
  const std::string& verb = all[1];
  Words words;
  std::string at;
  absl::Duration when = absl::ZeroDuration();
  for (size_t i = 2; i < all.size(); ++i) {
    const size_t equal = all[i].find('=');
    if (absl::StartsWith(all[i], "@")) {
      at = EntityName(all[i].substr(1));
    } else if (absl::StartsWith(all[i], "when=")) {
      if (!ParseSpan(all[i].substr(5), when)) return Unreadable(line);
    } else if (equal == std::string::npos) {
      words.plain.push_back(all[i]);
    } else {
      words.named.emplace_back(all[i].substr(0, equal),
                               absl::StrReplaceAll(all[i].substr(equal + 1), {{"~", " "}}));
    }
  }

  if (verb == "open") {
    core::Report report;
    report.id = "DOP-2026-0001";
    report.uid = "00000000-0000-7000-8000-000000000001";
    v1::CreateIncidentRequest& request = report.request;
    request.set_title("Something");
    request.set_entity(at.empty() ? EntityName("dop") : at);
    for (const std::string& word : words.plain) AddCategory(*request.mutable_categories(), word);
    for (const auto& [name, value] : words.named) {
      absl::Duration span;
      if (name == "sev") {
        request.set_severity(value);
      } else if (name == "detect" && ParseSpan(value, span)) {
        *request.mutable_detect_time() = ToProto(now_ + span);
      } else if (name == "subject") {
        request.add_subjects(PersonOf(value));
      } else if (name == "restricted") {
        request.set_restricted(true);
      } else if (name == "also") {
        const std::vector<std::string> parts = absl::StrSplit(value, ':');
        if (parts.size() != 2) return Unreadable(line);
        *request.add_other_entities() = PartOf(parts[0], parts[1]);
      } else {
        v1::Fact* fact = request.add_facts();
        fact->set_name(name);
        fact->set_value(value);
      }
    }
    return Do(caller, std::move(report));
  }
  if (verb == "register") {
    core::OpenRegister act;
    act.id = "REGISTER";
    act.uid = "00000000-0000-7000-8000-000000000002";
    act.entity = words.plain.empty() ? "" : EntityName(words.plain[0]);
    return Do(CallerFor("TIME"), std::move(act));
  }
  if (verb == "ack") return Do(caller, v1::AcknowledgeIncidentRequest());
  if (verb == "ticket") {
    v1::LinkTicketRequest act;
    act.mutable_ticket()->set_system("E2E");
    act.mutable_ticket()->set_number(words.plain.empty() ? "1" : words.plain[0]);
    return Do(caller, std::move(act));
  }
  if (verb == "do") {
    v1::TransitionIncidentRequest act;
    act.set_verb(words.At(0));
    act.set_reason(words.Has("unreasoned") ? "" : "because");
    return Do(caller, std::move(act));
  }
  if (verb == "fact") {
    v1::RecordFactsRequest act;
    for (const auto& [name, value] : words.named) {
      v1::Fact* fact = act.add_facts();
      fact->set_name(name);
      fact->set_value(value);
      if (!words.Has("unreasoned")) fact->set_reason("seen");
      fact->set_entity(at);
    }
    return Do(caller, std::move(act));
  }
  if (verb == "cat") {
    v1::AssignCategoriesRequest act;
    for (const std::string& word : words.plain) AddCategory(*act.mutable_categories(), word);
    return Do(caller, std::move(act));
  }
  if (verb == "doc") {
    v1::SubmitDocumentRequest act;
    const std::string approver = words.Take("approved");
    act.set_type(words.At(0));
    act.set_entity(at);
    AddFields(words, act.mutable_fields());
    if (when != absl::ZeroDuration()) *act.mutable_event_time() = ToProto(now_ + when);
    return approver.empty() ? Do(caller, std::move(act)) : DoApproved(caller, approver, act);
  }
  if (verb == "draft") {
    v1::DraftDocumentRequest act;
    act.set_type(words.At(0));
    act.set_entity(at);
    AddFields(words, act.mutable_fields());
    return Do(caller, std::move(act));
  }
  if (verb == "approve" || verb == "send") {  // the draft of this type
    std::string name = absl::StrCat("incidents/", state_.id(), "/drafts/", words.At(0), ".dop");
    if (verb == "send") {
      v1::SubmitDocumentRequest act;
      act.set_draft(std::move(name));
      return Do(caller, std::move(act));
    }
    v1::ApproveDocumentRequest act;
    act.set_name(std::move(name));
    return Do(caller, std::move(act));
  }
  if (verb == "notify") {
    v1::SendObligationNoticeRequest act;
    act.set_obligation(words.At(0));
    AddFields(words, act.mutable_fields());
    return Do(caller, std::move(act));
  }
  if (verb == "got") {  // the notice of a duty reached who
    core::DeliveryOutcome act;
    act.delivery = "deliveries/1";
    act.target = caller.actor.principal();
    act.kind = v1::Notice::KIND_STATEMENT;
    act.obligation = words.At(0);
    act.delivered = true;
    return Do(CallerFor("TIME"), std::move(act));
  }
  if (verb == "lost") {  // the page never reached who
    core::DeliveryOutcome act;
    act.delivery = "deliveries/1";
    act.target = caller.actor.principal();
    act.kind = v1::Notice::KIND_PAGE;
    act.chain_entity = EntityName("dop");
    act.error = "no such number";
    return Do(CallerFor("TIME"), std::move(act));
  }
  if (verb == "decide") {
    v1::RecordDecisionRequest act;
    act.set_question(words.At(0));
    act.set_answer(words.At(1));
    act.set_reason(words.Has("unreasoned") ? "" : "because");
    act.set_entity(at);
    for (const auto& [name, value] : words.named) {
      if (name == "device") act.add_removal_devices(value);
      if (name == "subnet") act.add_removal_subnets(value);
    }
    act.set_public_safety_acknowledged(words.Has("read"));
    return Do(caller, std::move(act));
  }
  if (verb == "sev") {
    v1::ChangeSeverityRequest act;
    act.set_severity(words.At(0));
    act.set_reason("because");
    return Do(caller, std::move(act));
  }
  if (verb == "escalate") {
    v1::EscalateIncidentRequest act;
    act.set_reason("needed");
    for (const std::string& role : words.plain) act.add_roles(role);
    if (const std::string level = words.Named("level"); !level.empty()) {
      int number = 0;
      if (!absl::SimpleAtoi(level, &number)) return Unreadable(line);
      act.set_level(number);
    }
    return Do(caller, std::move(act));
  }
  if (verb == "entity") {  // with detect=-1h a correction
    v1::AddEntityRequest act;
    *act.mutable_entity() = PartOf(words.At(0), words.At(1));
    if (words.Has("reasoned")) act.set_reason("because");
    absl::Duration span;
    if (ParseSpan(words.Named("detect"), span)) {
      *act.mutable_entity()->mutable_detect_time() = ToProto(now_ + span);
      act.set_reason("corrected");
    }
    return Do(caller, std::move(act));
  }
  if (verb == "device") {
    v1::RecordDevicesRequest act;
    v1::Device* device = act.add_devices();
    device->set_device(words.At(0));
    v1::Device::Status status = v1::Device::STATUS_UNSPECIFIED;
    v1::Device::Status_Parse(absl::StrCat("STATUS_", words.At(1)), &status);
    device->set_status(status);
    device->set_subnet(words.Named("subnet"));
    device->set_public_safety(words.Has("safety"));
    if (words.Has("rebuilt")) device->set_reason("rebuilt");
    return Do(caller, std::move(act));
  }
  if (verb == "removed") return Do(caller, v1::ConfirmRemovalRequest());
  if (verb == "scan") {
    v1::RecordScanRequest act;
    v1::Scan::Verdict verdict = v1::Scan::VERDICT_UNSPECIFIED;
    v1::Scan::Verdict_Parse(absl::StrCat("VERDICT_", words.At(0)), &verdict);
    act.mutable_scan()->set_verdict(verdict);
    act.mutable_scan()->add_subnets(words.Named("subnet"));
    act.set_verify(words.Has("verify"));
    return Do(caller, std::move(act));
  }
  if (verb == "lift") return Do(caller, v1::LiftRemovalRequest());
  if (verb == "cost") {
    v1::RecordCostRequest act;
    act.mutable_cost()->set_description("work");
    act.mutable_cost()->set_amount_cents(1);
    act.mutable_cost()->set_self_help(words.Has("selfhelp"));
    return Do(caller, std::move(act));
  }
  if (verb == "assess") {
    v1::AssessCostRequest act;
    act.set_number(1);
    v1::CostLine::Assessment assessment = v1::CostLine::ASSESSMENT_UNSPECIFIED;
    v1::CostLine::Assessment_Parse(absl::StrCat("ASSESSMENT_", words.At(0)), &assessment);
    act.set_assessment(assessment);
    return Do(caller, std::move(act));
  }
  if (verb == "spend") {
    v1::RequestSpendRequest act;
    act.set_amount_cents(100);
    act.set_purpose("work");
    return Do(caller, std::move(act));
  }
  if (verb == "answer_spend") {
    v1::DecideSpendRequest act;
    act.set_number(1);
    act.set_approve(!words.Has("refuse"));
    act.set_reason("because");
    return Do(caller, std::move(act));
  }
  if (verb == "request_record") {
    v1::RequestRecordRequest act;
    act.set_reference(words.At(0));
    act.set_requester("somebody");
    return Do(caller, std::move(act));
  }
  if (verb == "review_record") {
    record::v1::RecordReviewed act;
    act.add_reviews()->set_item("title");
    act.mutable_reviews(0)->set_tag("NONE");
    return Do(caller, std::move(act));
  }
  if (verb == "release_record") {
    record::v1::RecordReleased act;
    act.mutable_release()->set_reference(words.At(0));
    act.mutable_release()->set_number(1);
    act.mutable_release()->set_record_version(state_.version());
    return Do(caller, std::move(act));
  }
  if (verb == "deny_record") {
    v1::DenyRecordRequest act;
    act.set_reference(words.At(0));
    act.set_reason("because");
    return Do(caller, std::move(act));
  }
  if (verb == "waive") {
    v1::WaiveObligationRequest act;
    act.set_obligation(words.At(0));
    act.set_reason("because");
    return Do(caller, std::move(act));
  }
  if (verb == "hold") {
    v1::HoldObligationRequest act;
    act.set_obligation(words.At(0));
    act.set_reason("because");
    return Do(caller, std::move(act));
  }
  if (verb == "release") {
    v1::ReleaseObligationRequest act;
    act.set_obligation(words.At(0));
    return Do(caller, std::move(act));
  }
  if (verb == "note") {
    v1::AddNoteRequest act;
    act.set_text(words.Named("text").empty() ? "noted" : words.Named("text"));
    return Do(caller, std::move(act));
  }
  if (verb == "update") {
    v1::UpdateIncidentRequest act;
    act.mutable_incident()->set_title("Something else");
    act.mutable_update_mask()->add_paths("title");
    return Do(caller, std::move(act));
  }
  if (verb == "link" || verb == "merge") {
    v1::LinkIncidentRequest act;
    act.set_parent("incidents/DOP-2026-0002");
    act.set_merge(verb == "merge");
    act.set_reason("because");
    return Do(caller, std::move(act));
  }
  if (verb == "newpack") {  // the next revision comes into force
    policy::v1::Policy next = policy_->proto();
    next.set_revision(next.revision() + 1);
    auto index = core::PolicyIndex::Create(std::move(next));
    if (!index.ok()) return index.status();
    policy_ = *std::move(index);
    core::OpenRegister act;
    act.entity = words.plain.empty() ? "" : EntityName(words.plain[0]);
    return Do(CallerFor("TIME"), std::move(act));
  }
  if (verb == "holds") {  // a second office
    v1::Directory directory = directory_->proto();
    Assign(directory, caller.actor.principal(), words.At(0), at);
    auto changed = core::Directory::Create(std::move(directory), *policy_);
    if (!changed.ok()) return changed.status();
    directory_ = *std::move(changed);
    return absl::OkStatus();
  }
  if (verb == "asked") {  // for a right that the server asks for, not the core
    return core::RequireAct({*policy_, *directory_, now_}, caller, state_, words.At(0));
  }
  if (verb == "adopt") {  // another incident becomes a part of this one
    return Do(CallerFor("TIME"), core::AdoptChild{"incidents/DOP-2026-0002"});
  }
  if (verb == "parent") {  // a larger incident satisfied these for its parts
    core::ParentSatisfied act;
    act.codes = words.plain;
    return Do(CallerFor("TIME"), std::move(act));
  }
  return Unreadable(line);
}

}  // namespace belfry::mutation
