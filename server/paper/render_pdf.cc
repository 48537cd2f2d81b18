// PDF by Pango and Cairo: lines of text placed on pages, each within its structure tag.
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "server/base/status_macros.h"
#include "server/paper/flow.h"
#include "server/paper/markup.h"
#include "server/paper/render.h"

namespace belfry::paper {
namespace {

// US Letter in points.
constexpr double kWidth = 612;
constexpr double kHeight = 792;
constexpr double kMarginX = 72;
constexpr double kTop = 78;
constexpr double kBottom = 72;
constexpr double kTextWidth = kWidth - 2 * kMarginX;
// A row that is cut shows at least so many lines on each page.
constexpr int kLinesTogether = 2;

struct Unref {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

const char* FontOf(Face face) {
  switch (face) {
    case Face::kBody:
      return "Liberation Serif, DejaVu Serif, serif 11";
    case Face::kLabel:
      return "Liberation Sans, DejaVu Sans, sans-serif Bold 9.5";
    case Face::kTable:
      return "Liberation Serif, DejaVu Serif, serif 10";
    case Face::kHeading1:
      return "Liberation Sans, DejaVu Sans, sans-serif Bold 17";
    case Face::kHeading2:
      return "Liberation Sans, DejaVu Sans, sans-serif Bold 12";
    case Face::kHeading3:
      return "Liberation Sans, DejaVu Sans, sans-serif Bold 10.5";
    case Face::kLetterhead:
      return "Liberation Sans, DejaVu Sans, sans-serif 10";
    case Face::kSmall:
      return "Liberation Sans, DejaVu Sans, sans-serif 9";
  }
  return "serif 11";
}

Layout MakeLayout(cairo_t* cairo, const std::string& markup, Face face, double width) {
  Layout layout(pango_cairo_create_layout(cairo));
  // A point of a font is a point of the page.
  pango_cairo_context_set_resolution(pango_layout_get_context(layout.get()), 72);
  const std::unique_ptr<PangoFontDescription, Unref> font(
      pango_font_description_from_string(FontOf(face)));
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_spacing(layout.get(), static_cast<int>(1.5 * PANGO_SCALE));
  // Codes and names stay as they are written.
  const std::string whole = absl::StrCat("<span insert_hyphens=\"false\">", markup, "</span>");
  pango_layout_set_markup(layout.get(), whole.c_str(), static_cast<int>(whole.size()));
  return layout;
}

struct Line {
  PangoLayoutLine* line;
  // From the top of the cell, in points.
  double top;
  double baseline;
  double bottom;
};

struct Cell {
  Layout layout;
  std::vector<Line> lines;
  const FlowCell* flow;
};

struct Row {
  const FlowRow* flow;
  std::vector<Cell> cells;
  int lines = 0;
  double height = 0;
};

// Some lines of a row on a page.
struct Segment {
  const Row* row;
  int first;
  int last;
  int page;
  double y;
};

Row MakeRow(cairo_t* cairo, const FlowRow& flow) {
  Row row{&flow, {}, 0, 0};
  for (const FlowCell& one : flow.cells) {
    Cell cell{MakeLayout(cairo, one.markup, one.face, one.width * kTextWidth), {}, &one};
    PangoLayoutIter* iter = pango_layout_get_iter(cell.layout.get());
    do {
      PangoRectangle box;
      pango_layout_iter_get_line_extents(iter, nullptr, &box);
      cell.lines.push_back({pango_layout_iter_get_line_readonly(iter),
                            static_cast<double>(box.y) / PANGO_SCALE,
                            static_cast<double>(pango_layout_iter_get_baseline(iter)) / PANGO_SCALE,
                            static_cast<double>(box.y + box.height) / PANGO_SCALE});
    } while (pango_layout_iter_next_line(iter) != FALSE);
    pango_layout_iter_free(iter);
    row.lines = std::max(row.lines, static_cast<int>(cell.lines.size()));
    if (!cell.lines.empty()) row.height = std::max(row.height, cell.lines.back().bottom);
    row.cells.push_back(std::move(cell));
  }
  return row;
}

// How high the lines from `first` on are, up to `last`, in the highest cell.
double HeightOf(const Row& row, int first, int last) {
  double height = 0;
  for (const Cell& cell : row.cells) {
    const int count = static_cast<int>(cell.lines.size());
    if (first >= count) continue;
    const int end = std::min(last, count - 1);
    height = std::max(height, cell.lines[static_cast<size_t>(end)].bottom -
                                  cell.lines[static_cast<size_t>(first)].top);
  }
  return height;
}

class Placing {
 public:
  // `keep` is the height of what must stand on the same page after it.
  void Place(const Row& row, double keep) {
    const double space = y_ > kTop ? row.flow->space_before : 0;
    const double room = kHeight - kBottom - y_;
    // What is small moves as a whole; what is large is cut.
    if (space + row.height + keep > room && y_ > kTop &&
        (row.height < (kHeight - kTop - kBottom) / 3 || room < 60)) {
      NextPage();
      Place(row, keep);
      return;
    }
    y_ += space;
    int first = 0;
    while (first < row.lines) {
      int last = row.lines - 1;
      while (last > first && HeightOf(row, first, last) > kHeight - kBottom - y_) --last;
      // Not one line alone on the next page.
      if (last < row.lines - 1 && row.lines - 1 - last < kLinesTogether &&
          last - first >= kLinesTogether) {
        --last;
      }
      segments_.push_back({&row, first, last, page_, y_});
      y_ += HeightOf(row, first, last);
      first = last + 1;
      if (first < row.lines) NextPage();
    }
  }

  const std::vector<Segment>& segments() const { return segments_; }
  int pages() const { return page_ + 1; }

 private:
  void NextPage() {
    ++page_;
    y_ = kTop;
  }

  std::vector<Segment> segments_;
  int page_ = 0;
  double y_ = kTop;
};

class Drawing {
 public:
  explicit Drawing(cairo_t* cairo) : cairo_(*cairo) {}

  void Draw(const Segment& segment) {
    const FlowRow& flow = *segment.row->flow;
    if (flow.rule_above && segment.first == 0) {
      Rule(segment.y - std::min(flow.space_before / 2, 3.0));
    }
    if (flow.tags.empty() || flow.group != group_) CloseGroup();
    if (!flow.tags.empty() && open_.empty()) {
      open_ = flow.tags[0];
      group_ = flow.group;
      cairo_tag_begin(&cairo_, open_.c_str(), nullptr);
    }
    const bool has_row = flow.tags.size() > 1;
    if (has_row) cairo_tag_begin(&cairo_, flow.tags[1].c_str(), nullptr);
    for (const Cell& cell : segment.row->cells) {
      cairo_tag_begin(&cairo_, cell.flow->tag.c_str(), nullptr);
      DrawCell(cell, segment);
      cairo_tag_end(&cairo_, cell.flow->tag.c_str());
    }
    if (has_row) cairo_tag_end(&cairo_, flow.tags[1].c_str());
  }

  // At the end of a page: its elements end with it.
  void CloseGroup() {
    if (!open_.empty()) cairo_tag_end(&cairo_, open_.c_str());
    open_.clear();
    group_ = 0;
  }

  void Rule(double y) {
    cairo_set_line_width(&cairo_, 0.5);
    cairo_set_source_rgb(&cairo_, 0.45, 0.45, 0.45);
    cairo_move_to(&cairo_, kMarginX, y);
    cairo_line_to(&cairo_, kWidth - kMarginX, y);
    cairo_stroke(&cairo_);
    cairo_set_source_rgb(&cairo_, 0, 0, 0);
  }

 private:
  void DrawCell(const Cell& cell, const Segment& segment) {
    if (segment.first >= static_cast<int>(cell.lines.size())) return;
    const double top = cell.lines[static_cast<size_t>(segment.first)].top;
    for (int i = segment.first; i <= segment.last && i < static_cast<int>(cell.lines.size()); ++i) {
      const Line& line = cell.lines[static_cast<size_t>(i)];
      cairo_move_to(&cairo_, kMarginX + cell.flow->left * kTextWidth,
                    segment.y + line.baseline - top);
      pango_cairo_show_layout_line(&cairo_, line.line);
    }
  }

  cairo_t& cairo_;
  std::string open_;
  int group_ = 0;
};

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

void DrawAt(cairo_t* cairo, const std::string& text, double y, PangoAlignment align) {
  const Layout layout = MakeLayout(cairo, Escaped(text), Face::kSmall, kTextWidth);
  pango_layout_set_alignment(layout.get(), align);
  cairo_move_to(cairo, kMarginX, y);
  pango_cairo_show_layout(cairo, layout.get());
}

// The label at head and foot of every page, the number, and which page of how many.
void DrawSurround(cairo_t* cairo, const Page& page, int number, int pages) {
  DrawAt(cairo, page.draft ? "DRAFT, not sent" : page.number, 42, PANGO_ALIGN_LEFT);
  DrawAt(cairo, page.tlp, 42, PANGO_ALIGN_RIGHT);
  DrawAt(cairo, absl::StrCat("Page ", number, " of ", pages), kHeight - 54, PANGO_ALIGN_LEFT);
  DrawAt(cairo, page.tlp, kHeight - 54, PANGO_ALIGN_RIGHT);
  if (number == pages && !page.content_sha256.empty()) {
    DrawAt(cairo,
           absl::StrCat("SHA-256 of the content: ", page.content_sha256.substr(0, 32), "\n",
                        page.content_sha256.substr(32)),
           kHeight - 42, PANGO_ALIGN_LEFT);
  }
}

cairo_status_t Append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

absl::StatusOr<std::string> RenderPdf(absl::string_view content, const Page& page) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<Node> nodes, ParseMarkup(content));
  const std::vector<FlowRow> flow = FlowOf(nodes);
  std::string pdf;
  {
    const std::unique_ptr<cairo_surface_t, Unref> surface(
        cairo_pdf_surface_create_for_stream(Append, &pdf, kWidth, kHeight));
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE,
                                   absl::StrCat(page.title, " ", page.number).c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_AUTHOR, page.sender.c_str());
    // The same document gives the same bytes, so the time is the document's, not that of printing.
    const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", page.time, absl::UTCTimeZone());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, time.c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_MOD_DATE, time.c_str());
    const std::unique_ptr<cairo_t, Unref> cairo(cairo_create(surface.get()));

    std::vector<Row> rows;
    rows.reserve(flow.size());
    for (const FlowRow& one : flow) rows.push_back(MakeRow(cairo.get(), one));
    Placing placing;
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool keep = rows[i].flow->keep_with_next && i + 1 < rows.size();
      placing.Place(rows[i],
                    keep ? rows[i + 1].flow->space_before + std::min(rows[i + 1].height, 40.0) : 0);
    }
    Drawing drawing(cairo.get());
    cairo_tag_begin(cairo.get(), "Document", nullptr);
    size_t next = 0;
    for (int i = 0; i < placing.pages(); ++i) {
      DrawSurround(cairo.get(), page, i + 1, placing.pages());
      for (; next < placing.segments().size() && placing.segments()[next].page == i; ++next) {
        drawing.Draw(placing.segments()[next]);
      }
      drawing.CloseGroup();
      if (i + 1 == placing.pages()) cairo_tag_end(cairo.get(), "Document");
      cairo_show_page(cairo.get());
    }
    if (const cairo_status_t status = cairo_status(cairo.get()); status != CAIRO_STATUS_SUCCESS) {
      return absl::InternalError(
          absl::StrCat("cannot make the PDF: ", cairo_status_to_string(status)));
    }
    cairo_surface_finish(surface.get());
    if (const cairo_status_t status = cairo_surface_status(surface.get());
        status != CAIRO_STATUS_SUCCESS) {
      return absl::InternalError(
          absl::StrCat("cannot make the PDF: ", cairo_status_to_string(status)));
    }
  }
  return pdf;
}

}  // namespace belfry::paper
