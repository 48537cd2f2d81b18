#include "tests/scenarios/runner/player.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "tests/scenarios/runner/government.h"
#include "tests/scenarios/runner/local_time.h"

namespace belfry::scenario {
namespace {

using testing::v1::Outage;
using testing::v1::Step;

std::string ActName(const Step& step) {
  const auto* field = Step::descriptor()->FindFieldByNumber(step.act_case());
  return field == nullptr ? "nothing" : field->name();
}

// Does the refusal name the clause, in its text or in a violation?
bool NamesClause(const absl::Status& status, const std::string& clause) {
  bool named = absl::StrContains(status.message(), clause);
  status.ForEachPayload([&](absl::string_view, const absl::Cord& payload) {
    named |= absl::StrContains(std::string(payload), clause);
  });
  return named;
}

std::string Describe(const absl::Status& status) {
  if (status.ok()) return "done";
  return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ErrorReason(status), ": ",
                      status.message());
}

std::string Describe(const testing::v1::Refused& refused) {
  std::vector<std::string> parts = {"refused"};
  for (const std::string& part :
       {refused.code(), refused.reason(), refused.clause(), refused.text()}) {
    if (!part.empty()) parts.push_back(part);
  }
  return absl::StrJoin(parts, " ");
}

bool Fits(const testing::v1::Refused& refused, const absl::Status& status) {
  if (status.ok()) return false;
  if (!refused.code().empty() && absl::StatusCodeToString(status.code()) != refused.code()) {
    return false;
  }
  if (!refused.reason().empty() && ErrorReason(status) != refused.reason()) return false;
  if (!refused.clause().empty() && !NamesClause(status, refused.clause())) return false;
  return absl::StrContains(status.message(), refused.text());
}

template <typename Range>
std::string Ids(const Range& names) {
  std::vector<std::string> ids;
  for (const std::string& name : names) {
    ids.emplace_back(absl::StripPrefix(name, "people/"));
  }
  std::sort(ids.begin(), ids.end());
  return absl::StrJoin(ids, " ");
}

}  // namespace

void Player::Differ(std::string what, std::string expected, std::string actual) {
  played_.differences.push_back({std::move(what), std::move(expected), std::move(actual)});
}

void Player::Log(const std::string& line) const {
  if (log_ != nullptr) *log_ << Now() << "  " << line << "\n";
}

std::string Player::Now() const { return FormatLocalTime(now_, zone_); }

absl::StatusOr<std::vector<Player::Moment>> Player::Moments() const {
  using What = Moment::What;
  std::vector<Moment> moments;
  const auto add = [&](const std::string& text, What what, int index,
                       const std::string& where) -> absl::Status {
    const auto time = ParseLocalTime(text, zone_);
    if (!time.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": ", time.status().message()));
    }
    moments.push_back({*time, what, index});
    return absl::OkStatus();
  };
  for (int i = 0; i < scenario_.steps_size(); ++i) {
    BELFRY_RETURN_IF_ERROR(
        add(scenario_.steps(i).at(), What::kStep, i, absl::StrCat("steps[", i, "].at")));
  }
  for (int i = 0; i < scenario_.checks_size(); ++i) {
    BELFRY_RETURN_IF_ERROR(
        add(scenario_.checks(i).at(), What::kCheck, i, absl::StrCat("checks[", i, "].at")));
  }
  for (int i = 0; i < scenario_.outages_size(); ++i) {
    const Outage& outage = scenario_.outages(i);
    const bool server = outage.what() == Outage::WHAT_SERVER;
    const std::string where = absl::StrCat("outages[", i, "]");
    BELFRY_RETURN_IF_ERROR(
        add(outage.from(), server ? What::kServerDown : What::kBotDown, i, where));
    BELFRY_RETURN_IF_ERROR(add(outage.until(), server ? What::kServerUp : What::kBotUp, i, where));
  }
  // Acts come before what falls due at the same instant; a check sees both.
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
    return std::make_pair(a.time, static_cast<int>(a.what)) <
           std::make_pair(b.time, static_cast<int>(b.what));
  });
  return moments;
}

absl::StatusOr<Played> Player::Play() {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<Moment> moments, Moments());
  BELFRY_RETURN_IF_ERROR(site_.Start());
  for (const Moment& moment : moments) {
    using What = Moment::What;
    if (moment.what == What::kServerUp) {
      BELFRY_RETURN_IF_ERROR(site_.Start());
      server_up_ = true;
      now_ = moment.time;
      BELFRY_RETURN_IF_ERROR(AdvanceTo(moment.time, /*before_due=*/false, /*jump=*/true));
      Log("the server is up again");
      continue;
    }
    if (server_up_) {
      // Acts of one instant come before what falls due at it, also before what their own
      // predecessors have made due in the past.
      if (moment.time > now_ || moment.what == What::kCheck) {
        BELFRY_RETURN_IF_ERROR(AdvanceTo(moment.time, moment.what != What::kCheck));
      } else {
        BELFRY_RETURN_IF_ERROR(Deliver());
      }
    }
    switch (moment.what) {
      case What::kServerDown:
        site_.Kill();
        server_up_ = false;
        Log("the server is killed");
        break;
      case What::kBotDown:
      case What::kBotUp:
        bot_up_ = moment.what == What::kBotUp;
        if (bot_up_) BELFRY_RETURN_IF_ERROR(Deliver());
        break;
      case What::kStep:
        BELFRY_RETURN_IF_ERROR(Act(scenario_.steps(moment.index)));
        break;
      case What::kCheck:
        BELFRY_RETURN_IF_ERROR(Check(scenario_.checks(moment.index)));
        break;
      case What::kServerUp:
        break;
    }
  }
  absl::Time until = now_;
  if (!scenario_.until().empty()) {
    BELFRY_ASSIGN_OR_RETURN(until, ParseLocalTime(scenario_.until(), zone_));
  }
  BELFRY_RETURN_IF_ERROR(AdvanceTo(std::max(until, now_), /*before_due=*/false));
  return std::move(played_);
}

absl::Status Player::AdvanceTo(absl::Time time, bool before_due, bool jump) {
  for (;;) {
    testing::v1::AdvanceToRequest request;
    testing::v1::AdvanceToResponse response;
    *request.mutable_time() = ToProto(time);
    request.set_before_due(before_due);
    request.set_jump(jump);
    request.set_stop_at_first_due(true);
    BELFRY_RETURN_IF_ERROR(site_.Call(site_.clock(), &testing::v1::ClockService::Stub::AdvanceTo,
                                      "", request, &response));
    now_ = FromProto(response.time());
    BELFRY_RETURN_IF_ERROR(Deliver());
    if (response.incidents_touched() == 0) return absl::OkStatus();
    jump = false;
  }
}

bool Player::Fails(const v1::Delivery& delivery) const {
  return std::any_of(
      scenario_.failures().begin(), scenario_.failures().end(),
      [&](const testing::v1::Failure& failure) {
        if (PersonName(failure.person()) != delivery.target()) return false;
        if (!failure.address().empty() && failure.address() != delivery.endpoint().address()) {
          return false;
        }
        // Empty is open on that side.
        const auto from = ParseLocalTime(failure.from(), zone_);
        const auto until = ParseLocalTime(failure.until(), zone_);
        return (!from.ok() || *from <= now_) && (!until.ok() || now_ < *until);
      });
}

absl::Status Player::Deliver() {
  while (bot_up_ && server_up_) {
    v1::LeaseDeliveriesRequest lease;
    lease.set_holder("scenario");
    lease.set_incarnation("1");
    lease.add_platforms("console");
    lease.set_max(100);
    v1::LeaseDeliveriesResponse leased;
    BELFRY_RETURN_IF_ERROR(site_.Call(site_.deliveries(),
                                      &v1::DeliveryService::Stub::LeaseDeliveries, Site::kBot,
                                      lease, &leased));
    if (leased.deliveries().empty()) return absl::OkStatus();
    for (const v1::Delivery& delivery : leased.deliveries()) {
      const bool fails = Fails(delivery);
      v1::ReportDeliveryRequest report;
      report.set_name(delivery.name());
      report.set_holder("scenario");
      report.set_incarnation("1");
      report.set_outcome(fails ? v1::ReportDeliveryRequest::OUTCOME_FAILED
                               : v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
      if (fails) {
        report.set_error("the scenario says that it does not arrive");
      } else {
        const v1::Notice& notice = delivery.notice();
        const bool opens = notice.kind() == v1::Notice::KIND_ROOM &&
                           !absl::StartsWith(delivery.target(), "rooms/");
        report.mutable_message()->set_channel(opens ? notice.room().name()
                                                    : delivery.endpoint().address());
        report.mutable_message()->set_id(absl::StrCat(played_.notices.size()));
      }
      v1::ReportDeliveryResponse reported;
      BELFRY_RETURN_IF_ERROR(site_.Call(site_.deliveries(),
                                        &v1::DeliveryService::Stub::ReportDelivery, Site::kBot,
                                        report, &reported));
      Log(absl::StrCat("    ", KindName(delivery.notice()), " to ", delivery.target(),
                       fails ? " FAILS: " : ": ", delivery.notice().title()));
      played_.notices.push_back({now_, delivery, !fails});
    }
  }
  return absl::OkStatus();
}

absl::Status Player::Act(const Step& step) {
  if (!server_up_) {
    return absl::InvalidArgumentError(absl::StrCat(step.at(), ": the server is down"));
  }
  const std::string what = absl::StrCat(
      step.at(), " ", step.who().empty() ? "administrator" : step.who(), " ", ActName(step));
  const absl::StatusOr<Outcome> outcome = Perform(site_, step, zone_, played_.incidents);
  if (!outcome.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", outcome.status().message()));
  }
  const absl::Status& answer = outcome->answer;
  // No answer to what was asked: a broken server is no refusal.
  if (absl::IsUnavailable(answer) || absl::IsDeadlineExceeded(answer)) {
    return absl::InternalError(absl::StrCat(what, ": ", Describe(answer)));
  }
  Log(absl::StrCat(step.who(), " ", ActName(step), ": ", Describe(answer)));
  if (step.has_refused()) {
    if (!Fits(step.refused(), answer)) Differ(what, Describe(step.refused()), Describe(answer));
  } else if (!answer.ok()) {
    Differ(what, "done", Describe(answer));
  }
  for (const Difference& seen : outcome->seen) Differ(what, seen.expected, seen.actual);
  return Deliver();
}

void Player::Compare(const std::string& what, const std::string& expected,
                     const std::string& actual) {
  if (!expected.empty() && expected != actual) Differ(what, expected, actual);
}

void Player::CheckChain(const testing::v1::Chain& wanted, const v1::Incident& incident,
                        const std::string& at) {
  const std::string entity =
      EntityName(wanted.entity().empty() ? incident.entity() : wanted.entity());
  const std::string name = absl::StrCat(at, " chain of ", Tail(entity));
  const auto& chains = incident.escalations();
  const auto chain = std::find_if(chains.begin(), chains.end(),
                                  [&](const auto& one) { return one.entity() == entity; });
  if (chain == chains.end()) {
    Differ(name, "exists", "there is none");
    return;
  }
  if (wanted.level() > 0) {
    Compare(name + " level", absl::StrCat(wanted.level()), absl::StrCat(chain->level()));
  }
  if (wanted.attempt() > 0) {
    Compare(name + " attempt", absl::StrCat(wanted.attempt()), absl::StrCat(chain->attempt()));
  }
  if (wanted.state() != v1::EscalationChain::STATE_UNSPECIFIED) {
    Compare(name + " state", v1::EscalationChain::State_Name(wanted.state()),
            v1::EscalationChain::State_Name(chain->state()));
  }
  if (!wanted.paged().empty()) {
    Compare(name + " paged", Ids(wanted.paged()), Ids(chain->paged_people()));
  }
}

void Player::CheckDuties(const testing::v1::Check& check,
                         const std::vector<v1::Obligation>& duties) {
  std::set<std::string> open;
  std::vector<const v1::Obligation*> left;
  for (const v1::Obligation& duty : duties) {
    left.push_back(&duty);
    if (duty.state() != v1::Obligation::STATE_PENDING &&
        duty.state() != v1::Obligation::STATE_OVERDUE) {
      continue;
    }
    open.insert(duty.code());
    open.insert(duty.instance());
  }
  for (const std::string& duty : check.open()) {
    if (open.count(duty) == 0) Differ(absl::StrCat(check.at(), " ", duty), "open", "not open");
  }
  for (const std::string& duty : check.not_open()) {
    if (open.count(duty) > 0) Differ(absl::StrCat(check.at(), " ", duty), "not open", "open");
  }
  std::vector<const testing::v1::Duty*> wanted;
  for (const testing::v1::Duty& duty : check.duty()) wanted.push_back(&duty);
  for (Difference& difference : Match(wanted, left, zone_, check.at() + " ")) {
    played_.differences.push_back(std::move(difference));
  }
}

void Player::CheckRecord(const testing::v1::Check& check, const v1::Incident& incident) {
  const std::string at = check.at() + " ";
  for (const testing::v1::Part& wanted : check.part()) {
    const std::string entity = EntityName(wanted.entity());
    const auto& parts = incident.entities();
    const auto part = std::find_if(parts.begin(), parts.end(),
                                   [&](const auto& one) { return one.entity() == entity; });
    if (part == parts.end()) {
      Differ(at + wanted.entity(), "takes part", "does not");
      continue;
    }
    if (wanted.relation() != v1::IncidentEntity::RELATION_UNSPECIFIED) {
      Compare(absl::StrCat(at, wanted.entity(), " is"),
              v1::IncidentEntity::Relation_Name(wanted.relation()),
              v1::IncidentEntity::Relation_Name(part->relation()));
    }
    const absl::Time detected = FromProto(part->detect_time());
    if (!wanted.detected().empty() && !Agrees(wanted.detected(), detected, zone_)) {
      Differ(absl::StrCat(at, wanted.entity(), " aware since"), wanted.detected(),
             FormatLocalTime(detected, zone_));
    }
  }
  for (const testing::v1::FactAnswer& wanted : check.fact()) {
    std::string actual = "unanswered";
    for (const v1::Fact& fact : incident.facts()) {
      if (fact.name() == wanted.name() &&
          (wanted.of().empty() || fact.entity() == EntityName(wanted.of()))) {
        actual = fact.value();
      }
    }
    Compare(at + wanted.name(), wanted.value(), actual);
  }
  for (const v1::Device& wanted : check.device()) {
    std::string actual = "not on record";
    for (const v1::Device& device : incident.devices()) {
      if (device.device() == wanted.device() &&
          (wanted.entity().empty() || device.entity() == EntityName(wanted.entity()))) {
        actual = v1::Device::Status_Name(device.status());
      }
    }
    Compare(at + wanted.device(), v1::Device::Status_Name(wanted.status()), actual);
  }
  if (!check.target().empty()) {
    std::vector<std::string> targets;
    for (const v1::NetworkRemoval& removal : incident.removals()) {
      for (const auto& target : removal.targets()) {
        targets.push_back(target.device().empty() ? target.subnet() : target.device());
      }
    }
    Compare(at + "targets of removals", Ids(check.target()), Ids(targets));
  }
  for (const testing::v1::SpendStanding& wanted : check.spend()) {
    std::string actual = "not on record";
    for (const v1::SpendRequest& request : incident.spend_requests()) {
      if (request.number() == wanted.number()) {
        actual =
            absl::StrCat(v1::SpendRequest::State_Name(request.state()), " ", request.decider());
      }
    }
    Compare(
        absl::StrCat(at, "spending request ", wanted.number()),
        absl::StrCat(v1::SpendRequest::State_Name(wanted.state()), " ", PersonName(wanted.by())),
        actual);
  }
  if (!check.claim().empty()) {
    Compare(at + "claim", check.claim(),
            incident.claim_state().empty() ? "none" : incident.claim_state());
  }
  if (!check.case_().empty()) {
    std::vector<std::string> expected;
    std::vector<std::string> actual;
    for (const auto& one : check.case_()) expected.push_back(scenario::Describe(one));
    for (const auto& one : incident.cases()) actual.push_back(scenario::Describe(one));
    Compare(at + "cases", Ids(expected), Ids(actual));
  }
}

void Player::CheckReaders(const testing::v1::Check& check, const std::string& incident) {
  const auto reads = [&](const std::string& who) {
    v1::GetIncidentRequest request;
    request.set_name(incident);
    v1::GetIncidentResponse response;
    return site_
        .Call(site_.incidents(), &v1::IncidentService::Stub::GetIncident, PersonName(who), request,
              &response)
        .ok();
  };
  for (const std::string& who : check.reader()) {
    if (!reads(who)) Differ(absl::StrCat(check.at(), " ", who), "may read", "may not");
  }
  for (const std::string& who : check.not_reader()) {
    if (reads(who)) Differ(absl::StrCat(check.at(), " ", who), "may not read", "may");
  }
}

absl::Status Player::Check(const testing::v1::Check& check) {
  if (!server_up_) {
    return absl::InvalidArgumentError(absl::StrCat(check.at(), ": the server is down"));
  }
  const absl::StatusOr<std::string> name = played_.incidents.Find(check.incident());
  if (!name.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("check at ", check.at(), ": ", name.status().message()));
  }
  BELFRY_ASSIGN_OR_RETURN(const v1::Incident incident, reader_.Incident(*name));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<v1::Obligation> duties,
                          reader_.Obligations(*name, /*open_only=*/false));
  Compare(check.at() + " severity", check.severity(), incident.severity());
  Compare(check.at() + " state", check.state(), incident.state());
  Compare(check.at() + " label", check.tlp(), incident.tlp());
  Compare(
      check.at() + " score", check.score(),
      incident.has_severity_score() ? absl::StrFormat("%.2f", incident.severity_score()) : "none");
  Compare(check.at() + " floors", Ids(check.floor()),
          incident.severity_floors().empty() ? "none" : Ids(incident.severity_floors()));
  for (const testing::v1::Chain& chain : check.chain()) CheckChain(chain, incident, check.at());
  CheckDuties(check, duties);
  CheckRecord(check, incident);
  CheckReaders(check, *name);
  return absl::OkStatus();
}

}  // namespace belfry::scenario
