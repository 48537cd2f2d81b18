#include "client-lib/exchange/csv_row.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client-lib/exchange/xml.h"

namespace belfry::exchange {
namespace {

// Spreadsheets run what begins like a formula, quoted or not; some skip white space before it, and
// some read full-width signs alike. An apostrophe makes it text.
bool LooksLikeFormula(absl::string_view cell) {
  while (!cell.empty() && (cell[0] == ' ' || cell[0] == '\n')) cell.remove_prefix(1);
  if (cell.empty()) return false;
  static constexpr absl::string_view kStarts[] = {"=", "+", "-",      "@",      "\t",     "\r",
                                                  "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20"};
  for (const absl::string_view start : kStarts) {
    if (absl::StartsWith(cell, start)) return true;
  }
  return false;
}

void AppendCell(absl::string_view text, std::string& out) {
  const std::string cell = absl::StrCat(LooksLikeFormula(text) ? "'" : "", VisibleControls(text));
  if (cell.find_first_of(",\"\r\n") == std::string::npos) {
    absl::StrAppend(&out, cell);
    return;
  }
  out.push_back('"');
  for (const char c : cell) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

void AppendCsvRow(const std::vector<std::string>& cells, std::string& out) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out.push_back(',');
    AppendCell(cells[i], out);
  }
  absl::StrAppend(&out, "\r\n");
}

}  // namespace belfry::exchange
