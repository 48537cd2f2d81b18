#include "server/frontend/oidc.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/frontend/bot_reach.h"
#include "server/frontend/scopes.h"

namespace belfry::frontend {
namespace {

using config::v1::OidcIssuerConfig;

constexpr int kLeewayDefault = 60;
constexpr int kLeewayMax = 300;
constexpr int kLifetimeHoursDefault = 24;
constexpr int kLifetimeHoursMax = 24 * 31;
constexpr size_t kValueBytesMax = 320;  // an e-mail address at its longest

absl::Status Wrong(const OidcIssuerConfig& config, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("access.oidc_issuers[", config.issuer(), "]: ", what));
}

absl::Status Refused(absl::string_view check, absl::string_view why) {
  const bool expired = check == "expired";
  return ErrorBuilder(absl::StatusCode::kUnauthenticated,
                      expired ? "CREDENTIALS_EXPIRED" : "CREDENTIALS_INVALID",
                      absl::StrCat("the login token is not accepted: ", why, "; log in again"))
      .Metadata("check", std::string(check))
      .Build();
}

absl::string_view Explain(JwtVerdict verdict) {
  switch (verdict) {
    case JwtVerdict::kOk:
      break;
    case JwtVerdict::kAlgorithm:
      return "its algorithm is none of RS256, ES256 and EdDSA";
    case JwtVerdict::kType:
      return "it is a token for something else (typ)";
    case JwtVerdict::kKeyId:
      return "it names no key (kid)";
    case JwtVerdict::kIssuer:
      return "its issuer is not known here (iss)";
    case JwtVerdict::kAudience:
      return "it is not for this service (aud)";
    case JwtVerdict::kExpired:
      return "it has expired (exp)";
    case JwtVerdict::kNotYet:
      return "it is not valid yet (nbf, iat)";
    case JwtVerdict::kLifetime:
      return "it claims to live too long, or does not say since when (iat, exp)";
  }
  return "";
}

absl::StatusOr<JwtRules> RulesOf(const OidcIssuerConfig& config) {
  JwtRules rules;
  rules.issuer = config.issuer();
  rules.audiences = {config.audiences().begin(), config.audiences().end()};
  rules.audience_lists = true;
  rules.types = {config.types().begin(), config.types().end()};
  if (rules.types.empty()) rules.types = {"JWT", "at+jwt"};
  const int leeway = config.leeway_seconds() == 0 ? kLeewayDefault : config.leeway_seconds();
  if (leeway < 0 || leeway > kLeewayMax) return Wrong(config, "leeway_seconds: is 1 to 300");
  rules.leeway = absl::Seconds(leeway);
  const int hours =
      config.lifetime_hours_max() == 0 ? kLifetimeHoursDefault : config.lifetime_hours_max();
  if (hours < 0 || hours > kLifetimeHoursMax) {
    return Wrong(config, "lifetime_hours_max: is 1 to 744");
  }
  rules.lifetime_max = absl::Hours(hours);
  return rules;
}

absl::Status CheckIssuer(const OidcIssuerConfig& config) {
  if (config.issuer().empty()) return Wrong(config, "issuer: is needed, exactly as in `iss`");
  if (config.audiences().empty() || std::find(config.audiences().begin(), config.audiences().end(),
                                              "") != config.audiences().end()) {
    return Wrong(config, "audiences: is needed; a token for anybody is a token for nobody");
  }
  if (config.jwks_file().empty()) return Wrong(config, "jwks_file: is needed");
  if (config.person_claim().empty()) return Wrong(config, "person_claim: is needed");
  switch (config.person_case()) {
    case OidcIssuerConfig::kContactPlatform:
    case OidcIssuerConfig::kChatWorkspace:
    case OidcIssuerConfig::kIdSuffix:
      return absl::OkStatus();
    case OidcIssuerConfig::PERSON_NOT_SET:
      break;
  }
  return Wrong(config, "one of contact_platform, chat_workspace and id_suffix is needed");
}

std::string ContactKey(absl::string_view platform, absl::string_view address) {
  return absl::StrCat(platform, "\n", absl::AsciiStrToLower(address));
}

}  // namespace

absl::StatusOr<std::unique_ptr<OidcIssuers>> OidcIssuers::Create(
    const config::v1::AccessConfig& config) {
  auto result = std::make_unique<OidcIssuers>();
  for (const OidcIssuerConfig& one : config.oidc_issuers()) {
    BELFRY_RETURN_IF_ERROR(CheckIssuer(one));
    Issuer issuer;
    issuer.config = one;
    BELFRY_ASSIGN_OR_RETURN(issuer.rules, RulesOf(one));
    absl::StatusOr<ScopeSet> scopes = ReadScopes(one.scopes());
    if (!scopes.ok()) return Wrong(one, scopes.status().message());
    issuer.scopes = one.scopes().empty() ? ScopeSet::All() : *scopes;
    issuer.keys = std::make_unique<Reloaded<JwtKeys>>(
        absl::StrCat("access.oidc_issuers[", one.issuer(), "].jwks_file"),
        std::vector<std::string>{one.jwks_file()},
        [](const std::vector<std::string>& texts) { return ReadJwks(texts[0]); });
    if (const absl::Status read = issuer.keys->Load(); !read.ok()) {
      return Wrong(one, absl::StrCat("jwks_file: ", read.message()));
    }
    if (!result->issuers_.emplace(one.issuer(), std::move(issuer)).second) {
      return Wrong(one, "issuer: stands twice");
    }
  }
  return result;
}

void OidcIssuers::Refresh(const std::function<void(Reload)>& tell) {
  for (const auto& [name, issuer] : issuers_) {
    if (const Reload what = issuer.keys->Refresh(); what != Reload::kUnchanged) tell(what);
  }
}

bool OidcIssuers::HasKey(absl::string_view issuer, const std::string& key_id) const {
  const auto found = issuers_.find(issuer);
  return found != issuers_.end() && found->second.keys->Get()->count(key_id) > 0;
}

absl::StatusOr<OidcLogin> OidcIssuers::Check(absl::string_view token, const DirectoryPtr& directory,
                                             absl::Time now) const {
  const absl::StatusOr<Jwt> jwt = ParseJwt(token);
  if (!jwt.ok()) return Refused("malformed", "it is no signed JSON Web Token");
  const std::string name = TextAt(jwt->claims, {"iss"});
  const auto found = issuers_.find(name);
  if (found == issuers_.end()) return Refused("issuer", Explain(JwtVerdict::kIssuer));
  const Issuer& issuer = found->second;
  if (const JwtVerdict verdict = CheckJwt(*jwt, issuer.rules, now); verdict != JwtVerdict::kOk) {
    return Refused(JwtVerdictName(verdict), Explain(verdict));
  }
  const std::shared_ptr<const JwtKeys> keys = issuer.keys->Get();
  const auto key = keys->find(jwt->key_id);
  if (key == keys->end()) return Refused("key_unknown", "nobody knows the key that signed it");
  if (!key->second.Verifies(*jwt)) return Refused("signature", "its signature does not fit");

  const std::string& claim = issuer.config.person_claim();
  const std::string value = TextAt(jwt->claims, {claim.c_str()});
  if (value.empty() || value.size() > kValueBytesMax) {
    return Refused("person", absl::StrCat("it does not name a person (", claim, ")"));
  }
  if (claim == "email" && !issuer.config.email_unverified()) {
    const Json* verified = At(jwt->claims, {"email_verified"});
    if (verified == nullptr || *verified != Json(true)) {
      return Refused("email_verified", "its provider has not verified the e-mail address");
    }
  }
  OidcLogin login;
  login.person = PersonOf(issuer, value, directory);
  if (login.person.empty()) {
    return ErrorBuilder(absl::StatusCode::kUnauthenticated, "PERSON_UNKNOWN",
                        "the login is good, but names nobody in the directory; ask an "
                        "administrator to add you")
        .Build();
  }
  login.scopes = issuer.scopes;
  login.expire_time = *JwtTime(jwt->claims, "exp") + issuer.rules.leeway;
  login.issuer = name;
  login.key_id = jwt->key_id;
  return login;
}

std::string OidcIssuers::PersonOf(const Issuer& issuer, const std::string& value,
                                  const DirectoryPtr& directory) const {
  const v1::Person* person = nullptr;
  switch (issuer.config.person_case()) {
    case OidcIssuerConfig::kContactPlatform:
      return PersonOfContact(issuer.config.contact_platform(), value, directory);
    case OidcIssuerConfig::kChatWorkspace: {
      const Workspace workspace = ParseWorkspace(issuer.config.chat_workspace());
      person = directory->FindPersonByAccount(workspace.platform, workspace.workspace, value);
      break;
    }
    case OidcIssuerConfig::kIdSuffix: {
      absl::string_view id = value;
      const std::string& suffix = issuer.config.id_suffix();
      if (suffix != "*" && !absl::ConsumeSuffix(&id, suffix)) return "";
      person = directory->FindPerson(absl::StrCat("people/", absl::AsciiStrToLower(id)));
      break;
    }
    case OidcIssuerConfig::PERSON_NOT_SET:
      break;
  }
  return person == nullptr ? "" : person->name();
}

std::string OidcIssuers::PersonOfContact(const std::string& platform, const std::string& address,
                                         const DirectoryPtr& directory) const {
  absl::MutexLock lock(&mutex_);
  if (indexed_ != directory) {
    contacts_.clear();
    for (const v1::Person& person : directory->proto().people()) {
      for (const v1::Contact& contact : person.contacts()) {
        const auto [entry, fresh] =
            contacts_.emplace(ContactKey(contact.platform(), contact.address()), person.name());
        if (!fresh && entry->second != person.name()) entry->second.clear();
      }
    }
    indexed_ = directory;
  }
  const auto found = contacts_.find(ContactKey(platform, address));
  return found == contacts_.end() ? "" : found->second;
}

}  // namespace belfry::frontend
