#include "client-lib/chat/digest_card.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

using Line = v1::DigestContent::Line;

constexpr int kLinesShown = 6;
constexpr size_t kTitleCharacters = 50;

std::string DutyTitle(const Line& line, const View& view) {
  const auto* duty = view.FindObligation(line.obligation());
  return duty == nullptr || duty->title().empty() ? line.obligation() : duty->title();
}

// "• DOP-2026-0007 · Daily status · Tue 24 Nov 14:05 EST · Ransom note". A restricted incident has
// no title, and then neither its duty nor where it stands is said.
std::string LineText(const Line& line, const View& view, bool with_entity) {
  std::vector<std::string> parts = {IncidentId(line.incident())};
  if (line.title().empty()) {
    parts.emplace_back("restricted");
  } else if (!line.obligation().empty()) {
    parts.push_back(DutyTitle(line, view));
  } else {
    parts.push_back(view.StateTitle(line.state()));
  }
  if (line.has_due_time()) parts.push_back(view.Due(line.due_time()));
  if (with_entity && !line.entity().empty()) parts.push_back(ShortName(line.entity()));
  if (!line.title().empty()) parts.push_back(Clip(line.title(), kTitleCharacters));
  return absl::StrCat("• ", absl::StrJoin(parts, " · "));
}

void AddSection(absl::string_view heading, const google::protobuf::RepeatedPtrField<Line>& lines,
                const View& view, bool with_entity, std::vector<std::string>& body) {
  if (lines.empty()) {
    body.push_back(absl::StrCat(heading, ": none"));
    return;
  }
  body.push_back(absl::StrCat(heading, " (", lines.size(), ")"));
  for (int i = 0; i < lines.size() && i < kLinesShown; ++i) {
    body.push_back(LineText(lines.Get(i), view, with_entity));
  }
  if (lines.size() > kLinesShown) {
    body.push_back(absl::StrCat("  … and ", lines.size() - kLinesShown, " more"));
  }
}

}  // namespace

Card DigestCard(const v1::Notice& notice, const View& view) {
  const v1::DigestContent& digest = notice.digest();
  const bool government = digest.entity().empty();
  Card card;
  card.tone = digest.late().empty() ? Tone::kNeutral : Tone::kDanger;
  card.title = absl::StrCat(
      government ? "All agencies" : ShortName(digest.entity()), " · ", digest.date(), " · ",
      digest.open_count(), digest.open_count() == 1 ? " open incident" : " open incidents",
      digest.late().empty() ? "" : absl::StrCat(", ", digest.late_size(), " LATE"));
  std::vector<std::string> body;
  AddSection("LATE", digest.late(), view, government, body);
  AddSection("Due today", digest.due_today(), view, government, body);
  AddSection("New and changed", digest.changed(), view, government, body);
  card.body = absl::StrJoin(body, "\n");
  std::vector<std::string> small;
  if (digest.left_out_count() > 0) {
    small.push_back(absl::StrCat(digest.left_out_count(), " lines are not listed here"));
  }
  if (!digest.checkpoint().empty()) {
    small.push_back(absl::StrCat("record ", digest.checkpoint()));
  }
  if (!notice.clauses().empty()) small.push_back(absl::StrJoin(notice.clauses(), ", "));
  card.context = absl::StrJoin(small, " · ");
  card.buttons = {PressButton("My duties", "home"), PressButton("Late ones", "list late"),
                  FormButton("Report an incident", "open")};
  return card;
}

}  // namespace belfry::chat
