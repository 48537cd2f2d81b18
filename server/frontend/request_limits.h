// Every maximum of requests that the frontend enforces by itself; those of incidents are the core's
// (server/core/limits.h). A message as a whole takes at most 256 KiB.
#ifndef BELFRY_SERVER_FRONTEND_REQUEST_LIMITS_H_
#define BELFRY_SERVER_FRONTEND_REQUEST_LIMITS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/base/error.h"

namespace belfry::frontend {

inline constexpr size_t kNameBytesMax = 200;     // of resources, bots and their incarnations
inline constexpr int kPlatformsMax = 32;         // that one bot serves
inline constexpr size_t kErrorBytesMax = 4'096;  // what a platform said
inline constexpr size_t kMessageRefBytesMax = 4'096;
inline constexpr size_t kEtagBytesMax = 200;
inline constexpr int kRolesAskedMax = 50;  // each is answered with everybody who holds it
inline constexpr absl::Duration kLeaseMin = absl::Seconds(1);
// Streams of one caller: one for each screen that somebody has open, and some that were forgotten.
inline constexpr size_t kWatchersPerCallerMax = 16;

// INVALID_ARGUMENT naming the field when it is longer.
inline absl::Status CheckBytes(absl::string_view field, size_t size, size_t max) {
  if (size <= max) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("at most ", max, " bytes; this has ", size));
}

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_REQUEST_LIMITS_H_
