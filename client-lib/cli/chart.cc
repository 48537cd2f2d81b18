#include "client-lib/cli/chart.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/utf8.h"

namespace belfry::cli {
namespace {

using chat::DisplayWidth;

constexpr size_t kGap = 2;
constexpr size_t kTextColumnMin = 12;
constexpr size_t kTitleColumnMin = 16;

std::string Painted(absl::string_view text, absl::string_view code, const Terminal& terminal) {
  return terminal.color ? absl::StrCat("\x1b[", code, "m", text, "\x1b[0m") : std::string(text);
}

// "▏" to "█": one to eight eighths of a column from the left.
std::string EighthsAcross(int64_t eighths) {
  static constexpr const char* kBlocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  return kBlocks[eighths];
}

size_t TableWidth(const std::vector<size_t>& widths, const std::vector<bool>& shown) {
  size_t width = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    if (shown[i]) width += widths[i] + (width == 0 ? 0 : kGap);
  }
  return width;
}

// Takes out the most expendable column that is left; false when all the others must stay.
bool TakeOne(const std::vector<Column>& columns, std::vector<bool>& shown) {
  size_t found = columns.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!shown[i] || columns[i].expendable == 0) continue;
    if (found == columns.size() || columns[i].expendable > columns[found].expendable) found = i;
  }
  if (found == columns.size()) return false;
  shown[found] = false;
  return true;
}

std::string Cut(const std::string& text, size_t width, const Terminal& terminal) {
  if (DisplayWidth(text) <= width) return text;
  if (terminal.unicode || width < 3) return chat::Clip(text, width);
  // Clip() marks the place with one character that is none of ASCII.
  const std::string clipped = chat::Clip(text, width - 1);
  return absl::StrCat(absl::StripSuffix(clipped, "…"), "..");
}

std::string Padded(const std::string& text, size_t width, bool right, const Terminal& terminal) {
  const std::string cut = Cut(text, width, terminal);
  const size_t used = DisplayWidth(cut);
  const std::string space(used < width ? width - used : 0, ' ');
  return right ? space + cut : cut + space;
}

}  // namespace

std::string CompactSpan(int64_t milliseconds) {
  if (milliseconds < 1000) return absl::StrCat(milliseconds, milliseconds == 0 ? "s" : "ms");
  const int64_t seconds = milliseconds / 1000;
  const int64_t minutes = seconds / 60;
  const int64_t hours = minutes / 60;
  const int64_t days = hours / 24;
  const auto two = [](int64_t large, char unit, int64_t small, char small_unit) {
    return small == 0 ? absl::StrFormat("%d%c", large, unit)
                      : absl::StrFormat("%d%c%02d%c", large, unit, small, small_unit);
  };
  if (minutes == 0) return absl::StrCat(seconds, "s");
  if (hours == 0) return two(minutes, 'm', seconds % 60, 's');
  if (days == 0) return two(hours, 'h', minutes % 60, 'm');
  if (days < 10) return two(days, 'd', hours % 24, 'h');
  return absl::StrCat(days, "d");
}

std::string Bar(int64_t value, int64_t max, size_t width, const Terminal& terminal) {
  if (value <= 0 || max <= 0 || width == 0) return "";
  const int64_t eighths = std::clamp<int64_t>(value * static_cast<int64_t>(width) * 8 / max, 1,
                                              static_cast<int64_t>(width) * 8);
  if (!terminal.unicode) return std::string(static_cast<size_t>((eighths + 7) / 8), '#');
  std::string bar;
  for (int64_t i = 0; i < eighths / 8; ++i) bar += EighthsAcross(8);
  return bar + EighthsAcross(eighths % 8);
}

std::string Sparkline(const std::vector<int64_t>& values, const Terminal& terminal) {
  static constexpr const char* kHeights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr char kAscii[] = "_.-=#";
  const int64_t max = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  std::string line;
  for (const int64_t value : values) {
    if (value <= 0) {
      line += ' ';
    } else if (terminal.unicode) {
      line += kHeights[(value * 8 - 1) / max];
    } else {
      line += kAscii[(value * 5 - 1) / max];
    }
  }
  return line;
}

std::string Bold(absl::string_view text, const Terminal& terminal) {
  return Painted(text, "1", terminal);
}
std::string Dim(absl::string_view text, const Terminal& terminal) {
  return Painted(text, "2", terminal);
}

std::string RenderTable(const std::vector<Column>& columns,
                        const std::vector<std::vector<std::string>>& rows,
                        const Terminal& terminal) {
  std::vector<std::vector<std::string>> cells = rows;
  std::vector<size_t> widths;
  for (const Column& column : columns) widths.push_back(DisplayWidth(column.title));
  for (std::vector<std::string>& row : cells) {
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = Harmless(row[i]);
      std::replace(row[i].begin(), row[i].end(), '\n', ' ');
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::vector<bool> shown(columns.size(), true);
  if (terminal.width > 0) {
    // A title that is cut tells more than one that is gone.
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool title =
          !columns[i].numeric && columns[i].expendable > 0 && !columns[i].title.empty();
      while (title && widths[i] > kTitleColumnMin && TableWidth(widths, shown) > terminal.width) {
        --widths[i];
      }
    }
    while (TableWidth(widths, shown) > terminal.width && TakeOne(columns, shown)) {
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      while (TableWidth(widths, shown) > terminal.width && !columns[i].numeric &&
             widths[i] > kTextColumnMin) {
        --widths[i];
      }
    }
  }
  const auto line = [&](const auto& cell) {
    std::string text;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!shown[i]) continue;
      if (!text.empty()) text.append(kGap, ' ');
      text += Padded(cell(i), widths[i], columns[i].numeric, terminal);
    }
    absl::StripTrailingAsciiWhitespace(&text);
    return text;
  };
  std::string out =
      absl::StrCat(Dim(line([&](size_t i) { return columns[i].title; }), terminal), "\n");
  for (const std::vector<std::string>& row : cells) {
    absl::StrAppend(&out, line([&](size_t i) { return i < row.size() ? row[i] : ""; }), "\n");
  }
  return out;
}

}  // namespace belfry::cli
