#include "server/frontend/access_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/text.h"
#include "server/engine/token_desk.h"
#include "server/frontend/mutation.h"
#include "server/frontend/page_token.h"
#include "server/frontend/request_limits.h"
#include "server/frontend/scopes.h"

namespace belfry::frontend {
namespace {

constexpr int kTokensPerPage = 200;
constexpr int kTokensPerPageMax = 1'000;
constexpr int kPersonDays = 90;
constexpr int kSystemDays = 365;
constexpr int kTokensMax = 20;
constexpr absl::Duration kLifetimeMin = absl::Minutes(1);
constexpr absl::Duration kOverlap = absl::Hours(24);
constexpr absl::Duration kOverlapMax = absl::Hours(24 * 7);
constexpr size_t kDisplayNameMax = 100;
constexpr size_t kReasonMax = 200;
// A duration in a request beyond this overflows nothing and is refused anyway.
constexpr int64_t kSecondsMax = int64_t{10'000} * 24 * 3600;

bool IsSystem(absl::string_view name) { return absl::StartsWith(name, "systems/"); }

absl::Status Denied(absl::string_view reason, absl::string_view message) {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, std::string(reason),
                      std::string(message))
      .Build();
}

absl::Status NoSuchToken() {
  return ErrorBuilder(absl::StatusCode::kNotFound, "TOKEN_NOT_FOUND",
                      "there is no such token; `belfry token list` shows yours")
      .Build();
}

const std::string& CallerOf(const Call& call) { return call.identity().caller.actor.principal(); }

// Tokens are a matter between their owner and Belfry.
absl::Status CheckNotThroughBot(const Call& call) {
  if (call.identity().caller.actor.through().empty()) return absl::OkStatus();
  return Denied(
      "OWN_CREDENTIALS_NEEDED",
      "a bot cannot stand in for you here; use your own credentials, as in `belfry token`");
}

// A stolen token must not make itself live on.
absl::Status CheckMayMake(const Call& call) {
  BELFRY_RETURN_IF_ERROR(CheckNotThroughBot(call));
  if (call.identity().credential.kind != Credential::Kind::kToken) return absl::OkStatus();
  return Denied("OWN_CREDENTIALS_NEEDED",
                "no token makes tokens; log in, or use a certificate or a token that an "
                "administrator configured");
}

// A person for themselves, an administrator for systems.
absl::Status CheckMayMakeFor(const Call& call, absl::string_view principal) {
  if (IsSystem(principal)) {
    if (call.identity().admin) {
      if (call.gate().authenticator().FindPrincipal(principal) != nullptr) return absl::OkStatus();
      return ErrorBuilder(absl::StatusCode::kNotFound, "PRINCIPAL_NOT_FOUND",
                          "there is no such system in the server's configuration; add it to "
                          "`principals` first")
          .Field("principal", "is not configured")
          .Build();
    }
    return Denied("TOKEN_FOR_OTHERS", "tokens of systems are made by administrators");
  }
  if (principal != CallerOf(call)) {
    return Denied("TOKEN_FOR_OTHERS", "people make tokens for themselves only");
  }
  if (call.engine().directory()->FindPerson(principal) == nullptr) {
    return ErrorBuilder(absl::StatusCode::kNotFound, "PERSON_NOT_FOUND",
                        absl::StrCat(principal,
                                     " is not in the directory; ask an administrator to add them"))
        .Build();
  }
  return absl::OkStatus();
}

absl::Status CheckNotWider(const Call& call, ScopeSet scopes) {
  const ScopeSet own = call.identity().scopes;
  if (scopes.Within(own) == scopes) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "SCOPE_TOO_WIDE",
                      "a token cannot be used for more than the credentials that make it")
      .Field("scopes", "has one that your own credentials lack")
      .Build();
}

absl::Duration LifetimeMax(const config::v1::AccessConfig& config, absl::string_view principal) {
  const int given =
      IsSystem(principal) ? config.system_token_days_max() : config.person_token_days_max();
  const int usual = IsSystem(principal) ? kSystemDays : kPersonDays;
  return absl::Hours(24) * (given == 0 ? usual : given);
}

absl::StatusOr<absl::Duration> ReadDuration(absl::string_view field,
                                            const google::protobuf::Duration& duration,
                                            absl::Duration min, absl::Duration max) {
  const bool sane = duration.seconds() >= 0 && duration.seconds() <= kSecondsMax &&
                    duration.nanos() >= 0 && duration.nanos() < 1'000'000'000;
  if (sane && FromProto(duration) >= min && FromProto(duration) <= max) return FromProto(duration);
  return InvalidField(field, absl::StrCat("must be ", absl::FormatDuration(min), " to ",
                                          absl::FormatDuration(max)));
}

absl::Status CheckOneLine(absl::string_view field, const std::string& text) {
  if (text.find_first_of("\r\n\t") == std::string::npos) return absl::OkStatus();
  return InvalidField(field, "must stand on one line");
}

absl::StatusOr<engine::TokenOrder> OrderOf(const Call& call,
                                           const v1::CreateTokenRequest& request) {
  BELFRY_RETURN_IF_ERROR(CheckRequest(request, ""));
  BELFRY_RETURN_IF_ERROR(CheckMayMake(call));
  engine::TokenOrder order;
  order.principal = request.principal().empty() ? CallerOf(call) : request.principal();
  order.creator = CallerOf(call);
  BELFRY_RETURN_IF_ERROR(CheckBytes("principal", order.principal.size(), kNameBytesMax));
  BELFRY_RETURN_IF_ERROR(CheckMayMakeFor(call, order.principal));
  BELFRY_RETURN_IF_ERROR(
      core::CheckNeeded("display_name", request.display_name(), kDisplayNameMax));
  BELFRY_RETURN_IF_ERROR(CheckOneLine("display_name", request.display_name()));
  order.display_name = request.display_name();
  if (request.scopes().empty()) {
    return InvalidField("scopes", absl::StrCat("at least one is needed, of ", AllScopeNames()));
  }
  if (request.scopes_size() > kScopeCount)
    return InvalidField("scopes", "each is needed once only");
  BELFRY_ASSIGN_OR_RETURN(order.scopes, ReadScopes(request.scopes()));
  BELFRY_RETURN_IF_ERROR(CheckNotWider(call, order.scopes));
  const config::v1::AccessConfig& config = call.gate().config();
  order.lifetime = LifetimeMax(config, order.principal);
  if (request.has_lifetime()) {
    BELFRY_ASSIGN_OR_RETURN(
        order.lifetime, ReadDuration("lifetime", request.lifetime(), kLifetimeMin, order.lifetime));
  }
  order.live_max =
      config.tokens_per_principal_max() == 0 ? kTokensMax : config.tokens_per_principal_max();
  return order;
}

// The token if the caller may know of it.
absl::StatusOr<engine::KeptTokenPtr> FindFor(const Call& call, const std::string& name) {
  BELFRY_RETURN_IF_ERROR(CheckBytes("name", name.size(), kNameBytesMax));
  engine::KeptTokenPtr token = call.engine().tokens().FindByName(name);
  if (token == nullptr) return NoSuchToken();
  if (!call.identity().admin && token->principal() != CallerOf(call)) return NoSuchToken();
  return token;
}

absl::StatusOr<engine::TokenRotation> RotationOf(const Call& call,
                                                 const v1::RotateTokenRequest& request) {
  BELFRY_RETURN_IF_ERROR(CheckRequest(request, ""));
  BELFRY_RETURN_IF_ERROR(CheckMayMake(call));
  BELFRY_ASSIGN_OR_RETURN(const engine::KeptTokenPtr token, FindFor(call, request.name()));
  BELFRY_RETURN_IF_ERROR(CheckMayMakeFor(call, token->principal()));
  BELFRY_RETURN_IF_ERROR(CheckNotWider(call, token->scopes()));
  engine::TokenRotation rotation;
  rotation.name = token->name();
  rotation.overlap = kOverlap;
  if (request.has_overlap()) {
    BELFRY_ASSIGN_OR_RETURN(rotation.overlap, ReadDuration("overlap", request.overlap(),
                                                           absl::ZeroDuration(), kOverlapMax));
  }
  rotation.lifetime_max = LifetimeMax(call.gate().config(), token->principal());
  rotation.creator = CallerOf(call);
  return rotation;
}

absl::StatusOr<engine::TokenRevocation> RevocationOf(const Call& call,
                                                     const v1::RevokeTokenRequest& request) {
  BELFRY_RETURN_IF_ERROR(CheckRequest(request, ""));
  BELFRY_RETURN_IF_ERROR(CheckNotThroughBot(call));
  BELFRY_RETURN_IF_ERROR(core::CheckText("reason", request.reason(), kReasonMax));
  BELFRY_RETURN_IF_ERROR(CheckOneLine("reason", request.reason()));
  BELFRY_ASSIGN_OR_RETURN(const engine::KeptTokenPtr token, FindFor(call, request.name()));
  return engine::TokenRevocation{token->name(), request.reason(), CallerOf(call)};
}

absl::Status ListFor(const Call& call, const v1::ListTokensRequest& request,
                     v1::ListTokensResponse& response) {
  BELFRY_RETURN_IF_ERROR(CheckRequest(request, ""));
  BELFRY_RETURN_IF_ERROR(CheckNotThroughBot(call));
  const bool admin = call.identity().admin;
  if (!admin && !request.principal().empty() && request.principal() != CallerOf(call)) {
    return Denied("TOKEN_FOR_OTHERS", "only administrators see the tokens of others");
  }
  const std::string principal =
      request.principal().empty() && !admin ? CallerOf(call) : request.principal();
  BELFRY_ASSIGN_OR_RETURN(const int wanted, PageSize(request.page_size(), kTokensPerPage));
  const size_t page_size = static_cast<size_t>(std::min(wanted, kTokensPerPageMax));
  const std::string same = absl::StrCat("tokens\n", CallerOf(call), "\n", principal, "\n",
                                        request.show_ended() ? "all" : "active");
  PagePosition position;
  if (!request.page_token().empty()) {
    BELFRY_ASSIGN_OR_RETURN(position, ReadPageToken(request.page_token(), same));
  }
  const absl::Time now = call.engine().MachineNow();
  // Behind the last one shown; from the beginning when that one is forgotten.
  const std::vector<engine::KeptTokenPtr> all = call.engine().tokens().List(principal);
  auto next = std::find_if(all.begin(), all.end(), [&](const engine::KeptTokenPtr& token) {
    return token->name() == position.text;
  });
  next = next == all.end() ? all.begin() : std::next(next);
  for (; next != all.end(); ++next) {
    if (!request.show_ended() && !(*next)->IsGood(now)) continue;
    if (static_cast<size_t>(response.tokens_size()) == page_size) {
      const std::string last = response.tokens(response.tokens_size() - 1).name();
      response.set_next_page_token(MakePageToken({0, last}, same));
      break;
    }
    *response.add_tokens() = (*next)->Show(now);
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* AccessServiceImpl::CreateToken(grpc::CallbackServerContext* context,
                                                         const v1::CreateTokenRequest* request,
                                                         v1::CreateTokenResponse* response) {
  return RunCall(services_, context, "CreateToken", [&](CallPtr call) {
    absl::StatusOr<engine::TokenOrder> order = OrderOf(*call, *request);
    if (!order.ok()) {
      call->Finish(order.status());
      return;
    }
    call->engine().tokens().Create(*std::move(order),
                                   [call, response](absl::StatusOr<engine::IssuedToken> issued) {
                                     if (issued.ok()) {
                                       response->mutable_token()->Swap(&issued->token);
                                       response->set_secret(std::move(issued->secret));
                                     }
                                     call->Finish(issued.status());
                                   });
  });
}

grpc::ServerUnaryReactor* AccessServiceImpl::ListTokens(grpc::CallbackServerContext* context,
                                                        const v1::ListTokensRequest* request,
                                                        v1::ListTokensResponse* response) {
  return RunCall(services_, context, "ListTokens",
                 [&](CallPtr call) { call->Finish(ListFor(*call, *request, *response)); });
}

grpc::ServerUnaryReactor* AccessServiceImpl::RevokeToken(grpc::CallbackServerContext* context,
                                                         const v1::RevokeTokenRequest* request,
                                                         v1::RevokeTokenResponse* response) {
  return RunCall(services_, context, "RevokeToken", [&](CallPtr call) {
    absl::StatusOr<engine::TokenRevocation> revocation = RevocationOf(*call, *request);
    if (!revocation.ok()) {
      call->Finish(revocation.status());
      return;
    }
    call->engine().tokens().Revoke(*std::move(revocation),
                                   [call, response](absl::StatusOr<engine::IssuedToken> ended) {
                                     if (ended.ok()) response->mutable_token()->Swap(&ended->token);
                                     call->Finish(ended.status());
                                   });
  });
}

grpc::ServerUnaryReactor* AccessServiceImpl::RotateToken(grpc::CallbackServerContext* context,
                                                         const v1::RotateTokenRequest* request,
                                                         v1::RotateTokenResponse* response) {
  return RunCall(services_, context, "RotateToken", [&](CallPtr call) {
    absl::StatusOr<engine::TokenRotation> rotation = RotationOf(*call, *request);
    if (!rotation.ok()) {
      call->Finish(rotation.status());
      return;
    }
    call->engine().tokens().Rotate(*std::move(rotation),
                                   [call, response](absl::StatusOr<engine::IssuedToken> issued) {
                                     if (issued.ok()) {
                                       response->mutable_token()->Swap(&issued->token);
                                       response->set_secret(std::move(issued->secret));
                                       response->mutable_replaced()->Swap(&issued->replaced);
                                     }
                                     call->Finish(issued.status());
                                   });
  });
}

}  // namespace belfry::frontend
