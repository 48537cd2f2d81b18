#include "bot/platform/teams/text.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace belfry::bot::teams {
namespace {

constexpr size_t kEntitiesMax = 100;
constexpr size_t kEntityMax = 12;  // "&#x10FFFF;" and some room

void AppendUtf8(uint32_t value, std::string* text) {
  const auto push = [text](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    push(value);
  } else if (value < 0x800) {
    push(0xC0 | value >> 6);
    push(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    push(0xE0 | value >> 12);
    push(0x80 | (value >> 6 & 0x3F));
    push(0x80 | (value & 0x3F));
  } else {
    push(0xF0 | value >> 18);
    push(0x80 | (value >> 12 & 0x3F));
    push(0x80 | (value >> 6 & 0x3F));
    push(0x80 | (value & 0x3F));
  }
}

// "&lt;" and the few others that Teams writes, once: "&amp;lt;" is the text "&lt;".
std::string DecodeEntities(absl::string_view text) {
  static constexpr std::pair<absl::string_view, absl::string_view> kNamed[] = {
      {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};
  std::string decoded;
  while (!text.empty()) {
    const size_t ampersand = text.find('&');
    absl::StrAppend(&decoded, text.substr(0, ampersand));
    if (ampersand == absl::string_view::npos) break;
    text.remove_prefix(ampersand);
    const size_t end = text.substr(0, kEntityMax).find(';');
    absl::string_view name = text.substr(1, end == absl::string_view::npos ? 0 : end - 1);
    bool known = false;
    for (const auto& [entity, character] : kNamed) {
      if (name != entity) continue;
      absl::StrAppend(&decoded, character);
      known = true;
    }
    uint32_t value = 0;
    if (!known && absl::ConsumePrefix(&name, "#")) {
      const bool hex = absl::ConsumePrefix(&name, "x") || absl::ConsumePrefix(&name, "X");
      known = hex ? absl::SimpleHexAtoi(name, &value) : absl::SimpleAtoi(name, &value);
      known = known && value >= 0x20 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
      if (known) AppendUtf8(value, &decoded);
    }
    if (known) {
      text.remove_prefix(end + 1);
    } else {
      decoded.push_back('&');
      text.remove_prefix(1);
    }
  }
  // A no-break space is how Teams keeps a space beside a mention.
  return absl::StrReplaceAll(decoded, {{"\xC2\xA0", " "}});
}

// Only what a mention can be written with: nothing that ends it early.
std::string MentionId(absl::string_view id) {
  std::string clean;
  for (const char c : id.substr(0, 200)) {
    if (absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '<' && c != '>') clean += c;
  }
  return clean;
}

}  // namespace

std::string TypedText(const Json& activity, absl::string_view bot_id, absl::string_view bot_name) {
  std::string text = TextAt(activity, {"text"});
  std::vector<std::pair<std::string, std::string>> people;
  const Json* entities = At(activity, {"entities"});
  if (entities != nullptr && entities->is_array()) {
    size_t seen = 0;
    for (const Json& entity : *entities) {
      if (++seen > kEntitiesMax) break;
      const std::string shown = TextAt(entity, {"text"});
      if (TextAt(entity, {"type"}) != "mention" || shown.empty()) continue;
      const std::string id = TextAt(entity, {"mentioned", "id"});
      if (id == bot_id) {
        text = absl::StrReplaceAll(text, {{shown, " "}});
        continue;
      }
      const std::string account = TextAt(entity, {"mentioned", "aadObjectId"});
      const std::string clean = MentionId(account.empty() ? id : account);
      if (clean.empty()) continue;
      // Placed after the entities are decoded, so that it stays what it is.
      const std::string mark = absl::StrCat("\x01", people.size(), "\x02");
      text = absl::StrReplaceAll(text, {{shown, mark}});
      people.emplace_back(mark, absl::StrCat("<@", clean, ">"));
    }
  }
  text = DecodeEntities(text);
  if (!people.empty()) text = absl::StrReplaceAll(text, people);
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  // A line copied from a hint.
  for (const std::string& address : {absl::StrCat("@", bot_name), std::string("/incident")}) {
    if (address.size() > 1 && absl::StartsWithIgnoreCase(rest, address) &&
        (rest.size() == address.size() ||
         absl::ascii_isspace(static_cast<unsigned char>(rest[address.size()])))) {
      rest = absl::StripLeadingAsciiWhitespace(rest.substr(address.size()));
    }
  }
  return std::string(rest);
}

std::string HtmlText(absl::string_view html) {
  std::string text;
  while (!html.empty()) {
    const size_t open = html.find('<');
    absl::StrAppend(&text, html.substr(0, open));
    if (open == absl::string_view::npos) break;
    html.remove_prefix(open);
    const size_t close = html.find('>');
    if (close == absl::string_view::npos) break;  // an unfinished tag shows nothing
    const std::string tag = absl::AsciiStrToLower(html.substr(1, close - 1));
    for (const char* line : {"br", "/p", "/div", "/li", "/tr", "/h1", "/h2", "/h3"}) {
      if (absl::StartsWith(tag, line)) {
        text += '\n';
        break;
      }
    }
    html.remove_prefix(close + 1);
  }
  return std::string(absl::StripAsciiWhitespace(DecodeEntities(text)));
}

}  // namespace belfry::bot::teams
