#include "bot/platform/mattermost/markdown.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/chat/time_token.h"

namespace belfry::bot::mattermost {
namespace {

constexpr size_t kTextMax = 4000;
// U+200B: nobody sees it, and what follows is no name.
constexpr char kNoName[] = "\xE2\x80\x8B";

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }
bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// "you@example.gov" is an address and wakes nobody.
bool CallsSomebody(absl::string_view text, size_t at) {
  return text[at] == '@' && (at == 0 || !IsAlnum(text[at - 1]));
}

std::string Code(const std::string& line) {
  // Inside code nothing is markup but the mark itself.
  const std::string text = chat::WithoutTimeTokens(line);
  const char* const mark = absl::StrContains(text, '`') ? "``" : "`";
  const char* const space = mark[1] == '`' ? " " : "";
  return absl::StrCat(mark, space, text, space, mark);
}

}  // namespace

std::string Cut(absl::string_view raw, size_t max) {
  // A token must not be cut in two.
  std::string text = chat::WithoutTimeTokens(raw);
  size_t characters = 0;
  size_t last = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!StartsCharacter(text[i])) continue;
    if (++characters == max) last = i;
    if (characters > max) {
      text.resize(last);
      return text + "…";
    }
  }
  return text;
}

std::string Quiet(absl::string_view raw) {
  const std::string text = chat::WithoutTimeTokens(raw);
  std::string quiet;
  for (size_t i = 0; i < text.size(); ++i) {
    quiet += text[i];
    if (CallsSomebody(text, i)) quiet += kNoName;
  }
  return quiet;
}

std::string Escape(absl::string_view raw) {
  const std::string text = chat::WithoutTimeTokens(raw);
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    if (CallsSomebody(text, i)) {
      absl::StrAppend(&escaped, "@", kNoName);
      continue;
    }
    const bool markup = absl::StrContains("\\`*_{}[]()<>#|~!$", absl::string_view(&c, 1)) ||
                        (begins_line && absl::StrContains("+-=", absl::string_view(&c, 1)));
    // "1. " would begin a list and be numbered anew.
    const bool number = c == '.' && i > 0 && absl::ascii_isdigit(text[i - 1]) &&
                        i + 1 < text.size() && text[i + 1] == ' ';
    // ":fire:" and "https:" become pictures and links.
    const bool colon =
        c == ':' && i + 1 < text.size() && (IsAlnum(text[i + 1]) || text[i + 1] == '/');
    if (markup || number || colon) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string ToMarkdown(const chat::Card& card, const std::string& root) {
  std::vector<std::string> lines;
  if (!card.title.empty()) lines.push_back(absl::StrCat("**", Escape(card.title), "**"));
  if (!card.body.empty()) lines.push_back(Escape(Cut(card.body, kTextMax)));
  for (const chat::CardField& field : card.fields) {
    lines.push_back(absl::StrCat("**", Escape(field.label), ":** ", Escape(field.value)));
  }
  for (size_t i = 1; i < card.table.size(); ++i) {
    lines.push_back(absl::StrCat("- ", Escape(absl::StrJoin(card.table[i], " · "))));
  }
  for (const std::string& hint : card.hints) lines.push_back(absl::StrCat("→ ", Code(hint)));
  for (const chat::CardButton& button : card.buttons) {
    lines.push_back(
        absl::StrCat(Escape(button.label), ": ", Code(absl::StrCat(root, " ", button.command))));
  }
  if (!card.context.empty()) lines.push_back(Escape(card.context));
  return absl::StrJoin(lines, "\n");
}

}  // namespace belfry::bot::mattermost
