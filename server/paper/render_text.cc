#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/status_macros.h"
#include "server/paper/markup.h"
#include "server/paper/render.h"

namespace belfry::paper {
namespace {

constexpr size_t kColumns = 78;

// Characters, so that words with accents break where they should.
size_t Width(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// Lines of at most kColumns; a longer word stays whole, so that it can be copied.
void AppendWrapped(absl::string_view text, const std::string& first, const std::string& rest,
                   std::string& out) {
  const std::string* indent = &first;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    std::string line;
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
      if (!line.empty() && Width(*indent) + Width(line) + 1 + Width(word) > kColumns) {
        absl::StrAppend(&out, *indent, line, "\n");
        indent = &rest;
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    absl::StrAppend(&out, line.empty() ? "" : *indent, line, "\n");
    indent = &rest;
  }
}

class Writer {
 public:
  void Write(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) Write(node);
  }
  std::string Take() && { return std::move(out_); }

 private:
  void Gap() {
    if (!out_.empty() && !absl::EndsWith(out_, "\n\n")) out_.push_back('\n');
  }

  void Heading(const Node& node, char line) {
    Gap();
    const std::string text = TextOf(node);
    AppendWrapped(text, "", "", out_);
    size_t widest = 0;
    for (const absl::string_view part : absl::StrSplit(text, '\n')) {
      widest = std::max(widest, Width(part));
    }
    absl::StrAppend(&out_, std::string(std::min(widest, kColumns), line), "\n");
  }

  void Row(const Node& row) {
    std::vector<std::string> cells;
    for (const Node& cell : row.children) {
      if (cell.name == "th" || cell.name == "td") cells.push_back(TextOf(cell));
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      AppendWrapped(cells[i], i == 0 ? "  * " : "    ", "    ", out_);
    }
  }

  void Items(const Node& list) {
    Gap();
    int number = 0;
    for (const Node& item : list.children) {
      if (item.name != "li") continue;
      const std::string mark = list.name == "ol" ? absl::StrCat(++number, ". ") : "- ";
      AppendWrapped(TextOf(item), mark, std::string(mark.size(), ' '), out_);
    }
    Gap();
  }

  void Write(const Node& node) {
    if (node.name == "h1") {
      Heading(node, '=');
    } else if (node.name == "h2" || node.name == "h3") {
      Heading(node, '-');
    } else if (node.name == "p") {
      const std::string text = TextOf(node);
      if (text.empty()) return;
      AppendWrapped(text, "", "", out_);
      Gap();
    } else if (node.name == "dt") {
      Gap();
      AppendWrapped(absl::StrCat(TextOf(node), ":"), "", "", out_);
    } else if (node.name == "dd") {
      AppendWrapped(TextOf(node), "    ", "    ", out_);
    } else if (node.name == "tr") {
      Row(node);
    } else if (node.name == "ul" || node.name == "ol") {
      Items(node);
    } else if (node.name == "hr") {
      Gap();
      absl::StrAppend(&out_, std::string(kColumns, '-'), "\n\n");
    } else if (!node.name.empty()) {
      Gap();
      Write(node.children);
      Gap();
    }
  }

  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> RenderText(absl::string_view content, const Page& page) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<Node> nodes, ParseMarkup(content));
  Writer writer;
  writer.Write(nodes);
  std::string out = absl::StrCat(page.tlp, page.tlp.empty() ? "" : "  ", page.number, "\n\n");
  if (page.draft) absl::StrAppend(&out, "DRAFT. It was not sent.\n\n");
  absl::StrAppend(&out, absl::StripAsciiWhitespace(std::move(writer).Take()), "\n");
  if (!page.content_sha256.empty()) {
    absl::StrAppend(&out, "\nSHA-256 of the content:\n", page.content_sha256, "\n");
  }
  if (!page.tlp.empty()) absl::StrAppend(&out, page.tlp, "\n");
  return out;
}

}  // namespace belfry::paper
