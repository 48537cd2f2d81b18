// Words of notices, from the pack's templates.
#ifndef BELFRY_SERVER_CORE_NOTICE_TEXT_H_
#define BELFRY_SERVER_CORE_NOTICE_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "server/core/core.h"

namespace belfry::core {

struct NoticeText {
  std::string title;
  std::string text;
};

// What a notice is about, beside the incident; all optional.
struct NoticeFacts {
  const record::v1::ObligationRow* obligation = nullptr;
  const policy::v1::Obligation* rule = nullptr;
  std::string actor = {};
  std::string reason = {};
  std::string roles = {};
  int level = 0;
  // Of what has happened.
  std::optional<absl::Time> when = {};
};

// Fills the template `key`; a pack without it gives the key itself, so that nothing is ever silent.
NoticeText TextFor(const Context& context, const record::v1::IncidentState& state,
                   absl::string_view key, const NoticeFacts& facts);

// "Tue 24 Nov 14:05 EST" in the pack's time zone.
std::string CivilTime(const PolicyIndex& policy, absl::Time time);
// "1 d 3 h", "45 min"; "now" below a minute.
std::string RoughDuration(absl::Duration duration);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_NOTICE_TEXT_H_
