// What stands between the page and the rest of the web: headers, origins, the cookie.
#ifndef BELFRY_BOT_BOARD_GUARD_H_
#define BELFRY_BOT_BOARD_GUARD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bot/http/message.h"

namespace belfry::board {

// How browsers see the board. Without a public URL they run on this machine.
class Guard {
 public:
  // `public_url` is empty or "https://host[:port]". INVALID_ARGUMENT for anything else.
  static absl::StatusOr<Guard> Create(absl::string_view public_url);

  // The request names this site and none that only leads to this machine (DNS rebinding), and no
  // other site made it: requests that change something must say where they come from.
  bool Admits(const bot::HttpRequest& request) const;
  // Where a request comes from: the connection's other end, or what the proxy there says.
  std::string Place(const bot::HttpRequest& request) const;

  // The session in the request's cookie; empty when there is none.
  std::string SessionOf(const bot::HttpRequest& request) const;
  // Value of Set-Cookie. An empty id ends it.
  std::string Cookie(absl::string_view id) const;

  // Adds what every answer carries.
  static bot::HttpResponse Sealed(bot::HttpResponse response);

  bool behind_proxy() const { return !origin_.empty(); }

 private:
  const char* cookie_name() const;

  std::string origin_;  // "https://board.example.gov"; empty: none
  std::string host_;    // "board.example.gov"
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_GUARD_H_
