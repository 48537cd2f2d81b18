// What becomes of an address that keeps showing wrong credentials.
#ifndef BELFRY_SERVER_FRONTEND_LOCKOUT_H_
#define BELFRY_SERVER_FRONTEND_LOCKOUT_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/frontend/rate_limit.h"

namespace belfry::frontend {

// Whose failures are counted together, from gRPC's name of a peer: the IPv4 address, the /64
// network of an IPv6 address (one customer has a whole one), or "unix" for all Unix sockets.
std::string AddressOf(absl::string_view peer);

// A few failures are free, for mistakes; each further one doubles the time for which nothing from
// that address is looked at. Many may share an address, behind a gateway or on one machine: so
// credentials that were good lately pass whatever their neighbours do, and only what nobody has
// proven yet must wait. Told the time; memory is bounded. Thread-safe.
class Lockout {
 public:
  Lockout(int failures_free, absl::Duration wait_max, size_t entries_max)
      : failures_free_(failures_free),
        wait_max_(wait_max),
        addresses_(entries_max),
        proven_(entries_max) {}

  // Zero when credentials with this hash may be tried from the address; otherwise how long until
  // they may.
  absl::Duration WaitFor(absl::string_view address, absl::string_view credential_hash,
                         absl::Time now);
  // True when the address is locked out because of this.
  bool Failed(absl::string_view address, absl::Time now);
  void Proven(absl::string_view credential_hash, absl::Time now);

  // How long good credentials pass without being shown again.
  static constexpr absl::Duration kProvenKept = absl::Hours(1);

 private:
  struct Address {
    int failures = 0;
    absl::Time last = absl::InfinitePast();
    absl::Time locked_until = absl::InfinitePast();
  };

  const int failures_free_;
  const absl::Duration wait_max_;
  absl::Mutex mutex_;
  RecentMap<Address> addresses_ ABSL_GUARDED_BY(mutex_);
  RecentMap<absl::Time> proven_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_LOCKOUT_H_
