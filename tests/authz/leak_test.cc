// A restricted and a TLP:RED incident full of canaries are played through; then every byte that
// anybody else, any channel, the bot, the log or a digest got is searched for them.
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/v1/compartment_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "client-lib/chat/notice_card.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/authz/government.h"
#include "tests/authz/wire.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::authz {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::ReadSourceFile;
using testing::RefusedBecause;
using testing::TestServer;

// Stands in whatever nobody else may read.
constexpr char kCanary[] = "CANARY";

// Where a text came from, and the text.
using Bytes = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> Hits(const Bytes& all) {
  std::vector<std::string> hits;
  for (const auto& [where, text] : all) {
    const size_t at = text.find(kCanary);
    if (at == std::string::npos) continue;
    hits.push_back(absl::StrCat(where, ": …", text.substr(at < 60 ? 0 : at - 60, 120), "…"));
  }
  return hits;
}

class LeakTest : public ::testing::Test {
 protected:
  LeakTest() {
    google::protobuf::TextFormat::ParseFromString(ReadSourceFile(kPackFile), &pack_);
    principals_ = Principals(pack_);
    v1::Directory directory = DirectoryFor(principals_);
    for (v1::Person& person : *directory.mutable_people()) {
      v1::ChatAccount* account = person.add_chat_accounts();
      account->set_platform("console");
      account->set_user_id(person.display_name());
    }
    for (const auto& [name, scope] : std::vector<std::pair<std::string, std::string>>{
             {"dop", "entities/dop"}, {"bor", "entities/bor"}, {"itd", ""}}) {
      v1::Channel* channel = directory.add_channels();
      channel->set_name(absl::StrCat("channels/", name));
      channel->set_platform("console");
      channel->set_address(absl::StrCat("#", name));
      channel->set_scope(scope);
      channel->set_incident_rooms(name == "dop");
    }
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
    server_ = std::make_unique<TestServer>(ReadSourceFile(kPackFile), std::move(directory));
    for (const Principal& who : principals_) {
      if (!who.bot && !who.guest) tokens_[who.who] = TokenNow(who);
    }
  }

  ~LeakTest() override {
    server_.reset();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("nobody listens"));
  }

  Wire WireOf(const Principal& who) const {
    return {server_->socket(), absl::StrCat("token-of-", who.guest ? "bot" : who.who),
            who.guest ? who.name : ""};
  }
  client::Client As(const std::string& who) const { return server_->As(who); }

  std::string TokenNow(const Principal& who) const {
    const Wire wire = WireOf(who);
    const auto stub = v1::IncidentService::NewStub(wire.channel());
    grpc::ClientContext context;
    wire.Prepare(context);
    const auto reader = stub->WatchIncidents(&context, v1::WatchIncidentsRequest());
    v1::WatchIncidentsResponse hello;
    if (!reader->Read(&hello)) return "";
    context.TryCancel();
    return hello.resume_token();
  }

  std::string Open(const std::string& title, bool restricted) {
    v1::CreateIncidentRequest request;
    request.set_title(title);
    request.set_summary(title);
    request.set_entity("entities/dop");
    request.set_restricted(restricted);
    request.add_readers(kReader);
    const auto created = As("dop.clerk").CreateIncident(request);
    EXPECT_THAT(created, IsOk());
    return created->incident().name();
  }

  // Every kind of text that an incident can hold.
  void Fill(const std::string& name) {
    const auto client = As("dop.clerk");
    v1::AddNoteRequest note;
    note.set_name(name);
    note.set_text("CANARY of a note");
    EXPECT_THAT(client.AddNote(note), IsOk());
    v1::EscalateIncidentRequest escalate;
    escalate.set_name(name);
    escalate.set_reason("CANARY of a page");
    escalate.add_roles("CSIRT_H");
    EXPECT_THAT(client.EscalateIncident(escalate), IsOk());
    const auto handler = As("r.csirt-h");  // called upon by now
    v1::UpdateIncidentRequest update;
    update.mutable_incident()->set_name(name);
    update.mutable_incident()->set_title("CANARY of a title");
    update.mutable_update_mask()->add_paths("title");
    EXPECT_THAT(handler.UpdateIncident(update), IsOk());
    v1::RecordFactsRequest facts;
    facts.set_name(name);
    v1::Fact* fact = facts.add_facts();
    fact->set_name("criminal");
    fact->set_value("SUSPECTED");
    fact->set_reason("CANARY of a fact");
    EXPECT_THAT(handler.RecordFacts(facts), IsOk());
    v1::RecordDevicesRequest devices;
    devices.set_name(name);
    devices.add_devices()->set_device("CANARY-pc");
    devices.mutable_devices(0)->set_status(v1::Device::STATUS_INFECTED);
    devices.mutable_devices(0)->set_family("CANARY of a family");
    EXPECT_THAT(handler.RecordDevices(devices), IsOk());
    v1::LinkTicketRequest ticket;
    ticket.set_name(name);
    ticket.mutable_ticket()->set_system("E2E");
    ticket.mutable_ticket()->set_number("CANARY-1");
    EXPECT_THAT(handler.LinkTicket(ticket), IsOk());
    v1::RecordCostRequest cost;
    cost.set_name(name);
    cost.mutable_cost()->set_description("CANARY of a cost");
    cost.mutable_cost()->set_amount_cents(100);
    EXPECT_THAT(handler.RecordCost(cost), IsOk());
    v1::ChangeSeverityRequest severity;
    severity.set_name(name);
    severity.set_severity("SEV2");
    severity.set_reason("CANARY of a severity");
    EXPECT_THAT(handler.ChangeSeverity(severity), IsOk());
    v1::CreateEvidenceRequest evidence;
    evidence.set_parent(name);
    evidence.mutable_evidence()->set_kind(v1::Evidence::KIND_LOG);
    evidence.mutable_evidence()->set_description("CANARY of evidence");
    EXPECT_THAT(handler.CreateEvidence(evidence), IsOk());
    v1::NameSubjectRequest subject;
    subject.set_name(name);
    subject.set_person(kSubject);
    subject.set_reason("CANARY of a subject");
    EXPECT_THAT(handler.NameSubject(subject), IsOk());
  }

  // Leases everything, as the bot; each delivery is bytes that left the server. Pages fail now and
  // then, so that somebody is told of that as well.
  void Deliver() {
    int count = 0;
    for (;;) {
      v1::LeaseDeliveriesRequest request;
      request.set_holder("hunter");
      request.set_incarnation("1");
      request.add_platforms("console");
      request.set_max(100);
      const auto leased = As("bot").LeaseDeliveries(request);
      ASSERT_THAT(leased, IsOk());
      if (leased->deliveries().empty()) return;
      for (const v1::Delivery& delivery : leased->deliveries()) {
        seen_.emplace_back(absl::StrCat("delivery to ", delivery.target(), " (",
                                        v1::Notice::Kind_Name(delivery.notice().kind()), ", ",
                                        delivery.notice().reason(), ")"),
                           delivery.ShortDebugString());
        chat::View view;
        seen_.emplace_back(absl::StrCat("card to ", delivery.target()),
                           chat::NoticeCard(delivery, view).PlainText());
        if (delivery.notice().kind() == v1::Notice::KIND_PAGE ||
            delivery.notice().kind() == v1::Notice::KIND_REMINDER) {
          called_.insert(delivery.target());
        }
        v1::ReportDeliveryRequest report;
        report.set_name(delivery.name());
        report.set_holder("hunter");
        report.set_incarnation("1");
        const bool fails = delivery.notice().kind() == v1::Notice::KIND_PAGE && ++count % 3 == 0;
        report.set_outcome(fails ? v1::ReportDeliveryRequest::OUTCOME_FAILED
                                 : v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
        const bool closed = delivery.notice().incident().restricted();
        if (fails) report.set_error(closed ? "CANARY of a failure" : "no such user");
        report.mutable_message()->set_channel(delivery.endpoint().address());
        report.mutable_message()->set_id(absl::StrCat("m", seen_.size()));
        EXPECT_THAT(As("bot").ReportDelivery(report), IsOk());
      }
    }
  }

  // What everybody who is no insider gets, whatever they ask.
  void AskAround(const std::vector<std::string>& names) {
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    for (const Principal& who : principals_) {
      if (insiders_.count(who.name) > 0 || called_.count(who.name) > 0) continue;
      const Wire wire = WireOf(who);
      const auto keep = [&](const std::string& what, const Answer& answer) {
        seen_.emplace_back(absl::StrCat(who.who, " by ", what),
                           absl::StrCat(answer.response->ShortDebugString(), answer.Bytes("")));
      };
      for (const char* service :
           {"IncidentService", "TimelineService", "CompartmentService", "DocumentService", "DeliveryService",
            "DirectoryService", "PolicyService", "ChatService", "AuditService", "EvidenceService",
            "PublicRecordsService", "MeasuresService"}) {
        const auto* offered = pool->FindServiceByName(absl::StrCat("belfry.v1.", service));
        for (int i = 0; i < offered->method_count(); ++i) {
          const auto* method = offered->method(i);
          const bool waits = method->name() == "LeaseDeliveries";
          // What would change the world for the others.
          const bool breaks =
              method->name() == "BreakGlass" || method->name() == "ReplaceDirectory";
          if (method->server_streaming() || method->client_streaming() || waits || breaks) continue;
          const auto* input = method->input_type();
          for (const std::string& name : names) {
            std::string request;
            for (const char* field : {"name", "parent", "incident"}) {
              if (input->FindFieldByName(field) != nullptr) {
                absl::StrAppend(&request, field, ": \"", name, "\" ");
              }
            }
            if (input->name() == "UpdateIncidentRequest") {
              request = absl::StrCat("incident { name: \"", name, "\" }");
            }
            if (input->name() == "SimulatePolicyRequest") request = "horizon { seconds: -1 }";
            keep(absl::StrCat(method->name(), " ", name), wire.Call(*method, request));
            if (request.empty()) break;
          }
        }
      }
      if (who.bot || who.guest) continue;
      // The whole stream since the beginning, up to an own report.
      v1::CreateIncidentRequest mark;
      mark.set_title("A mark");
      mark.set_entity(who.who == "siem.bor" ? "entities/bor" : "entities/dop");
      const auto created = As(who.who).CreateIncident(mark);
      ASSERT_THAT(created, IsOk()) << who.who;
      const auto stub = v1::IncidentService::NewStub(wire.channel());
      grpc::ClientContext context;
      wire.Prepare(context);
      v1::WatchIncidentsRequest request;
      request.set_resume_token(tokens_.at(who.who));
      const auto reader = stub->WatchIncidents(&context, request);
      v1::WatchIncidentsResponse message;
      while (reader->Read(&message)) {
        seen_.emplace_back(absl::StrCat(who.who, " by a stream"), message.ShortDebugString());
        if (message.incident().name() == created->incident().name()) break;
      }
      context.TryCancel();
    }
  }

  static constexpr char kPackFile[] = "deploy/policy/itd-sec-4.3.textproto";

  policy::v1::Policy pack_;
  std::vector<Principal> principals_;
  std::ostringstream log_;
  std::unique_ptr<TestServer> server_;
  std::map<std::string, std::string> tokens_;
  // Those who know of both: the reporter, the named reader.
  std::set<std::string> insiders_ = {"people/dop.clerk", kReader, "people/r.csirt-h"};
  std::set<std::string> called_;
  Bytes seen_;
};

TEST_F(LeakTest, NothingOfARestrictedIncidentReachesAnybodyElse) {
  const std::string restricted = Open("CANARY of a restricted report", true);
  const std::string red = Open("Somebody's mailbox", false);
  Deliver();
  // It stands in channels by now; then it turns out to be about a person. Whoever keeps its readers
  // is one of them.
  v1::NameReaderRequest keeper;
  keeper.set_name(red);
  keeper.set_person("people/r.csirt-h");
  keeper.set_reason("Keeps its readers");
  ASSERT_THAT(As("r.csirt-h").NameReader(keeper), IsOk());
  v1::ChangeTlpRequest label;
  label.set_name(red);
  label.set_tlp("red");
  label.set_reason("CANARY of a label");
  ASSERT_THAT(As("r.csirt-h").ChangeTlp(label), IsOk());
  const std::string open = Open("Another thing", false);
  for (const std::string& name : {restricted, red}) Fill(name);
  Deliver();
  // In an emergency; those who are told get a pointer.
  v1::BreakGlassRequest glass;
  glass.set_name(restricted);
  glass.set_reason("CANARY of broken glass");
  const auto broken = As("r.ciso").BreakGlass(glass);
  EXPECT_TRUE(broken.ok() || absl::IsFailedPrecondition(broken.status())) << broken.status();
  insiders_.insert("people/r.ciso");
  v1::RemoveReaderRequest removed;
  removed.set_name(red);
  removed.set_person(kReader);
  removed.set_reason("CANARY of a removal");
  EXPECT_THAT(As("r.csirt-h").RemoveReader(removed), IsOk());
  // An open incident that turns out to be the same goes the way of the stricter one.
  v1::LinkIncidentRequest merge;
  merge.set_name(open);
  merge.set_parent(restricted);
  merge.set_merge(true);
  merge.set_reason("CANARY of a merger");
  // Whoever that one is about would read of it in the other.
  EXPECT_THAT(As("r.csirt-h").LinkIncident(merge), RefusedBecause("SUBJECTS_DIFFER", "x.subject"));
  v1::NameSubjectRequest same;
  same.set_name(open);
  same.set_person(kSubject);
  same.set_reason("The same person");
  ASSERT_THAT(As("r.csirt-h").NameSubject(same), IsOk());
  ASSERT_THAT(As("r.csirt-h").LinkIncident(merge), IsOk());
  // Reminders, overdue steps, digests of two mornings.
  server_->AdvanceTo(absl::Hours(50));
  Deliver();
  // Whoever it is about had been called as well, before anybody knew.
  called_.erase(kSubject);
  AskAround({restricted, red});
  seen_.emplace_back("the log", log_.str());
  std::cout << seen_.size() << " answers, notices, cards and streams searched\n";
  EXPECT_GT(seen_.size(), 1000u);
  EXPECT_THAT(Hits(seen_), IsEmpty()) << absl::StrJoin(Hits(seen_), "\n");
}

// The hunt would find one: the same, in an incident that anybody of the agency may read.
TEST_F(LeakTest, APlantedLeakIsFound) {
  const std::string open = Open("CANARY that was planted", false);
  Deliver();
  AskAround({open});
  const std::vector<std::string> hits = Hits(seen_);
  const auto found = [&](const std::string& where) {
    return std::any_of(hits.begin(), hits.end(),
                       [&](const std::string& hit) { return absl::StartsWith(hit, where); });
  };
  EXPECT_TRUE(found("delivery to channels/dop"));
  EXPECT_TRUE(found("card to channels/dop"));
  EXPECT_TRUE(found("siem.dop by GetIncident"));
  EXPECT_TRUE(found("siem.dop by ListIncidents"));
  EXPECT_TRUE(found("siem.dop by ListTimelineEntries"));
  EXPECT_TRUE(found("siem.dop by a stream"));
}

}  // namespace
}  // namespace belfry::authz
