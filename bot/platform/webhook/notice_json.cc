#include "bot/platform/webhook/notice_json.h"

#include "client-lib/chat/incident_card.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::webhook {
namespace {

using Json = nlohmann::json;

// Named one by one: what is added to the message later stays inside until somebody thought of it.
v1::Notice Withheld(const v1::Notice& notice) {
  v1::Notice shown;
  shown.set_kind(notice.kind());
  shown.set_reason(notice.reason());
  shown.set_late(notice.late());
  shown.set_done(notice.done());
  if (notice.has_time()) *shown.mutable_time() = notice.time();
  if (notice.has_due_time()) *shown.mutable_due_time() = notice.due_time();
  shown.mutable_incident()->set_name(notice.incident().name());
  shown.mutable_incident()->set_restricted(true);
  return shown;
}

}  // namespace

absl::StatusOr<std::string> NoticeJson(const v1::Delivery& delivery, absl::Time now) {
  const bool withheld = chat::IsWithheld(delivery.notice().incident(), chat::View());
  const v1::Notice notice = withheld ? Withheld(delivery.notice()) : delivery.notice();
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(notice, &text).ok()) {
    return absl::InternalError("the notice has no JSON form");
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InternalError("the notice has no JSON form");
  const Json body = {
      {"type", "belfry.notice.v1"},
      {"timestamp", absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", now, absl::UTCTimeZone())},
      {"data",
       {{"delivery", delivery.name()},
        {"incident", delivery.incident()},
        {"target", delivery.target()},
        {"notice", std::move(json)}}}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace belfry::bot::webhook
