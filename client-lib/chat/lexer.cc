#include "client-lib/chat/lexer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

// “ ” „ ‟ « »
bool IsCurlyQuote(char32_t c) { return (c >= 0x201C && c <= 0x201F) || c == 0xAB || c == 0xBB; }

bool IsControl(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
}

absl::Status CheckText(absl::string_view line) {
  size_t characters = 0;
  for (absl::string_view rest = line; !rest.empty(); ++characters) {
    const CodePoint point = DecodeUtf8(rest);
    if (point.bytes == 0) {
      return UsageError("The text is not valid UTF-8. Type it again, or send it from another app.");
    }
    if (IsControl(point.value)) {
      return UsageError("The text contains a control character. Type it again without it.");
    }
    rest.remove_prefix(point.bytes);
  }
  if (characters > kLineCharactersMax) {
    return UsageError(absl::StrCat("The text has ", characters, " characters; at most ",
                                   kLineCharactersMax,
                                   " are possible. Write several notes, or attach a file."));
  }
  return absl::OkStatus();
}

// Where the quotation opened before `start` ends; npos when it is never closed.
size_t FindClosingQuote(absl::string_view line, size_t start, bool curly_closes) {
  for (size_t i = start; i < line.size();) {
    if (line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == '"' || line[i + 1] == '\\')) {
      i += 2;
      continue;
    }
    const CodePoint point = DecodeUtf8(line.substr(i));
    if (point.value == '"' || (curly_closes && IsCurlyQuote(point.value))) return i;
    i += point.bytes;
  }
  return absl::string_view::npos;
}

std::string Unescape(absl::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
    plain.push_back(text[i]);
  }
  return plain;
}

class Lexer {
 public:
  explicit Lexer(absl::string_view line) : line_(line) {}

  absl::StatusOr<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    while (true) {
      const int breaks = SkipSpace();
      if (at_ >= line_.size()) return tokens;
      absl::StatusOr<Token> token = Next();
      if (!token.ok()) return token.status();
      token->breaks = tokens.empty() ? 0 : breaks;
      token->end = at_;
      tokens.push_back(*std::move(token));
    }
  }

 private:
  CodePoint Peek() const { return DecodeUtf8(line_.substr(at_)); }

  int SkipSpace() {
    int breaks = 0;
    while (at_ < line_.size() && IsSpace(Peek().value)) {
      if (line_[at_] == '\n') ++breaks;
      at_ += Peek().bytes;
    }
    return std::min(breaks, 2);
  }

  absl::StatusOr<Token> Next() {
    Token token;
    if (IsQuote(Peek().value)) {
      absl::StatusOr<std::string> text = Quoted();
      if (!text.ok()) return text.status();
      token.kind = Token::Kind::kQuoted;
      token.text = *std::move(text);
      return token;
    }
    if (line_[at_] == '<' && MentionEnd() != npos) {
      token.kind = Token::Kind::kMention;
      token.text = Mention();
      return token;
    }
    if (const absl::string_view key = LeadingKey(line_.substr(at_)); !key.empty()) {
      token.kind = Token::Kind::kPair;
      token.key = NormalizeKey(key);
      at_ += key.size() + 1;
      if (at_ < line_.size() && IsQuote(Peek().value)) {
        absl::StatusOr<std::string> value = Quoted();
        if (!value.ok()) return value.status();
        token.value = *std::move(value);
        token.value_quoted = true;
      } else if (absl::StartsWith(line_.substr(at_), "<@") && MentionEnd() != npos) {
        token.value = Mention();
      } else {
        token.value = Word();
      }
      token.text = absl::StrCat(key, ":", token.value);
      return token;
    }
    token.text = Word();
    if (token.text.size() > 1 && token.text[0] == '@') token.kind = Token::Kind::kMention;
    return token;
  }

  absl::StatusOr<std::string> Quoted() {
    const CodePoint open = Peek();
    const size_t start = at_ + open.bytes;
    size_t end = FindClosingQuote(line_, start, open.value != '"');
    // A phone that made only the closing one curly.
    if (end == absl::string_view::npos) end = FindClosingQuote(line_, start, true);
    if (end == absl::string_view::npos) {
      return UsageError(absl::StrCat(
          "A quotation mark is opened and never closed, before: ", Clip(line_.substr(start), 40),
          "\nClose it, or leave it away."));
    }
    at_ = end + DecodeUtf8(line_.substr(end)).bytes;
    return Unescape(line_.substr(start, end - start));
  }

  static constexpr size_t npos = absl::string_view::npos;

  // Where the bracket that is opened here is closed, in the same line of text; npos when it is not.
  size_t MentionEnd() const {
    const size_t end = line_.find('>', at_);
    return end == npos || line_.substr(at_, end - at_).find('\n') != npos ? npos : end;
  }

  std::string Mention() {
    const size_t start = at_;
    at_ = MentionEnd() + 1;
    return std::string(line_.substr(start, at_ - start));
  }

  std::string Word() {
    const size_t start = at_;
    while (at_ < line_.size() && !IsSpace(Peek().value)) at_ += Peek().bytes;
    return std::string(line_.substr(start, at_ - start));
  }

  const absl::string_view line_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<Token>> Lex(absl::string_view line) {
  if (absl::Status status = CheckText(line); !status.ok()) return status;
  return Lexer(line).Run();
}

std::string NormalizeKey(absl::string_view key) {
  std::string normal = absl::AsciiStrToLower(key);
  std::replace(normal.begin(), normal.end(), '_', '-');
  return normal;
}

absl::string_view LeadingKey(absl::string_view text) {
  size_t size = 0;
  while (size < text.size()) {
    const auto c = static_cast<unsigned char>(text[size]);
    const bool fits =
        size == 0 ? absl::ascii_isalpha(c) : absl::ascii_isalnum(c) || c == '-' || c == '_';
    if (!fits) break;
    ++size;
  }
  if (size < 2 || size >= text.size() || text[size] != ':') return {};
  if (absl::StartsWith(text.substr(size + 1), "//")) return {};
  return text.substr(0, size);
}

bool IsQuote(char32_t code_point) { return code_point == '"' || IsCurlyQuote(code_point); }

// With the no-break and zero-width spaces that copying from documents brings along.
bool IsSpace(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000 || c == 0xFEFF;
}

}  // namespace belfry::chat
