#include "bot/platform/teams/routes.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/utf8.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::teams {
namespace {

constexpr char kChannel[] = "msteams";
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kUnsupportedMediaType = 415;
constexpr int kUnavailable = 503;
constexpr size_t kNameMax = 42;

std::string RootOf(const Activity& activity) {
  if (activity.direct()) return "";
  const std::string name = chat::Clip(activity.bot_name, kNameMax);
  return absl::StrCat("@", name.empty() ? "Belfry" : name);
}

}  // namespace

void TeamsRoutes::Refuse(int status, const char* reason, const HttpListener::Respond& respond) {
  rejected_(reason);
  spdlog::warn("teams request refused: {}", reason);
  respond({.status = status});
}

void TeamsRoutes::Handle(HttpRequest request, HttpListener::Respond respond) {
  if (request.method == "HEAD") {
    respond({.status = 200});
    return;
  }
  if (request.method != "POST") {
    respond({.status = 405, .body = "POST only"});
    return;
  }
  if (options_.anonymous) {
    // A page in a browser on this machine could post as well, but not JSON without asking first.
    if (!absl::StartsWithIgnoreCase(request.Header("Content-Type"), "application/json")) {
      Refuse(kUnsupportedMediaType, "content_type", respond);
      return;
    }
    Accept(request.body, nullptr, nullptr, std::move(respond));
    return;
  }
  Jwt jwt;
  TokenVerdict verdict = ReadToken(request, &jwt);
  if (verdict != TokenVerdict::kOk) {
    Refuse(kUnauthorized, VerdictName(verdict), respond);
    return;
  }
  const std::string audience = TextAt(jwt.claims, {"aud"});
  const auto tenant = std::find_if(tenants_.begin(), tenants_.end(), [&](const Tenant& one) {
    return one.rules.audience == audience;
  });
  verdict = tenant == tenants_.end() ? TokenVerdict::kAudience
                                     : CheckClaims(jwt, tenant->rules, clock_.Now());
  if (verdict != TokenVerdict::kOk) {
    Refuse(kUnauthorized, VerdictName(verdict), respond);
    return;
  }
  const std::string key_id = jwt.key_id;
  tenant->keys->Find(key_id, [this, jwt = std::move(jwt), body = std::move(request.body), respond](
                                 SigningKeys::Outcome outcome, const KeyPtr& key) {
    if (outcome == SigningKeys::Outcome::kUnreachable) {
      Refuse(kUnavailable, VerdictName(TokenVerdict::kKeysUnreachable), respond);
    } else if (outcome == SigningKeys::Outcome::kUnknown) {
      Refuse(kUnauthorized, VerdictName(TokenVerdict::kKeyUnknown), respond);
    } else if (const TokenVerdict signature = CheckSignature(jwt, *key);
               signature != TokenVerdict::kOk) {
      Refuse(kUnauthorized, VerdictName(signature), respond);
    } else {
      Accept(body, &jwt, key.get(), respond);
    }
  });
}

void TeamsRoutes::Accept(const std::string& body, const Jwt* jwt, const SigningKey* key,
                         HttpListener::Respond respond) {
  const absl::StatusOr<Activity> activity = ParseActivity(body);
  if (!activity.ok()) {
    rejected_("malformed");
    respond({.status = 400, .body = std::string(activity.status().message())});
    return;
  }
  if (jwt != nullptr) {
    const TokenVerdict verdict =
        CheckActivity(*jwt, *key, activity->service_url, activity->channel_id);
    if (verdict != TokenVerdict::kOk) {
      Refuse(kForbidden, VerdictName(verdict), respond);
      return;
    }
  }
  // The same bot may be on other channels of the Bot Framework, where nobody vouches for a tenant.
  if (activity->channel_id != kChannel) {
    Refuse(kForbidden, "channel", respond);
    return;
  }
  const std::string audience = jwt == nullptr ? "" : TextAt(jwt->claims, {"aud"});
  const auto tenant = std::find_if(tenants_.begin(), tenants_.end(), [&](const Tenant& one) {
    return one.id == activity->tenant && (jwt == nullptr || one.rules.audience == audience);
  });
  // Somebody of another tenant in a shared channel is not ours to speak for.
  const std::string home = NormalizeId(TextAt(activity->json, {"from", "tenantId"}));
  if (tenant == tenants_.end() || (!home.empty() && home != tenant->id)) {
    Refuse(kForbidden, "tenant", respond);
    return;
  }
  const absl::StatusOr<ServiceUrl> service = tenant->hosts->Check(activity->service_url);
  if (!service.ok()) {
    Refuse(kForbidden, "service_host", respond);
    return;
  }
  Run(*tenant, *service, *activity, std::move(respond));
}

void TeamsRoutes::Run(const Tenant& tenant, const ServiceUrl& service, const Activity& activity,
                      HttpListener::Respond respond) {
  absl::StatusOr<Incoming> incoming = ReadActivity(activity);
  if (!incoming.ok()) {
    rejected_("malformed");
    respond({.status = 400, .body = std::string(incoming.status().message())});
    return;
  }
  Learn(tenant, activity, incoming->kind);
  if (incoming->kind == Incoming::Kind::kIgnored) {
    respond({.status = 200});
    return;
  }
  Repeats& repeats = activity.type == "invoke" ? invokes_ : messages_;
  std::optional<HttpListener::Respond> first =
      repeats.Admit(incoming->repeat_key, clock_.Now(), std::move(respond));
  if (!first.has_value()) return;
  const Place place{tenant.platform.get(), service, activity.conversation, activity.reply_to,
                    RootOf(activity)};
  responder_.Run(place, *std::move(incoming), *std::move(first));
}

void TeamsRoutes::Learn(const Tenant& tenant, const Activity& activity, Incoming::Kind kind) {
  Reference reference;
  reference.address = activity.direct() ? activity.user_id : activity.place;
  reference.conversation = activity.place;
  reference.service_url = activity.service_url;
  reference.bot_id = activity.bot_id;
  if (activity.direct()) reference.user_channel_id = activity.user_channel_id;
  reference.gone = kind == Incoming::Kind::kRemoved;
  tenant.conversations->Remember(std::move(reference));
}

}  // namespace belfry::bot::teams
