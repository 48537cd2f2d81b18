#include "tests/support/core_world.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "server/base/account_name.h"
#include "server/base/proto_time.h"
#include "server/core/evidence.h"
#include "server/core/noted_messages.h"
#include "server/core/policy/read.h"
#include "server/core/state_util.h"

namespace belfry::testing {
namespace {

[[noreturn]] void Die(const std::string& text) {
  std::cerr << text << "\n";
  std::abort();
}

core::Caller Person(const core::Directory& directory, const std::string& who) {
  core::Caller caller;
  const std::string name = IsAccountName(who) ? who : absl::StrCat("people/", who);
  caller.actor.set_principal(name);
  caller.actor.set_via("grpc");
  const v1::Person* person = directory.FindPerson(name);
  if (person != nullptr) caller.entity = person->entity();
  return caller;
}

core::Caller System() {
  core::Caller caller;
  caller.internal = true;
  caller.actor.set_principal("system");
  caller.actor.set_via("scheduler");
  return caller;
}

}  // namespace

std::string ReadSourceFile(const std::string& path) {
  std::ifstream file(absl::StrCat(BELFRY_SOURCE_DIR, "/", path));
  if (!file) Die("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::shared_ptr<const core::PolicyIndex> ShippedPolicy(const std::string& path) {
  auto policy = core::ReadPolicy(ReadSourceFile(path));
  if (!policy.ok()) Die(std::string(policy.status().message()));
  auto index = core::PolicyIndex::Create(*std::move(policy));
  if (!index.ok()) Die(std::string(index.status().message()));
  return *std::move(index);
}

v1::Directory DemoDirectory() {
  v1::Directory directory;
  if (!google::protobuf::TextFormat::ParseFromString(
          ReadSourceFile("deploy/demo/directory.textproto"), &directory)) {
    Die("the demonstration directory cannot be read");
  }
  return directory;
}

CoreWorld::CoreWorld(std::shared_ptr<const core::PolicyIndex> policy, v1::Directory directory)
    : policy_(std::move(policy)),
      start_(absl::FromCivil(absl::CivilMinute(2026, 10, 6, 8, 0), policy_->TimeZone())),
      now_(start_) {
  auto snapshot = core::Directory::Create(std::move(directory), *policy_);
  if (!snapshot.ok()) Die(std::string(snapshot.status().message()));
  directory_ = *std::move(snapshot);
}

absl::Status CoreWorld::Do(const std::string& who, core::Act act) {
  core::Command command;
  command.caller = who == "system" ? System() : Person(*directory_, who);
  const bool report = std::holds_alternative<core::Report>(act);
  command.act = std::move(act);
  command.device_history = device_history_;
  if (const auto* note = std::get_if<v1::AddNoteRequest>(&command.act); note != nullptr) {
    const auto* noted = core::FindNoted(state_, note->source());
    if (noted != nullptr) {
      command.earlier_note = events_[static_cast<size_t>(noted->event_version()) - 1].note_added();
    }
  }
  if (const auto* deed = std::get_if<core::EvidenceAct>(&command.act);
      deed != nullptr && items_.count(deed->number) > 0) {
    command.evidence = items_.at(deed->number);
  }
  absl::StatusOr<core::Decision> decision =
      core::Decide(context(), report ? nullptr : &state_, command);
  if (!decision.ok()) return decision.status();
  for (const record::v1::Event& event : decision->events) {
    if (const int32_t number = core::EvidenceNumber(event); number != 0) {
      core::FoldEvidence(items_[number], event);
    }
  }
  state_ = std::move(decision->state);
  fresh_ = std::move(decision->events);
  events_.insert(events_.end(), fresh_.begin(), fresh_.end());
  return absl::OkStatus();
}

const record::v1::EvidenceState& CoreWorld::item(int32_t number) const {
  return number == 0 ? items_.rbegin()->second : items_.at(number);
}

void CoreWorld::TickNow(bool before_now) {
  const absl::Status status = Do("system", core::Tick{before_now});
  if (!status.ok()) Die(status.ToString());
}

void CoreWorld::Advance(absl::Duration since_start) {
  const absl::Time end = start_ + since_start;
  for (;;) {
    const absl::Time due = core::NextDue(*policy_, state_);
    if (due > end) break;
    now_ = std::max(now_, due);
    const int64_t version = state_.version();
    TickNow();
    if (state_.version() == version) Die("a tick settled nothing; it would turn for ever");
  }
  now_ = end;
}

void CoreWorld::Jump(absl::Duration since_start) {
  now_ = start_ + since_start;
  TickNow();
}

absl::Status CoreWorld::Report(const std::string& who, v1::CreateIncidentRequest request) {
  core::Report report;
  report.request = std::move(request);
  report.id = "DOP-2026-0001";
  report.uid = "00000000-0000-7000-8000-000000000001";
  return Do(who, std::move(report));
}

absl::Status CoreWorld::Open(const std::string& who, const std::string& category,
                             const std::string& severity) {
  v1::CreateIncidentRequest request;
  request.set_title("Something is wrong");
  request.set_entity("entities/dop");
  request.set_severity(severity);
  if (!category.empty()) request.add_categories()->set_category(category);
  return Report(who, std::move(request));
}

absl::Status CoreWorld::Verb(const std::string& who, const std::string& verb,
                             const std::string& reason) {
  v1::TransitionIncidentRequest request;
  request.set_verb(verb);
  request.set_reason(reason);
  return Act(who, std::move(request));
}

absl::Status CoreWorld::Ack(const std::string& who) {
  return Act(who, v1::AcknowledgeIncidentRequest());
}

absl::Status CoreWorld::Facts(const std::string& who,
                              const std::vector<std::pair<std::string, std::string>>& facts) {
  v1::RecordFactsRequest request;
  for (const auto& [name, value] : facts) {
    v1::Fact* fact = request.add_facts();
    fact->set_name(name);
    fact->set_value(value);
    fact->set_reason("seen");
  }
  return Act(who, std::move(request));
}

absl::Status CoreWorld::Document(const std::string& who, const std::string& type,
                                 const std::vector<std::pair<std::string, std::string>>& fields,
                                 const std::string& entity) {
  v1::SubmitDocumentRequest request;
  request.set_type(type);
  request.set_entity(entity);
  for (const auto& [name, value] : fields) {
    v1::DocumentField* field = request.add_fields();
    field->set_name(name);
    field->set_value(value);
  }
  return Act(who, std::move(request));
}

absl::Status CoreWorld::FollowUp(const std::string& who) {
  return Document(who, "FOLLOWUP",
                  {{"summary", "s"}, {"impact", "i"}, {"actions", "a"}, {"next", "n"}});
}

absl::Status CoreWorld::DailyStatus(const std::string& who) {
  return Document(who, "DAILY_STATUS", {{"conditions", "c"}, {"actions", "a"}, {"needs", "n"}});
}

absl::Status CoreWorld::Ticket(const std::string& who, const std::string& number) {
  v1::LinkTicketRequest request;
  request.mutable_ticket()->set_system("E2E");
  request.mutable_ticket()->set_number(number);
  return Act(who, std::move(request));
}

absl::Status CoreWorld::Note(const std::string& who, const std::string& text) {
  v1::AddNoteRequest request;
  request.set_text(text);
  return Act(who, std::move(request));
}

absl::Status CoreWorld::Severity(const std::string& who, const std::string& severity,
                                 const std::string& reason) {
  v1::ChangeSeverityRequest request;
  request.set_severity(severity);
  request.set_reason(reason);
  return Act(who, std::move(request));
}

absl::Status CoreWorld::Escalate(const std::string& who, const std::vector<std::string>& roles) {
  v1::EscalateIncidentRequest request;
  request.set_reason("needed");
  for (const std::string& role : roles) request.add_roles(role);
  return Act(who, std::move(request));
}

absl::Status CoreWorld::Delivered(const std::string& obligation, const std::string& person,
                                  bool ok) {
  core::DeliveryOutcome outcome;
  outcome.delivery = "deliveries/1";
  outcome.target = absl::StrCat("people/", person);
  outcome.kind = v1::Notice::KIND_STATEMENT;
  outcome.obligation = obligation;
  outcome.delivered = ok;
  return Do("system", outcome);
}

absl::Status CoreWorld::PageFailed(const std::string& person, const std::string& entity) {
  core::DeliveryOutcome outcome;
  outcome.delivery = "deliveries/1";
  outcome.target = absl::StrCat("people/", person);
  outcome.kind = v1::Notice::KIND_PAGE;
  outcome.chain_entity = entity;
  outcome.error = "no such number";
  return Do("system", outcome);
}

void CoreWorld::Triage() {
  const auto must = [](const absl::Status& status) {
    if (!status.ok()) Die(status.ToString());
  };
  must(Ticket("commonhelp"));
  must(Verb("csirt.handler", "take"));
  if (state_.categories().empty()) {
    v1::AssignCategoriesRequest request;
    request.add_categories()->set_category("CAT-14");
    must(Act("csirt.handler", std::move(request)));
  }
  std::vector<std::pair<std::string, std::string>> answers = {{"verdict", "CONFIRMED"}};
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"attack_intrusion", "NO"},
                                                        {"criminal", "UNKNOWN"},
                                                        {"personal_information", "NONE"},
                                                        {"public_safety", "NO"},
                                                        {"third_party", "NO"},
                                                        {"statewide", "NO"}}) {
    if (!core::FactValue(state_, name).has_value()) answers.emplace_back(name, value);
  }
  must(Facts("csirt.handler", answers));
  must(Verb("csirt.handler", "declare"));
}

void CoreWorld::Respond() {
  const auto must = [](const absl::Status& status) {
    if (!status.ok()) Die(status.ToString());
  };
  must(Document("dop.iso", "DECISION_AUTHORITY", {{"technical", "the administrator on duty"}}));
  must(Document("dop.iso", "CISO_COORDINATOR", {{"coordinator", "the CISO"}}));
  must(Document("csirt.handler", "EVIDENCE_PLAN", {{"plan", "COLLECT"}, {"steps", "images"}}));
  must(Document("dop.contact", "LOG_SOURCES", {{"sources", "mail PRESERVED"}}));
  if (Duty("AINP") != v1::Obligation::STATE_UNSPECIFIED) {
    must(Document("dop.contact", "AINP_CHECKLIST", {{"steps", "1 to 10 done"}}));
  }
}

void CoreWorld::SettleAll() {
  const auto must = [](const absl::Status& status) {
    if (!status.ok()) Die(status.ToString());
  };
  if (Duty("CSIRT-CONTACT") == v1::Obligation::STATE_PENDING) must(Ack("csirt.handler"));
  if (Duty("SCIO-NOTICE") != v1::Obligation::STATE_SATISFIED) must(Ack("eox.scio"));
  must(Document("eox.scio", "WRITTEN_NOTICE",
                {{"to", "BOTH"},
                 {"nature", "n"},
                 {"data_kinds", "NONE_IDENTIFIED"},
                 {"procedures", "p"},
                 {"consulted", "SCIO"},
                 {"contact", "c"}}));
  if (core::IsOpen(*core::FindObligation(state_, "CCIO-CSO-VIA-SCIO"))) {
    v1::SendObligationNoticeRequest request;
    request.set_obligation("CCIO-CSO-VIA-SCIO");
    must(Act("eox.scio", std::move(request)));
    must(Delivered("CCIO-CSO-VIA-SCIO", "ccio"));
    must(Delivered("CCIO-CSO-VIA-SCIO", "cso"));
  }
  if (Duty("PIR") == v1::Obligation::STATE_PENDING) {
    must(Document("dop.iso", "PIR", {{"cause", "c"}, {"worked", "w"}, {"recommendations", "r"}}));
  }
}

void CoreWorld::Resolve() {
  const auto must = [](const absl::Status& status) {
    if (!status.ok()) Die(status.ToString());
  };
  Respond();
  must(Facts("csirt.handler", {{"devices_contained", "ALL"},
                               {"credentials_revoked", "YES"},
                               {"cause", "known"},
                               {"weaknesses", "NONE_FOUND"},
                               {"devices_clean", "YES"},
                               {"services_restored", "YES"}}));
  must(Verb("csirt.handler", "resolve"));
}

std::vector<core::NoticeDraft> CoreWorld::notices() const {
  return core::Notices(context(), state_, fresh_);
}

v1::Obligation::State CoreWorld::Duty(absl::string_view instance) const {
  const auto* row = core::FindObligation(state_, instance);
  return row == nullptr ? v1::Obligation::STATE_UNSPECIFIED : row->state();
}

absl::Duration CoreWorld::DueAfter(absl::string_view instance) const {
  const auto* row = core::FindObligation(state_, instance);
  return row == nullptr ? absl::InfiniteDuration() : FromProto(row->due_time()) - start_;
}

std::vector<std::string> CoreWorld::Pages() const {
  std::vector<std::string> pages;
  for (const record::v1::Event& event : events_) {
    if (!event.has_chain_paged()) continue;
    const auto& body = event.chain_paged();
    pages.push_back(absl::StrCat(
        absl::ToInt64Minutes(FromProto(event.time()) - start_), ": level ", body.level(), " ",
        absl::AsciiStrToLower(
            record::v1::ChainPaged::Reason_Name(body.reason()).substr(sizeof("REASON_") - 1))));
  }
  return pages;
}

record::v1::IncidentState CoreWorld::Replayed() const {
  record::v1::IncidentState state;
  for (const record::v1::Event& event : events_) core::Apply(state, event);
  return state;
}

}  // namespace belfry::testing
