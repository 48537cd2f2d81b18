#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/base/status_macros.h"
#include "server/paper/markup.h"
#include "server/paper/render.h"

namespace belfry::paper {
namespace {

// Read on screens of any width, in the dark, and printed.
constexpr absl::string_view kStyle = R"css(
:root { color-scheme: light dark; }
body { font: 1.05rem/1.55 Georgia, "Liberation Serif", serif; margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1, h2, h3, .label, header { font-family: "Helvetica Neue", Arial, "Liberation Sans", sans-serif; line-height: 1.25; }
h1 { font-size: 1.6rem; margin: 1.6rem 0 .6rem; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
header { border-bottom: 2px solid currentColor; padding-bottom: .6rem; }
header p { margin: 0; }
dl { margin: .6rem 0; }
dt { font-family: "Helvetica Neue", Arial, "Liberation Sans", sans-serif; font-size: .9rem; font-weight: 600; margin-top: .7rem; }
dd { margin: .1rem 0 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .95rem; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 35%, transparent); padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
footer { margin-top: 2rem; border-top: 1px solid currentColor; padding-top: .5rem; font-size: .9rem; }
.label { display: flex; justify-content: space-between; gap: 1rem; font-size: .85rem; font-weight: 600; padding: .4rem 1.25rem; max-width: 44rem; margin: 0 auto; }
.draft { border: 2px dashed currentColor; padding: .3rem .6rem; font-weight: 600; }
.digest { font: .75rem/1.4 ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
@page { size: letter; margin: 2.2cm; }
@media print { main { max-width: none; padding: 0; } .label { max-width: none; padding: 0 0 .4rem; } }
)css";

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace

absl::StatusOr<std::string> RenderHtml(absl::string_view content, const Page& page) {
  BELFRY_RETURN_IF_ERROR(ParseMarkup(content).status());
  const std::string label = absl::StrCat("<div class=\"label\"><span>", Escaped(page.tlp),
                                         "</span><span>", Escaped(page.number), "</span></div>\n");
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      Escaped(page.title), " ", Escaped(page.number), "</title>\n<style>", kStyle,
      "</style>\n</head>\n<body>\n", label, "<main>\n",
      page.draft ? "<p class=\"draft\">Draft. It was not sent.</p>\n" : "", content,
      page.content_sha256.empty()
          ? ""
          : absl::StrCat("\n<p class=\"digest\">SHA-256 of the content: ", page.content_sha256,
                         "</p>"),
      "\n</main>\n", label, "</body>\n</html>\n");
}

}  // namespace belfry::paper
