#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/assembly/assembly.h"
#include "bot/http/loopback.h"
#include "bot/witness/carrier.h"

namespace belfry::bot {
namespace {

constexpr int kIntervalSeconds = 30;

}  // namespace

absl::Status AddWitnesses(Assembly& assembly) {
  if (assembly.config.witnesses().empty()) return absl::OkStatus();
  std::vector<WitnessEndpoint> witnesses;
  for (const config::v1::WitnessEndpointConfig& config : assembly.config.witnesses()) {
    if (!absl::StartsWith(config.url(), "https://") && !IsLoopbackUrl(config.url())) {
      return absl::InvalidArgumentError(
          absl::StrCat("witnesses: url: must begin with https://, not ", config.url()));
    }
    absl::StatusOr<audit::VerifierKey> key = audit::VerifierKey::Parse(config.verifier_key());
    if (key.ok() && !key->is_witness()) {
      key = absl::InvalidArgumentError("this is the key of a log, not of a witness");
    }
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("witnesses: verifier_key: ", key.status().message()));
    }
    witnesses.push_back({std::string(absl::StripSuffix(config.url(), "/")), *std::move(key)});
  }
  const int seconds = assembly.config.witness_interval_seconds();
  if (seconds < 0) {
    return absl::InvalidArgumentError("witness_interval_seconds: must not be negative");
  }
  auto carrier =
      std::make_shared<WitnessCarrier>(assembly.client, &assembly.http, std::move(witnesses),
                                       absl::Seconds(seconds == 0 ? kIntervalSeconds : seconds));
  WitnessCarrier& kept = assembly.Keep(std::move(carrier));
  assembly.starts.push_back([&kept] { kept.Start(); });
  assembly.stops.push_back([&kept] { kept.Stop(); });
  assembly.metrics.push_back([&kept] { return kept.StatsText(); });
  return absl::OkStatus();
}

}  // namespace belfry::bot
