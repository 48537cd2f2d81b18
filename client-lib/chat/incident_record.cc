#include "client-lib/chat/incident_record.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/money.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kReasonCharacters = 120;

// All documents of one type from one entity: a daily status is handed in every day, and only the
// newest is news.
struct DocumentGroup {
  std::string label;
  int count = 0;
  int deviations = 0;
  const v1::SubmittedDocument* last = nullptr;
};

std::vector<DocumentGroup> GroupDocuments(const v1::Incident& incident) {
  std::vector<DocumentGroup> groups;
  for (const v1::SubmittedDocument& document : incident.documents()) {
    const bool own = document.entity().empty() || document.entity() == incident.entity();
    const std::string label = absl::StrCat(
        document.type(), own ? "" : absl::StrCat(" of ", ShortName(document.entity())));
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const DocumentGroup& one) { return one.label == label; });
    if (group == groups.end()) {
      groups.push_back({label, 0, 0, nullptr});
      group = groups.end() - 1;
    }
    ++group->count;
    if (document.order_deviation()) ++group->deviations;
    group->last = &document;
  }
  return groups;
}

std::string DocumentText(const DocumentGroup& group, const View& view) {
  const v1::SubmittedDocument& last = *group.last;
  std::string text = group.label;
  if (group.count > 1) absl::StrAppend(&text, " ×", group.count, ", the last");
  absl::StrAppend(&text, " ", view.Time(last.time()));
  if (!last.author().empty()) absl::StrAppend(&text, " by ", ActorName(last.author()));
  if (last.has_event_time() && last.event_time().seconds() != last.time().seconds()) {
    absl::StrAppend(&text, ", about ", view.Time(last.event_time()));
  }
  if (group.deviations > 0) {
    absl::StrAppend(&text, " · ORDER DEVIATION",
                    group.count > 1 ? absl::StrCat(" in ", group.deviations) : "");
  }
  return text;
}

std::string CostText(const v1::Incident& incident) {
  int64_t total = 0;
  int open = 0;
  for (const v1::CostLine& cost : incident.costs()) {
    total += cost.amount_cents();
    if (cost.assessment() == v1::CostLine::ASSESSMENT_OPEN) ++open;
  }
  return absl::StrCat(FormatMoney(total), " in ", incident.costs_size(),
                      incident.costs_size() == 1 ? " line" : " lines",
                      open > 0 ? absl::StrCat(", ", open, " not assessed") : "",
                      incident.claim_cents() > 0
                          ? absl::StrCat(" · claimed back ", FormatMoney(incident.claim_cents()))
                          : "",
                      incident.claim_state().empty()
                          ? ""
                          : absl::StrCat(" · claim ", EnumWord(incident.claim_state(), "")));
}

std::string SpendText(const v1::Incident& incident) {
  int64_t approved = 0;
  int pending = 0;
  for (const v1::SpendRequest& request : incident.spend_requests()) {
    if (request.state() == v1::SpendRequest::STATE_PENDING) ++pending;
    if (request.state() == v1::SpendRequest::STATE_AUTO_APPROVED ||
        request.state() == v1::SpendRequest::STATE_APPROVED) {
      approved += request.amount_cents();
    }
  }
  return absl::StrCat(FormatMoney(approved), " approved",
                      pending > 0 ? absl::StrCat(", ", pending, " to decide") : "");
}

std::string CaseText(const v1::NonComplianceCase& one) {
  return absl::StrCat(
      ShortName(one.entity()), " ",
      EnumWord(v1::NonComplianceCase::State_Name(one.state()), "STATE_"),
      one.decider().empty() ? "" : absl::StrCat(" by ", ActorName(one.decider())),
      one.obligations().empty() ? "" : absl::StrCat(": ", absl::StrJoin(one.obligations(), ", ")),
      one.answer().empty() ? ""
                           : absl::StrCat(" · answered: ", Clip(one.answer(), kReasonCharacters)));
}

}  // namespace

std::string DeviceCounts(const v1::Incident& incident) {
  // In the order of the statuses, which is that of a device's way back.
  std::map<int, int> counts;
  for (const v1::Device& device : incident.devices()) ++counts[device.status()];
  std::vector<std::string> parts;
  for (const auto& [status, count] : counts) {
    parts.push_back(absl::StrCat(
        count, " ",
        EnumWord(v1::Device::Status_Name(static_cast<v1::Device::Status>(status)), "STATUS_")));
  }
  return absl::StrJoin(parts, ", ");
}

std::string RemovalText(const v1::NetworkRemoval& removal) {
  std::vector<std::string> parts = {
      EnumWord(v1::NetworkRemoval::State_Name(removal.state()), "STATE_")};
  if (!removal.subnets().empty()) parts.push_back(absl::StrJoin(removal.subnets(), ", "));
  if (!removal.targets().empty()) {
    const auto off = std::count_if(
        removal.targets().begin(), removal.targets().end(),
        [](const v1::NetworkRemoval::Target& target) { return !target.confirmed_by().empty(); });
    parts.push_back(absl::StrCat(off, " of ", removal.targets_size(), " targets off the network"));
  }
  if (!removal.scans().empty()) {
    const v1::Scan& scan = removal.scans(removal.scans_size() - 1);
    parts.push_back(absl::StrCat("scan ",
                                 EnumWord(v1::Scan::Verdict_Name(scan.verdict()), "VERDICT_"),
                                 scan.verified_by().empty() ? ", not verified" : ", verified"));
  }
  return absl::StrJoin(parts, " · ");
}

std::vector<std::vector<std::string>> RecordTable(const v1::Incident& incident, const View& view) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Decision& decision : incident.decisions()) {
    rows.push_back(
        {"Decided",
         absl::StrCat(decision.question(), " ", decision.answer(), " by ",
                      ActorName(decision.decider()), ", ", view.Time(decision.time()),
                      decision.reason().empty()
                          ? ""
                          : absl::StrCat(": ", Clip(decision.reason(), kReasonCharacters)))});
  }
  for (const DocumentGroup& group : GroupDocuments(incident)) {
    rows.push_back({"Handed in", DocumentText(group, view)});
  }
  if (!incident.devices().empty()) rows.push_back({"Devices", DeviceCounts(incident)});
  for (const v1::NetworkRemoval& removal : incident.removals()) {
    rows.push_back({absl::StrCat("Removal ", removal.id()), RemovalText(removal)});
  }
  for (const v1::NonComplianceCase& one : incident.cases()) {
    rows.push_back({"Non-compliance", CaseText(one)});
  }
  if (!incident.costs().empty()) rows.push_back({"Costs", CostText(incident)});
  if (!incident.spend_requests().empty()) rows.push_back({"Spending", SpendText(incident)});
  if (!incident.parent().empty()) rows.push_back({"Part of", IncidentId(incident.parent())});
  if (!incident.children().empty()) {
    rows.push_back({"Has the parts", absl::StrJoin(incident.children(), ", ",
                                                   [](std::string* out, const std::string& child) {
                                                     absl::StrAppend(out, IncidentId(child));
                                                   })});
  }
  if (!rows.empty()) rows.insert(rows.begin(), {"Record", "What"});
  return rows;
}

}  // namespace belfry::chat
