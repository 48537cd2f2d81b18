#include "server/frontend/authenticator.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/account_name.h"
#include "server/base/error.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"

namespace belfry::frontend {
namespace {

using config::v1::PrincipalConfig;

constexpr std::array<absl::string_view, 7> kDoors = {"grpc",  "slack",   "teams", "mattermost",
                                                     "email", "console", "cli"};

absl::StatusOr<std::string> ReadTokenHash(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  line = std::string(absl::StripAsciiWhitespace(line));
  const bool hex = line.size() == 64 && std::all_of(line.begin(), line.end(), [](char c) {
                     return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                   });
  if (!hex) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " must hold the SHA-256 of the token as 64 hexadecimal characters"));
  }
  return absl::HexStringToBytes(line);
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

// The only identity a certificate gives: exactly one URI name. Common names and lists of names are
// for other purposes and easy to confuse.
std::optional<std::string> CertificateUri(const grpc::CallbackServerContext& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return std::nullopt;
  const std::vector<grpc::string_ref> uris = auth->FindPropertyValues("peer_uri");
  if (uris.size() != 1) return std::nullopt;
  return std::string(uris[0].data(), uris[0].size());
}

absl::Status ActForDenied() {
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACT_FOR_DENIED",
                      "only a bot may act for people, and only for those in the directory")
      .Build();
}

// True for a chat account that is linked to nobody, false for another name. As itself an account
// has fewer rights than its person, and its acts would bear the wrong name.
absl::StatusOr<bool> ActsForGuest(absl::string_view act_for, const core::Directory& directory) {
  if (!IsAccountName(act_for)) return false;
  const std::optional<AccountName> account = ParseAccountName(act_for);
  if (!account.has_value()) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ACT_FOR_DENIED",
                        "belfry-act-for names no chat account; it is "
                        "accounts/<platform>/<workspace>/<user>, percent-encoded")
        .Build();
  }
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

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(
    const config::v1::ServerConfig& config) {
  auto result = std::make_unique<Authenticator>();
  for (const PrincipalConfig& principal : config.principals()) {
    const bool named = absl::StartsWith(principal.name(), "people/") ||
                       absl::StartsWith(principal.name(), "systems/");
    if (!named) {
      return absl::InvalidArgumentError(absl::StrCat("principals: the name \"", principal.name(),
                                                     "\" must be people/… or systems/…"));
    }
    if (principal.token_sha256_file().empty() && principal.certificate_uri().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "principals: ", principal.name(), " needs token_sha256_file or certificate_uri"));
    }
    if (!principal.token_sha256_file().empty()) {
      BELFRY_ASSIGN_OR_RETURN(std::string hash, ReadTokenHash(principal.token_sha256_file()));
      if (!result->by_token_.emplace(std::move(hash), principal).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("principals: ", principal.name(), " has the token of another principal"));
      }
    }
    if (!principal.certificate_uri().empty() &&
        !result->by_uri_.emplace(principal.certificate_uri(), principal).second) {
      return absl::InvalidArgumentError(absl::StrCat("principals: ", principal.name(),
                                                     " has the certificate of another principal"));
    }
  }
  return result;
}

absl::StatusOr<Identity> Authenticator::Authenticate(const grpc::CallbackServerContext& context,
                                                     const core::Directory& directory) const {
  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> authorization,
                          Header(context, "authorization"));
  const PrincipalConfig* principal = nullptr;
  if (authorization.has_value()) {
    absl::string_view token = *authorization;
    if (!absl::ConsumePrefix(&token, "Bearer ")) return Invalid();
    const auto found = by_token_.find(Sha256(absl::StripAsciiWhitespace(token)));
    if (found == by_token_.end()) return Invalid();
    principal = &found->second;
  } else if (const auto uri = CertificateUri(context); uri.has_value()) {
    const auto found = by_uri_.find(*uri);
    if (found == by_uri_.end()) return Invalid();
    principal = &found->second;
  } else {
    return Missing();
  }

  Identity identity;
  identity.principal = principal->name();
  identity.bot = Has(*principal, PrincipalConfig::RIGHT_BOT);
  identity.admin = Has(*principal, PrincipalConfig::RIGHT_ADMIN);
  core::Caller& caller = identity.caller;
  caller.actor.set_principal(principal->name());
  caller.actor.set_via("grpc");
  caller.system = absl::StartsWith(principal->name(), "systems/");
  caller.entity = principal->entity();

  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> via, Header(context, "belfry-via"));
  if (via.has_value() && std::find(kDoors.begin(), kDoors.end(), *via) != kDoors.end()) {
    caller.actor.set_via(*via);
  }
  BELFRY_ASSIGN_OR_RETURN(const std::optional<std::string> act_for,
                          Header(context, "belfry-act-for"));
  if (act_for.has_value() && !act_for->empty()) {
    // Rights first: who has none learns nothing about accounts.
    if (!identity.bot) return ActForDenied();
    BELFRY_ASSIGN_OR_RETURN(identity.guest, ActsForGuest(*act_for, directory));
    if (!identity.guest && directory.FindPerson(*act_for) == nullptr) return ActForDenied();
    caller.actor.set_principal(*act_for);
    caller.actor.set_through(principal->name());
    caller.system = false;
    caller.entity.clear();  // the bot's own, if any
    identity.admin = false;
  } else {
    identity.bare_bot = identity.bot;
  }
  if (!caller.system) {
    const v1::Person* person = directory.FindPerson(caller.actor.principal());
    if (person != nullptr) caller.entity = person->entity();
  }
  return identity;
}

}  // namespace belfry::frontend
