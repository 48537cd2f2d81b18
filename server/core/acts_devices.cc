// What became of devices, in an incident and in the register of the entity that owns them.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/cidr.h"
#include "server/core/confidentiality.h"
#include "server/core/limits.h"
#include "server/core/network.h"
#include "server/core/record_checks.h"
#include "server/core/standing.h"
#include "server/core/state_util.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

using v1::Device;

const Device* Find(const DeviceHistory& devices, absl::string_view entity,
                   absl::string_view device) {
  const auto found = std::find_if(devices.rbegin(), devices.rend(), [&](const Device& known) {
    return known.entity() == entity && known.device() == device;
  });
  return found == devices.rend() ? nullptr : &*found;
}

// The malicious code that a restored device carries again, as far as anybody can tell: it is
// another one only when both are named and differ.
bool SameFamily(const Device& restored, absl::string_view family) {
  return family.empty() || restored.restored_family().empty() ||
         absl::EqualsIgnoreCase(family, restored.restored_family());
}

// The devices of one request as they become, entry by entry: each sees what the ones before it did.
class Recording {
 public:
  Recording(const Draft& draft, const DeviceHistory& history) : draft_(draft), history_(history) {}

  absl::Status Check(const Device& given, const std::string& path) const;
  void Record(const Device& given);

  record::v1::DevicesRecorded Body() const;
  // What the pack's rules may ask about, and in words.
  const policy::v1::RuleTrigger& seen() const { return seen_; }
  std::string Reason() const { return absl::StrJoin(reasons_, "; "); }

 private:
  const std::string& EntityOf(const Device& given) const {
    return given.entity().empty() ? draft_.state().entity() : given.entity();
  }
  const v1::RegisteredDevice* Registered(absl::string_view entity, absl::string_view device) const;
  bool IsKnown(absl::string_view entity, absl::string_view device) const;
  Device Known(const std::string& entity, const std::string& device) const;
  void Infect(Device& device, Device::Status given);
  void BlameSource(const Device& given);

  const Draft& draft_;
  const DeviceHistory& history_;
  std::vector<Device> changed_;
  std::vector<std::string> reinfected_;
  std::vector<std::string> reasons_;
  policy::v1::RuleTrigger seen_;
};

const v1::RegisteredDevice* Recording::Registered(absl::string_view entity,
                                                  absl::string_view device) const {
  for (const v1::RegisteredDevice& known : draft_.context().directory.proto().devices()) {
    if (known.entity() == entity && known.device() == device) return &known;
  }
  return nullptr;
}

bool Recording::IsKnown(absl::string_view entity, absl::string_view device) const {
  return Find(changed_, entity, device) != nullptr ||
         FindDevice(draft_.state(), entity, device) != nullptr ||
         Find(history_, entity, device) != nullptr || Registered(entity, device) != nullptr;
}

// From this request, this incident, earlier incidents, or the directory.
Device Recording::Known(const std::string& entity, const std::string& device) const {
  if (const Device* changed = Find(changed_, entity, device); changed != nullptr) return *changed;
  Device known;
  if (const Device* here = FindDevice(draft_.state(), entity, device); here != nullptr) {
    known = *here;
  } else {
    known.set_device(device);
    known.set_entity(entity);
    if (const auto* registered = Registered(entity, device); registered != nullptr) {
      known.set_subnet(NormalCidr(registered->subnet()));
      known.set_public_safety(registered->public_safety());
    }
  }
  const Device* earlier = Find(history_, entity, device);
  if (earlier == nullptr) return known;
  if (known.subnet().empty()) known.set_subnet(earlier->subnet());
  const bool newer = FromProto(earlier->update_time()) >= FromProto(known.update_time());
  if (earlier->ever_restored() && (newer || !known.ever_restored())) {
    known.set_ever_restored(true);
    known.set_restored_family(earlier->restored_family());
  }
  return known;
}

absl::Status Recording::Check(const Device& given, const std::string& path) const {
  BELFRY_RETURN_IF_ERROR(CheckNeeded(path + ".device", given.device(), kDeviceCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText(path + ".family", given.family(), kDeviceCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckText(path + ".reason", given.reason(), kReasonCharactersMax));
  if (given.status() == Device::STATUS_UNSPECIFIED || !Device::Status_IsValid(given.status())) {
    return InvalidField(path + ".status",
                        "is needed: SUSPECT, INFECTED, ISOLATED, CLEANED, SCAN_CLEAN, RESTORED, "
                        "REMOVED, RELEASED or RETIRED");
  }
  if (!given.subnet().empty() && !IsCidr(given.subnet())) {
    return InvalidField(path + ".subnet", "is an address block such as 10.20.4.0/24");
  }
  if (!given.entity().empty() && FindPart(draft_.state(), given.entity()) == nullptr) {
    return InvalidField(path + ".entity",
                        absl::StrCat(given.entity(), " has no part in ", draft_.state().id()));
  }
  const std::string& entity = EntityOf(given);
  if (!given.infected_by().empty()) {
    if (!IsInfected(given.status())) {
      return InvalidField(path + ".infected_by", "says who infected it; set status INFECTED");
    }
    if (given.infected_by() == given.device() || !IsKnown(entity, given.infected_by())) {
      return InvalidField(path + ".infected_by",
                          absl::StrCat("\"", given.infected_by(), "\" is no other device of ",
                                       entity, " that anybody knows; record it first"));
    }
  }
  // What might carry the infection does not come back unscanned.
  if (given.status() == Device::STATUS_RESTORED && given.reason().empty() &&
      Known(entity, given.device()).status() != Device::STATUS_SCAN_CLEAN) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_SCANNED_CLEAN",
                        absl::StrCat(given.device(),
                                     " was not scanned clean; restoring it could re-propagate the "
                                     "infection. Record SCAN_CLEAN first, or give the reason: how "
                                     "it was rebuilt"))
        .Violation(absl::StrJoin(draft_.context().policy.proto().network_removal().clauses(), ", "),
                   given.device(), "was not scanned clean")
        .Build();
  }
  return absl::OkStatus();
}

// INFECTED, or REINFECTED when it carries again what it had been restored from. `device` has its
// status of before.
void Recording::Infect(Device& device, Device::Status given) {
  const bool again = device.status() == Device::STATUS_REINFECTED;  // told once more
  const bool reinfected = given == Device::STATUS_REINFECTED ||
                          (device.ever_restored() && SameFamily(device, device.family()));
  if (!IsInfected(device.status())) seen_.set_infection(true);
  if (reinfected && !again) {
    seen_.set_reinfection(true);
    reinfected_.push_back(device.device());
    reasons_.push_back(absl::StrCat(device.device(), " was infected again"));
  } else if (!IsInfected(device.status())) {
    reasons_.push_back(absl::StrCat(device.device(), " was infected"));
  }
  if (reinfected && device.family().empty()) device.set_family(device.restored_family());
  device.set_status(reinfected || again ? Device::STATUS_REINFECTED : Device::STATUS_INFECTED);
  device.set_ever_infected(true);
  *device.mutable_infect_time() = ToProto(draft_.context().now);
  device.set_infect_subnet(device.subnet());
}

// Whoever infects another one is infected itself; one that had been restored re-propagates.
void Recording::BlameSource(const Device& given) {
  Device source = Known(EntityOf(given), given.infected_by());
  if (!source.ever_restored() || !SameFamily(source, given.family())) return;
  if (source.status() == Device::STATUS_REINFECTED) return;
  source.set_family(given.family().empty() ? source.restored_family() : given.family());
  Infect(source, Device::STATUS_REINFECTED);
  source.set_reason(absl::StrCat("it infected ", given.device()));
  *source.mutable_update_time() = ToProto(draft_.context().now);
  changed_.push_back(std::move(source));
}

void Recording::Record(const Device& given) {
  Device device = Known(EntityOf(given), given.device());
  const bool infected_anew = IsInfected(given.status()) && !IsInfected(device.status());
  if (!given.subnet().empty()) device.set_subnet(NormalCidr(given.subnet()));
  // What nobody has named yet need not be what it was restored from.
  if (!given.family().empty() || (infected_anew && device.ever_restored())) {
    device.set_family(given.family());
  }
  device.set_reason(given.reason());
  if (given.public_safety()) device.set_public_safety(true);
  if (!given.infected_by().empty()) device.set_infected_by(given.infected_by());
  if (IsInfected(given.status())) {
    Infect(device, given.status());
  } else {
    device.set_status(given.status());
  }
  if (device.status() == Device::STATUS_RESTORED || device.status() == Device::STATUS_RELEASED) {
    device.set_ever_restored(true);
    device.set_restored_family(device.family());
  }
  *device.mutable_update_time() = ToProto(draft_.context().now);
  changed_.push_back(std::move(device));
  if (!given.infected_by().empty()) BlameSource(given);
}

record::v1::DevicesRecorded Recording::Body() const {
  record::v1::DevicesRecorded body;
  for (const Device& device : changed_) *body.add_devices() = device;
  for (const std::string& device : reinfected_) body.add_reinfected(device);
  return body;
}

}  // namespace

absl::Status DecideDevices(Draft& draft, const Caller& caller, const v1::RecordDevicesRequest& act,
                           const DeviceHistory& history) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "RECORD_DEVICES"));
  if (draft.state().standing_register()) {
    return InvalidField("name", "is a register of standing duties; record devices in an incident");
  }
  if (act.devices().empty()) return InvalidField("devices", "is empty; name at least one");
  if (act.devices_size() > kDevicesPerRequestMax) {
    return InvalidField("devices",
                        absl::StrCat("at most ", kDevicesPerRequestMax, " in one request"));
  }
  if (draft.state().devices_size() + act.devices_size() > kDevicesMax) {
    return InvalidField("devices", absl::StrCat("at most ", kDevicesMax, " in one incident"));
  }
  Recording recording(draft, history);
  for (int i = 0; i < act.devices_size(); ++i) {
    BELFRY_RETURN_IF_ERROR(recording.Check(act.devices(i), absl::StrCat("devices[", i, "]")));
    recording.Record(act.devices(i));
  }
  record::v1::Event event = draft.NewEvent();
  *event.mutable_devices_recorded() = recording.Body();
  AddPermissionClauses(draft, "RECORD_DEVICES", event);
  draft.Record(std::move(event));
  TakeByRule(draft, recording.seen(), recording.Reason());
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideNoteDevices(Draft& draft, const NoteDevices& act) {
  record::v1::Event event = draft.NewEvent();
  // Who recorded it, and why, is told by the incident, to those who may see it.
  event.mutable_actor()->Clear();
  event.mutable_actor()->set_principal("system");
  event.mutable_actor()->set_via("engine");
  for (const Device& device : act.devices) {
    Device& noted = *event.mutable_devices_noted()->add_devices();
    noted = device;
    noted.clear_reason();
    noted.clear_infected_by();
    const Device* known = FindDevice(draft.state(), device.entity(), device.device());
    if (known != nullptr) KeepHistory(*known, noted);
  }
  AddPermissionClauses(draft, "RECORD_DEVICES", event);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

void AddDeviceNotes(const record::v1::IncidentState& after, const record::v1::Event& event,
                    std::vector<FollowUp>& result) {
  // What happens in an exercise never happened.
  if (after.standing_register() || after.drill()) return;
  std::vector<std::pair<std::string, NoteDevices>> notes;
  for (const Device& device : event.devices_recorded().devices()) {
    if (!device.ever_infected() && !device.ever_restored()) continue;
    auto note = std::find_if(notes.begin(), notes.end(),
                             [&](const auto& one) { return one.first == device.entity(); });
    if (note == notes.end()) {
      notes.emplace_back(device.entity(), NoteDevices());
      note = std::prev(notes.end());
    }
    DeviceHistory& devices = note->second.devices;
    devices.erase(
        std::remove_if(devices.begin(), devices.end(),
                       [&](const Device& one) { return one.device() == device.device(); }),
        devices.end());
    devices.push_back(device);
    if (IsClosed(after)) {
      // Others will learn that it was restored before, which POL-4.2 needs, and not of what.
      for (const auto clear : {&Device::clear_family, &Device::clear_restored_family,
                               &Device::clear_reason, &Device::clear_infected_by}) {
        (devices.back().*clear)();
      }
    }
  }
  for (auto& [entity, note] : notes) result.push_back({RegisterId(entity), std::move(note)});
}

std::vector<std::string> RegistersFor(const Act& act, const record::v1::IncidentState& state) {
  std::set<std::string> entities;
  if (const auto* recorded = std::get_if<v1::RecordDevicesRequest>(&act); recorded != nullptr) {
    for (const Device& device : recorded->devices()) {
      entities.insert(device.entity().empty() ? state.entity() : device.entity());
    }
  } else if (std::holds_alternative<v1::LiftRemovalRequest>(act)) {
    for (const v1::NetworkRemoval& removal : state.removals()) {
      for (const v1::NetworkRemoval::Target& target : removal.targets()) {
        entities.insert(target.entity());
      }
    }
    for (const record::v1::EntityPart& part : state.entities()) entities.insert(part.entity());
  }
  std::vector<std::string> registers;
  for (const std::string& entity : entities) registers.push_back(RegisterId(entity));
  return registers;
}

}  // namespace belfry::core
