// Lawful deletion: what was written goes, that it was there stays.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/limits.h"
#include "server/core/text.h"

namespace belfry::core {
namespace {

absl::Status NotExpungeable(int64_t version) {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "NOT_EXPUNGEABLE",
                      absl::StrCat("version: entry ", version,
                                   " is no note; the incident's state is made of it, so its text "
                                   "can be corrected by a later entry but not deleted"))
      .Metadata("version", absl::StrCat(version))
      .Build();
}

}  // namespace

absl::Status DecideExpunge(Draft& draft, const Caller& caller, const v1::ExpungePayloadRequest& act,
                           const std::optional<record::v1::Event>& event) {
  BELFRY_RETURN_IF_ERROR(RequireAct(draft.context(), caller, draft.state(), "EXPUNGE"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("authority", act.authority(), kAuthorityCharactersMax));
  if (!event.has_value()) {
    return InvalidField("version",
                        absl::StrCat("there is no entry ", act.version(), " in this incident"));
  }
  if (!event->has_note_added()) return NotExpungeable(act.version());
  if (event->note_added().expunged()) return absl::OkStatus();
  record::v1::Event expunged = draft.NewEvent();
  record::v1::PayloadExpunged* body = expunged.mutable_payload_expunged();
  body->set_event_version(act.version());
  body->set_reason(act.reason());
  body->set_authority(act.authority());
  draft.Record(std::move(expunged));
  return absl::OkStatus();
}

}  // namespace belfry::core
