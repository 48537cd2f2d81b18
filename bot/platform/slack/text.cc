#include "bot/platform/slack/text.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "belfry/chat/time_token.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::slack {
namespace {

constexpr char kEllipsis[] = "…";
constexpr char kBroken[] = "\xEF\xBF\xBD";      // U+FFFD
constexpr char kWordJoiner[] = "\xE2\x81\xA0";  // U+2060, shows nothing
constexpr size_t kFallbackMax = 100;

// What is kept whole or left out.
struct Piece {
  std::string text;
  size_t length = 0;
};

Piece MakePiece(std::string text) {
  const size_t length = Length(text);
  return {std::move(text), length};
}

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '+';
}

// ":smile:" at the start of `text`; "at:14:05" has none.
bool StartsEmoji(absl::string_view text) {
  size_t end = 1;
  bool letters = false;
  while (end < text.size() && IsNameCharacter(text[end])) {
    letters |= absl::ascii_isalpha(static_cast<unsigned char>(text[end]));
    ++end;
  }
  const bool numbers = text.substr(0, end) == ":100" || text.substr(0, end) == ":1234";
  return (letters || numbers) && end < text.size() && text[end] == ':';
}

// The character at `at` of `text`, unable to mean anything but itself.
std::string Inert(absl::string_view text, size_t at) {
  const auto joins = [&](size_t i) {
    return i < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[i]));
  };
  const bool line_start = at == 0 || text[at - 1] == '\n';
  switch (text[at]) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return line_start ? "›" : "&gt;";
    case '`':
      return "ˋ";
    case '*':
      return "∗";
    case '~':
      return "∼";
    case '_':
      // Between letters it never formats, and names of hosts are to be copied.
      return at > 0 && joins(at - 1) && joins(at + 1) ? "_" : "＿";
    case ':':
      return StartsEmoji(text.substr(at)) ? absl::StrCat(":", kWordJoiner) : ":";
    default:
      return std::string(1, text[at]);
  }
}

template <typename Show>
void AppendCharacters(absl::string_view text, std::vector<Piece>& pieces, Show show) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = chat::DecodeUtf8(text.substr(at)).bytes;
    if (bytes == 0) {
      pieces.push_back({kBroken, 1});
      ++at;
    } else if (bytes == 1) {
      pieces.push_back(MakePiece(show(text, at)));
      ++at;
    } else {
      pieces.push_back(MakePiece(std::string(text.substr(at, bytes))));
      at += bytes;
    }
  }
}

std::string Join(const std::vector<Piece>& pieces, size_t max) {
  size_t whole = 0;
  for (const Piece& piece : pieces) whole += piece.length;
  const bool cut = whole > max;
  std::string text;
  size_t length = 0;
  for (const Piece& piece : pieces) {
    if (cut && length + piece.length + 1 > max) break;
    text += piece.text;
    length += piece.length;
  }
  if (cut && max > 0) text += kEllipsis;
  return text;
}

Piece DatePiece(absl::Time time, absl::string_view fallback) {
  std::vector<Piece> words;
  AppendCharacters(fallback, words, [](absl::string_view text, size_t at) {
    return text[at] == '|' ? std::string("/") : Inert(text, at);
  });
  return MakePiece(absl::StrCat("<!date^", absl::ToUnixSeconds(time),
                                "^{date_short_pretty} {time}|", Join(words, kFallbackMax), ">"));
}

std::string Unescaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}});
}

// What one "<…>" of Slack's markup stands for; `inner` is without the brackets.
std::string Reference(absl::string_view inner, bool for_reading) {
  const size_t bar = inner.find('|');
  const absl::string_view target = inner.substr(0, bar);
  const absl::string_view label =
      bar == absl::string_view::npos ? absl::string_view() : inner.substr(bar + 1);
  if (absl::StartsWith(target, "@")) {
    if (!for_reading) return absl::StrCat("<", inner, ">");
    return absl::StrCat("@", Unescaped(label.empty() ? target.substr(1) : label));
  }
  if (absl::StartsWith(target, "#")) {
    if (!for_reading) return absl::StrCat("<", inner, ">");
    return absl::StrCat("#", Unescaped(label.empty() ? target.substr(1) : label));
  }
  if (absl::StartsWith(target, "!")) {
    if (!label.empty()) return Unescaped(label);
    return absl::StrCat("@", Unescaped(target.substr(1, target.find('^') - 1)));
  }
  // Slack makes links of what looks like one; what was typed is the label.
  const std::string url = Unescaped(target);
  const std::string shown = Unescaped(label);
  if (shown.empty()) return url;
  const bool same = absl::EndsWith(url, shown) || absl::StartsWith(target, "mailto:");
  return same || !for_reading ? shown : absl::StrCat(shown, " (", url, ")");
}

std::string FromMarkup(absl::string_view markup, bool for_reading) {
  std::string text;
  while (!markup.empty()) {
    const size_t open = markup.find('<');
    absl::StrAppend(&text, Unescaped(markup.substr(0, open)));
    if (open == absl::string_view::npos) break;
    markup.remove_prefix(open + 1);
    const size_t close = markup.find('>');
    if (close == absl::string_view::npos) {
      absl::StrAppend(&text, "<", Unescaped(markup));
      break;
    }
    absl::StrAppend(&text, Reference(markup.substr(0, close), for_reading));
    markup.remove_prefix(close + 1);
  }
  return text;
}

}  // namespace

size_t Length(absl::string_view text) {
  size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

std::string Plain(absl::string_view text, size_t max) {
  std::vector<Piece> pieces;
  AppendCharacters(chat::WithoutTimeTokens(text), pieces,
                   [](absl::string_view all, size_t at) { return std::string(1, all[at]); });
  return Join(pieces, max);
}

std::string Mrkdwn(absl::string_view text, size_t max) {
  std::vector<Piece> pieces;
  chat::MapTimeTokens(
      text,
      [&](absl::Time time, absl::string_view fallback) {
        pieces.push_back(DatePiece(time, fallback));
        return std::string();
      },
      [&](absl::string_view plain) {
        AppendCharacters(plain, pieces, Inert);
        return std::string();
      });
  return Join(pieces, max);
}

std::string AsTyped(absl::string_view markup) { return FromMarkup(markup, false); }

std::string AsRead(absl::string_view markup) { return FromMarkup(markup, true); }

}  // namespace belfry::bot::slack
