// Asks the server for incidents as the caller may see them, and makes an export of them: what the
// label does not allow, what belongs to a restricted incident that was not asked for, and personal
// information are left out here, before any format sees them.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_COLLECT_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_COLLECT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "belfry/exchange/v1/export.pb.h"
#include "belfry/policy/v1/policy.pb.h"
#include "client-lib/exchange/tlp.h"

namespace belfry::exchange {

inline constexpr char kExportFormat[] = "belfry-export/1";

struct ExportOptions {
  // "incidents/…"; empty: everything the caller may see.
  std::vector<std::string> incidents;
  // Nothing stricter leaves.
  Tlp tlp_max = Tlp::kAmberStrict;
  // Restricted incidents may be in it. They are TLP:RED, so `tlp_max` must be RED, too.
  bool restricted = false;
  // For whom; needed with TLP:RED.
  std::string recipient;
  // The server's time.
  absl::Time now;
};

// Packs by name, "itd-sec-4.3@2".
using Policies = std::map<std::string, policy::v1::Policy>;

struct Collected {
  v1::Export file;
  Policies policies;
};

// INVALID_ARGUMENT for options that contradict each other. FAILED_PRECONDITION when an incident
// that was asked for by name is stricter than the label, or restricted; with all of them such are
// left out and counted. Errors of the server as they are.
absl::StatusOr<Collected> Collect(const client::Client& client, const ExportOptions& options);

// The part of Collect that needs no server: takes away from `file` what must not leave.
// FAILED_PRECONDITION as above.
absl::Status Redact(const ExportOptions& options, const Policies& policies, v1::Export& file);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_COLLECT_H_
