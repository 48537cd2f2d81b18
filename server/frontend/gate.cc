#include "server/frontend/gate.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/engine/engine.h"
#include "server/frontend/metrics.h"
#include "server/frontend/scopes.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

constexpr double kPeopleRate = 100;
constexpr int kPeopleBurst = 1'000;
constexpr double kSystemsRate = 20'000;
constexpr int kSystemsBurst = 40'000;
constexpr int kFailuresFree = 10;
constexpr int kLockoutSeconds = 300;
constexpr int kLockoutSecondsMax = 24 * 3600;
constexpr size_t kKeysMax = 50'000;  // some 10 MB when full
constexpr double kRateMax = 1e9;

double RateOf(const config::v1::RateConfig& rate, bool given, double usual) {
  return given ? rate.per_second() : usual;
}
int BurstOf(const config::v1::RateConfig& rate, bool given, int usual) {
  return given ? rate.burst() : usual;
}

absl::Status CheckRateConfig(const config::v1::RateConfig& rate, bool given,
                             absl::string_view name) {
  // Written so that a NaN fails.
  if (!given || (rate.per_second() > 0 && rate.per_second() <= kRateMax && rate.burst() >= 1)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("access.", name, ": per_second must be above 0 and burst at least 1"));
}

absl::Status CheckNumber(int value, int max, absl::string_view name) {
  if (value >= 0 && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("access.", name, ": must be 0 to ", max));
}

// Of the token in the header; empty when there is none. Nothing else is hashed with this beginning.
std::string CredentialHash(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return "";
  return Sha256(absl::StrCat("shown credential\n",
                             absl::string_view(found->second.data(), found->second.size())));
}

absl::Status LockedOut(absl::Duration wait) {
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, "ADDRESS_LOCKED_OUT",
                      "too many wrong credentials came from your address; it must wait")
      .RetryAfter(wait)
      .Build();
}

absl::Status TooFast(absl::string_view who, absl::Duration wait) {
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, "RATE_LIMITED",
                      absl::StrCat(who, " asks more often than is allowed; nothing was changed"))
      .RetryAfter(wait)
      .Build();
}

// A guess, and not what was good once or names nobody yet.
bool IsGuess(const absl::Status& status) { return ErrorReason(status) == "CREDENTIALS_INVALID"; }

}  // namespace

absl::Status CheckAccess(const config::v1::AccessConfig& config) {
  constexpr int kDaysMax = 3650;
  BELFRY_RETURN_IF_ERROR(CheckRateConfig(config.people(), config.has_people(), "people"));
  BELFRY_RETURN_IF_ERROR(CheckRateConfig(config.systems(), config.has_systems(), "systems"));
  BELFRY_RETURN_IF_ERROR(
      CheckNumber(config.person_token_days_max(), kDaysMax, "person_token_days_max"));
  BELFRY_RETURN_IF_ERROR(
      CheckNumber(config.system_token_days_max(), kDaysMax, "system_token_days_max"));
  BELFRY_RETURN_IF_ERROR(
      CheckNumber(config.tokens_per_principal_max(), 1'000, "tokens_per_principal_max"));
  BELFRY_RETURN_IF_ERROR(CheckNumber(config.failures_free(), 1'000'000, "failures_free"));
  return CheckNumber(config.lockout_seconds_max(), kLockoutSecondsMax, "lockout_seconds_max");
}

Gate::Gate(const config::v1::AccessConfig& config, engine::Engine* engine,
           const Authenticator* authenticator, Metrics* metrics)
    : config_(config),
      engine_(*engine),
      authenticator_(*authenticator),
      metrics_(*metrics),
      lockout_(config.failures_free() == 0 ? kFailuresFree : config.failures_free(),
               absl::Seconds(config.lockout_seconds_max() == 0 ? kLockoutSeconds
                                                               : config.lockout_seconds_max()),
               kKeysMax),
      people_(RateOf(config.people(), config.has_people(), kPeopleRate),
              BurstOf(config.people(), config.has_people(), kPeopleBurst), kKeysMax),
      systems_(RateOf(config.systems(), config.has_systems(), kSystemsRate),
               BurstOf(config.systems(), config.has_systems(), kSystemsBurst), kKeysMax) {}

absl::StatusOr<Identity> Gate::Authenticate(const grpc::CallbackServerContext& context,
                                            absl::Time now) {
  const std::string hash = CredentialHash(context);
  const std::string address = AddressOf(context.peer());
  // A certificate was proven in the handshake: nobody guesses those.
  if (!hash.empty()) {
    const absl::Duration wait = lockout_.WaitFor(address, hash, now);
    if (wait > absl::ZeroDuration()) {
      metrics_.CountLimited("address");
      return LockedOut(wait);
    }
  }
  absl::StatusOr<Identity> identity =
      authenticator_.Authenticate(context, engine_.directory(), engine_.tokens(), now);
  if (identity.ok()) {
    if (!hash.empty()) lockout_.Proven(hash, now);
    return identity;
  }
  metrics_.CountAuthenticationFailure(ErrorReason(identity.status()));
  if (!hash.empty() && IsGuess(identity.status()) && lockout_.Failed(address, now)) {
    metrics_.CountLockout();
    spdlog::warn("too many wrong credentials from {}; it is locked out for a while", address);
  }
  return identity;
}

absl::Status Gate::CheckRate(const Identity& identity, absl::Time now) {
  const bool person = absl::StartsWith(identity.principal, "people/") && !identity.bot;
  if (!person) {
    const absl::Duration wait = systems_.Take(identity.principal, now);
    if (wait > absl::ZeroDuration()) {
      metrics_.CountLimited("principal");
      return TooFast(identity.principal, wait);
    }
  }
  // One bucket for a person, whichever way they come; a bot's people do not share the bot's.
  if (person || !identity.caller.actor.through().empty()) {
    const std::string& who = identity.caller.actor.principal();
    const absl::Duration wait = people_.Take(who, now);
    if (wait > absl::ZeroDuration()) {
      metrics_.CountLimited("person");
      return TooFast(who, wait);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Identity> Gate::Admit(const grpc::CallbackServerContext& context,
                                     absl::string_view method) {
  const absl::Time now = engine_.MachineNow();
  BELFRY_ASSIGN_OR_RETURN(Identity identity, Authenticate(context, now));
  BELFRY_RETURN_IF_ERROR(CheckRate(identity, now));
  BELFRY_RETURN_IF_ERROR(CheckScopes(identity.scopes, method));
  return identity;
}

absl::Status Gate::CheckStill(const Identity& identity) const {
  return authenticator_.CheckStill(identity, *engine_.directory(), engine_.tokens(),
                                   engine_.MachineNow());
}

}  // namespace belfry::frontend
