#include "belfry/chat/time_token.h"

#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace belfry::chat {
namespace {

// Characters for private use: nobody types them, and a text that holds them shows at worst a time.
constexpr absl::string_view kBegin = "\xEE\x80\x80";   // U+E000
constexpr absl::string_view kMiddle = "\xEE\x80\x81";  // U+E001
constexpr absl::string_view kEnd = "\xEE\x80\x82";     // U+E002
constexpr int64_t kSecondsMax = 253'402'300'799;       // the end of the year 9999

}  // namespace

std::string TimeToken(absl::Time time, absl::string_view fallback) {
  return absl::StrCat(kBegin, absl::ToUnixSeconds(time), kMiddle,
                      absl::StrReplaceAll(fallback, {{kBegin, ""}, {kMiddle, ""}, {kEnd, ""}}),
                      kEnd);
}

std::string MapTimeTokens(
    absl::string_view text,
    const std::function<std::string(absl::Time time, absl::string_view fallback)>& show,
    const std::function<std::string(absl::string_view)>& plain) {
  std::string result;
  while (!text.empty()) {
    const size_t begin = text.find(kBegin);
    if (begin > 0) result += plain(text.substr(0, begin));
    if (begin == absl::string_view::npos) break;
    absl::string_view rest = text.substr(begin + kBegin.size());
    const size_t end = rest.find(kEnd);
    const size_t middle = rest.find(kMiddle);
    int64_t seconds = 0;
    const bool whole = end != absl::string_view::npos && middle < end &&
                       absl::SimpleAtoi(rest.substr(0, middle), &seconds) && seconds >= 0 &&
                       seconds <= kSecondsMax;
    if (!whole) {
      text = rest;  // the mark alone is dropped
      continue;
    }
    const size_t from = middle + kMiddle.size();
    result += show(absl::FromUnixSeconds(seconds), rest.substr(from, end - from));
    text = rest.substr(end + kEnd.size());
  }
  return result;
}

std::string WithoutTimeTokens(absl::string_view text) {
  return MapTimeTokens(
      text, [](absl::Time, absl::string_view fallback) { return std::string(fallback); },
      [](absl::string_view plain) { return std::string(plain); });
}

}  // namespace belfry::chat
