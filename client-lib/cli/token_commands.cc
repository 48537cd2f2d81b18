#include "client-lib/cli/token_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/cli/output.h"

namespace belfry::cli {
namespace {

constexpr absl::string_view kNamePrefix = "tokens/";

int Misused(const Console& console) {
  console.error << "belfry: usage: belfry " << FindTerminalVerb("token")->syntax << "\n";
  return kWrongUsage;
}

int WrongWords(const Console& console, const absl::Status& status) {
  console.error << "belfry: " << Harmless(status.message()) << "\n";
  return kWrongUsage;
}

// "tokens/k3v9…" or the id alone.
std::string NameOf(absl::string_view word) {
  return absl::StartsWith(word, kNamePrefix) ? std::string(word) : absl::StrCat(kNamePrefix, word);
}

google::protobuf::Duration ToDuration(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::ToInt64Seconds(duration));
  return proto;
}

std::string Day(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M", chat::ToTime(time), absl::UTCTimeZone());
}

std::string StateText(const v1::AccessToken& token) {
  switch (token.state()) {
    case v1::AccessToken::STATE_REVOKED:
      return absl::StrCat("revoked ", Day(token.revoke_time()), " by ", token.revoker());
    case v1::AccessToken::STATE_EXPIRED:
      return "has run out";
    default:
      return "good";
  }
}

// For its owner alone, from the first moment on; a file that is there is somebody's.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot create ", path, ": ", std::strerror(errno)));
  }
  const std::string line = secret + "\n";
  const ssize_t written = write(file, line.data(), line.size());
  const bool whole = written == static_cast<ssize_t>(line.size()) && fsync(file) == 0;
  close(file);
  return whole ? absl::OkStatus() : absl::InternalError(absl::StrCat("cannot write ", path));
}

// Shows a new secret, or puts it where it was asked to be. Never lost: when the file cannot be
// written, the terminal gets it.
int ShowSecret(const Console& console, const std::string& file, const v1::AccessToken& token,
               const std::string& secret) {
  console.out << token.name() << " of " << token.principal() << ", good until "
              << Day(token.expire_time()) << " UTC, for " << absl::StrJoin(token.scopes(), " ")
              << "\n";
  if (!file.empty()) {
    const absl::Status written = WriteSecret(file, secret);
    if (written.ok()) {
      console.out << "The secret is in " << file << "; use it with --token-file.\n";
      return kDone;
    }
    console.error << "belfry: " << Harmless(written.message()) << "\n";
  }
  console.out << "The secret, shown this once:\n" << secret << "\n";
  return file.empty() ? kDone : kWrongUsage;
}

int Create(const Desk& desk, const std::vector<std::string>& words) {
  const absl::StatusOr<TokenLine> line = ParseTokenLine({words.begin() + 2, words.end()});
  if (!line.ok()) return WrongWords(desk.console, line.status());
  const auto response = desk.client.CreateToken(line->request);
  if (!response.ok()) return Fail(desk.console, response.status());
  if (desk.console.output == Output::kJson && line->file.empty()) {
    desk.console.out << RenderJson(*response);
    return kDone;
  }
  return ShowSecret(desk.console, line->file, response->token(), response->secret());
}

int List(const Desk& desk, const std::vector<std::string>& words) {
  v1::ListTokensRequest request;
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "all") {
      request.set_show_ended(true);
    } else if (request.principal().empty() && absl::StrContains(words[i], '/')) {
      request.set_principal(words[i]);
    } else {
      return Misused(desk.console);
    }
  }
  v1::ListTokensResponse all;
  do {
    const auto page = desk.client.ListTokens(request);
    if (!page.ok()) return Fail(desk.console, page.status());
    all.mutable_tokens()->MergeFrom(page->tokens());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(all);
  } else if (all.tokens().empty()) {
    desk.console.out << "There is no token.\n";
  } else {
    desk.console.out << RenderCard(TokensCard(all), desk.console.terminal);
  }
  return kDone;
}

int Revoke(const Desk& desk, const std::vector<std::string>& words) {
  if (words.size() < 3) return Misused(desk.console);
  v1::RevokeTokenRequest request;
  request.set_name(NameOf(words[2]));
  request.set_reason(absl::StrJoin(std::vector<std::string>(words.begin() + 3, words.end()), " "));
  const auto response = desk.client.RevokeToken(request);
  if (!response.ok()) return Fail(desk.console, response.status());
  if (desk.console.output == Output::kJson) {
    desk.console.out << RenderJson(*response);
  } else {
    desk.console.out << response->token().name() << " of " << response->token().principal()
                     << " is revoked.\n";
  }
  return kDone;
}

int Rotate(const Desk& desk, const std::vector<std::string>& words) {
  if (words.size() < 3) return Misused(desk.console);
  v1::RotateTokenRequest request;
  request.set_name(NameOf(words[2]));
  std::string file;
  for (size_t i = 3; i < words.size(); ++i) {
    absl::string_view word = words[i];
    if (absl::ConsumePrefix(&word, "overlap:")) {
      const absl::StatusOr<absl::Duration> overlap = ParseLifetime(word);
      if (!overlap.ok()) return WrongWords(desk.console, overlap.status());
      *request.mutable_overlap() = ToDuration(*overlap);
    } else if (absl::ConsumePrefix(&word, "file:") && !word.empty()) {
      file = std::string(word);
    } else {
      return Misused(desk.console);
    }
  }
  const auto response = desk.client.RotateToken(request);
  if (!response.ok()) return Fail(desk.console, response.status());
  if (desk.console.output == Output::kJson && file.empty()) {
    desk.console.out << RenderJson(*response);
    return kDone;
  }
  const int shown = ShowSecret(desk.console, file, response->token(), response->secret());
  desk.console.out << "It replaces " << response->replaced().name() << ", which is good until "
                   << Day(response->replaced().expire_time()) << " UTC.\n";
  return shown;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseLifetime(absl::string_view text) {
  const absl::StatusOr<absl::Time> end =
      ParseClockTarget(absl::StrCat("+", text), absl::UnixEpoch());
  if (end.ok()) return *end - absl::UnixEpoch();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no length of time; write 90d, 12h, 30m or 1d12h"));
}

absl::StatusOr<TokenLine> ParseTokenLine(const std::vector<std::string>& words) {
  TokenLine line;
  std::vector<std::string> name;
  for (const std::string& whole : words) {
    absl::string_view word = whole;
    if (absl::ConsumePrefix(&word, "scopes:")) {
      for (const absl::string_view scope : absl::StrSplit(word, ',', absl::SkipEmpty())) {
        line.request.add_scopes(std::string(scope));
      }
    } else if (absl::ConsumePrefix(&word, "for:")) {
      const absl::StatusOr<absl::Duration> lifetime = ParseLifetime(word);
      if (!lifetime.ok()) return lifetime.status();
      *line.request.mutable_lifetime() = ToDuration(*lifetime);
    } else if (absl::ConsumePrefix(&word, "principal:")) {
      line.request.set_principal(std::string(word));
    } else if (absl::ConsumePrefix(&word, "file:")) {
      line.file = std::string(word);
    } else {
      name.push_back(whole);
    }
  }
  line.request.set_display_name(absl::StrJoin(name, " "));
  if (name.empty()) {
    return absl::InvalidArgumentError("a token needs a name that says what it is for");
  }
  if (line.request.scopes().empty()) {
    return absl::InvalidArgumentError(
        "a token needs scopes:…, such as scopes:incidents.read,incidents.write");
  }
  return line;
}

chat::Card TokensCard(const v1::ListTokensResponse& tokens) {
  chat::Card card;
  card.table.push_back(
      {"Token", "Whose", "What for", "Scopes", "Good until (UTC)", "Last used", "State"});
  for (const v1::AccessToken& token : tokens.tokens()) {
    card.table.push_back(
        {std::string(absl::StripPrefix(token.name(), kNamePrefix)), token.principal(),
         token.display_name(), absl::StrJoin(token.scopes(), " "), Day(token.expire_time()),
         token.has_last_use_time() ? Day(token.last_use_time()) : "never", StateText(token)});
  }
  return card;
}

int RunToken(const Desk& desk, const std::vector<std::string>& words) {
  const std::string verb = words.size() > 1 ? words[1] : "";
  if (verb == "create") return Create(desk, words);
  if (verb == "list") return List(desk, words);
  if (verb == "rotate") return Rotate(desk, words);
  if (verb == "revoke") return Revoke(desk, words);
  return Misused(desk.console);
}

}  // namespace belfry::cli
