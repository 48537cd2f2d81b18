// A document's content as rows of text from top to bottom: what a page of paper is filled with.
#ifndef BELFRY_SERVER_PAPER_FLOW_H_
#define BELFRY_SERVER_PAPER_FLOW_H_

#include <string>
#include <vector>

#include "server/paper/markup.h"

namespace belfry::paper {

enum class Face { kBody, kLabel, kTable, kHeading1, kHeading2, kHeading3, kLetterhead, kSmall };

// One cell of a row. `left` and `width` are parts of the width between the margins.
struct FlowCell {
  // Pango's markup, escaped.
  std::string markup;
  Face face = Face::kBody;
  double left = 0;
  double width = 1;
  // Structure tag of PDF: "P", "TH", "LBody".
  std::string tag;
};

struct FlowRow {
  std::vector<FlowCell> cells;
  // Structure tags around the cells, outermost first: {"Table", "TR"}.
  std::vector<std::string> tags;
  // Rows with the same number stand in the same outermost element.
  int group = 0;
  // In points.
  double space_before = 0;
  bool keep_with_next = false;
  // A line across the page above it.
  bool rule_above = false;
};

std::vector<FlowRow> FlowOf(const std::vector<Node>& nodes);

}  // namespace belfry::paper

#endif  // BELFRY_SERVER_PAPER_FLOW_H_
