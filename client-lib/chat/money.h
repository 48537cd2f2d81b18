// Dollars as people type and read them; whole cents inside, never a fraction of one.
#ifndef BELFRY_CLIENT_LIB_CHAT_MONEY_H_
#define BELFRY_CLIENT_LIB_CHAT_MONEY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::chat {

// The most that one cost line holds.
inline constexpr int64_t kCentsMax = 10'000'000'000;

// Cents from "1190", "1190.50", "$1,190.50": more than zero, at most kCentsMax. Commas stand only
// before each three digits and cents have two, so that "1,19" and "1.190" are asked about rather
// than guessed. Usage errors.
absl::StatusOr<int64_t> ParseMoney(absl::string_view text);

// "$1,190.00"; "-$0.05".
std::string FormatMoney(int64_t cents);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_MONEY_H_
