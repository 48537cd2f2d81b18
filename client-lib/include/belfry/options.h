// How to reach a server and as whom.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_OPTIONS_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_OPTIONS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/retry_policy.h"

namespace belfry::client {

// PEM files. `cert_file` and `key_file` go together and may both be empty.
struct TlsFiles {
  // Who may have signed the server's certificate; empty: the system's authorities.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  // Expected name in the server's certificate when it is not the target's host name.
  std::string server_name;
};

struct Options {
  // "host:port" or "unix:/path". Without `tls`, only loopback addresses and Unix sockets.
  std::string target = "127.0.0.1:7443";
  // Bearer token. `token_provider`, when set, is asked before each attempt instead, so that a
  // token can be exchanged without a restart; it is called from any thread.
  std::string token;
  std::function<absl::StatusOr<std::string>()> token_provider;
  std::optional<TlsFiles> tls;
  // Whom calls are made for, "people/…"; empty: the token's own principal. Needs the right to act
  // for others.
  std::string act_for;
  // The door that the timeline will name: "slack", "console", "cli".
  std::string via;
  // For a whole call with its retries, unless CallOptions says otherwise.
  absl::Duration deadline = absl::Seconds(10);
  RetryPolicy retry;

  // For tests; the defaults sleep, draw from [0, 1) and tell the time.
  std::function<void(absl::Duration)> sleeper;
  std::function<double()> random;
  std::function<absl::Time()> now;
};

// What one call does differently from its connection.
struct CallOptions {
  // When set, replaces Options.act_for; an empty string is the token's own principal.
  std::optional<std::string> act_for;
  std::optional<std::string> via;
  std::optional<absl::Duration> deadline;
};

// The token in a file: one line, surrounding white space cut. The file is read again whenever it
// changes.
std::function<absl::StatusOr<std::string>()> TokenFromFile(std::string path);

// OK when a token may travel to the target these options describe. FAILED_PRECONDITION for
// plaintext to another machine; INVALID_ARGUMENT for options that contradict themselves.
absl::Status CheckOptions(const Options& options);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_OPTIONS_H_
