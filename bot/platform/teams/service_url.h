// Where the bot's token may go.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_SERVICE_URL_H_
#define BELFRY_BOT_PLATFORM_TEAMS_SERVICE_URL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::bot::teams {

// The base of a connector's addresses. Only ServiceHosts makes one, so that whoever holds one may
// send the token there.
class ServiceUrl {
 public:
  // As it was given; some end in a slash, some do not.
  const std::string& text() const { return text_; }
  // The address of `path`, "v3/conversations".
  std::string Join(absl::string_view path) const;

 private:
  friend class ServiceHosts;
  explicit ServiceUrl(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// The hosts a serviceUrl may have: Microsoft's own, and those of the configuration.
class ServiceHosts {
 public:
  // `extra` are hosts, or endings that begin with a dot. INVALID_ARGUMENT names a bad one.
  static absl::StatusOr<ServiceHosts> Make(const std::vector<std::string>& extra);

  // PERMISSION_DENIED unless it is https on an allowed host; http only on loopback hosts that the
  // configuration names.
  absl::StatusOr<ServiceUrl> Check(absl::string_view url) const;

 private:
  explicit ServiceHosts(std::vector<std::string> extra) : extra_(std::move(extra)) {}

  std::vector<std::string> extra_;
};

// One part of a path: whatever is no letter, digit, '-', '.', '_' or '~' as %XX.
std::string PercentEncode(absl::string_view part);

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_SERVICE_URL_H_
