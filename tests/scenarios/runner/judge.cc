#include "tests/scenarios/runner/judge.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "tests/scenarios/runner/government.h"
#include "tests/scenarios/runner/local_time.h"

namespace belfry::scenario {
namespace {

using testing::v1::Expectations;

std::string StateName(const v1::Obligation& duty) {
  return v1::Obligation::State_Name(duty.state()).substr(sizeof("STATE_") - 1);
}

std::string Tail(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

class Bench {
 public:
  Bench(Site& site, const testing::v1::Scenario& scenario, absl::TimeZone zone,
        const Played& played)
      : site_(site),
        expect_(scenario.expect()),
        zone_(zone),
        played_(played),
        differences_(played.differences) {}

  absl::StatusOr<std::vector<Difference>> Judge() && {
    std::set<std::string> registers;
    for (const testing::v1::Duty& duty : expect_.duty()) {
      if (absl::StartsWith(duty.incident(), "incidents/")) registers.insert(duty.incident());
    }
    for (const std::string& name : played_.incidents.names()) {
      BELFRY_RETURN_IF_ERROR(JudgeDuties(name, expect_.others_allowed()));
      registers.erase(name);
    }
    // Of registers only what is listed is compared: every entity has all of them.
    for (const std::string& name : registers) BELFRY_RETURN_IF_ERROR(JudgeDuties(name, true));
    for (const testing::v1::Sent& sent : expect_.sent()) JudgeSent(sent, false);
    for (const testing::v1::Sent& sent : expect_.not_sent()) JudgeSent(sent, true);
    for (const testing::v1::Order& order : expect_.order()) {
      BELFRY_RETURN_IF_ERROR(JudgeOrder(order));
    }
    for (const testing::v1::Final& final : expect_.final()) {
      BELFRY_RETURN_IF_ERROR(JudgeFinal(final));
    }
    return std::move(differences_);
  }

 private:
  void Differ(std::string what, std::string expected, std::string actual) {
    differences_.push_back({std::move(what), std::move(expected), std::move(actual)});
  }

  // The auditor reads nothing that is restricted; whoever can, is asked in turn.
  template <typename Request, typename Response>
  absl::Status Ask(grpc::Status (v1::IncidentService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                   const Request& request, Response* response) {
    absl::Status status;
    for (const char* who : {"people/csirt.executive", "people/csirt.handler", "people/ciso"}) {
      status = site_.Call(site_.incidents(), method, who, request, response);
      if (status.ok()) return status;
    }
    return status;
  }

  std::string Row(const testing::v1::Duty& duty) const {
    std::vector<std::string> parts;
    if (!duty.of().empty()) parts.push_back(absl::StrCat("[", duty.of(), "]"));
    if (!duty.start().empty()) parts.push_back(absl::StrCat("from ", duty.start()));
    if (!duty.due().empty()) parts.push_back(absl::StrCat("due ", duty.due()));
    if (!duty.outcome().empty()) parts.push_back(duty.outcome());
    if (!duty.at().empty()) parts.push_back(absl::StrCat("at ", duty.at()));
    if (!duty.kind().empty()) parts.push_back(duty.kind());
    return absl::StrJoin(parts, " ");
  }

  std::string Row(const v1::Obligation& duty) const {
    std::vector<std::string> parts;
    if (!duty.subject().empty()) parts.push_back(absl::StrCat("[", Tail(duty.subject()), "]"));
    parts.push_back(absl::StrCat("from ", FormatLocalTime(FromProto(duty.clock_start()), zone_)));
    if (duty.has_due_time()) {
      parts.push_back(absl::StrCat("due ", FormatLocalTime(FromProto(duty.due_time()), zone_)));
    }
    parts.push_back(StateName(duty));
    if (duty.has_settle_time()) {
      parts.push_back(absl::StrCat("at ", FormatLocalTime(FromProto(duty.settle_time()), zone_)));
    }
    parts.push_back(duty.kind());
    return absl::StrJoin(parts, " ");
  }

  static std::string Name(const std::string& code, int number) {
    return number > 0 ? absl::StrCat(code, "#", number) : code;
  }

  // How many of the written fields agree; -1 when it is another duty altogether.
  int Likeness(const testing::v1::Duty& wanted, const v1::Obligation& actual) const {
    if (wanted.code() != actual.code() || wanted.number() != actual.number()) return -1;
    if (!wanted.of().empty() && wanted.of() != Tail(actual.subject())) return -1;
    int agree = 0;
    const auto count = [&](const std::string& text, bool fits) {
      if (!text.empty() && fits) ++agree;
    };
    count(wanted.start(), Agrees(wanted.start(), FromProto(actual.clock_start()), zone_));
    count(wanted.due(), actual.has_due_time()
                            ? Agrees(wanted.due(), FromProto(actual.due_time()), zone_)
                            : wanted.due() == "none");
    count(wanted.outcome(), wanted.outcome() == StateName(actual));
    count(wanted.at(), Agrees(wanted.at(), FromProto(actual.settle_time()), zone_));
    count(wanted.kind(), wanted.kind() == actual.kind());
    if (wanted.advisory() && !actual.advisory()) return agree - 1;
    return agree;
  }

  static int Written(const testing::v1::Duty& wanted) {
    int written = 0;
    for (const std::string* text :
         {&wanted.start(), &wanted.due(), &wanted.outcome(), &wanted.at(), &wanted.kind()}) {
      if (!text->empty()) ++written;
    }
    return written;
  }

  absl::Status JudgeDuties(const std::string& incident, bool others_allowed) {
    v1::ListObligationsRequest request;
    request.set_name(incident);
    v1::ListObligationsResponse response;
    BELFRY_RETURN_IF_ERROR(Ask(&v1::IncidentService::Stub::ListObligations, request, &response));
    std::vector<const v1::Obligation*> left;
    for (const v1::Obligation& duty : response.obligations()) left.push_back(&duty);

    std::vector<const testing::v1::Duty*> wanted;
    for (const testing::v1::Duty& duty : expect_.duty()) {
      const auto name = played_.incidents.Find(duty.incident());
      if (name.ok() && *name == incident) wanted.push_back(&duty);
    }
    // Exact ones first, so that a wrong row is compared with what is really left.
    std::vector<const testing::v1::Duty*> unmatched;
    for (const testing::v1::Duty* duty : wanted) {
      const auto exact = std::find_if(left.begin(), left.end(), [&](const v1::Obligation* actual) {
        return Likeness(*duty, *actual) == Written(*duty);
      });
      if (exact == left.end()) {
        unmatched.push_back(duty);
      } else {
        left.erase(exact);
      }
    }
    for (const testing::v1::Duty* duty : unmatched) {
      auto best = left.end();
      for (auto it = left.begin(); it != left.end(); ++it) {
        if (Likeness(*duty, **it) < 0) continue;
        if (best == left.end() || Likeness(*duty, **it) > Likeness(*duty, **best)) best = it;
      }
      const std::string name = Name(duty->code(), duty->number());
      if (best == left.end()) {
        Differ(name, Row(*duty), "does not exist");
      } else {
        Differ(name, Row(*duty), Row(**best));
        left.erase(best);
      }
    }
    for (const v1::Obligation* duty : left) {
      const auto& ignored = expect_.ignore();
      if (std::find(ignored.begin(), ignored.end(), duty->code()) != ignored.end()) continue;
      const auto& absent = expect_.no_duty();
      const bool forbidden = std::find(absent.begin(), absent.end(), duty->code()) != absent.end();
      if (others_allowed && !forbidden) continue;
      Differ(Name(duty->code(), duty->number()), "not created", Row(*duty));
    }
    return absl::OkStatus();
  }

  bool Fits(const testing::v1::Sent& wanted, const Delivered& actual) const {
    const v1::Notice& notice = actual.delivery.notice();
    if (!actual.arrived) return false;
    // Standing duties go on beside every incident; they count only where they are named.
    if (wanted.incident().empty() && wanted.duty().empty() &&
        absl::EndsWith(actual.delivery.incident(), "-REGISTER")) {
      return false;
    }
    if (!wanted.to().empty()) {
      const std::string to =
          wanted.to().find('/') == std::string::npos ? PersonName(wanted.to()) : wanted.to();
      if (to != actual.delivery.target()) return false;
    }
    if (!wanted.kind().empty() &&
        v1::Notice::Kind_Name(notice.kind()) != absl::StrCat("KIND_", wanted.kind())) {
      return false;
    }
    if (!wanted.at().empty() && !Agrees(wanted.at(), actual.time, zone_)) return false;
    if (!wanted.duty().empty() && wanted.duty() != notice.obligation()) return false;
    if (!wanted.clause().empty() && std::find(notice.clauses().begin(), notice.clauses().end(),
                                              wanted.clause()) == notice.clauses().end()) {
      return false;
    }
    if (!wanted.incident().empty()) {
      const auto name = played_.incidents.Find(wanted.incident());
      if (!name.ok() || *name != actual.delivery.incident()) return false;
    }
    return absl::StrContains(absl::StrCat(notice.title(), "\n", notice.text()), wanted.contains());
  }

  void JudgeSent(const testing::v1::Sent& wanted, bool never) {
    std::vector<std::string> times;
    for (const Delivered& actual : played_.notices) {
      if (Fits(wanted, actual)) times.push_back(FormatLocalTime(actual.time, zone_));
    }
    const std::string what =
        absl::StrCat("notice ", wanted.kind(), " to ", wanted.to(), " ", wanted.duty(), " ",
                     wanted.clause(), " ", wanted.at(), " ", wanted.contains());
    const bool right =
        never ? times.empty()
              : (wanted.times() > 0 ? times.size() == static_cast<size_t>(wanted.times())
                                    : !times.empty());
    if (right) return;
    Differ(what,
           never ? "never sent"
                 : (wanted.times() > 0 ? absl::StrCat("sent ", wanted.times(), " times") : "sent"),
           times.empty() ? "not sent" : absl::StrCat("sent at ", absl::StrJoin(times, ", ")));
  }

  absl::Status JudgeOrder(const testing::v1::Order& order) {
    v1::ListTimelineEntriesRequest request;
    BELFRY_ASSIGN_OR_RETURN(const std::string name, played_.incidents.Find(order.incident()));
    request.set_parent(name);
    request.set_page_size(1000);
    v1::ListTimelineEntriesResponse response;
    absl::Status status;
    for (const char* who : {"people/csirt.executive", "people/csirt.handler"}) {
      response.Clear();
      status = site_.Call(site_.timeline(), &v1::TimelineService::Stub::ListTimelineEntries, who,
                          request, &response);
      if (status.ok()) break;
    }
    BELFRY_RETURN_IF_ERROR(status);
    int next = 0;
    for (const v1::TimelineEntry& entry : response.entries()) {
      if (next == order.entry_size()) break;
      const testing::v1::Entry& wanted = order.entry(next);
      if ((wanted.kind().empty() || wanted.kind() == entry.kind()) &&
          absl::StrContains(entry.text(), wanted.contains())) {
        ++next;
      }
    }
    if (next < order.entry_size()) {
      const testing::v1::Entry& missing = order.entry(next);
      Differ("order of the record",
             absl::StrCat(missing.kind(), " ", missing.contains(), " after what precedes it"),
             "not there");
    }
    return absl::OkStatus();
  }

  absl::Status JudgeFinal(const testing::v1::Final& wanted) {
    v1::GetIncidentRequest request;
    BELFRY_ASSIGN_OR_RETURN(*request.mutable_name(), played_.incidents.Find(wanted.incident()));
    v1::GetIncidentResponse response;
    BELFRY_RETURN_IF_ERROR(Ask(&v1::IncidentService::Stub::GetIncident, request, &response));
    const v1::Incident& incident = response.incident();
    const auto compare = [&](const char* what, const std::string& expected,
                             const std::string& actual) {
      if (expected != actual) Differ(absl::StrCat("at the end: ", what), expected, actual);
    };
    if (!wanted.state().empty()) compare("state", wanted.state(), incident.state());
    if (!wanted.severity().empty()) compare("severity", wanted.severity(), incident.severity());
    if (wanted.has_claim_cents()) {
      compare("claim in cents", absl::StrCat(wanted.claim_cents()),
              absl::StrCat(incident.claim_cents()));
    }
    if (!wanted.score().empty()) {
      compare("score", wanted.score(), absl::StrFormat("%.2f", incident.severity_score()));
    }
    if (wanted.has_removals()) {
      compare("removals", absl::StrCat(wanted.removals()), absl::StrCat(incident.removals_size()));
    }
    if (wanted.has_removals_lifted()) {
      const auto lifted = std::count_if(
          incident.removals().begin(), incident.removals().end(),
          [](const auto& r) { return r.state() == v1::NetworkRemoval::STATE_LIFTED; });
      compare("removals lifted", absl::StrCat(wanted.removals_lifted()), absl::StrCat(lifted));
    }
    const auto describe = [](const std::string& entity, v1::NonComplianceCase::State state,
                             const google::protobuf::RepeatedPtrField<std::string>& duties) {
      return absl::StrCat(Tail(entity), " ", v1::NonComplianceCase::State_Name(state), " ",
                          absl::StrJoin(duties, ","));
    };
    std::set<std::string> expected;
    std::set<std::string> actual;
    for (const auto& one : wanted.case_()) {
      expected.insert(describe(one.entity(), one.state(), one.duty()));
    }
    for (const auto& one : incident.cases()) {
      actual.insert(describe(one.entity(), one.state(), one.obligations()));
    }
    compare("cases", absl::StrJoin(expected, "; "), absl::StrJoin(actual, "; "));
    return absl::OkStatus();
  }

  Site& site_;
  const Expectations& expect_;
  const absl::TimeZone zone_;
  const Played& played_;
  std::vector<Difference> differences_;
};

}  // namespace

absl::StatusOr<std::vector<Difference>> Judge(Site& site, const testing::v1::Scenario& scenario,
                                              absl::TimeZone zone, const Played& played) {
  return Bench(site, scenario, zone, played).Judge();
}

}  // namespace belfry::scenario
