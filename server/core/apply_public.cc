#include "server/core/apply_public.h"

#include <string>

#include "absl/container/flat_hash_map.h"

namespace belfry::core {
namespace {

using record::v1::Event;
using record::v1::IncidentState;
using record::v1::RecordReviewRow;

void ApplyReviews(IncidentState& state, const Event& event) {
  absl::flat_hash_map<std::string, int> known;
  for (int i = 0; i < state.record_reviews_size(); ++i) {
    known.emplace(state.record_reviews(i).item(), i);
  }
  for (const RecordReviewRow& review : event.record_reviewed().reviews()) {
    const auto found = known.find(review.item());
    RecordReviewRow& row = found == known.end() ? *state.add_record_reviews()
                                                : *state.mutable_record_reviews(found->second);
    row = review;
    row.set_decider(event.actor().principal());
    *row.mutable_time() = event.time();
    row.set_reason(event.record_reviewed().reason());
    row.set_event_version(event.version());
  }
}

// What a reference that is open becomes.
void Answer(IncidentState& state, const Event& event, const std::string& reference,
            v1::RecordsRequest::State answer, const std::string& reason) {
  for (v1::RecordsRequest& request : *state.mutable_records_requests()) {
    if (request.reference() != reference) continue;
    // Further versions of a release change nothing about when it was answered; what was denied may
    // be released after an appeal.
    if (request.state() == answer || request.state() == v1::RecordsRequest::STATE_RELEASED) return;
    request.set_state(answer);
    *request.mutable_answer_time() = event.time();
    request.set_answered_by(event.actor().principal());
    request.set_reason(reason);
    return;
  }
}

}  // namespace

void ApplyPublicRecord(IncidentState& state, const Event& event) {
  switch (event.body_case()) {
    case Event::kRecordRequested: {
      v1::RecordsRequest& request = *state.add_records_requests();
      request = event.record_requested().request();
      request.set_state(v1::RecordsRequest::STATE_OPEN);
      request.set_recorded_by(event.actor().principal());
      request.set_event_version(event.version());
      break;
    }
    case Event::kRecordReviewed:
      ApplyReviews(state, event);
      break;
    case Event::kRecordReleased: {
      const v1::RecordRelease& release = event.record_released().release();
      *state.add_record_releases() = release;
      Answer(state, event, release.reference(), v1::RecordsRequest::STATE_RELEASED, "");
      break;
    }
    case Event::kRecordDenied:
      Answer(state, event, event.record_denied().reference(), v1::RecordsRequest::STATE_DENIED,
             event.record_denied().reason());
      break;
    default:
      break;
  }
}

}  // namespace belfry::core
