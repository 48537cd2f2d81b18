#include "bot/platform/email/mime.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace belfry::bot::email {
namespace {

constexpr size_t kLineMax = 76;
// 52 characters of base64 between "=?UTF-8?B?" and "?=": fits behind "Subject: " as well.
constexpr size_t kWordBytesMax = 39;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
bool IsPlain(char c) { return c >= 0x20 && c < 0x7F; }

std::string WithoutControls(absl::string_view text) {
  std::string clean(text);
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return clean;
}

// No more bytes than fit, and never half a character.
std::vector<absl::string_view> WordsOf(absl::string_view text) {
  std::vector<absl::string_view> words;
  while (!text.empty()) {
    size_t size = std::min(text.size(), kWordBytesMax);
    while (size > 1 && size < text.size() && IsContinuation(text[size])) --size;
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return words;
}

// Folds at spaces, which stay: unfolding gives back what was there.
std::string Folded(absl::string_view text, size_t column) {
  std::string folded;
  while (!text.empty()) {
    const size_t next = text.find(' ', 1);
    const absl::string_view piece = text.substr(0, next);
    if (column + piece.size() > kLineMax && piece.front() == ' ' && piece.size() > 1) {
      absl::StrAppend(&folded, "\r\n");
      column = 0;
    }
    absl::StrAppend(&folded, piece);
    column += piece.size();
    text.remove_prefix(piece.size());
  }
  return folded;
}

// Longer lines than this are not allowed at all, wherever there is no space to fold at.
constexpr size_t kUnbrokenMax = 200;

bool NeedsEncoding(absl::string_view text) {
  size_t unbroken = 0;
  for (char c : text) {
    if (!IsPlain(c)) return true;
    unbroken = c == ' ' ? 0 : unbroken + 1;
    if (unbroken > kUnbrokenMax) return true;
  }
  // What looks like an encoded word would be decoded.
  return text.find("=?") != absl::string_view::npos;
}

std::string Date(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", time, absl::UTCTimeZone());
}

std::string Part(const std::string& boundary, absl::string_view type, absl::string_view body) {
  return absl::StrCat("--", boundary, "\r\nContent-Type: ", type,
                      "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
                      QuotedPrintable(body), "\r\n");
}

}  // namespace

std::string HeaderText(absl::string_view raw, size_t name_size) {
  const std::string text = WithoutControls(raw);
  if (!NeedsEncoding(text)) return Folded(text, name_size);
  std::string encoded;
  for (absl::string_view word : WordsOf(text)) {
    absl::StrAppend(&encoded, encoded.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    absl::Base64Escape(word), "?=");
  }
  return encoded;
}

std::string QuotedPrintable(absl::string_view text) {
  std::string encoded;
  size_t column = 0;
  const auto put = [&](absl::string_view piece) {
    // Room for the "=" of a soft line end.
    if (column + piece.size() > kLineMax - 1) {
      absl::StrAppend(&encoded, "=\r\n");
      column = 0;
    }
    absl::StrAppend(&encoded, piece);
    column += piece.size();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r') continue;
    if (c == '\n') {
      absl::StrAppend(&encoded, "\r\n");
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool literal =
        (IsPlain(c) && c != '=' && !(c == ' ' && ends_line)) || (c == '\t' && !ends_line);
    // Some relays treat these specially at the beginning of a line.
    const bool begins_line = column == 0 || column + 1 > kLineMax - 1;
    const bool special = begins_line && (c == '.' || c == 'F');
    if (literal && !special) {
      put(absl::string_view(&c, 1));
    } else {
      put(absl::StrFormat("=%02X", static_cast<unsigned char>(c)));
    }
  }
  return encoded;
}

std::string Write(const Letter& letter) {
  // "=_" cannot stand in a quoted-printable body.
  const std::string boundary =
      absl::StrCat("=_belfry_", absl::StrReplaceAll(letter.delivery, {{"/", "_"}}));
  std::string message;
  const auto header = [&](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&message, name, ": ", value, "\r\n");
  };
  const std::string name = HeaderText(letter.from.name, 6);
  header("From", name.empty() ? letter.from.address
                 : NeedsEncoding(letter.from.name)
                     ? absl::StrCat(name, " <", letter.from.address, ">")
                     : absl::StrCat("\"", name, "\" <", letter.from.address, ">"));
  header("To", letter.to);
  header("Subject", HeaderText(letter.subject, 9));
  header("Date", Date(letter.date));
  header("Message-ID", letter.message_id);
  if (!letter.thread_id.empty()) {
    header("In-Reply-To", letter.thread_id);
    header("References", letter.thread_id);
  }
  header("X-Belfry-Delivery", letter.delivery);
  // Out-of-office answers would go round in circles.
  header("Auto-Submitted", "auto-generated");
  header("X-Auto-Response-Suppress", "All");
  header("MIME-Version", "1.0");
  header("Content-Type", absl::StrCat("multipart/alternative;\r\n boundary=\"", boundary, "\""));
  absl::StrAppend(&message, "\r\n", Part(boundary, "text/plain", letter.text),
                  Part(boundary, "text/html", letter.html), "--", boundary, "--\r\n");
  return message;
}

}  // namespace belfry::bot::email
