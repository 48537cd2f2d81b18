// A line as tokens.
//
//   line    = { space } , [ token , { space , token } ]
//   token   = quoted | pair | mention | word
//   quoted  = '"' … '"'            \" and \\ inside; the curly quotes of phones work too
//   pair    = key ':' [ quoted | word ]
//   key     = letter , ( letter | digit | '-' | '_' ) , …     two characters or more
//   mention = '<' … '>' | '@' word
//
// A quote is one only at the start of a token or of a value: `a 19" screen` has none. A "key"
// before "//" is the start of an address. Which pairs mean something is for the parser.
#ifndef BELFRY_CLIENT_LIB_CHAT_LEXER_H_
#define BELFRY_CLIENT_LIB_CHAT_LEXER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::chat {

// Longest line, in characters: a filing of a dozen texts, each as long as a form lets it be.
inline constexpr size_t kLineCharactersMax = 40'000;

struct Token {
  enum class Kind { kWord, kQuoted, kPair, kMention };
  Kind kind = Kind::kWord;
  // What it says, without its quotes; of a pair all of it, "key:value".
  std::string text;
  std::string key;  // of a pair: lower case, "_" as "-"
  std::string value;
  bool value_quoted = false;
  // Line breaks before it, at most two (a new paragraph).
  int breaks = 0;
  // Where it ends in the line, in bytes.
  size_t end = 0;
};

// Refuses what is not UTF-8, control characters other than tab and line breaks, lines that are too
// long, and quotes that are never closed.
absl::StatusOr<std::vector<Token>> Lex(absl::string_view line);

// Lower case, "_" as "-": how keys are compared.
std::string NormalizeKey(absl::string_view key);

// The key at the start of `text` when a colon follows it and no "//"; empty otherwise.
absl::string_view LeadingKey(absl::string_view text);

// `code_point` opens a quotation.
bool IsQuote(char32_t code_point);
bool IsSpace(char32_t code_point);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_LEXER_H_
