#include "server/frontend/call.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/frontend/grpc_status.h"
#include "server/frontend/rules.h"

namespace belfry::frontend {
namespace {

constexpr absl::Duration kDeadlineMax = absl::Seconds(30);

absl::Status NotForBots() {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACT_FOR_NEEDED",
                      "a bot does this for a person only; send belfry-act-for")
      .Build();
}

absl::Status Busy() {
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                      "too many calls are in flight; nothing was changed, try again in a moment")
      .RetryAfter(absl::Milliseconds(200))
      .Build();
}

// What no rule speaks of is for nobody.
absl::Status NoRule() {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "NO_RULE",
                      "no rule says who may call this")
      .Build();
}

absl::Status CheckAudience(const Identity& identity, Audience audience) {
  if (identity.guest && audience != Audience::kGuestsToo) return core::AccountNotLinked();
  switch (audience) {
    case Audience::kEverybody:
    case Audience::kGuestsToo:
      if (identity.bare_bot) return NotForBots();
      break;
    case Audience::kBotsToo:
    case Audience::kOpen:
      break;
    case Audience::kBotsOnly:
      if (!identity.bare_bot) {
        return ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                            "this is for bots; the principal needs RIGHT_BOT")
            .Build();
      }
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Identity> Admit(const Services& services, const grpc::CallbackServerContext& context,
                               absl::string_view method) {
  absl::StatusOr<Identity> identity = services.gate->Admit(context, method);
  if (!identity.ok()) return identity.status();
  const auto directory = services.engine->directory();
  identity->caller.admin = identity->admin;
  const Rule* rule = FindRule(method);
  if (rule == nullptr) return NoRule();
  BELFRY_RETURN_IF_ERROR(CheckAudience(*identity, rule->audience));
  // Of one incident the act is asked when it was found; who may not read it hears nothing else.
  if (*rule->act != '\0' && rule->about != About::kIncident) {
    BELFRY_RETURN_IF_ERROR(core::RequireActAnywhere(services.engine->policy(), *directory,
                                                    identity->caller, rule->act));
  }
  return identity;
}

absl::Status Call::Enter(bool waits) {
  BELFRY_ASSIGN_OR_RETURN(identity_, Admit(services_, *context_, method_));
  permit_ = (waits ? services_.waiting : services_.admission)->Enter(identity_.principal);
  return permit_ ? absl::OkStatus() : Busy();
}

void Call::Finish(const absl::Status& status) {
  services_.metrics->CountCall(method_, absl::StatusCodeToString(status.code()),
                               absl::Now() - start_);
  permit_ = Admission::Permit();
  reactor_->Finish(ToGrpc(status));
}

absl::Time Call::deadline() const {
  return std::min(absl::FromChrono(context_->deadline()), start_ + kDeadlineMax);
}

void ReadLater(CallPtr call, std::function<absl::Status(storage::Store&)> read) {
  call->engine().SubmitRead(
      [call, read = std::move(read)](storage::Store& store) { call->Finish(read(store)); },
      [call](absl::Status refused) { call->Finish(refused); });
}

}  // namespace belfry::frontend
