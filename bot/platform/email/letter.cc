#include "bot/platform/email/letter.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "belfry/chat/time_token.h"

namespace belfry::bot::email {
namespace {

constexpr size_t kSubjectBytesMax = 240;

std::string Shown(absl::string_view text) { return chat::WithoutTimeTokens(text); }

// "incidents/DOP-2026-0007" → "DOP-2026-0007".
std::string ShortName(absl::string_view name) {
  return std::string(name.substr(name.find('/') + 1));
}

// What may stand in a Message-ID.
std::string IdPart(absl::string_view text) {
  std::string part = absl::AsciiStrToLower(text);
  for (char& c : part) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-') c = '-';
  }
  return part;
}

std::string Cut(std::string text, size_t max) {
  if (text.size() <= max) return text;
  size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "…");
}

// Whoever sorts mail by its subject finds the incident and how bad it is. The severity comes from
// the notice only where the card shows it too: of a restricted incident neither does.
std::string Subject(const Outgoing& message) {
  std::string subject = Shown(message.card.title);
  if (subject.empty()) subject = Cut(Shown(message.card.body), 80);
  if (message.source != nullptr) {
    const v1::Incident& incident = message.source->notice().incident();
    const std::string id = ShortName(message.source->incident());
    std::string front;
    if (!id.empty() && !absl::StrContains(subject, id)) front = absl::StrCat(id, " · ");
    if (!incident.restricted() && !incident.severity().empty() &&
        !absl::StrContains(subject, incident.severity())) {
      absl::StrAppend(&front, incident.severity(), " · ");
    }
    const std::string& label = message.source->notice().tlp();
    subject = absl::StrCat(label, label.empty() ? "" : " ", front, subject);
  }
  return Cut(subject, kSubjectBytesMax);
}

void Thread(const Outgoing& message, const std::string& domain, Letter& letter) {
  letter.message_id = absl::StrCat("<", IdPart(ShortName(message.delivery)), "@", domain, ">");
  if (message.source == nullptr || message.source->incident().empty()) return;
  const v1::Delivery& delivery = *message.source;
  const std::string root = absl::StrCat("<", IdPart(ShortName(delivery.incident())), ".",
                                        IdPart(delivery.target()), "@", domain, ">");
  // The first headline begins the thread; without one, letters still refer to the same beginning.
  const bool begins =
      delivery.notice().kind() == v1::Notice::KIND_HEADLINE && !delivery.has_headline();
  if (begins) {
    letter.message_id = root;
  } else {
    letter.thread_id = root;
  }
}

std::vector<std::string> Commands(const chat::Card& card) {
  std::vector<std::string> commands;
  for (const chat::CardButton& button : card.buttons) commands.push_back(button.command);
  return commands;
}

std::string HowToAct(const LetterOptions& options) {
  return absl::StrCat("This mail has no buttons and nobody reads answers to it. Type in chat \"",
                      options.root, " …\", or at a terminal \"belfry …\":");
}

std::string PlainPart(const chat::Card& card, const LetterOptions& options) {
  std::string text = card.PlainText();
  const std::vector<std::string> commands = Commands(card);
  if (!commands.empty()) {
    absl::StrAppend(&text, "\n\n", HowToAct(options), "\n");
    for (const std::string& command : commands) {
      absl::StrAppend(&text, "    belfry ", command, "\n");
    }
  }
  return absl::StrCat(text, "\n");
}

std::string Html(absl::string_view text) {
  return absl::StrReplaceAll(
      Shown(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string HtmlLines(absl::string_view text) {
  return absl::StrReplaceAll(Html(text), {{"\r\n", "<br>\n"}, {"\n", "<br>\n"}});
}

// A bar beside the title; what it means stands in the words.
const char* BarOf(chat::Tone tone) {
  switch (tone) {
    case chat::Tone::kGood:
      return "#1a7f37";
    case chat::Tone::kWarning:
      return "#9a6700";
    case chat::Tone::kDanger:
      return "#cf222e";
    default:
      return "#57606a";
  }
}

void AppendTable(const std::vector<std::vector<std::string>>& table, std::string& html) {
  if (table.size() < 2) return;
  absl::StrAppend(&html, "<table style=\"border-collapse:collapse;width:100%;margin:0 0 16px\">\n");
  for (size_t i = 0; i < table.size(); ++i) {
    const char* const cell = i == 0 ? "th scope=\"col\"" : "td";
    absl::StrAppend(&html, "<tr>");
    for (const std::string& text : table[i]) {
      absl::StrAppend(&html, "<", cell,
                      " class=\"line\" style=\"text-align:left;padding:6px 12px 6px 0;"
                      "border-bottom:1px solid #d0d7de;vertical-align:top\">",
                      Html(text), i == 0 ? "</th>" : "</td>");
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  absl::StrAppend(&html, "</table>\n");
}

void AppendFields(const std::vector<chat::CardField>& fields, std::string& html) {
  if (fields.empty()) return;
  absl::StrAppend(&html, "<dl style=\"margin:0 0 16px\">\n");
  for (const chat::CardField& field : fields) {
    absl::StrAppend(&html, "<dt style=\"font-weight:bold\">", Html(field.label),
                    "</dt><dd style=\"margin:0 0 8px\">", HtmlLines(field.value), "</dd>\n");
  }
  absl::StrAppend(&html, "</dl>\n");
}

void AppendCode(absl::string_view line, std::string& html) {
  absl::StrAppend(&html, "<div style=\"margin:4px 0\"><code class=\"code\" style=\"font-family:",
                  "Consolas,Menlo,monospace;background:#eef1f4;padding:2px 6px\">", Html(line),
                  "</code></div>\n");
}

std::string HtmlPart(const chat::Card& card, const std::string& subject,
                     const LetterOptions& options) {
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>",
      Html(subject),
      "</title>\n<style>@media (prefers-color-scheme: dark) {"
      " .page { background: #0d1117 !important; color: #e6edf3 !important; }"
      " .code { background: #30363d !important; color: #e6edf3 !important; }"
      " .line { border-color: #484f58 !important; }"
      " .small { color: #a8b3bf !important; } }</style>\n</head>\n"
      "<body class=\"page\" style=\"margin:0;padding:16px;background:#ffffff;color:#1f2328;"
      "font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5\">\n"
      "<div role=\"article\" lang=\"en\" style=\"max-width:600px\">\n");
  if (!card.title.empty()) {
    absl::StrAppend(&html, "<h1 style=\"font-size:20px;line-height:1.3;margin:0 0 16px;",
                    "padding:0 0 0 12px;border-left:6px solid ", BarOf(card.tone), "\">",
                    Html(card.title), "</h1>\n");
  }
  if (!card.body.empty()) {
    absl::StrAppend(&html, "<p style=\"margin:0 0 16px\">", HtmlLines(card.body), "</p>\n");
  }
  AppendFields(card.fields, html);
  AppendTable(card.table, html);
  if (!card.hints.empty()) {
    absl::StrAppend(&html, "<h2 style=\"font-size:16px;margin:0 0 4px\">Next</h2>\n");
    for (const std::string& hint : card.hints) AppendCode(hint, html);
  }
  const std::vector<std::string> commands = Commands(card);
  if (!commands.empty()) {
    absl::StrAppend(&html, "<p style=\"margin:16px 0 4px\">", Html(HowToAct(options)), "</p>\n");
    for (const std::string& command : commands) {
      AppendCode(absl::StrCat("belfry ", command), html);
    }
  }
  if (!card.context.empty()) {
    absl::StrAppend(&html, "<p class=\"small\" style=\"color:#57606a;font-size:14px;",
                    "margin:16px 0 0\">", HtmlLines(card.context), "</p>\n");
  }
  return absl::StrCat(html, "</div>\n</body>\n</html>\n");
}

}  // namespace

Letter MakeLetter(const Outgoing& message, const LetterOptions& options, absl::Time now) {
  Letter letter;
  letter.from = options.from;
  letter.to = message.endpoint.address();
  letter.subject = Subject(message);
  letter.date = now;
  letter.delivery = message.delivery;
  Thread(message, options.message_id_domain, letter);
  letter.text = PlainPart(message.card, options);
  letter.html = HtmlPart(message.card, letter.subject, options);
  return letter;
}

}  // namespace belfry::bot::email
