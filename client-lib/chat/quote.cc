#include "client-lib/chat/quote.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/lexer.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

// Text that the lexer would not read as one bare word.
bool NeedsQuotes(absl::string_view text) {
  if (text.empty()) return true;
  bool first = true;
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    if (point.bytes == 0) return false;  // refused later, with the right words
    if (IsSpace(point.value) || (first && IsQuote(point.value))) return true;
    first = false;
    text.remove_prefix(point.bytes);
  }
  return false;
}

}  // namespace

std::string InQuotes(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string QuoteWord(absl::string_view word) {
  const absl::string_view key = LeadingKey(word);
  if (!key.empty()) {
    const absl::string_view value = word.substr(key.size() + 1);
    // "conditions:" alone waits for the words that follow.
    if (value.empty()) return std::string(word);
    // "Server: it is down" is a sentence, not a pair.
    if (!IsSpace(DecodeUtf8(value).value)) {
      return NeedsQuotes(value) ? absl::StrCat(key, ":", InQuotes(value)) : std::string(word);
    }
  }
  // A '<' could swallow what follows up to a '>'.
  const bool bracket = !word.empty() && word[0] == '<' && word.find('>') != word.size() - 1;
  return NeedsQuotes(word) || bracket ? InQuotes(word) : std::string(word);
}

std::string JoinWords(const std::vector<std::string>& words) {
  return absl::StrJoin(words, " ", [](std::string* out, const std::string& word) {
    absl::StrAppend(out, QuoteWord(word));
  });
}

}  // namespace belfry::chat
