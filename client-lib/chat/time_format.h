// Times and spans as people read them.
#ifndef BELFRY_CLIENT_LIB_CHAT_TIME_FORMAT_H_
#define BELFRY_CLIENT_LIB_CHAT_TIME_FORMAT_H_

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace belfry::chat {

absl::Time ToTime(const google::protobuf::Timestamp& time);
google::protobuf::Timestamp ToTimestamp(absl::Time time);

// "Tue 24 Nov 14:05 EST"; always with the date, because incidents take days.
std::string FormatLocal(absl::Time time, absl::TimeZone zone);

// "23 h 58 min", "3 d 4 h", "45 s"; the two largest units, never negative.
std::string FormatSpan(absl::Duration span);

// "in 23 h 58 min", "5 min ago", "now".
std::string FormatRelative(absl::Time time, absl::Time now);

// "Tue 24 Nov 14:05 EST (in 23 h 58 min)"; "… (5 min late)" when it has passed. Without the
// brackets when `now` is InfinitePast.
std::string FormatDue(absl::Time due, absl::Time now, absl::TimeZone zone);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_TIME_FORMAT_H_
