#include "belfry/chat/form.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/quote.h"

namespace belfry::chat {

std::string CompleteLine(const std::string& command, const FormValues& values) {
  std::string line = command;
  const auto plain = values.find("");
  if (plain != values.end() && !absl::StripAsciiWhitespace(plain->second).empty()) {
    absl::StrAppend(&line, " ", InQuotes(plain->second));
  }
  for (const auto& [name, value] : values) {
    if (name.empty() || absl::StripAsciiWhitespace(value).empty()) continue;
    absl::StrAppend(&line, " ", name, ":", InQuotes(value));
  }
  return line;
}

}  // namespace belfry::chat
