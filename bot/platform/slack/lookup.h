// Whether a delivery has arrived already.
#ifndef BELFRY_BOT_PLATFORM_SLACK_LOOKUP_H_
#define BELFRY_BOT_PLATFORM_SLACK_LOOKUP_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/v1/delivery.pb.h"
#include "bot/platform/platform.h"
#include "bot/platform/send_result.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// Calls a method that reads, with a query that is not encoded yet.
using Read = std::function<SendResult(const char* method,
                                      const std::vector<std::pair<std::string, std::string>>& query,
                                      nlohmann::json* answer)>;

// The message that carries `message.delivery` in its metadata, in the thread or the channel it goes
// to, among all that were posted after `since`. An answer that says nothing is an error, never an
// absence.
absl::StatusOr<std::optional<v1::MessageRef>> FindDelivery(const Read& read,
                                                           const Outgoing& message,
                                                           absl::Time since);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_LOOKUP_H_
