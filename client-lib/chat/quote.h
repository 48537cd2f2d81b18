// Words of a shell as one line of the grammar.
#ifndef BELFRY_CLIENT_LIB_CHAT_QUOTE_H_
#define BELFRY_CLIENT_LIB_CHAT_QUOTE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::chat {

// `word` so that Lex() reads it as one token with the same text: Ransom note → "Ransom note",
// conditions:mail is down → conditions:"mail is down".
std::string QuoteWord(absl::string_view word);

// `text` as a quoted token, whatever stands in it.
std::string InQuotes(absl::string_view text);

// The words of an argument vector as one line.
std::string JoinWords(const std::vector<std::string>& words);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_QUOTE_H_
