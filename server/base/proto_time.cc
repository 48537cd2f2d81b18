#include "server/base/proto_time.h"

#include <cstdint>

namespace belfry {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  int64_t seconds = micros / kMicrosPerSecond;
  int64_t rest = micros % kMicrosPerSecond;
  if (rest < 0) {  // Timestamps before 1970 still count their nanos forward.
    rest += kMicrosPerSecond;
    --seconds;
  }
  google::protobuf::Timestamp result;
  result.set_seconds(seconds);
  result.set_nanos(static_cast<int32_t>(rest * 1000));
  return result;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  const int64_t micros = absl::ToInt64Microseconds(duration);
  google::protobuf::Duration result;
  result.set_seconds(micros / kMicrosPerSecond);
  result.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  return result;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixMicros(time.seconds() * kMicrosPerSecond + time.nanos() / 1000);
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace belfry
