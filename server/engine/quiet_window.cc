#include "server/engine/quiet_window.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"

namespace belfry::engine {
namespace {

// Above this the old ones are swept out.
constexpr size_t kSaidMax = 100'000;

std::string KeyOf(absl::string_view target, const v1::Notice& notice) {
  return Sha256Hex(absl::StrCat(target, "\n", notice.kind(), "\n", notice.incident().name(), "\n",
                                notice.obligation(), "\n", notice.title(), "\n", notice.text()));
}

}  // namespace

bool QuietWindow::Applies(const policy::v1::EscalationLadder& ladder, absl::string_view severity,
                          absl::string_view target, const v1::Notice& notice) {
  if (!ladder.has_quiet() || !absl::StartsWith(target, "people/")) return false;
  if (notice.kind() == v1::Notice::KIND_HEADLINE || notice.kind() == v1::Notice::KIND_LOG) {
    return false;
  }
  return std::find(ladder.never_quiet().begin(), ladder.never_quiet().end(), severity) ==
         ladder.never_quiet().end();
}

std::optional<std::string> QuietWindow::Find(absl::string_view target, const v1::Notice& notice,
                                             absl::Time now, absl::Duration quiet) {
  const auto found = said_.find(KeyOf(target, notice));
  if (found == said_.end() || now - found->second.time >= quiet) return std::nullopt;
  return found->second.delivery;
}

void QuietWindow::Remember(absl::string_view target, const v1::Notice& notice,
                           absl::string_view delivery, absl::Time now, absl::Duration quiet) {
  if (said_.size() >= kSaidMax) {
    absl::erase_if(said_, [&](const auto& entry) { return now - entry.second.time >= quiet; });
  }
  said_[KeyOf(target, notice)] = {std::string(delivery), now};
}

}  // namespace belfry::engine
