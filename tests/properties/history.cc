#include "tests/properties/history.h"

#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace belfry::properties {
namespace {

std::string ActText(const core::Act& act) {
  return std::visit(
      [](const auto& one) -> std::string {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, core::Report>) {
          return absl::StrCat(one.id, " ", one.request.ShortDebugString());
        } else if constexpr (std::is_same_v<T, core::OpenRegister>) {
          return one.id;
        } else if constexpr (std::is_same_v<T, core::DeliveryOutcome>) {
          return absl::StrCat(one.target, " ", one.obligation, " ", one.chain_entity,
                              one.delivered ? " delivered" : " failed");
        } else if constexpr (std::is_same_v<T, core::AdoptChild>) {
          return one.child;
        } else if constexpr (std::is_same_v<T, core::Absorb>) {
          return one.from->id();
        } else if constexpr (std::is_same_v<T, core::ParentSatisfied>) {
          return absl::StrJoin(one.codes, " ");
        } else if constexpr (std::is_same_v<T, core::NoteDevices>) {
          return absl::StrCat(one.devices.size(), " devices");
        } else if constexpr (std::is_same_v<T, core::Tick>) {
          return "tick";
        } else if constexpr (std::is_same_v<T, core::EvidenceAct>) {
          return absl::StrCat("item ", one.number, ", deed ", one.deed.index());
        } else {
          return one.ShortDebugString();
        }
      },
      act);
}

const char* PaceName(Pace pace) {
  switch (pace) {
    case Pace::kExact:
      return "";
    case Pace::kDeadlines:
      return " (slow ticks)";
    case Pace::kOutage:
      return " (after an outage)";
    case Pace::kStale:
      return " (before any tick)";
  }
  return "";
}

}  // namespace

const char* ProfileName(Profile profile) {
  switch (profile) {
    case Profile::kGeneral:
      return "general";
    case Profile::kFamily:
      return "family";
    case Profile::kPersonalInfo:
      return "personal information";
    case Profile::kBinding:
      return "binding";
    case Profile::kGranularity:
      return "granularity";
    case Profile::kRegister:
      return "register";
  }
  return "";
}

std::string ToText(const Step& step) {
  return absl::StrCat(absl::FormatDuration(step.at), PaceName(step.pace), "  #", step.slot, "  ",
                      step.who, step.new_people ? " (new people)" : "", "  ", step.what, "  ",
                      ActText(step.act));
}

}  // namespace belfry::properties
