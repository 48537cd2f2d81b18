#include "client-lib/chat/withhold.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

// Most answers hold the incident as it is now.
std::optional<v1::Incident> IncidentIn(const google::protobuf::Message* response) {
  if (response == nullptr) return std::nullopt;
  const auto* field = response->GetDescriptor()->FindFieldByName("incident");
  if (field == nullptr || field->is_repeated() ||
      field->message_type() != v1::Incident::descriptor() ||
      !response->GetReflection()->HasField(*response, field)) {
    return std::nullopt;
  }
  v1::Incident incident;
  incident.CopyFrom(response->GetReflection()->GetMessage(*response, field));
  return incident;
}

// A refusal whose words may come from the record. The others speak of the caller or of the server.
bool SpeaksOfTheRecord(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return !IsUsageError(status);
    default:
      return status.ok();
  }
}

std::optional<v1::Incident> LookAt(const Session& session) {
  const VerbRef& verb = session.command.verb;
  const bool about_one = verb.kind == VerbKind::kTransition || VerbOf(verb.kind).takes_incident;
  if (!about_one || session.incident.empty()) return std::nullopt;
  v1::GetIncidentRequest request;
  request.set_name(session.incident);
  auto response = session.client.GetIncident(request, session.call);
  if (absl::IsUnimplemented(response.status())) return std::nullopt;
  if (!response.ok()) {
    // What cannot be looked at is not shown.
    v1::Incident unknown;
    unknown.set_name(session.incident);
    unknown.set_restricted(true);
    return unknown;
  }
  return std::move(*response->mutable_incident());
}

}  // namespace

void Withhold(const Session& session, CommandResult& result) {
  // Questions and forms keep to themselves what they must.
  if (session.view.show_restricted || result.asks || result.form.has_value() ||
      !SpeaksOfTheRecord(result.status)) {
    return;
  }
  // Belfry's own words, with nothing of the record in them.
  if (result.status.ok() && result.response == nullptr) return;
  std::optional<v1::Incident> incident = IncidentIn(result.response.get());
  if (!incident.has_value()) incident = LookAt(session);
  if (!incident.has_value() || !IsWithheld(*incident, session.view)) return;
  Card card = RestrictedCard(*incident, session.view);
  if (!result.status.ok()) {
    const std::string reason = client::DescribeError(result.status).reason;
    absl::StrAppend(&card.title, " · not done");
    card.body =
        "It was refused. Why is a part of the record, which chat does not show: run the same line "
        "at a terminal.";
    card.context = reason;
    result.field_errors.clear();
  } else if (result.changed) {
    card.tone = Tone::kGood;
    absl::StrAppend(&card.title, " · done");
  }
  result.card = std::move(card);
}

}  // namespace belfry::chat
