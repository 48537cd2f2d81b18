// What is this very machine.
#ifndef BELFRY_BOT_HTTP_LOOPBACK_H_
#define BELFRY_BOT_HTTP_LOOPBACK_H_

#include "absl/strings/string_view.h"

namespace belfry::bot {

// "localhost", an address of 127.0.0.0/8 in digits, or "[::1]"; nothing that only begins like one.
bool IsLoopbackHost(absl::string_view host);

// An http:// URL to such a host, with or without a port, and without a user before it.
bool IsLoopbackUrl(absl::string_view url);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_LOOPBACK_H_
