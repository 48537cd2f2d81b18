#include "server/frontend/lockout.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace belfry::frontend {
namespace {

constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr int kForgottenAfterWaits = 3;
constexpr int kDoublingsMax = 30;
constexpr size_t kNetworkBytes = 8;  // of an IPv6 address: a /64

}  // namespace

std::string AddressOf(absl::string_view peer) {
  if (absl::ConsumePrefix(&peer, "ipv4:")) {
    return absl::StrCat("ipv4:", peer.substr(0, peer.rfind(':')));
  }
  if (!absl::ConsumePrefix(&peer, "ipv6:")) return "unix";
  // "[2001:db8::1]:5000", with the brackets percent-encoded by some versions.
  const std::string plain = absl::StrReplaceAll(peer, {{"%5B", "["}, {"%5D", "]"}});
  const size_t open = plain.find('[');
  const size_t close = plain.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return "ipv6";
  std::string host = plain.substr(open + 1, close - open - 1);
  host = host.substr(0, host.find('%'));  // a zone
  in6_addr address = {};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return "ipv6";
  const auto* bytes = reinterpret_cast<const char*>(address.s6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, bytes + 12, text, sizeof(text));
    return absl::StrCat("ipv4:", text);
  }
  return absl::StrCat("ipv6:", absl::BytesToHexString(absl::string_view(bytes, kNetworkBytes)));
}

absl::Duration Lockout::WaitFor(absl::string_view address, absl::string_view credential_hash,
                                absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const Address* known = addresses_.Find(address);
  if (known == nullptr || now >= known->locked_until) return absl::ZeroDuration();
  const absl::Time* proven = proven_.Find(credential_hash);
  if (proven != nullptr && now - *proven < kProvenKept) return absl::ZeroDuration();
  return known->locked_until - now;
}

bool Lockout::Failed(absl::string_view address, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Address& known = addresses_.Get(address, Address());
  if (now - known.last > wait_max_ * kForgottenAfterWaits) known = Address();
  known.last = now;
  ++known.failures;
  const int beyond = known.failures - failures_free_;
  if (beyond <= 0) return false;
  const absl::Duration wait =
      kFirstWait * static_cast<double>(1 << std::min(beyond - 1, kDoublingsMax));
  known.locked_until = now + std::min(wait, wait_max_);
  return true;
}

void Lockout::Proven(absl::string_view credential_hash, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  proven_.Get(credential_hash, now) = now;
}

}  // namespace belfry::frontend
