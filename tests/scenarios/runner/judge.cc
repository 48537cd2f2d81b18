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
#include "google/protobuf/text_format.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "tests/scenarios/runner/government.h"
#include "tests/scenarios/runner/local_time.h"
#include "tests/scenarios/runner/reader.h"

namespace belfry::scenario {
namespace {

using testing::v1::Expectations;

// Everything in a notice that a platform could show.
std::string AllText(const v1::Notice& notice) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(notice, &text);
  return text;
}

// The registers of standing duties are no incidents.
bool IsRegister(absl::string_view name) { return absl::EndsWith(name, "-REGISTER"); }

class Bench {
 public:
  Bench(Site& site, const testing::v1::Scenario& scenario, absl::TimeZone zone,
        const Played& played)
      : site_(site),
        expect_(scenario.expect()),
        zone_(zone),
        played_(played),
        reader_(&site, scenario),
        differences_(played.differences) {}

  absl::StatusOr<Verdict> Judge() && {
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
    for (const testing::v1::Order& order : expect_.not_recorded()) {
      BELFRY_RETURN_IF_ERROR(JudgeNotRecorded(order));
    }
    for (const testing::v1::Told& told : expect_.told()) BELFRY_RETURN_IF_ERROR(JudgeTold(told));
    for (const testing::v1::Final& final : expect_.final()) {
      BELFRY_RETURN_IF_ERROR(JudgeFinal(final));
    }
    return Verdict{std::move(differences_), std::move(duties_)};
  }

 private:
  using Entries = std::vector<v1::TimelineEntry>;

  void Differ(std::string what, std::string expected, std::string actual) {
    differences_.push_back({std::move(what), std::move(expected), std::move(actual)});
  }

  absl::Status JudgeDuties(const std::string& incident, bool others_allowed) {
    BELFRY_ASSIGN_OR_RETURN(const std::vector<v1::Obligation> duties,
                            reader_.Obligations(incident, /*open_only=*/false));
    std::vector<const v1::Obligation*> left;
    duties_.push_back(absl::StrCat("# ", incident));
    for (const v1::Obligation& duty : duties) {
      left.push_back(&duty);
      duties_.push_back(AsExpectation(duty, zone_));
    }
    std::vector<const testing::v1::Duty*> wanted;
    for (const testing::v1::Duty& duty : expect_.duty()) {
      const auto name = played_.incidents.Find(duty.incident());
      if (name.ok() && *name == incident) wanted.push_back(&duty);
    }
    for (Difference& difference : Match(wanted, left, zone_, "")) {
      differences_.push_back(std::move(difference));
    }
    for (const v1::Obligation* duty : left) {
      const auto& ignored = expect_.ignore();
      if (std::find(ignored.begin(), ignored.end(), duty->code()) != ignored.end()) continue;
      const auto& absent = expect_.no_duty();
      const bool forbidden = std::find(absent.begin(), absent.end(), duty->code()) != absent.end();
      if (others_allowed && !forbidden) continue;
      Differ(duty->instance(), "not created", Describe(*duty, zone_));
    }
    return absl::OkStatus();
  }

  bool Fits(const testing::v1::Sent& wanted, const Delivered& actual, bool anywhere) const {
    const v1::Notice& notice = actual.delivery.notice();
    if (!actual.arrived) return false;
    if (!wanted.to().empty()) {
      const std::string to =
          wanted.to().find('/') == std::string::npos ? PersonName(wanted.to()) : wanted.to();
      if (to != actual.delivery.target()) return false;
    }
    if (!wanted.kind().empty() && KindName(notice) != wanted.kind()) {
      return false;
    }
    if (!wanted.at().empty() && !Agrees(wanted.at(), actual.time, zone_)) return false;
    if (!wanted.duty().empty() && wanted.duty() != notice.obligation()) return false;
    if (!wanted.clause().empty() && std::find(notice.clauses().begin(), notice.clauses().end(),
                                              wanted.clause()) == notice.clauses().end()) {
      return false;
    }
    // Standing duties go on beside every incident; they count only where they are named.
    if (wanted.incident().empty()) {
      if (IsRegister(actual.delivery.incident())) return false;
    } else {
      const auto name = played_.incidents.Find(wanted.incident());
      if (!name.ok() || *name != actual.delivery.incident()) return false;
    }
    if (wanted.has_late() && wanted.late() != notice.late()) return false;
    const std::string text =
        anywhere ? AllText(notice)
                 : absl::StrCat(notice.title(), "\n", notice.text(), "\n", notice.entry().text());
    if (!wanted.lacks().empty() && absl::StrContains(text, wanted.lacks())) return false;
    return absl::StrContains(text, wanted.contains());
  }

  void JudgeSent(const testing::v1::Sent& wanted, bool never) {
    std::vector<std::string> times;
    for (const Delivered& actual : played_.notices) {
      if (!Fits(wanted, actual, never)) continue;
      times.push_back(absl::StrCat(FormatLocalTime(actual.time, zone_), " to ",
                                   Short(actual.delivery.target())));
    }
    std::string what = "notice";
    const auto add = [&](absl::string_view before, const std::string& text) {
      if (!text.empty()) absl::StrAppend(&what, " ", before, text);
    };
    add("", wanted.kind());
    add("to ", wanted.to());
    add("about ", wanted.duty());
    add("under ", wanted.clause());
    add("at ", wanted.at());
    if (wanted.has_late()) add("", wanted.late() ? "marked late" : "not marked late");
    if (!wanted.contains().empty()) absl::StrAppend(&what, " with \"", wanted.contains(), "\"");
    if (!wanted.lacks().empty()) absl::StrAppend(&what, " without \"", wanted.lacks(), "\"");
    add("of ", wanted.incident());
    const bool right =
        never ? times.empty()
              : (wanted.times() > 0 ? times.size() == static_cast<size_t>(wanted.times())
                                    : !times.empty());
    if (right) return;
    Differ(what,
           never ? "never sent"
                 : (wanted.times() > 0 ? absl::StrCat("sent ", wanted.times(), " times") : "sent"),
           times.empty() ? "not sent" : absl::StrCat("sent at ", Shortened(std::move(times))));
  }

  // The first few; a page every five minutes makes a long list.
  static std::string Shortened(std::vector<std::string> times) {
    constexpr size_t kShown = 8;
    const size_t more = times.size() > kShown ? times.size() - kShown : 0;
    times.resize(times.size() - more);
    return absl::StrCat(absl::StrJoin(times, ", "),
                        more > 0 ? absl::StrCat(", and ", more, " more") : "");
  }

  // "dop.pc" for people; channels keep their full name.
  static std::string Short(absl::string_view target) {
    return std::string(absl::StripPrefix(target, "people/"));
  }

  absl::Status JudgeTold(const testing::v1::Told& told) {
    BELFRY_ASSIGN_OR_RETURN(const std::string name, played_.incidents.Find(told.incident()));
    testing::v1::Sent any;
    any.set_incident(name);
    any.set_kind(told.kind());
    std::set<std::string> actual;
    for (const Delivered& delivered : played_.notices) {
      if (Fits(any, delivered, false)) actual.insert(Short(delivered.delivery.target()));
    }
    const std::set<std::string> wanted(told.to().begin(), told.to().end());
    if (wanted != actual) {
      Differ(absl::StrCat("told", told.kind().empty() ? "" : " by " + told.kind()),
             absl::StrJoin(wanted, " "), absl::StrJoin(actual, " "));
    }
    return absl::OkStatus();
  }

  bool Fits(const testing::v1::Entry& wanted, const v1::TimelineEntry& entry) const {
    if (!wanted.kind().empty() && wanted.kind() != entry.kind()) return false;
    if (!wanted.actor().empty() && wanted.actor() != entry.actor() &&
        PersonName(wanted.actor()) != entry.actor()) {
      return false;
    }
    if (!wanted.at().empty() && !Agrees(wanted.at(), FromProto(entry.time()), zone_)) return false;
    if (!wanted.clause().empty() && std::find(entry.clauses().begin(), entry.clauses().end(),
                                              wanted.clause()) == entry.clauses().end()) {
      return false;
    }
    if (wanted.has_late() && wanted.late() != entry.late()) return false;
    return absl::StrContains(entry.text(), wanted.contains());
  }

  static std::string DescribeEntry(const testing::v1::Entry& entry) {
    std::vector<std::string> parts;
    for (const std::string& part :
         {entry.at(), entry.kind(), entry.actor(), entry.clause(), entry.contains()}) {
      if (!part.empty()) parts.push_back(part);
    }
    if (entry.has_late()) parts.push_back(entry.late() ? "late" : "not late");
    return absl::StrJoin(parts, " ");
  }
  std::string DescribeEntry(const v1::TimelineEntry& entry) const {
    return absl::StrCat(FormatLocalTime(FromProto(entry.time()), zone_), " ", entry.kind(), " ",
                        entry.actor(), " ", entry.text());
  }

  absl::StatusOr<Entries> TimelineOf(const std::string& alias) {
    BELFRY_ASSIGN_OR_RETURN(const std::string name, played_.incidents.Find(alias));
    return reader_.Timeline(name);
  }

  absl::Status JudgeOrder(const testing::v1::Order& order) {
    BELFRY_ASSIGN_OR_RETURN(const Entries entries, TimelineOf(order.incident()));
    auto from = entries.begin();
    std::string before = "anything";
    for (const testing::v1::Entry& wanted : order.entry()) {
      const auto fits = [&](const auto& entry) { return Fits(wanted, entry); };
      const auto found = std::find_if(from, entries.end(), fits);
      if (found == entries.end()) {
        const auto earlier = std::find_if(entries.begin(), from, fits);
        Differ(
            "order of the record", absl::StrCat(DescribeEntry(wanted), ", after ", before),
            earlier == from ? "not there" : absl::StrCat("before it: ", DescribeEntry(*earlier)));
        break;
      }
      before = DescribeEntry(*found);
      from = found + 1;
    }
    return absl::OkStatus();
  }

  absl::Status JudgeNotRecorded(const testing::v1::Order& order) {
    BELFRY_ASSIGN_OR_RETURN(const Entries entries, TimelineOf(order.incident()));
    for (const testing::v1::Entry& unwanted : order.entry()) {
      for (const v1::TimelineEntry& entry : entries) {
        if (!Fits(unwanted, entry)) continue;
        Differ(absl::StrCat("record of ", DescribeEntry(unwanted)), "never", DescribeEntry(entry));
        break;
      }
    }
    return absl::OkStatus();
  }

  absl::Status JudgeFinal(const testing::v1::Final& wanted) {
    BELFRY_ASSIGN_OR_RETURN(const std::string name, played_.incidents.Find(wanted.incident()));
    BELFRY_ASSIGN_OR_RETURN(const v1::Incident incident, reader_.Incident(name));
    const auto compare = [&](const char* what, const std::string& expected,
                             const std::string& actual) {
      if (expected != actual) Differ(absl::StrCat("at the end: ", what), expected, actual);
    };
    if (!wanted.state().empty()) compare("state", wanted.state(), incident.state());
    if (!wanted.tlp().empty()) compare("label", wanted.tlp(), incident.tlp());
    if (!wanted.severity().empty()) compare("severity", wanted.severity(), incident.severity());
    if (wanted.has_claim_cents()) {
      compare("claim in cents", absl::StrCat(wanted.claim_cents()),
              absl::StrCat(incident.claim_cents()));
    }
    if (!wanted.score().empty()) {
      compare("score", wanted.score(),
              incident.has_severity_score() ? absl::StrFormat("%.2f", incident.severity_score())
                                            : "none");
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
    std::set<std::string> expected;
    std::set<std::string> actual;
    for (const auto& one : wanted.case_()) expected.insert(Describe(one));
    for (const auto& one : incident.cases()) actual.insert(Describe(one));
    compare("cases", absl::StrJoin(expected, "; "), absl::StrJoin(actual, "; "));
    return absl::OkStatus();
  }

  Site& site_;
  const Expectations& expect_;
  const absl::TimeZone zone_;
  const Played& played_;
  Reader reader_;
  std::vector<Difference> differences_;
  std::vector<std::string> duties_;
};

}  // namespace

absl::StatusOr<Verdict> Judge(Site& site, const testing::v1::Scenario& scenario,
                              absl::TimeZone zone, const Played& played) {
  return Bench(site, scenario, zone, played).Judge();
}

}  // namespace belfry::scenario
