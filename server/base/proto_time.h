// absl::Time and absl::Duration to protobuf's well-known types and back, in whole microseconds.
#ifndef BELFRY_SERVER_BASE_PROTO_TIME_H_
#define BELFRY_SERVER_BASE_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace belfry {

google::protobuf::Timestamp ToProto(absl::Time time);
google::protobuf::Duration ToProto(absl::Duration duration);
absl::Time FromProto(const google::protobuf::Timestamp& time);
absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_PROTO_TIME_H_
