#include "server/frontend/incident_walk.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/base/status_macros.h"
#include "server/core/sight.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/incident_list.h"

namespace belfry::frontend {
namespace {

constexpr int kIncidentsAtOnce = 50;

}  // namespace

IncidentWalk::IncidentWalk(CallPtr call, storage::IncidentQuery query, int64_t oldest_us,
                           Visit visit, Done done)
    : call_(std::move(call)),
      query_(std::move(query)),
      oldest_us_(oldest_us),
      visit_(std::move(visit)),
      done_(std::move(done)) {
  SetVisibility(*call_, query_);
  query_.limit = kIncidentsAtOnce;
}

void IncidentWalk::Start() { Queue(); }

void IncidentWalk::Queue() {
  call_->engine().SubmitRead(
      [self = shared_from_this()](storage::Store& store) {
        bool more = false;
        const absl::Status status = self->Slice(store, &more);
        if (status.ok() && more) {
          self->Queue();
        } else {
          self->done_(status);
        }
      },
      [self = shared_from_this()](const absl::Status& refused) { self->done_(refused); });
}

absl::Status IncidentWalk::Slice(storage::Store& store, bool* more) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::IncidentRow> rows,
                          store.ListIncidents(query_));
  const auto directory = call_->engine().directory();
  for (const storage::IncidentRow& row : rows) {
    if (absl::Now() > call_->deadline()) {
      return absl::DeadlineExceededError(
          "the deadline passed before everything was counted; allow more time, or ask for less");
    }
    if (call_->IsCancelled()) return absl::CancelledError("nobody waits for the answer");
    if (row.create_time_us < oldest_us_) return absl::OkStatus();
    record::v1::IncidentState state;
    if (!state.ParseFromString(row.state_blob)) {
      return absl::DataLossError(absl::StrCat("the state of ", row.id, " cannot be read"));
    }
    if (ViewOf(*call_, *directory, state).sight() != core::Sight::kAll) continue;
    BELFRY_RETURN_IF_ERROR(visit_(store, row, state));
  }
  *more = rows.size() == static_cast<size_t>(query_.limit);
  if (*more) {
    query_.before_create_us = rows.back().create_time_us;
    query_.before_id = rows.back().id;
  }
  return absl::OkStatus();
}

}  // namespace belfry::frontend
