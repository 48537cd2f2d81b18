// Devices, and their removal from the network and return to it.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/incident_record.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr char kStatus[] = "STATUS_";
constexpr char kVerdict[] = "VERDICT_";

// Which removal, where there are several; zero: the only one.
absl::StatusOr<int64_t> ReadRemoval(const Session& session) {
  const auto word = session.command.Option("removal");
  if (!word.has_value()) return int64_t{0};
  absl::string_view digits = *word;
  absl::ConsumePrefix(&digits, "#");
  int64_t id = 0;
  if (!absl::SimpleAtoi(digits, &id) || id < 1) {
    return UsageError(
        absl::StrCat("\"removal:\" takes the number of a removal, not \"", Clip(*word, 40), "\"."),
        {absl::StrCat("devices ", IncidentId(session.incident))});
  }
  return id;
}

// "ws-14, ws-15" of the words before the last `behind` ones: a name may have spaces, not commas.
std::vector<std::string> NamesBefore(const std::vector<std::string>& words, size_t behind) {
  return SplitList(
      absl::StrJoin(words.begin(), words.end() - static_cast<std::ptrdiff_t>(behind), " "));
}

}  // namespace

CommandResult RunDevice(const Session& session) {
  const auto& words = session.command.words;
  const auto& statuses = *v1::Device::Status_descriptor();
  const std::string possible = absl::StrJoin(EnumWords(statuses, kStatus), ", ");
  if (words.size() < 2) {
    return Refused(
        Lacks(session, absl::StrCat("Say which device and its status: ", possible, ".")));
  }
  const auto status = ParseEnumWord(statuses, kStatus, "a device's status", words.back());
  if (!status.ok()) return Refused(status.status());
  const std::vector<std::string> names = NamesBefore(words, 1);
  if (names.empty()) return Refused(Lacks(session, "Say which device."));
  v1::Device device;
  device.set_status(static_cast<v1::Device::Status>(*status));
  device.set_subnet(session.command.Option("subnet").value_or(""));
  device.set_family(session.command.Option("family").value_or(""));
  device.set_infected_by(session.command.Option("by").value_or(""));
  device.set_reason(session.command.Option("reason").value_or(""));
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  device.set_entity(*entity);
  const auto safety = ReadFlag(session, "safety");
  if (!safety.ok()) return Refused(safety.status());
  device.set_public_safety(*safety);
  v1::RecordDevicesRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  for (const std::string& name : names) {
    device.set_device(name);
    *request.add_devices() = device;
  }
  return Changed(session, session.client.RecordDevices(request, session.call),
                 absl::StrCat(absl::StrJoin(names, ", "), names.size() == 1 ? " is " : " are ",
                              EnumWord(v1::Device::Status_Name(device.status()), kStatus)));
}

CommandResult RunScan(const Session& session) {
  const auto& words = session.command.words;
  const auto& verdicts = *v1::Scan::Verdict_descriptor();
  if (words.empty()) {
    return Refused(
        Lacks(session, absl::StrCat("Say what the scan found: ",
                                    absl::StrJoin(EnumWords(verdicts, kVerdict), ", "), ".")));
  }
  const auto verdict = ParseEnumWord(verdicts, kVerdict, "the verdict of a scan", words[0]);
  if (!verdict.ok()) return Refused(verdict.status());
  v1::RecordScanRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  v1::Scan& scan = *request.mutable_scan();
  scan.set_verdict(static_cast<v1::Scan::Verdict>(*verdict));
  for (std::string& subnet : ReadList(session, "subnets")) scan.add_subnets(std::move(subnet));
  if (scan.subnets().empty()) {
    return Refused(Lacks(session, "Say which subnets were scanned: subnets:10.20.4.0/24."));
  }
  scan.set_tool(session.command.Option("tool").value_or(""));
  const auto at = ReadTime(session, "at");
  if (!at.ok()) return Refused(at.status());
  if (at->has_value()) *scan.mutable_scan_time() = ToTimestamp(**at);
  const auto verify = ReadFlag(session, "verify");
  if (!verify.ok()) return Refused(verify.status());
  request.set_verify(*verify);
  return Changed(session, session.client.RecordScan(request, session.call),
                 absl::StrCat("scan: ", EnumWord(v1::Scan::Verdict_Name(scan.verdict()), kVerdict),
                              *verify ? ", verified" : ""));
}

CommandResult RunRemoved(const Session& session) {
  v1::ConfirmRemovalRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  const auto removal = ReadRemoval(session);
  if (!removal.ok()) return Refused(removal.status());
  request.set_removal(*removal);
  // "removed ws-14" means that one, not all that are left.
  for (std::string& target : NamesBefore(session.command.words, 0)) {
    request.add_targets(std::move(target));
  }
  for (std::string& target : ReadList(session, "targets")) {
    request.add_targets(std::move(target));
  }
  const std::string what =
      request.targets().empty() ? "all targets" : absl::StrJoin(request.targets(), ", ");
  return Changed(
      session, session.client.ConfirmRemoval(request, session.call),
      absl::StrCat(what, request.targets_size() == 1 ? " is" : " are", " off the network"));
}

CommandResult RunLift(const Session& session) {
  v1::LiftRemovalRequest request;
  request.set_name(session.incident);
  request.set_request_id(session.request_id);
  const auto removal = ReadRemoval(session);
  if (!removal.ok()) return Refused(removal.status());
  request.set_removal(*removal);
  request.set_reason(ReadReason(session));
  return Changed(session, session.client.LiftRemoval(request, session.call), "removal lifted");
}

CommandResult RunDevices(const Session& session) {
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const v1::Incident& incident = response->incident();
  const std::string id = IncidentId(incident.name());
  Card card;
  if (IsWithheld(incident, session.view)) {
    card = RestrictedCard(incident, session.view);
  } else {
    const int count = incident.devices_size();
    card.title = absl::StrCat(
        id, " · ",
        count == 0 ? "no devices" : absl::StrCat(count, count == 1 ? " device" : " devices"));
    card.body = DeviceCounts(incident);
    if (count > 0) {
      card.table.push_back({"Device", "Agency", "Subnet", "Status", "Code", "Since", "Remarks"});
    }
    for (const v1::Device& device : incident.devices()) {
      std::vector<std::string> remarks;
      if (device.public_safety()) remarks.emplace_back("PUBLIC SAFETY");
      if (!device.reason().empty()) remarks.push_back(device.reason());
      card.table.push_back(
          {device.device(),
           ShortName(device.entity().empty() ? incident.entity() : device.entity()),
           device.subnet(), EnumWord(v1::Device::Status_Name(device.status()), kStatus),
           device.family(), device.has_update_time() ? session.view.Time(device.update_time()) : "",
           absl::StrJoin(remarks, "; ")});
    }
    for (const v1::NetworkRemoval& removal : incident.removals()) {
      if (card.fields.size() == 8) break;
      card.fields.push_back({absl::StrCat("Removal ", removal.id()), RemovalText(removal)});
    }
    card.hints.push_back(session.view.Typed(absl::StrCat("device ", id, " <name,…> <status>")));
  }
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
