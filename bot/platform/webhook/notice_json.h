// A notice as data for other systems.
#ifndef BELFRY_BOT_PLATFORM_WEBHOOK_NOTICE_JSON_H_
#define BELFRY_BOT_PLATFORM_WEBHOOK_NOTICE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/v1/delivery.pb.h"

namespace belfry::bot::webhook {

// {"type": "belfry.notice.v1", "timestamp": …, "data": {"delivery", "incident", "target",
// "notice"}}; the notice is the JSON form of belfry.v1.Notice. Of a restricted incident only what a
// card would show: which one, what kind of notice, when it is due.
absl::StatusOr<std::string> NoticeJson(const v1::Delivery& delivery, absl::Time now);

}  // namespace belfry::bot::webhook

#endif  // BELFRY_BOT_PLATFORM_WEBHOOK_NOTICE_JSON_H_
