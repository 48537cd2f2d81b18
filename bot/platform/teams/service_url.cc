#include "bot/platform/teams/service_url.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bot/http/loopback.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kUrlMax = 512;
constexpr size_t kPortDigitsMax = 5;

// smba.trafficmanager.net by its whole name: anybody can have a name under trafficmanager.net.
constexpr absl::string_view kMicrosoftHosts[] = {
    "smba.trafficmanager.net", ".botframework.com",    ".botframework.us",
    ".botframework.azure.us",  ".teams.microsoft.com", ".teams.microsoft.us"};

bool IsHostCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.';
}

bool IsHostName(absl::string_view host) {
  if (host == "[::1]") return true;
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.back() != '.' &&
         !absl::StrContains(host, "..") && std::all_of(host.begin(), host.end(), IsHostCharacter);
}

bool Matches(absl::string_view host, absl::string_view pattern) {
  if (absl::StartsWith(pattern, ".")) {
    return host.size() > pattern.size() && absl::EndsWith(host, pattern);
  }
  return host == pattern;
}

bool IsPathCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
         c == '~' || c == '/';
}

}  // namespace

std::string ServiceUrl::Join(absl::string_view path) const {
  return absl::StrCat(absl::StripSuffix(text_, "/"), "/", path);
}

absl::StatusOr<ServiceHosts> ServiceHosts::Make(const std::vector<std::string>& extra) {
  std::vector<std::string> hosts;
  for (const std::string& given : extra) {
    const std::string host = absl::AsciiStrToLower(given);
    // An ending of one label, ".net", would allow half the world.
    const bool ending = absl::StartsWith(host, ".");
    const absl::string_view name = absl::StripPrefix(host, ".");
    if (!IsHostName(name) || (ending && !absl::StrContains(name, "."))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "teams.extra_service_hosts: \"", given,
          "\" is no host; write \"bots.example.gov\", or \".example.gov\" for all under it"));
    }
    hosts.push_back(host);
  }
  return ServiceHosts(std::move(hosts));
}

absl::StatusOr<ServiceUrl> ServiceHosts::Check(absl::string_view url) const {
  const absl::Status refused = absl::PermissionDeniedError("the serviceUrl is not allowed");
  if (url.empty() || url.size() > kUrlMax) return refused;
  absl::string_view rest = url;
  const bool https = absl::ConsumePrefix(&rest, "https://");
  if (!https && !absl::ConsumePrefix(&rest, "http://")) return refused;
  const size_t slash = rest.find('/');
  const absl::string_view path = slash == absl::string_view::npos ? "" : rest.substr(slash);
  // No query, no fragment, no escapes: nothing that two readers could read differently.
  if (!std::all_of(path.begin(), path.end(), IsPathCharacter) || absl::StrContains(path, "..")) {
    return refused;
  }
  std::string host = absl::AsciiStrToLower(rest.substr(0, slash));
  std::string port;
  const size_t colon = absl::StartsWith(host, "[") ? host.find("]:") : host.find(':');
  if (colon != std::string::npos) {
    const size_t digits = host.find(':', colon) + 1;
    port = host.substr(digits);
    host.resize(digits - 1);
    if (port.empty() || port.size() > kPortDigitsMax ||
        !std::all_of(port.begin(), port.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); })) {
      return refused;
    }
  }
  if (!IsHostName(host)) return refused;
  const auto allows = [&](absl::string_view pattern) { return Matches(host, pattern); };
  if (std::any_of(extra_.begin(), extra_.end(), allows)) {
    if (https || IsLoopbackHost(host)) return ServiceUrl(std::string(url));
    return refused;
  }
  const bool microsoft =
      std::any_of(std::begin(kMicrosoftHosts), std::end(kMicrosoftHosts), allows);
  if (!https || !microsoft || (!port.empty() && port != "443")) return refused;
  return ServiceUrl(std::string(url));
}

std::string PercentEncode(absl::string_view part) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace belfry::bot::teams
