// Tables of numbers and small bar charts for a terminal.
#ifndef BELFRY_CLIENT_LIB_CLI_CHART_H_
#define BELFRY_CLIENT_LIB_CLI_CHART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client-lib/cli/terminal.h"

namespace belfry::cli {

// "450ms", "45s", "12m30s", "1h05m", "2d03h", "45d": at most two units, at most six columns below a
// thousand days.
std::string CompactSpan(int64_t milliseconds);

// A bar of at most `width` columns for `value` of `max`, in eighths of a column; '#' in ASCII.
// Something that is not nothing is never an empty bar.
std::string Bar(int64_t value, int64_t max, size_t width, const Terminal& terminal);

// One column for each value, eight heights; "_.-=#" in ASCII.
std::string Sparkline(const std::vector<int64_t>& values, const Terminal& terminal);

std::string Bold(absl::string_view text, const Terminal& terminal);
std::string Dim(absl::string_view text, const Terminal& terminal);

struct Column {
  std::string title;
  bool numeric = true;  // to the right
  // Where the table is too wide, columns go, the highest number first; 0 stays.
  int expendable = 0;
};

// Ends with a line break. Text cells are cut where that is not enough.
std::string RenderTable(const std::vector<Column>& columns,
                        const std::vector<std::vector<std::string>>& rows,
                        const Terminal& terminal);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_CHART_H_
