// UTF-8, strictly: what people and platforms send is checked before it is read.
#ifndef BELFRY_CLIENT_LIB_CHAT_UTF8_H_
#define BELFRY_CLIENT_LIB_CHAT_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry::chat {

struct CodePoint {
  char32_t value = 0;
  size_t bytes = 0;  // 0: not UTF-8 at this place
};

// The code point at the start of `text`, which is not empty. Overlong forms, surrogates and values
// above U+10FFFF are not UTF-8.
CodePoint DecodeUtf8(absl::string_view text);

bool IsUtf8(absl::string_view text);

// How many code points valid `text` has.
size_t CountCodePoints(absl::string_view text);

// How many columns valid `text` takes on a terminal: two for wide characters, none for combining
// marks.
size_t DisplayWidth(absl::string_view text);

// At most `max` code points of valid `text`; the last one is "…" when something was cut.
std::string Clip(absl::string_view text, size_t max);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_UTF8_H_
