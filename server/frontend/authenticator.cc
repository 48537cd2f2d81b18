#include "server/frontend/authenticator.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/account_name.h"
#include "server/base/error.h"
#include "server/base/secret_token.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/frontend/scopes.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

using config::v1::PrincipalConfig;

constexpr std::array<absl::string_view, 7> kDoors = {"grpc",  "slack",   "teams", "mattermost",
                                                     "email", "console", "cli"};
constexpr size_t kHashesMax = 4;  // of one principal: two during a rotation, and room for a slip

// Hashes in hexadecimal, one a line; lines that begin with # are remarks, and nothing but remarks
// means that no token is good.
absl::StatusOr<std::vector<std::string>> ReadHashes(const std::string& path,
                                                    const std::string& text) {
  std::vector<std::string> hashes;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const bool hex = line.size() == 64 && std::all_of(line.begin(), line.end(), [](char c) {
                       return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                     });
    if (!hex || hashes.size() == kHashesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(path,
                       " must hold the SHA-256 of the token as 64 hexadecimal characters, on "
                       "one line; two lines during a rotation"));
    }
    hashes.push_back(absl::HexStringToBytes(line));
  }
  return hashes;
}

// The value of a header that may stand at most once; nullopt when it is absent.
absl::StatusOr<std::optional<std::string>> Header(const grpc::CallbackServerContext& context,
                                                  const char* name) {
  const auto& metadata = context.client_metadata();
  const auto [begin, end] = metadata.equal_range(name);
  if (begin == end) return std::nullopt;
  if (std::next(begin) != end) {
    return ErrorBuilder(absl::StatusCode::kUnauthenticated, "CREDENTIALS_INVALID",
                        absl::StrCat("the header ", name, " stands more than once"))
        .Build();
  }
  return std::string(begin->second.data(), begin->second.size());
}

absl::Status Missing() {
  return ErrorBuilder(absl::StatusCode::kUnauthenticated, "CREDENTIALS_MISSING",
                      "send a token as \"authorization: Bearer …\", or a client certificate")
      .Build();
}

absl::Status Invalid() {
  return ErrorBuilder(absl::StatusCode::kUnauthenticated, "CREDENTIALS_INVALID",
                      "the credentials are not valid here; ask an administrator for a new token")
      .Build();
}

absl::Status Mistyped() {
  return ErrorBuilder(absl::StatusCode::kUnauthenticated, "CREDENTIALS_INVALID",
                      "the token was mistyped or cut: its checksum does not fit; copy it again")
      .Build();
}

// Said to whoever has held the secret: it was good once.
absl::Status Ended() {
  return ErrorBuilder(absl::StatusCode::kUnauthenticated, "CREDENTIALS_EXPIRED",
                      "this token has run out or was revoked; make a new one")
      .Build();
}

absl::Status PersonGone() {
  return ErrorBuilder(absl::StatusCode::kUnauthenticated, "PERSON_UNKNOWN",
                      "these credentials are for somebody who is not in the directory")
      .Build();
}

absl::Status ActForDenied() {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACT_FOR_DENIED",
                      "only a bot may act for people, and only for those in the directory with a "
                      "chat account in a workspace that the bot serves")
      .Build();
}

// True for a chat account that is linked to nobody, false for another name. As itself an account
// has fewer rights than its person, and its acts would bear the wrong name.
absl::StatusOr<bool> ActsForGuest(absl::string_view act_for, const BotReach& reach,
                                  const core::Directory& directory) {
  if (!IsAccountName(act_for)) return false;
  const std::optional<AccountName> account = ParseAccountName(act_for);
  if (!account.has_value()) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACT_FOR_DENIED",
                        "belfry-act-for names no chat account; it is "
                        "accounts/<platform>/<workspace>/<user>, percent-encoded")
        .Build();
  }
  // Before anything is said about the account.
  if (!reach.Serves(account->platform, account->workspace)) return ActForDenied();
  if (directory.FindPersonByAccount(account->platform, account->workspace, account->user_id) !=
      nullptr) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACCOUNT_LINKED",
                        "this chat account is linked to somebody; look it up and act for them")
        .Build();
  }
  return true;
}

bool Has(const PrincipalConfig& principal, PrincipalConfig::Right right) {
  return std::find(principal.rights().begin(), principal.rights().end(), right) !=
         principal.rights().end();
}

// One property of the connection, all its values together.
std::string Property(const grpc::AuthContext& auth, const char* name) {
  std::string all;
  for (const grpc::string_ref& value : auth.FindPropertyValues(name)) {
    all.append(value.data(), value.size());
  }
  return all;
}

bool IsSystem(absl::string_view name) { return absl::StartsWith(name, "systems/"); }

absl::Status Wrong(const PrincipalConfig& config, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("principals: ", config.name(), what));
}

}  // namespace

absl::Status Authenticator::AddPrincipal(const PrincipalConfig& config) {
  if (!absl::StartsWith(config.name(), "people/") && !IsSystem(config.name())) {
    return absl::InvalidArgumentError(
        absl::StrCat("principals: the name \"", config.name(), "\" must be people/… or systems/…"));
  }
  const bool own = !config.token_sha256_file().empty() || !config.certificate_uri().empty() ||
                   !config.certificate_dns().empty();
  // Systems may get theirs over the API, people with rights by logging in.
  if (!own && !IsSystem(config.name()) && config.rights().empty()) {
    return Wrong(config, " needs token_sha256_file, certificate_uri or rights");
  }
  auto principal = std::make_shared<Principal>();
  principal->config = config;
  BELFRY_ASSIGN_OR_RETURN(principal->reach, BotReach::Create(config));
  const bool bot = Has(config, PrincipalConfig::RIGHT_BOT);
  if (!config.workspaces().empty() && !bot) {
    return Wrong(config, ": workspaces are for bots; it needs RIGHT_BOT");
  }
  // Else taking over the machine that talks to the outside would be taking over everything.
  if (bot && (!IsSystem(config.name()) || Has(config, PrincipalConfig::RIGHT_ADMIN))) {
    return Wrong(config, ": RIGHT_BOT is for systems/… and stands alone");
  }
  if (!config.scopes().empty()) {
    const absl::StatusOr<ScopeSet> scopes = ReadScopes(config.scopes());
    if (!scopes.ok()) return Wrong(config, absl::StrCat(": ", scopes.status().message()));
    principal->scopes = *scopes;
  }
  if (const std::string& path = config.token_sha256_file(); !path.empty()) {
    principal->hashes = std::make_unique<Reloaded<std::vector<std::string>>>(
        absl::StrCat("principals: ", config.name(), ": token_sha256_file"),
        std::vector<std::string>{path},
        [path](const std::vector<std::string>& texts) { return ReadHashes(path, texts[0]); });
    BELFRY_RETURN_IF_ERROR(principal->hashes->Load());
  }
  const PrincipalPtr added = std::move(principal);
  if (!config.certificate_uri().empty() &&
      !by_uri_.emplace(config.certificate_uri(), added).second) {
    return Wrong(config, " has the certificate of another principal");
  }
  if (!config.certificate_dns().empty() &&
      !by_dns_.emplace(absl::AsciiStrToLower(config.certificate_dns()), added).second) {
    return Wrong(config, " has the certificate of another principal");
  }
  if (!principals_.emplace(config.name(), added).second) return Wrong(config, " stands twice");
  return absl::OkStatus();
}

absl::StatusOr<Authenticator::Table> Authenticator::CollectHashes() const {
  Table table;
  for (const auto& [name, principal] : principals_) {
    if (principal->hashes == nullptr) continue;
    for (const std::string& hash : *principal->hashes->Get()) {
      const auto [entry, fresh] = table.emplace(hash, principal);
      if (!fresh && entry->second != principal) {
        return Wrong(principal->config, " has the token of another principal");
      }
    }
  }
  return table;
}

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(
    const config::v1::ServerConfig& config) {
  auto result = std::make_unique<Authenticator>();
  for (const PrincipalConfig& principal : config.principals()) {
    BELFRY_RETURN_IF_ERROR(result->AddPrincipal(principal));
  }
  BELFRY_ASSIGN_OR_RETURN(Table hashes, result->CollectHashes());
  {
    absl::MutexLock lock(&result->mutex_);
    result->by_hash_ = std::make_shared<const Table>(std::move(hashes));
  }
  BELFRY_ASSIGN_OR_RETURN(result->issuers_, OidcIssuers::Create(config.access()));
  if (const config::v1::TlsConfig& tls = config.tls(); !tls.client_ca_file().empty()) {
    std::vector<std::string> paths = {tls.client_ca_file()};
    if (!tls.client_crl_file().empty()) paths.push_back(tls.client_crl_file());
    result->authority_ = std::make_unique<Reloaded<std::shared_ptr<const ClientAuthority>>>(
        "tls: client_ca_file or client_crl_file", std::move(paths),
        [](const std::vector<std::string>& texts) {
          return ClientAuthority::Create(texts[0], texts.size() > 1 ? texts[1] : "");
        });
    if (const absl::Status status = result->authority_->Load(); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("tls: ", status.message()));
    }
  }
  return result;
}

void Authenticator::Refresh(const std::function<void(absl::string_view, Reload)>& tell) {
  const auto told = [&tell](absl::string_view what, Reload outcome) {
    if (tell && outcome != Reload::kUnchanged) tell(what, outcome);
    return outcome == Reload::kTaken;
  };
  bool changed = false;
  for (const auto& [name, principal] : principals_) {
    if (principal->hashes != nullptr) changed |= told("tokens", principal->hashes->Refresh());
  }
  if (changed) {
    absl::StatusOr<Table> hashes = CollectHashes();
    if (hashes.ok()) {
      absl::MutexLock lock(&mutex_);
      by_hash_ = std::make_shared<const Table>(*std::move(hashes));
    } else {
      spdlog::error("the tokens that were good before stay so: {}",
                    std::string(hashes.status().message()));
      if (tell) tell("tokens", Reload::kRefused);
    }
  }
  issuers_->Refresh([&told](Reload outcome) { told("jwks", outcome); });
  if (authority_ != nullptr) told("client_ca", authority_->Refresh());
}

const PrincipalConfig* Authenticator::FindPrincipal(absl::string_view name) const {
  const auto found = principals_.find(name);
  return found == principals_.end() ? nullptr : &found->second->config;
}

Authenticator::PrincipalPtr Authenticator::FindByHash(const std::string& hash) const {
  std::shared_ptr<const Table> table;
  {
    absl::MutexLock lock(&mutex_);
    table = by_hash_;
  }
  const auto found = table->find(hash);
  return found == table->end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const ClientCertificate>> Authenticator::JudgeCertificate(
    const grpc::CallbackServerContext& context, Credential& credential, absl::Time now) const {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (authority_ == nullptr || auth == nullptr || !auth->IsPeerAuthenticated()) return nullptr;
  credential.certificate_pem = Property(*auth, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  credential.chain_pem = Property(*auth, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
  const std::shared_ptr<const ClientAuthority> authority = *authority_->Get();
  return authority->Judge(credential.certificate_pem, credential.chain_pem, now);
}

// Exactly one URI; or, for authorities that know no URIs, exactly one DNS name without a wildcard.
// Lists of names are easy to confuse.
Authenticator::PrincipalPtr Authenticator::FindByCertificate(
    const ClientCertificate& certificate) const {
  if (certificate.uris.size() == 1) {
    const auto found = by_uri_.find(certificate.uris[0]);
    return found == by_uri_.end() ? nullptr : found->second;
  }
  if (!certificate.uris.empty() || certificate.dns_names.size() != 1) return nullptr;
  const auto found = by_dns_.find(absl::AsciiStrToLower(certificate.dns_names[0]));
  return found == by_dns_.end() || absl::StrContains(found->first, '*') ? nullptr : found->second;
}

absl::StatusOr<Authenticator::Presented> Authenticator::ReadBearer(absl::string_view token,
                                                                   const DirectoryPtr& directory,
                                                                   engine::TokenDesk& tokens,
                                                                   absl::Time now) const {
  Presented presented;
  Credential& credential = presented.credential;
  const auto configured = [this](const std::string& name) {
    const auto found = principals_.find(name);
    return found == principals_.end() ? nullptr : found->second;
  };
  std::string hash = Sha256(token);
  if (presented.principal = FindByHash(hash); presented.principal != nullptr) {
    credential.kind = Credential::Kind::kConfigured;
    credential.key = std::move(hash);
    presented.name = presented.principal->config.name();
    return presented;
  }
  const TokenShape shape = ShapeOfToken(token);
  if (shape == TokenShape::kMistyped) return Mistyped();
  if (shape == TokenShape::kWhole) {
    const engine::KeptTokenPtr kept = tokens.FindBySecret(token);
    if (kept == nullptr) return Invalid();
    if (!kept->IsGood(now)) return Ended();
    tokens.NoteUse(*kept, now);
    credential.kind = Credential::Kind::kToken;
    credential.key = kept->name();
    credential.expire_time = kept->expire_time();
    presented.name = kept->principal();
    presented.scopes = kept->scopes();
  } else if (absl::StrContains(token, '.')) {
    BELFRY_ASSIGN_OR_RETURN(const OidcLogin login, issuers_->Check(token, directory, now));
    credential.kind = Credential::Kind::kLogin;
    credential.key = login.key_id;
    credential.issuer = login.issuer;
    credential.expire_time = login.expire_time;
    presented.name = login.person;
    presented.scopes = login.scopes;
  } else {
    return Invalid();
  }
  presented.principal = configured(presented.name);
  // Unlike what the operator configures, these stand for what the directory and the configuration
  // know: who has left has no token.
  if (IsSystem(presented.name)) {
    if (presented.principal == nullptr) return Ended();
  } else if (directory->FindPerson(presented.name) == nullptr) {
    return PersonGone();
  }
  return presented;
}

absl::StatusOr<Authenticator::Presented> Authenticator::ReadCredentials(
    const grpc::CallbackServerContext& context, const DirectoryPtr& directory,
    engine::TokenDesk& tokens, absl::Time now) const {
  // First of all: over a connection that must not be there nothing counts.
  Credential connection;
  BELFRY_ASSIGN_OR_RETURN(const std::shared_ptr<const ClientCertificate> certificate,
                          JudgeCertificate(context, connection, now));
  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> authorization,
                          Header(context, "authorization"));
  Presented presented;
  if (authorization.has_value()) {
    absl::string_view token = *authorization;
    if (!absl::ConsumePrefix(&token, "Bearer ")) return Invalid();
    token = absl::StripAsciiWhitespace(token);
    if (token.size() > kJwtBytesMax) return Invalid();
    BELFRY_ASSIGN_OR_RETURN(presented, ReadBearer(token, directory, tokens, now));
  } else if (certificate != nullptr) {
    presented.principal = FindByCertificate(*certificate);
    if (presented.principal == nullptr) return Invalid();
    presented.name = presented.principal->config.name();
    presented.credential.kind = Credential::Kind::kCertificate;
    presented.credential.key = presented.name;
  } else {
    return Missing();
  }
  if (presented.principal != nullptr) {
    presented.scopes = presented.scopes.Within(presented.principal->scopes);
  }
  presented.credential.certificate_pem = std::move(connection.certificate_pem);
  presented.credential.chain_pem = std::move(connection.chain_pem);
  return presented;
}

absl::StatusOr<Identity> Authenticator::Authenticate(const grpc::CallbackServerContext& context,
                                                     const DirectoryPtr& directory,
                                                     engine::TokenDesk& tokens,
                                                     absl::Time now) const {
  BELFRY_ASSIGN_OR_RETURN(Presented presented, ReadCredentials(context, directory, tokens, now));
  Identity identity;
  identity.principal = presented.name;
  identity.scopes = presented.scopes;
  identity.credential = std::move(presented.credential);
  core::Caller& caller = identity.caller;
  caller.actor.set_principal(presented.name);
  caller.actor.set_via("grpc");
  caller.system = IsSystem(presented.name);
  if (const PrincipalPtr& principal = presented.principal; principal != nullptr) {
    identity.bot = Has(principal->config, PrincipalConfig::RIGHT_BOT);
    identity.admin = Has(principal->config, PrincipalConfig::RIGHT_ADMIN);
    identity.reach = principal->reach;
    caller.entity = principal->config.entity();
  }

  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> via, Header(context, "belfry-via"));
  if (via.has_value() && std::find(kDoors.begin(), kDoors.end(), *via) != kDoors.end()) {
    caller.actor.set_via(*via);
  }
  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> act_for,
                          Header(context, "belfry-act-for"));
  if (act_for.has_value() && !act_for->empty()) {
    // Rights first: who has none learns nothing about accounts.
    if (!identity.bot) return ActForDenied();
    BELFRY_ASSIGN_OR_RETURN(identity.guest, ActsForGuest(*act_for, identity.reach, *directory));
    const v1::Person* person = directory->FindPerson(*act_for);
    if (!identity.guest && (person == nullptr || !identity.reach.Reaches(*person))) {
      return ActForDenied();
    }
    caller.actor.set_principal(*act_for);
    caller.actor.set_through(presented.name);
    caller.system = false;
    caller.entity.clear();  // the bot's own, if any
    identity.admin = false;
  } else {
    identity.bare_bot = identity.bot;
  }
  if (!caller.system) {
    const v1::Person* person = directory->FindPerson(caller.actor.principal());
    if (person != nullptr) caller.entity = person->entity();
  }
  return identity;
}

absl::Status Authenticator::CheckStill(const Identity& identity, const core::Directory& directory,
                                       const engine::TokenDesk& tokens, absl::Time now) const {
  const Credential& credential = identity.credential;
  if (now >= credential.expire_time) return Ended();
  if (!credential.certificate_pem.empty()) {
    const std::shared_ptr<const ClientAuthority> authority = *authority_->Get();
    BELFRY_RETURN_IF_ERROR(
        authority->Judge(credential.certificate_pem, credential.chain_pem, now).status());
  }
  switch (credential.kind) {
    case Credential::Kind::kConfigured: {
      const PrincipalPtr owner = FindByHash(credential.key);
      if (owner == nullptr || owner->config.name() != identity.principal) return Ended();
      break;
    }
    case Credential::Kind::kToken: {
      const engine::KeptTokenPtr kept = tokens.FindByName(credential.key);
      if (kept == nullptr || !kept->IsGood(now)) return Ended();
      break;
    }
    case Credential::Kind::kLogin:
      if (!issuers_->HasKey(credential.issuer, credential.key)) return Ended();
      break;
    case Credential::Kind::kCertificate:
      break;  // looked at above
  }
  const bool of_directory =
      credential.kind == Credential::Kind::kToken || credential.kind == Credential::Kind::kLogin;
  if (of_directory && !IsSystem(identity.principal) &&
      directory.FindPerson(identity.principal) == nullptr) {
    return PersonGone();
  }
  if (!identity.caller.actor.through().empty() && !identity.guest) {
    const v1::Person* person = directory.FindPerson(identity.caller.actor.principal());
    if (person == nullptr || !identity.reach.Reaches(*person)) return ActForDenied();
  }
  return absl::OkStatus();
}

}  // namespace belfry::frontend
