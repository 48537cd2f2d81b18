#include "tests/scenarios/runner/acts.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "tests/scenarios/runner/government.h"
#include "tests/scenarios/runner/local_time.h"
#include "tests/scenarios/runner/reader.h"

namespace belfry::scenario {
namespace {

constexpr int kIncidentsPerPage = 1000;

using Service = v1::IncidentService::Stub;
using testing::v1::Step;

class Performer {
 public:
  Performer(Site& site, const Step& step, absl::TimeZone zone, Incidents& incidents)
      : site_(site),
        step_(step),
        zone_(zone),
        incidents_(incidents),
        who_(PersonName(step.who())) {}

  absl::StatusOr<Outcome> Perform() {
    BELFRY_RETURN_IF_ERROR(Act());
    return std::move(outcome_);
  }

 private:
  // An error of the scenario; the server's answer is in `outcome_`.
  absl::Status Act() {
    if (step_.has_report()) return Report(step_.report());
    if (step_.has_list()) return List(step_.list());
    if (step_.has_directory()) return Change(step_.directory());
    BELFRY_ASSIGN_OR_RETURN(name_, incidents_.Find(step_.incident()));
    switch (step_.act_case()) {
      case Step::kVerb:
        return TakeStep(step_.verb());
      case Step::kAck:
        return Send(&Service::AcknowledgeIncident, v1::AcknowledgeIncidentRequest());
      case Step::kEscalate: {
        v1::EscalateIncidentRequest request;
        request.set_reason(step_.escalate().reason());
        *request.mutable_roles() = step_.escalate().role();
        request.set_entity(EntityName(step_.escalate().entity()));
        request.set_level(step_.escalate().level());
        return Send(&Service::EscalateIncident, std::move(request));
      }
      case Step::kSeverity: {
        v1::ChangeSeverityRequest request;
        request.set_severity(step_.severity().to());
        request.set_reason(step_.severity().reason());
        return Send(&Service::ChangeSeverity, std::move(request));
      }
      case Step::kFacts: {
        v1::RecordFactsRequest request;
        BELFRY_RETURN_IF_ERROR(AddFacts(step_.facts().fact(), request.mutable_facts()));
        return Send(&Service::RecordFacts, std::move(request));
      }
      case Step::kCategories: {
        v1::AssignCategoriesRequest request;
        AddCategories(step_.categories().category(), request.mutable_categories());
        return Send(&Service::AssignCategories, std::move(request));
      }
      case Step::kEntity: {
        v1::AddEntityRequest request;
        BELFRY_RETURN_IF_ERROR(ToEntity(step_.entity(), *request.mutable_entity()));
        request.set_reason(step_.entity().reason());
        return Send(&Service::AddEntity, std::move(request));
      }
      case Step::kNote: {
        v1::AddNoteRequest request;
        request.set_text(step_.note().text());
        return Send(&Service::AddNote, std::move(request));
      }
      case Step::kTicket: {
        v1::LinkTicketRequest request;
        request.mutable_ticket()->set_system("E2E");
        request.mutable_ticket()->set_number(step_.ticket().number());
        return Send(&Service::LinkTicket, std::move(request));
      }
      case Step::kDocument:
        return Submit(step_.document());
      case Step::kNotify: {
        v1::SendObligationNoticeRequest request;
        request.set_obligation(step_.notify().duty());
        request.set_text(step_.notify().text());
        AddFields(step_.notify().field(), request.mutable_fields());
        return Send(&Service::SendObligationNotice, std::move(request));
      }
      case Step::kDecide:
        return Decide(step_.decide());
      case Step::kWaive:
        return Send(&Service::WaiveObligation, Settled<v1::WaiveObligationRequest>(step_.waive()));
      case Step::kHold:
        return Send(&Service::HoldObligation, Settled<v1::HoldObligationRequest>(step_.hold()));
      case Step::kRelease:
        return Send(&Service::ReleaseObligation,
                    Settled<v1::ReleaseObligationRequest>(step_.release()));
      case Step::kLink: {
        v1::LinkIncidentRequest request;
        BELFRY_ASSIGN_OR_RETURN(*request.mutable_parent(), incidents_.Find(step_.link().parent()));
        request.set_merge(step_.link().merge());
        request.set_reason(step_.link().reason());
        return Send(&Service::LinkIncident, std::move(request));
      }
      case Step::kRead:
        return Read(step_.read());
      case Step::kTimeline:
        return Timeline(step_.timeline());
      default:
        return ActOnNetwork();
    }
  }

  absl::Status ActOnNetwork() {
    switch (step_.act_case()) {
      case Step::kDevices: {
        v1::RecordDevicesRequest request;
        *request.mutable_devices() = step_.devices().device();
        for (v1::Device& device : *request.mutable_devices()) {
          device.set_entity(EntityName(device.entity()));
        }
        return Send(&Service::RecordDevices, std::move(request));
      }
      case Step::kRemoved: {
        v1::ConfirmRemovalRequest request;
        *request.mutable_targets() = step_.removed().target();
        return Send(&Service::ConfirmRemoval, std::move(request));
      }
      case Step::kScan: {
        v1::RecordScanRequest request;
        *request.mutable_scan()->mutable_subnets() = step_.scan().subnet();
        request.mutable_scan()->set_verdict(step_.scan().verdict());
        request.mutable_scan()->set_tool(step_.scan().tool());
        BELFRY_RETURN_IF_ERROR(SetTime(
            step_.scan().at(), [&] { return request.mutable_scan()->mutable_scan_time(); }));
        request.set_verify(step_.scan().verify());
        return Send(&Service::RecordScan, std::move(request));
      }
      case Step::kLift: {
        v1::LiftRemovalRequest request;
        request.set_reason(step_.lift().reason());
        return Send(&Service::LiftRemoval, std::move(request));
      }
      case Step::kCost: {
        v1::RecordCostRequest request;
        request.mutable_cost()->set_description(step_.cost().description());
        request.mutable_cost()->set_amount_cents(step_.cost().cents());
        request.mutable_cost()->set_self_help(step_.cost().self_help());
        request.mutable_cost()->set_entity(EntityName(step_.cost().entity()));
        return Send(&Service::RecordCost, std::move(request));
      }
      case Step::kAssess: {
        v1::AssessCostRequest request;
        request.set_number(step_.assess().number());
        request.set_assessment(step_.assess().as());
        return Send(&Service::AssessCost, std::move(request));
      }
      case Step::kSpend: {
        v1::RequestSpendRequest request;
        request.set_amount_cents(step_.spend().cents());
        request.set_purpose(step_.spend().purpose());
        request.set_entity(EntityName(step_.spend().entity()));
        return Send(&Service::RequestSpend, std::move(request));
      }
      case Step::kDecideSpend: {
        v1::DecideSpendRequest request;
        request.set_number(step_.decide_spend().number());
        request.set_approve(step_.decide_spend().approve());
        request.set_reason(step_.decide_spend().reason());
        return Send(&Service::DecideSpend, std::move(request));
      }
      case Step::kUpdate: {
        v1::UpdateIncidentRequest request;
        request.mutable_incident()->set_name(name_);
        if (!step_.update().title().empty()) {
          request.mutable_incident()->set_title(step_.update().title());
          request.mutable_update_mask()->add_paths("title");
        }
        if (!step_.update().lead().empty()) {
          request.mutable_incident()->set_lead(PersonName(step_.update().lead()));
          request.mutable_update_mask()->add_paths("lead");
        }
        v1::UpdateIncidentResponse response;
        outcome_.answer =
            site_.Call(site_.incidents(), &Service::UpdateIncident, who_, request, &response);
        return absl::OkStatus();
      }
      default:
        return absl::InvalidArgumentError("a step without an act");
    }
  }

  template <typename Request, typename Response>
  absl::Status Send(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                    Request request) {
    request.set_name(name_);
    Response response;
    outcome_.answer = site_.Call(site_.incidents(), method, who_, request, &response);
    return absl::OkStatus();
  }

  template <typename Request>
  static Request Settled(const testing::v1::Settle& settle) {
    Request request;
    request.set_obligation(settle.duty());
    request.set_reason(settle.reason());
    return request;
  }

  template <typename Field>
  absl::Status SetTime(const std::string& text, Field field) const {
    if (text.empty()) return absl::OkStatus();
    BELFRY_ASSIGN_OR_RETURN(const absl::Time time, ParseLocalTime(text, zone_));
    *field() = ToProto(time);
    return absl::OkStatus();
  }

  absl::Status AddFacts(const google::protobuf::RepeatedPtrField<testing::v1::FactAnswer>& given,
                        google::protobuf::RepeatedPtrField<v1::Fact>* facts) const {
    for (const testing::v1::FactAnswer& answer : given) {
      v1::Fact* fact = facts->Add();
      fact->set_name(answer.name());
      fact->set_value(answer.value());
      fact->set_reason(answer.reason());
      fact->set_entity(EntityName(answer.of()));
      BELFRY_RETURN_IF_ERROR(SetTime(answer.known(), [&] { return fact->mutable_known_time(); }));
    }
    return absl::OkStatus();
  }

  static void AddCategories(
      const google::protobuf::RepeatedPtrField<std::string>& given,
      google::protobuf::RepeatedPtrField<v1::CategoryAssignment>* categories) {
    for (const std::string& text : given) {
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(text, absl::MaxSplits('/', 1));
      v1::CategoryAssignment* category = categories->Add();
      category->set_category(parts.first);
      if (parts.second.empty()) continue;
      for (const absl::string_view sub_value : absl::StrSplit(parts.second, ',')) {
        category->add_sub_values(std::string(sub_value));
      }
    }
  }

  static void AddFields(const google::protobuf::RepeatedPtrField<testing::v1::Field>& given,
                        google::protobuf::RepeatedPtrField<v1::DocumentField>* fields) {
    for (const testing::v1::Field& one : given) {
      v1::DocumentField* field = fields->Add();
      field->set_name(one.name());
      field->set_value(one.value());
    }
  }

  absl::Status ToEntity(const testing::v1::AddEntity& given, v1::IncidentEntity& entity) const {
    entity.set_entity(EntityName(given.entity()));
    entity.set_relation(given.relation());
    return SetTime(given.detected(), [&] { return entity.mutable_detect_time(); });
  }

  absl::Status Report(const testing::v1::Report& report) {
    v1::CreateIncidentRequest request;
    request.set_title(report.title().empty() ? "Reported in a scenario" : report.title());
    request.set_summary(report.summary());
    request.set_entity(EntityName(report.entity()));
    BELFRY_RETURN_IF_ERROR(
        SetTime(report.detected(), [&] { return request.mutable_detect_time(); }));
    AddCategories(report.category(), request.mutable_categories());
    BELFRY_RETURN_IF_ERROR(AddFacts(report.fact(), request.mutable_facts()));
    request.set_severity(report.severity());
    request.set_restricted(report.restricted());
    request.set_drill(report.drill());
    for (const std::string& id : report.subject()) request.add_subjects(PersonName(id));
    for (const std::string& id : report.reader()) request.add_readers(PersonName(id));
    for (const testing::v1::AddEntity& other : report.also()) {
      BELFRY_RETURN_IF_ERROR(ToEntity(other, *request.add_other_entities()));
    }
    v1::CreateIncidentResponse response;
    outcome_.answer =
        site_.Call(site_.incidents(), &Service::CreateIncident, who_, request, &response);
    if (outcome_.answer.ok()) incidents_.Add(report.as(), response.incident().name());
    return absl::OkStatus();
  }

  // Texts that must occur and texts that must not.
  template <typename Texts>
  void Look(const std::string& text, const Texts& shows, const Texts& hides) {
    for (const std::string& part : shows) {
      if (!absl::StrContains(text, part)) outcome_.seen.push_back({"", "shows " + part, "hidden"});
    }
    for (const std::string& part : hides) {
      if (absl::StrContains(text, part)) outcome_.seen.push_back({"", "hides " + part, "shown"});
    }
  }

  absl::Status Read(const testing::v1::Read& read) {
    v1::GetIncidentRequest request;
    request.set_name(name_);
    v1::GetIncidentResponse response;
    outcome_.answer =
        site_.Call(site_.incidents(), &Service::GetIncident, who_, request, &response);
    if (outcome_.answer.ok()) Look(AsText(response.incident()), read.shows(), read.hides());
    return absl::OkStatus();
  }

  absl::Status Timeline(const testing::v1::Timeline& timeline) {
    const auto entries = ReadTimeline(site_, who_, name_);
    outcome_.answer = entries.status();
    if (!entries.ok()) return absl::OkStatus();
    std::string text;
    for (const v1::TimelineEntry& entry : *entries) absl::StrAppend(&text, AsText(entry), "\n");
    Look(text, timeline.shows(), timeline.hides());
    return absl::OkStatus();
  }

  absl::Status List(const testing::v1::List& list) {
    v1::ListIncidentsRequest request;
    request.set_filter(list.filter());
    request.set_page_size(kIncidentsPerPage);
    v1::ListIncidentsResponse response;
    outcome_.answer =
        site_.Call(site_.incidents(), &Service::ListIncidents, who_, request, &response);
    if (!outcome_.answer.ok()) return absl::OkStatus();
    std::vector<std::string> found;
    for (const v1::Incident& incident : response.incidents()) found.push_back(incident.name());
    const std::string text = absl::StrCat(absl::StrJoin(found, " "), " ");
    const auto names = [&](const auto& aliases) -> absl::StatusOr<std::vector<std::string>> {
      std::vector<std::string> result;
      for (const std::string& alias : aliases) {
        BELFRY_ASSIGN_OR_RETURN(const std::string name, incidents_.Find(alias));
        result.push_back(name + " ");
      }
      return result;
    };
    BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> shows, names(list.shows()));
    BELFRY_ASSIGN_OR_RETURN(const std::vector<std::string> hides, names(list.hides()));
    Look(text, shows, hides);
    return absl::OkStatus();
  }

  // The administrator's part; the first refusal ends it.
  absl::Status Change(const testing::v1::Directory& change) {
    using Directory = v1::DirectoryService::Stub;
    const auto call = [&](auto method, auto request, auto response) {
      if (outcome_.answer.ok()) {
        outcome_.answer = site_.Call(site_.directory(), method, Site::kAdmin, request, &response);
      }
    };
    for (const v1::Person& person : change.person()) {
      v1::UpdatePersonRequest request;
      *request.mutable_person() = person;
      call(&Directory::UpdatePerson, request, v1::UpdatePersonResponse());
    }
    for (const v1::Entity& entity : change.entity()) {
      v1::UpdateEntityRequest request;
      *request.mutable_entity() = entity;
      call(&Directory::UpdateEntity, request, v1::UpdateEntityResponse());
    }
    for (const v1::RoleAssignment& assignment : change.assign()) {
      v1::AssignRoleRequest request;
      *request.mutable_assignment() = assignment;
      call(&Directory::AssignRole, request, v1::AssignRoleResponse());
    }
    for (const v1::RoleAssignment& assignment : change.unassign()) {
      v1::UnassignRoleRequest request;
      *request.mutable_assignment() = assignment;
      call(&Directory::UnassignRole, request, v1::UnassignRoleResponse());
    }
    return absl::OkStatus();
  }

  static std::string AsText(const google::protobuf::Message& message) {
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    std::string text;
    printer.PrintToString(message, &text);
    return text;
  }

  absl::Status TakeStep(const testing::v1::Verb& verb) {
    v1::TransitionIncidentRequest request;
    request.set_verb(verb.name());
    request.set_reason(verb.reason());
    BELFRY_RETURN_IF_ERROR(AddFacts(verb.fact(), request.mutable_facts()));
    return Send(&Service::TransitionIncident, std::move(request));
  }

  absl::Status Submit(const testing::v1::Document& document) {
    v1::SubmitDocumentRequest request;
    request.set_type(document.type());
    request.set_entity(EntityName(document.entity()));
    AddFields(document.field(), request.mutable_fields());
    BELFRY_RETURN_IF_ERROR(
        SetTime(document.happened(), [&] { return request.mutable_event_time(); }));
    if (document.approved_by().empty()) {
      return Send(&Service::SubmitDocument, std::move(request));
    }
    return SubmitApproved(document, std::move(request));
  }

  // What is refused on the way is the outcome of the step.
  absl::Status SubmitApproved(const testing::v1::Document& document,
                              v1::SubmitDocumentRequest request) {
    using Documents = v1::DocumentService::Stub;
    v1::DraftDocumentRequest draft;
    draft.set_name(name_);
    draft.set_type(request.type());
    draft.set_entity(request.entity());
    *draft.mutable_fields() = request.fields();
    v1::DraftDocumentResponse drafted;
    outcome_.answer =
        site_.Call(site_.documents(), &Documents::DraftDocument, who_, draft, &drafted);
    if (!outcome_.answer.ok()) return absl::OkStatus();
    v1::ApproveDocumentRequest approve;
    approve.set_name(drafted.draft().name());
    approve.set_revision(drafted.draft().revision());
    v1::ApproveDocumentResponse approved;
    outcome_.answer =
        site_.Call(site_.documents(), &Documents::ApproveDocument,
                   absl::StrCat("people/", document.approved_by()), approve, &approved);
    if (!outcome_.answer.ok()) return absl::OkStatus();
    request.clear_type();
    request.clear_entity();
    request.clear_fields();
    request.set_draft(drafted.draft().name());
    return Send(&Service::SubmitDocument, std::move(request));
  }

  absl::Status Decide(const testing::v1::Decide& decide) {
    v1::RecordDecisionRequest request;
    request.set_question(decide.question());
    request.set_answer(decide.answer());
    request.set_reason(decide.reason().empty() ? "decided" : decide.reason());
    request.set_entity(EntityName(decide.entity()));
    *request.mutable_removal_devices() = decide.device();
    *request.mutable_removal_subnets() = decide.subnet();
    request.set_public_safety_acknowledged(decide.public_safety_acknowledged());
    return Send(&Service::RecordDecision, std::move(request));
  }

  Site& site_;
  const Step& step_;
  const absl::TimeZone zone_;
  Incidents& incidents_;
  const std::string who_;
  std::string name_;
  Outcome outcome_;
};

}  // namespace

void Incidents::Add(const std::string& alias, const std::string& name) {
  by_alias_[alias.empty() ? absl::StrCat(names_.size() + 1) : alias] = name;
  names_.push_back(name);
}

absl::StatusOr<std::string> Incidents::Find(const std::string& alias) const {
  if (alias.rfind("incidents/", 0) == 0) return alias;
  if (alias.empty()) {
    if (names_.size() == 1) return names_.front();
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", names_.size(), " incidents; say which"));
  }
  const auto found = by_alias_.find(alias);
  if (found == by_alias_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no report was given the name \"", alias, "\" by then"));
  }
  return found->second;
}

absl::StatusOr<Outcome> Perform(Site& site, const Step& step, absl::TimeZone zone,
                                Incidents& incidents) {
  return Performer(site, step, zone, incidents).Perform();
}

}  // namespace belfry::scenario
