// What a document is written in: a few elements of XHTML, which can be shown as a page, as plain
// text and as PDF alike.
#ifndef BELFRY_SERVER_PAPER_MARKUP_H_
#define BELFRY_SERVER_PAPER_MARKUP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::paper {

// An element, or text when `name` is empty.
struct Node {
  std::string name;
  std::string text;
  // The only attribute there is: "letterhead", "signatures", "number".
  std::string style;
  std::vector<Node> children;
};

// The document's elements: section, header, footer, h1 to h3, p, dl with dt and dd, table with tr,
// th and td, ul, ol, li, strong, em, br, hr. INVALID_ARGUMENT names whatever else is there and its
// line, or what is not well-formed. White space between words counts as one space; `br` breaks a
// line.
absl::StatusOr<std::vector<Node>> ParseMarkup(absl::string_view content);

// All words of a node, with a line break for each `br`.
std::string TextOf(const Node& node);

}  // namespace belfry::paper

#endif  // BELFRY_SERVER_PAPER_MARKUP_H_
