// Checks on text that people typed.
#ifndef BELFRY_SERVER_CORE_TEXT_H_
#define BELFRY_SERVER_CORE_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace belfry::core {

// Code points of valid UTF-8 (what protobuf strings hold).
size_t CharacterCount(absl::string_view text);

// The first `characters_max` characters of the first line, with an ellipsis when something was cut.
std::string FirstLine(absl::string_view text, size_t characters_max);

// INVALID_ARGUMENT naming `field` when the text is longer, or holds control characters other than
// line breaks and tabs (they could rewrite a terminal or hide text in a log).
absl::Status CheckText(absl::string_view field, absl::string_view text, size_t characters_max);

// As CheckText, and not blank.
absl::Status CheckNeeded(absl::string_view field, absl::string_view text, size_t characters_max);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_TEXT_H_
