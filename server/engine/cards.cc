#include "server/engine/cards.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::engine {
namespace {

using storage::CardRow;
using storage::DeliveryRow;
using storage::DeliveryState;

// A store error is the end of the whole batch.
template <typename T>
absl::StatusOr<T> Keep(Batch& batch, absl::StatusOr<T> result) {
  if (!result.ok()) batch.failure = result.status();
  return result;
}
absl::Status Keep(Batch& batch, absl::Status status) {
  if (!status.ok()) batch.failure = status;
  return status;
}

absl::StatusOr<std::optional<CardRow>> Find(Batch& batch, absl::string_view incident,
                                            absl::string_view target, absl::string_view topic) {
  return Keep(batch, batch.transaction->FindCard(incident, target, topic));
}

// The delivery that carries the newest card, while it is not concluded; nullopt after that.
absl::StatusOr<std::optional<DeliveryRow>> OpenDelivery(Batch& batch, const CardRow& card) {
  if (card.delivery.empty()) return std::nullopt;
  BELFRY_ASSIGN_OR_RETURN(std::optional<DeliveryRow> row,
                          Keep(batch, batch.transaction->LoadDelivery(card.delivery)));
  const bool open = row.has_value() &&
                    (row->state == DeliveryState::kPending || row->state == DeliveryState::kLeased);
  return open ? std::move(row) : std::nullopt;
}

v1::Delivery Parsed(const DeliveryRow& row) {
  record::v1::StoredDelivery stored;
  stored.ParseFromString(row.blob);
  return std::move(*stored.mutable_delivery());
}

// What is sent there can be edited later. Everything else is post-only: mail, webhooks.
bool CanEdit(absl::string_view platform) {
  return platform == "slack" || platform == "teams" || platform == "mattermost" ||
         platform == "console";
}

// A receipt in a channel is news for those who did not write it; a person is not sent one more mail
// about what is over.
bool WantsReceipt(absl::string_view target, absl::string_view platform) {
  return !absl::StartsWith(target, "people/") || CanEdit(platform);
}

}  // namespace

std::optional<std::string> DutyTopic(const v1::Notice& notice) {
  const bool asks =
      notice.kind() == v1::Notice::KIND_REMINDER || notice.kind() == v1::Notice::KIND_OVERDUE;
  if (!asks || notice.obligation().empty()) return std::nullopt;
  return absl::StrCat("duty:", notice.obligation());
}

std::string ConflationKey(absl::string_view incident, absl::string_view target,
                          const v1::Notice& notice, const v1::Endpoint& endpoint) {
  if (notice.kind() == v1::Notice::KIND_HEADLINE) {
    return absl::StrCat("headline ", incident, " ", target);
  }
  if (notice.kind() == v1::Notice::KIND_ROOM) {
    return absl::StrCat("room ", incident, " ", endpoint.platform(), " ", endpoint.workspace());
  }
  const std::optional<std::string> topic = DutyTopic(notice);
  return topic.has_value() ? absl::StrCat(*topic, " ", incident, " ", target) : std::string();
}

absl::StatusOr<std::vector<core::DutyCards>> CardsOf(Batch& batch, absl::string_view incident,
                                                     const std::vector<std::string>& duties) {
  std::vector<core::DutyCards> result;
  for (const std::string& duty : duties) {
    BELFRY_ASSIGN_OR_RETURN(
        const std::vector<CardRow> rows,
        Keep(batch, batch.transaction->ListCards(incident, absl::StrCat("duty:", duty))));
    core::DutyCards cards;
    cards.obligation = duty;
    for (const CardRow& row : rows) {
      BELFRY_ASSIGN_OR_RETURN(const std::optional<DeliveryRow> newest,
                              Keep(batch, batch.transaction->LoadDelivery(row.delivery)));
      if (!newest.has_value()) continue;
      cards.places.push_back({row.target, Parsed(*newest).notice().kind()});
    }
    if (!cards.places.empty()) result.push_back(std::move(cards));
  }
  return result;
}

absl::StatusOr<std::optional<v1::Endpoint>> ReceiptEndpoint(Batch& batch,
                                                            absl::string_view incident,
                                                            const core::NoticeDraft& receipt) {
  const std::string topic = DutyTopic(receipt.notice).value_or("");
  BELFRY_ASSIGN_OR_RETURN(const std::optional<CardRow> card,
                          Find(batch, incident, receipt.target, topic));
  if (!card.has_value()) return std::nullopt;
  BELFRY_ASSIGN_OR_RETURN(std::optional<DeliveryRow> waiting, OpenDelivery(batch, *card));
  const bool untouched =
      waiting.has_value() && waiting->state == DeliveryState::kPending && waiting->attempt == 0;
  v1::Endpoint endpoint;
  bool told = true;
  if (!card->message_blob.empty()) {
    endpoint.ParseFromString(card->endpoint_blob);
  } else if (waiting.has_value() && !untouched) {
    // It may be there already, or get there: whoever leases the receipt will know.
    endpoint = Parsed(*waiting).endpoint();
  } else {
    told = false;
  }
  if (told && WantsReceipt(receipt.target, endpoint.platform())) return endpoint;
  if (untouched) {
    waiting->state = DeliveryState::kSuperseded;
    BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->UpdateDelivery(*waiting)));
    batch.deliveries_changed = true;
  }
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->DropCard(incident, receipt.target, topic)));
  return std::nullopt;
}

absl::Status NoteQueued(Batch& batch, absl::string_view incident, absl::string_view target,
                        const std::string& topic, const std::string& id) {
  BELFRY_ASSIGN_OR_RETURN(std::optional<CardRow> card, Find(batch, incident, target, topic));
  if (!card.has_value())
    card = CardRow{std::string(incident), std::string(target), topic, "", "", ""};
  card->delivery = id;
  return Keep(batch, batch.transaction->PutCard(*card));
}

absl::Status NoteDelivered(Batch& batch, const DeliveryRow& row,
                           const record::v1::StoredDelivery& stored) {
  const v1::Notice& notice = stored.delivery().notice();
  if (notice.kind() == v1::Notice::KIND_HEADLINE) {
    return Keep(batch, batch.transaction->PutCard(
                           {row.incident, row.target, "", row.message_blob, "", row.id}));
  }
  const std::optional<std::string> topic = DutyTopic(notice);
  if (!topic.has_value()) return absl::OkStatus();
  BELFRY_ASSIGN_OR_RETURN(std::optional<CardRow> card,
                          Find(batch, row.incident, row.target, *topic));
  if (!card.has_value()) {
    // Its receipt has come and gone without it.
    if (notice.done()) return absl::OkStatus();
    card = CardRow{row.incident, row.target, *topic, "", "", row.id};
  }
  if (notice.done()) {
    BELFRY_ASSIGN_OR_RETURN(const std::optional<DeliveryRow> newer, OpenDelivery(batch, *card));
    if (!newer.has_value()) {
      return Keep(batch, batch.transaction->DropCard(row.incident, row.target, *topic));
    }
    // The card of a step that came after the end: it must not take the receipt for out of date.
    card->message_blob.clear();
    card->endpoint_blob.clear();
    return Keep(batch, batch.transaction->PutCard(*card));
  }
  v1::MessageRef message;
  message.ParseFromString(row.message_blob);
  message.set_platform(stored.delivery().endpoint().platform());
  card->message_blob = message.SerializeAsString();
  card->endpoint_blob = stored.delivery().endpoint().SerializeAsString();
  return Keep(batch, batch.transaction->PutCard(*card));
}

absl::StatusOr<bool> AttachMessages(Batch& batch, const DeliveryRow& row, v1::Delivery& delivery) {
  BELFRY_ASSIGN_OR_RETURN(const std::optional<CardRow> headline,
                          Find(batch, row.incident, row.target, ""));
  if (headline.has_value()) delivery.mutable_headline()->ParseFromString(headline->message_blob);
  const std::optional<std::string> topic = DutyTopic(delivery.notice());
  if (!topic.has_value()) return true;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<CardRow> card,
                          Find(batch, row.incident, row.target, *topic));
  if (!card.has_value() || card->message_blob.empty()) return !delivery.notice().done();
  v1::Endpoint endpoint;
  endpoint.ParseFromString(card->endpoint_blob);
  const bool same = endpoint.platform() == delivery.endpoint().platform() &&
                    endpoint.workspace() == delivery.endpoint().workspace();
  if (same) delivery.mutable_earlier()->ParseFromString(card->message_blob);
  return same || !delivery.notice().done();
}

absl::StatusOr<bool> IsOvertaken(Batch& batch, const DeliveryRow& row, const v1::Notice& notice) {
  const std::optional<std::string> topic = DutyTopic(notice);
  if (!topic.has_value()) return false;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<CardRow> card,
                          Find(batch, row.incident, row.target, *topic));
  if (!card.has_value() || card->delivery == row.id) return false;
  BELFRY_ASSIGN_OR_RETURN(const std::optional<DeliveryRow> newer, OpenDelivery(batch, *card));
  return newer.has_value();
}

}  // namespace belfry::engine
