#include "server/frontend/call.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/core/access.h"
#include "server/frontend/grpc_status.h"

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

}  // namespace

absl::Status CheckAudience(const Identity& identity, Audience audience) {
  if (identity.guest && audience != Audience::kGuestsToo) return core::AccountNotLinked();
  switch (audience) {
    case Audience::kEverybody:
    case Audience::kGuestsToo:
      if (identity.bare_bot) return NotForBots();
      break;
    case Audience::kBotsToo:
      break;
    case Audience::kBotsOnly:
      if (!identity.bare_bot) {
        return ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                            "this is for bots; the principal needs RIGHT_BOT")
            .Build();
      }
      break;
    case Audience::kAdmins:
      if (!identity.admin) {
        return ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                            "this is for administrators; the principal needs RIGHT_ADMIN")
            .Build();
      }
      break;
  }
  return absl::OkStatus();
}

absl::Status Call::Enter(Audience audience, bool waits) {
  absl::StatusOr<Identity> identity = services_.gate->Admit(*context_, method_);
  if (!identity.ok()) return identity.status();
  identity_ = *std::move(identity);
  if (absl::Status status = CheckAudience(identity_, audience); !status.ok()) return status;
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
