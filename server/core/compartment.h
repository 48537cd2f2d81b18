// Acts on who may know of an incident: named readers, the people it is about, its label, and the
// glass that is broken in an emergency.
#ifndef BELFRY_SERVER_CORE_COMPARTMENT_H_
#define BELFRY_SERVER_CORE_COMPARTMENT_H_

#include "absl/status/status.h"
#include "belfry/v1/compartment_service.pb.h"
#include "server/core/command.h"
#include "server/core/draft.h"

namespace belfry::core {

absl::Status DecideNameReader(Draft& draft, const Caller& caller, const v1::NameReaderRequest& act);
absl::Status DecideRemoveReader(Draft& draft, const Caller& caller,
                                const v1::RemoveReaderRequest& act);
absl::Status DecideNameSubject(Draft& draft, const Caller& caller,
                               const v1::NameSubjectRequest& act);
absl::Status DecideTlp(Draft& draft, const Caller& caller, const v1::ChangeTlpRequest& act);
absl::Status DecideBreakGlass(Draft& draft, const Caller& caller, const v1::BreakGlassRequest& act);

// May the caller so much as learn that the incident is there by breaking its glass? To everybody
// else it answers as one that does not exist.
bool MayBreakGlass(const Context& context, const Caller& caller,
                   const record::v1::IncidentState& state);

// When the next broken glass closes; InfiniteFuture when none is broken.
absl::Time NextGlassClosing(const record::v1::IncidentState& state);
// Closes those whose time is over at `due`.
void CloseGlasses(Draft& draft, absl::Time due);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_COMPARTMENT_H_
