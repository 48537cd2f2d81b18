#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/http/loopback.h"
#include "bot/platform/teams/access_token.h"
#include "bot/platform/teams/connector.h"
#include "bot/platform/teams/outgoing_webhook.h"
#include "bot/platform/teams/responder.h"
#include "bot/platform/teams/routes.h"
#include "bot/platform/teams/service_url.h"
#include "bot/platform/teams/teams_platform.h"
#include "server/base/clock.h"
#include "server/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace belfry::bot {
namespace {

using config::v1::TeamsConfig;

constexpr char kMetadata[] = "https://login.botframework.com/v1/.well-known/openidconfiguration";
constexpr char kIssuer[] = "https://api.botframework.com";
constexpr char kScope[] = "https://api.botframework.com/.default";
// Teams gives an outgoing webhook five seconds.
constexpr absl::Duration kWebhookPatience = absl::Seconds(4);

std::string Or(const std::string& value, absl::string_view otherwise) {
  return value.empty() ? std::string(otherwise) : value;
}

bool IsLoopback(const std::string& listen) {
  return IsLoopbackHost(absl::string_view(listen).substr(0, listen.rfind(':')));
}

absl::Status Check(const Assembly& assembly, const TeamsConfig& config) {
  if (config.tenant().empty()) {
    return absl::InvalidArgumentError("teams.tenant: is needed, the id of the tenant (a GUID)");
  }
  if (config.app_id().empty() && config.outgoing_webhooks().empty()) {
    return absl::InvalidArgumentError(
        "teams.app_id: is needed, the id of the bot's registration; or outgoing_webhooks");
  }
  if (!config.app_id().empty() && config.app_password_file().empty() &&
      !assembly.flags.teams_anonymous) {
    return absl::InvalidArgumentError("teams.app_password_file: is needed to speak to Teams");
  }
  return absl::OkStatus();
}

absl::Status CheckListener(const Assembly& assembly) {
  const std::string& listen = assembly.config.listen();
  if (listen.empty()) {
    return absl::InvalidArgumentError("listen: is needed so that Teams can reach the bot");
  }
  if (!assembly.flags.teams_anonymous) return absl::OkStatus();
  if (!IsLoopback(listen)) {
    return absl::InvalidArgumentError(
        "--teams-anonymous-loopback: takes requests without a token, so listen must be a loopback "
        "address such as 127.0.0.1:3978");
  }
  spdlog::warn("teams: requests need no token (--teams-anonymous-loopback); for emulators only");
  return absl::OkStatus();
}

// The bots of all tenants, built one after the other.
class Builder {
 public:
  Builder(Assembly* assembly, Clock* clock) : assembly_(*assembly), clock_(*clock) {}

  absl::Status Add(const TeamsConfig& config) {
    BELFRY_RETURN_IF_ERROR(Check(assembly_, config));
    for (const teams::Tenant& other : tenants_) {
      if (other.id != teams::NormalizeId(config.tenant())) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("teams: tenant ", config.tenant(), " is there twice"));
    }
    for (const auto& webhook : config.outgoing_webhooks()) {
      teams::OutgoingWebhookSecret secret;
      secret.tenant = teams::NormalizeId(config.tenant());
      secret.name = webhook.name();
      BELFRY_ASSIGN_OR_RETURN(
          const std::string token,
          ReadSecret(webhook.token_file(), "teams.outgoing_webhooks.token_file"));
      BELFRY_ASSIGN_OR_RETURN(secret.key, teams::DecodeWebhookToken(token));
      webhooks_.push_back(std::move(secret));
    }
    return config.app_id().empty() ? absl::OkStatus() : AddBot(config);
  }

  std::vector<teams::Tenant> TakeTenants() { return std::move(tenants_); }
  std::vector<teams::OutgoingWebhookSecret> TakeWebhooks() { return std::move(webhooks_); }

 private:
  absl::Status AddBot(const TeamsConfig& config) {
    teams::Tenant tenant;
    tenant.id = teams::NormalizeId(config.tenant());
    tenant.rules.issuer = Or(config.issuer(), kIssuer);
    tenant.rules.audience = config.app_id();
    const std::string metadata = Or(config.openid_metadata_url(), kMetadata);
    for (const teams::Tenant& other : tenants_) {
      const bool shared = other.rules.audience == tenant.rules.audience;
      if (shared && (other.rules.issuer != tenant.rules.issuer || keys_[metadata] != other.keys)) {
        return absl::InvalidArgumentError(
            "teams: tenants that share an app_id must have the same issuer and "
            "openid_metadata_url");
      }
    }
    std::shared_ptr<teams::SigningKeys>& keys = keys_[metadata];
    if (keys == nullptr) {
      keys = std::make_shared<teams::SigningKeys>(metadata, &assembly_.http, &clock_);
      assembly_.Keep(keys);
    }
    tenant.keys = keys;
    BELFRY_ASSIGN_OR_RETURN(teams::ServiceHosts hosts,
                            teams::ServiceHosts::Make({config.extra_service_hosts().begin(),
                                                       config.extra_service_hosts().end()}));
    tenant.hosts = std::make_shared<teams::ServiceHosts>(std::move(hosts));
    assembly_.Keep(tenant.hosts);
    tenant.conversations =
        std::make_shared<teams::Conversations>(assembly_.client, tenant.id, &clock_);
    assembly_.Keep(tenant.conversations);

    teams::AccessToken* token = nullptr;
    // What asks nobody for a token shows nobody ours.
    if (!assembly_.flags.teams_anonymous) {
      teams::Credentials credentials;
      credentials.client_id = config.app_id();
      BELFRY_ASSIGN_OR_RETURN(credentials.client_secret,
                              ReadSecret(config.app_password_file(), "teams.app_password_file"));
      credentials.token_url =
          Or(config.token_url(), absl::StrCat("https://login.microsoftonline.com/", config.tenant(),
                                              "/oauth2/v2.0/token"));
      credentials.scope = Or(config.token_scope(), kScope);
      token = &assembly_.Keep(
          std::make_shared<teams::AccessToken>(std::move(credentials), &assembly_.http, &clock_));
    }
    teams::Connector& connector =
        assembly_.Keep(std::make_shared<teams::Connector>(&assembly_.http, token));
    teams::TeamsOptions options;
    options.tenant = tenant.id;
    options.app_id = config.app_id();
    options.dialogs = !assembly_.flags.teams_anonymous;
    tenant.platform = std::make_shared<teams::TeamsPlatform>(
        std::move(options), &connector, tenant.hosts.get(), tenant.conversations.get());
    assembly_.platforms.Add(tenant.id, tenant.platform, "@Belfry");
    tenants_.push_back(std::move(tenant));
    return absl::OkStatus();
  }

  Assembly& assembly_;
  Clock& clock_;
  std::map<std::string, std::shared_ptr<teams::SigningKeys>> keys_;
  std::vector<teams::Tenant> tenants_;
  std::vector<teams::OutgoingWebhookSecret> webhooks_;
};

}  // namespace

absl::Status AddTeams(Assembly& assembly) {
  if (assembly.config.teams().empty()) return absl::OkStatus();
  BELFRY_RETURN_IF_ERROR(CheckListener(assembly));
  Clock& clock = assembly.Keep(std::make_shared<SystemClock>());
  Builder builder(&assembly, &clock);
  for (const TeamsConfig& config : assembly.config.teams()) {
    BELFRY_RETURN_IF_ERROR(builder.Add(config));
  }
  if (std::vector<teams::Tenant> tenants = builder.TakeTenants(); !tenants.empty()) {
    if (!assembly.flags.teams_anonymous) {
      assembly.starts.push_back([tenants] {
        for (const teams::Tenant& tenant : tenants) tenant.keys->Prefetch();
      });
    }
    // Requests that wait for keys speak to the routes, which go before the keys.
    assembly.stops.push_back([tenants] {
      for (const teams::Tenant& tenant : tenants) tenant.keys->Stop();
    });
    teams::Responder& responder =
        assembly.Keep(std::make_shared<teams::Responder>(&assembly.dispatcher, &assembly.answers));
    teams::RoutesOptions options;
    options.anonymous = assembly.flags.teams_anonymous;
    teams::TeamsRoutes& routes = assembly.Keep(std::make_shared<teams::TeamsRoutes>(
        options, std::move(tenants), &responder, &clock, assembly.rejected));
    assembly.router.Add("/api/messages",
                        [&routes](HttpRequest request, HttpListener::Respond respond) {
                          routes.Handle(std::move(request), std::move(respond));
                        });
  }
  if (auto secrets = builder.TakeWebhooks(); !secrets.empty()) {
    AnswerClock& answers = assembly.Keep(std::make_shared<AnswerClock>(kWebhookPatience));
    teams::OutgoingWebhooks& webhooks = assembly.Keep(std::make_shared<teams::OutgoingWebhooks>(
        std::move(secrets), &assembly.dispatcher, &answers, &clock, assembly.rejected));
    assembly.router.Add("/teams/outgoing",
                        [&webhooks](const HttpRequest& request, HttpListener::Respond respond) {
                          webhooks.Handle(request, std::move(respond));
                        });
  }
  return absl::OkStatus();
}

}  // namespace belfry::bot
