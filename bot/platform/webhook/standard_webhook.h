// Signatures after the Standard Webhooks specification, version 1.
#ifndef BELFRY_BOT_PLATFORM_WEBHOOK_STANDARD_WEBHOOK_H_
#define BELFRY_BOT_PLATFORM_WEBHOOK_STANDARD_WEBHOOK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::bot::webhook {

// The key in "whsec_…", between 24 and 64 bytes. INVALID_ARGUMENT says what is expected, never what
// was there.
absl::StatusOr<std::string> DecodeSecret(absl::string_view secret);

// "v1,…" for each key, separated by spaces: whoever knows one of them can check it.
std::string Sign(const std::vector<std::string>& keys, absl::string_view id, int64_t timestamp,
                 absl::string_view body);

}  // namespace belfry::bot::webhook

#endif  // BELFRY_BOT_PLATFORM_WEBHOOK_STANDARD_WEBHOOK_H_
