// Slack's request signatures, version 0.
#ifndef BELFRY_BOT_PLATFORM_SLACK_SIGNATURE_H_
#define BELFRY_BOT_PLATFORM_SLACK_SIGNATURE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bot/http/message.h"

namespace belfry::bot::slack {

// "v0=" and 64 hexadecimal digits, for `timestamp` in Unix seconds and the raw body.
std::string Sign(absl::string_view secret, absl::string_view timestamp, absl::string_view body);

enum class Verdict {
  kOk,
  kNotConfigured,  // there is no secret to compare with: everything is refused
  kMissing,
  kDuplicate,  // a header stands more than once
  kMalformed,
  kStale,  // more than five minutes off
  kWrong,
  kReplayed,
};
// For metrics: "stale".
const char* VerdictName(Verdict verdict);

// Looks at the raw bytes before anything parses them; compares in constant time. All `secrets` are
// valid, so that one can be rotated.
Verdict Verify(const std::vector<std::string>& secrets, const HttpRequest& request, absl::Time now);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_SIGNATURE_H_
