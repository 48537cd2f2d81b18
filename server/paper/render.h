// A document's content as a page of HTML, as plain text and as PDF. The same content and page give
// the same text and HTML for ever, and the same PDF with the same fonts and libraries.
#ifndef BELFRY_SERVER_PAPER_RENDER_H_
#define BELFRY_SERVER_PAPER_RENDER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/paper/page.h"

namespace belfry::paper {

// A whole page that needs nothing else: styles for screens and for paper, no scripts.
absl::StatusOr<std::string> RenderHtml(absl::string_view content, const Page& page);

// Lines of at most 78 columns.
absl::StatusOr<std::string> RenderText(absl::string_view content, const Page& page);

// US Letter, paged, with text that can be searched, structure tags and metadata.
absl::StatusOr<std::string> RenderPdf(absl::string_view content, const Page& page);

}  // namespace belfry::paper

#endif  // BELFRY_SERVER_PAPER_RENDER_H_
