#include "server/core/old_permissions.h"

#include "google/protobuf/text_format.h"

namespace belfry::core {
namespace {

constexpr char kOld[] = R"pb(
  permissions {
    act: "READ"
    anyone: true
    systems: true
    third_parties: true
    standings: [
      STANDING_READER,
      STANDING_REPORTER,
      STANDING_LEAD,
      STANDING_TOLD,
      STANDING_OFFICE,
      STANDING_MEMBER
    ]
  }
  permissions {
    act: "READ_RED"
    anyone: true
    systems: true
    third_parties: true
    standings: [ STANDING_READER, STANDING_REPORTER, STANDING_LEAD, STANDING_CALLED ]
  }
  permissions { act: "LIST" anyone: true systems: true third_parties: true }
  permissions { act: "WATCH" anyone: true systems: true third_parties: true }
  permissions { act: "READ_CONTACTS" anyone: true systems: true third_parties: true }
  permissions { act: "READ_POLICY" anyone: true systems: true third_parties: true }
  permissions { act: "SIMULATE_POLICY" anyone: true systems: true third_parties: true }
  permissions { act: "READ_DELIVERIES" anyone: true systems: true third_parties: true }
  permissions { act: "ADMIN_DIRECTORY" admins: true }
  permissions { act: "ADMIN_DELIVERIES" admins: true }
  permissions { act: "ADMIN_VAULT" admins: true }
)pb";

const policy::v1::Policy& Old() {
  static const auto* const old = [] {
    auto* parsed = new policy::v1::Policy();
    google::protobuf::TextFormat::ParseFromString(kOld, parsed);
    return parsed;
  }();
  return *old;
}

}  // namespace

const policy::v1::Permission* OldPermission(absl::string_view act) {
  for (const policy::v1::Permission& permission : Old().permissions()) {
    if (permission.act() == act) return &permission;
  }
  return nullptr;
}

}  // namespace belfry::core
