// Public records: who may do what with the record of an incident, what a review and a release are
// made of, and how a release is written.
#ifndef BELFRY_SERVER_CORE_PUBLIC_RELEASE_H_
#define BELFRY_SERVER_CORE_PUBLIC_RELEASE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/record/v1/state.pb.h"
#include "belfry/v1/public_records_service.pb.h"
#include "server/core/command.h"
#include "server/core/core.h"

namespace belfry::core {

// The present way of writing; an older release is only made again in the way it was written.
inline constexpr int kReleaseFormat = 1;

// REQUEST_RECORD, REVIEW_RECORD or RELEASE_RECORD, for the entity that reports the incident. Of a
// restricted incident the named readers alone (READER_REQUIRED); third parties and guests never.
absl::Status RequireRecordAct(const Context& context, const Caller& caller,
                              const record::v1::IncidentState& state, absl::string_view act);

// The record up to one event, of which something is to be said.
struct RecordAt {
  const PolicyIndex& policy;
  const record::v1::IncidentState& state;
  // All up to state.version(); `state` is their fold.
  const std::vector<record::v1::Event>& events;
};

// What ReviewRecord comes to, for Decide(). Rights are asked there.
absl::StatusOr<record::v1::RecordReviewed> PrepareReview(const RecordAt& record,
                                                         const v1::ReviewRecordRequest& request);

// What ReleaseRecord comes to, for Decide(): the next version of the reference, as of the record's
// last event. FAILED_PRECONDITION (RECORD_UNREVIEWED) names the items that nobody has looked at.
absl::StatusOr<record::v1::RecordReleased> PrepareRelease(const Context& context,
                                                          const RecordAt& record,
                                                          const Caller& caller,
                                                          const v1::ReleaseRecordRequest& request);

// A release as files.
struct WrittenRelease {
  std::string json;
  std::string text;
  std::string log_json;
  // The record before anything was withheld; only its SHA-256 is kept.
  std::string original;
  std::vector<v1::ExemptionLogEntry> log;
  int item_count = 0;
  int withheld_count = 0;
  int partly_withheld_count = 0;
};

// Pure and deterministic. Of `release` the hashes and counts are not used.
WrittenRelease WriteRelease(const RecordAt& record, const record::v1::RecordReleased& release);

// Whether what was written is what was recorded.
bool IsSame(const WrittenRelease& written, const v1::RecordRelease& release);

// The record as it was at the event: the fold of the events up to it. `events` are shortened to
// them.
record::v1::IncidentState StateAt(std::vector<record::v1::Event>& events, int64_t version);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_PUBLIC_RELEASE_H_
