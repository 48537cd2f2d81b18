#include "bot/board/guard.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "bot/http/loopback.h"

namespace belfry::board {
namespace {

// Only files of the board's own, nothing inline, no frames, no forms that leave, and no text that
// becomes markup.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

bool HostCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':';
}

absl::string_view WithoutPort(absl::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  const bool port =
      colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
  return port ? host.substr(0, colon) : host;
}

}  // namespace

absl::StatusOr<Guard> Guard::Create(absl::string_view public_url) {
  Guard guard;
  if (public_url.empty()) return guard;
  absl::string_view host = public_url;
  absl::ConsumeSuffix(&host, "/");
  const bool secure = absl::ConsumePrefix(&host, "https://");
  if (!secure || host.empty() || !std::all_of(host.begin(), host.end(), HostCharacter)) {
    return absl::InvalidArgumentError(
        absl::StrCat("public_url: must be https:// and a host, without a path, not ", public_url));
  }
  guard.host_ = absl::AsciiStrToLower(host);
  guard.origin_ = absl::StrCat("https://", guard.host_);
  return guard;
}

bool Guard::Admits(const bot::HttpRequest& request) const {
  int hosts = 0;
  const std::string host = absl::AsciiStrToLower(request.Header("host", &hosts));
  if (hosts != 1) return false;
  if (host != host_ && !bot::IsLoopbackHost(WithoutPort(host))) return false;
  const std::string site = request.Header("sec-fetch-site");
  const bool api = absl::StartsWith(request.path, "/api/");
  // A page may be opened from a link; what it then asks for itself is of the same origin.
  if (api && !site.empty() && site != "same-origin") return false;
  if (request.method == "GET" || request.method == "HEAD") return true;
  int origins = 0;
  const std::string origin = absl::AsciiStrToLower(request.Header("origin", &origins));
  return origins == 1 && origin == (behind_proxy() ? origin_ : absl::StrCat("http://", host));
}

std::string Guard::Place(const bot::HttpRequest& request) const {
  if (!behind_proxy()) return request.peer;
  // The last one is what the proxy itself saw; the others are what it was told.
  std::string forwarded;
  for (const auto& [name, value] : request.headers) {
    if (absl::EqualsIgnoreCase(name, "x-forwarded-for")) forwarded = value;
  }
  const std::vector<absl::string_view> hops = absl::StrSplit(forwarded, ',');
  const absl::string_view last = absl::StripAsciiWhitespace(hops.back());
  return last.empty() || last.size() > 64 ? request.peer : std::string(last);
}

const char* Guard::cookie_name() const {
  // The prefix makes browsers insist on Secure, on Path=/ and on this host alone.
  return behind_proxy() ? "__Host-belfry-board" : "belfry-board";
}

std::string Guard::SessionOf(const bot::HttpRequest& request) const {
  for (const auto& [name, value] : request.headers) {
    if (!absl::EqualsIgnoreCase(name, "cookie")) continue;
    for (absl::string_view pair : absl::StrSplit(value, ';')) {
      pair = absl::StripAsciiWhitespace(pair);
      if (absl::ConsumePrefix(&pair, absl::StrCat(cookie_name(), "="))) return std::string(pair);
    }
  }
  return "";
}

std::string Guard::Cookie(absl::string_view id) const {
  return absl::StrCat(cookie_name(), "=", id, "; Path=/; HttpOnly; SameSite=Strict",
                      behind_proxy() ? "; Secure" : "", id.empty() ? "; Max-Age=0" : "");
}

bot::HttpResponse Guard::Sealed(bot::HttpResponse response) {
  for (const auto& [name, value] :
       {std::pair<const char*, const char*>{"Content-Security-Policy", kPolicy},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "no-store"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"}}) {
    response.headers.emplace_back(name, value);
  }
  return response;
}

}  // namespace belfry::board
