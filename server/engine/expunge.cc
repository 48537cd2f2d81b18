#include "server/engine/expunge.h"

#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "belfry/record/v1/delivery.pb.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/v1/incident_service.pb.h"
#include "server/base/status_macros.h"

namespace belfry::engine {
namespace {

constexpr char kGone[] = "Expunged: the text was deleted by law";

// The same words in what was told, or is still to be told.
absl::Status ScrubNotices(storage::RecordWriter& tables, const std::string& incident,
                          const std::string& entry) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::DeliveryRow> rows,
                          tables.ListDeliveriesAbout(incident));
  for (const storage::DeliveryRow& row : rows) {
    record::v1::StoredDelivery stored;
    if (!stored.ParseFromString(row.blob)) continue;
    v1::Notice& notice = *stored.mutable_delivery()->mutable_notice();
    if (notice.entry().name() != entry) continue;
    notice.mutable_entry()->set_text(kGone);
    notice.mutable_entry()->set_expunged(true);
    notice.set_text(kGone);
    BELFRY_RETURN_IF_ERROR(tables.ReplaceDelivery(row.id, stored.SerializeAsString()));
  }
  return absl::OkStatus();
}

// What its author was answered, and is answered again when the request is repeated.
absl::Status ScrubAnswers(storage::RecordWriter& tables, const std::string& principal,
                          const std::string& entry) {
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::RequestRow> rows,
                          tables.ListResponses(principal, entry));
  for (const storage::RequestRow& row : rows) {
    v1::AddNoteResponse response;
    if (!response.ParseFromString(row.response_blob) || response.entry().name() != entry) continue;
    response.mutable_entry()->set_text(kGone);
    response.mutable_entry()->set_expunged(true);
    BELFRY_RETURN_IF_ERROR(
        tables.ReplaceResponse(principal, row.request_id, response.SerializeAsString()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Expunge(Batch& batch, const std::string& incident, int64_t version) {
  storage::RecordWriter& tables = batch.transaction->record();
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::EventRow> row,
                          tables.FindEvent(incident, version));
  record::v1::Event event;
  if (!row.has_value() || !event.ParseFromString(row->blob) || !event.has_note_added()) {
    return absl::DataLossError(absl::StrCat("event ", version, " of ", incident,
                                            " cannot be expunged: it is no note any more"));
  }
  // What folding needs stays: the message that it came from, and what it takes the place of.
  event.mutable_note_added()->clear_text();
  event.mutable_note_added()->set_expunged(true);
  BELFRY_RETURN_IF_ERROR(tables.ReplaceEvent(row->position, event.SerializeAsString()));
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::LogLeafRow> leaf,
                          tables.FindLeafOf(storage::PayloadKind::kEvent, row->position));
  if (leaf.has_value()) BELFRY_RETURN_IF_ERROR(tables.DropSalt(leaf->log, leaf->index));
  const std::string entry = absl::StrCat("incidents/", incident, "/timeline/", version);
  BELFRY_RETURN_IF_ERROR(ScrubNotices(tables, incident, entry));
  return ScrubAnswers(tables, event.actor().principal(), entry);
}

}  // namespace belfry::engine
