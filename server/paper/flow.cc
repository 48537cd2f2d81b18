#include "server/paper/flow.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace belfry::paper {
namespace {

constexpr double kBullet = 0.04;
constexpr double kTermWidth = 0.31;
constexpr double kGutter = 0.025;
// A column is never narrower, and never asks for more, than these.
constexpr double kCharactersMin = 11;
constexpr double kCharactersMax = 40;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

void AppendMarkup(const Node& node, std::string& out) {
  if (node.name.empty()) {
    absl::string_view text = node.text;
    const bool begins = out.empty() || out.back() == '\n' || out.back() == ' ';
    if (begins && !text.empty() && text[0] == ' ') text.remove_prefix(1);
    absl::StrAppend(&out, Escaped(text));
    return;
  }
  if (node.name == "br") {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out.push_back('\n');
    return;
  }
  const absl::string_view tag = node.name == "strong" ? "b" : node.name == "em" ? "i" : "";
  if (!tag.empty()) absl::StrAppend(&out, "<", tag, ">");
  for (const Node& child : node.children) AppendMarkup(child, out);
  if (!tag.empty()) absl::StrAppend(&out, "</", tag, ">");
}

std::string MarkupOf(const Node& node) {
  std::string out;
  AppendMarkup(node, out);
  return std::string(absl::StripAsciiWhitespace(out));
}

class Flow {
 public:
  void Add(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) Add(node);
  }
  std::vector<FlowRow> Take() && { return std::move(rows_); }

 private:
  void One(const Node& node, Face face, std::string tag, double space, bool keep) {
    FlowRow row;
    row.cells.push_back({MarkupOf(node), face, 0, 1, std::move(tag)});
    if (row.cells[0].markup.empty()) return;
    row.group = ++group_;
    row.space_before = space;
    row.keep_with_next = keep;
    Place(std::move(row));
  }

  void Place(FlowRow row) {
    row.rule_above = row.rule_above || rule_;
    rule_ = false;
    rows_.push_back(std::move(row));
  }

  void Items(const Node& list) {
    ++group_;
    int number = 0;
    for (const Node& item : list.children) {
      if (item.name != "li") continue;
      FlowRow row;
      row.tags = {"L", "LI"};
      row.group = group_;
      row.space_before = number == 0 ? 4 : 2;
      ++number;
      row.cells.push_back(
          {list.name == "ol" ? absl::StrCat(number, ".") : "•", Face::kBody, 0, kBullet, "Lbl"});
      row.cells.push_back({MarkupOf(item), Face::kBody, kBullet, 1 - kBullet, "LBody"});
      Place(std::move(row));
    }
  }

  // Term and what is said of it, side by side.
  void Terms(const Node& list) {
    ++group_;
    std::string term;
    for (const Node& item : list.children) {
      if (item.name == "dt") term = MarkupOf(item);
      if (item.name != "dd") continue;
      FlowRow row;
      row.tags = {"L", "LI"};
      row.group = group_;
      row.space_before = 5;
      row.cells.push_back({term, Face::kLabel, 0, kTermWidth, "Lbl"});
      row.cells.push_back(
          {MarkupOf(item), Face::kBody, kTermWidth + kGutter, 1 - kTermWidth - kGutter, "LBody"});
      Place(std::move(row));
      term.clear();
    }
  }

  static std::vector<const Node*> CellsOf(const Node& row) {
    std::vector<const Node*> cells;
    for (const Node& cell : row.children) {
      if (!cell.name.empty()) cells.push_back(&cell);
    }
    return cells;
  }

  // In characters of the usual width; capitals are wider.
  static double LengthOf(const Node& cell) {
    double length = 0;
    for (const char c : TextOf(cell)) {
      length += absl::ascii_isupper(static_cast<unsigned char>(c)) ? 1.4 : 1.0;
    }
    return length;
  }

  // What has more to say gets more room: parts of the width, by the longest text of each column.
  static std::vector<double> Columns(const Node& table) {
    std::vector<double> weights;
    for (const Node& line : table.children) {
      const std::vector<const Node*> cells = CellsOf(line);
      weights.resize(std::max(weights.size(), cells.size()), kCharactersMin);
      for (size_t i = 0; i < cells.size(); ++i) {
        weights[i] = std::max(weights[i], std::min(LengthOf(*cells[i]), kCharactersMax));
      }
    }
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= all;
    return weights;
  }

  void Table(const Node& table) {
    ++group_;
    const std::vector<double> columns = Columns(table);
    for (const Node& line : table.children) {
      if (line.name != "tr") continue;
      FlowRow row;
      row.tags = {"Table", "TR"};
      row.group = group_;
      row.space_before = 5;
      bool header = false;
      double left = 0;
      for (const Node* cell : CellsOf(line)) {
        const bool is_header = cell->name == "th";
        const double width = columns[row.cells.size()];
        header = header || is_header;
        row.cells.push_back({MarkupOf(*cell), is_header ? Face::kLabel : Face::kTable, left,
                             width - kGutter, is_header ? "TH" : "TD"});
        left += width;
      }
      row.rule_above = !header;
      row.keep_with_next = header;
      if (!row.cells.empty()) Place(std::move(row));
    }
  }

  void Add(const Node& node) {
    const bool letterhead = node.style == "letterhead";
    if (node.name == "h1") {
      One(node, Face::kHeading1, "H1", 18, true);
    } else if (node.name == "h2") {
      One(node, Face::kHeading2, "H2", 14, true);
    } else if (node.name == "h3") {
      One(node, Face::kHeading3, "H3", 10, true);
    } else if (node.name == "p") {
      One(node,
          in_letterhead_ ? Face::kLetterhead
          : in_footer_   ? Face::kSmall
                         : Face::kBody,
          "P", in_letterhead_ ? 1 : 6, false);
    } else if (node.name == "ul" || node.name == "ol") {
      Items(node);
    } else if (node.name == "dl") {
      Terms(node);
    } else if (node.name == "table") {
      Table(node);
    } else if (node.name == "hr") {
      rule_ = true;
    } else if (!node.name.empty()) {
      const bool was_letterhead = in_letterhead_;
      const bool was_footer = in_footer_;
      in_letterhead_ = in_letterhead_ || letterhead || node.name == "header";
      if (node.name == "footer") in_footer_ = rule_ = true;
      Add(node.children);
      if (node.name == "header") rule_ = true;
      in_letterhead_ = was_letterhead;
      in_footer_ = was_footer;
    }
  }

  std::vector<FlowRow> rows_;
  int group_ = 0;
  bool rule_ = false;
  bool in_letterhead_ = false;
  bool in_footer_ = false;
};

}  // namespace

std::vector<FlowRow> FlowOf(const std::vector<Node>& nodes) {
  Flow flow;
  flow.Add(nodes);
  return std::move(flow).Take();
}

}  // namespace belfry::paper
