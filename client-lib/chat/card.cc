#include "belfry/chat/card.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/chat/time_token.h"

namespace belfry::chat {

std::string Card::PlainText() const {
  std::vector<std::string> lines;
  if (!title.empty()) lines.push_back(title);
  if (!body.empty()) lines.push_back(body);
  for (const CardField& field : fields) {
    lines.push_back(absl::StrCat(field.label, ": ", field.value));
  }
  // Each row names its columns, because a voice reads one row at a time.
  for (size_t i = 1; i < table.size(); ++i) {
    std::vector<std::string> cells;
    for (size_t j = 0; j < table[i].size(); ++j) {
      if (table[i][j].empty()) continue;
      const std::string header = j < table[0].size() ? table[0][j] : "";
      cells.push_back(j == 0 || header.empty() ? table[i][j]
                                               : absl::StrCat(header, " ", table[i][j]));
    }
    lines.push_back(absl::StrCat("- ", absl::StrJoin(cells, ", ")));
  }
  for (const std::string& hint : hints) lines.push_back(absl::StrCat("Next: ", hint));
  if (!context.empty()) lines.push_back(context);
  return WithoutTimeTokens(absl::StrJoin(lines, "\n"));
}

}  // namespace belfry::chat
