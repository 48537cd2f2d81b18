#include "client-lib/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "client-lib/chat/utf8.h"

namespace belfry::cli {
namespace {

constexpr size_t kWidthMin = 40;
constexpr size_t kWidthOtherwise = 80;

bool IsSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] != '\0';
}

// C0, DEL and C1, and the marks that turn the direction of text around.
bool IsHarmful(char32_t c) {
  return (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

// The first of the three that says something decides, as for setlocale().
bool LocaleIsUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!IsSet(name)) continue;
    const absl::string_view locale = std::getenv(name);
    return absl::EndsWithIgnoreCase(locale, "UTF-8") || absl::EndsWithIgnoreCase(locale, "UTF8");
  }
  return false;
}

}  // namespace

Terminal DetectTerminal() {
  Terminal terminal;
  terminal.unicode = LocaleIsUtf8();
  if (isatty(STDOUT_FILENO) == 0) return terminal;
  winsize size = {};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  terminal.width = known ? size.ws_col : kWidthOtherwise;
  if (terminal.width < kWidthMin) terminal.width = kWidthMin;
  const char* kind = std::getenv("TERM");
  terminal.color = !IsSet("NO_COLOR") && kind != nullptr && std::string(kind) != "dumb";
  return terminal;
}

bool CanAsk() { return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0; }

bool ReadYes(std::istream& in) {
  std::string line;
  if (!std::getline(in, line)) return false;
  const absl::string_view word = absl::StripAsciiWhitespace(line);
  return absl::EqualsIgnoreCase(word, "y") || absl::EqualsIgnoreCase(word, "yes");
}

std::string Harmless(absl::string_view text) {
  std::string harmless;
  harmless.reserve(text.size());
  while (!text.empty()) {
    const chat::CodePoint point = chat::DecodeUtf8(text);
    const size_t bytes = point.bytes == 0 ? 1 : point.bytes;
    if (point.bytes == 0 || IsHarmful(point.value)) {
      harmless += point.value == '\t' ? " " : "\xEF\xBF\xBD";  // U+FFFD
    } else {
      harmless.append(text.data(), bytes);
    }
    text.remove_prefix(bytes);
  }
  return harmless;
}

}  // namespace belfry::cli
