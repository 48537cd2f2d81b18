// Documents that the policy asks for, and notices that a duty's owner sends.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/document_form.h"
#include "client-lib/chat/papers.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

using policy::v1::DocumentType;

// A form that was copied and not filled.
bool IsPlaceholder(const std::string& value) { return value == "…" || value == "..."; }

// `line` is the command that the fields belong to, "update DOP-2026-0007".
absl::Status HowTo(const DocumentType& document, absl::string_view line, absl::string_view lead) {
  std::string what =
      absl::StrCat(lead, " ", document.title(), " needs: ", FieldList(document, true), ".");
  if (const std::string more = FieldList(document, false); !more.empty()) {
    absl::StrAppend(&what, " It may also have: ", more, ".");
  }
  if (!document.clauses().empty()) {
    absl::StrAppend(&what, " (", absl::StrJoin(document.clauses(), ", "), ")");
  }
  return UsageError(what, {FormLine(document, line)});
}

const DocumentType::Field* FindField(const DocumentType& document, absl::string_view name) {
  for (const auto& field : document.fields()) {
    if (field.name() == name) return &field;
  }
  return nullptr;
}

// Fields of the line, their values as the pack spells them. `text` becomes the default field.
absl::StatusOr<std::vector<v1::DocumentField>> ReadFields(const Session& session,
                                                          const DocumentType& document,
                                                          absl::string_view line,
                                                          std::string text) {
  std::vector<v1::DocumentField> fields;
  const auto* main_field = DefaultField(document);
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kField) continue;
    if (IsPlaceholder(pair.value)) {
      return AboutField(
          HowTo(document, line, absl::StrCat("\"", pair.key.name, ":\" is not filled in.")),
          pair.key.name);
    }
    std::string value = pair.value;
    if (main_field != nullptr && pair.key.name == main_field->name() && !text.empty()) {
      value = absl::StrCat(text, "\n", value);
      text.clear();
    }
    const auto* definition = FindField(document, pair.key.name);
    if (definition != nullptr && !definition->values().empty()) {
      auto chosen = ParseChoice({definition->values().begin(), definition->values().end()},
                                definition->multiple(),
                                absl::StrCat("allowed for ", definition->name()), value);
      if (!chosen.ok()) return AboutField(chosen.status(), definition->name());
      value = *std::move(chosen);
    }
    v1::DocumentField& field = fields.emplace_back();
    field.set_name(pair.key.name);
    field.set_value(value);
  }
  if (!text.empty() && main_field != nullptr) {
    v1::DocumentField field;
    field.set_name(main_field->name());
    field.set_value(text);
    fields.insert(fields.begin(), std::move(field));
  }
  return fields;
}

// Nothing when the fields are complete.
absl::Status CheckComplete(const DocumentType& document, absl::string_view line,
                           const std::vector<v1::DocumentField>& fields) {
  const auto missing = MissingFields(document, fields);
  if (missing.empty()) return absl::OkStatus();
  std::vector<std::string> named;
  FieldNotes notes;
  for (const DocumentType::Field* field : missing) {
    const std::string clauses = absl::StrJoin(field->clauses(), ", ");
    named.push_back(
        absl::StrCat(field->name(), clauses.empty() ? "" : absl::StrCat(" (", clauses, ")")));
    notes.emplace_back(field->name(), NeededNote(*field));
  }
  return AboutFields(HowTo(document, line,
                           absl::StrCat("Not sent, ", absl::StrJoin(named, ", "), " ",
                                        named.size() == 1 ? "is" : "are", " missing.")),
                     notes);
}

CommandResult ShowForm(const Session& session, const DocumentType& document,
                       absl::string_view line) {
  return Refused(HowTo(document, line, ""), FormCard(document, session.view, line));
}

}  // namespace

LegalAct SendingAct(const DocumentType& document,
                    const google::protobuf::RepeatedPtrField<v1::DocumentField>& fields) {
  LegalAct act;
  act.what = document.title();
  act.confirm = document.confirm();
  act.to = absl::StrJoin(document.recipient_roles(), ", ");
  act.clauses = absl::StrJoin(document.clauses(), ", ");
  act.label = "Yes, send it";
  for (const v1::DocumentField& field : fields) {
    const auto* definition = FindField(document, field.name());
    const bool labelled = definition != nullptr && !definition->label().empty();
    act.facts.push_back({labelled ? definition->label() : field.name(), field.value()});
  }
  return act;
}

std::string DocumentNameOf(absl::string_view incident, absl::string_view word) {
  if (absl::StrContains(word, '/')) return std::string(word);
  return absl::StrCat(incident, "/documents/", word);
}

namespace {

absl::Status WhichNotice(const Session& session) {
  const std::string id = IncidentId(session.incident);
  std::vector<std::string> codes;
  for (const auto& duty : session.policy().obligations()) {
    for (const auto& satisfaction : duty.satisfied_by()) {
      if (satisfaction.has_notice_delivered()) codes.push_back(duty.code());
    }
  }
  return UsageError(absl::StrCat("Say which duty's notice to send", codes.empty() ? "." : ": ",
                                 absl::StrJoin(codes, ", ")),
                    {absl::StrCat("notify ", id, " ", codes.empty() ? "<duty>" : codes[0]),
                     absl::StrCat("duties ", id)});
}

}  // namespace

CommandResult RunDocument(const Session& session) {
  const DocumentType& document = *session.command.document;
  const bool is_draft = session.command.verb.kind == VerbKind::kDraft;
  const std::string line =
      is_draft ? absl::StrCat("draft ", IncidentId(session.incident), " ", document.code())
               : session.grammar.CommandFor(document, IncidentId(session.incident));
  auto fields = ReadFields(session, document, line, session.command.text);
  if (!fields.ok()) return Refused(fields.status());
  if (is_draft) return RunDraft(session, *std::move(fields));
  // The Update button brings no text: it is the question how to answer.
  const auto amends = session.command.Option("amends");
  if (fields->empty()) return ShowForm(session, document, line);
  if (absl::Status status = CheckComplete(document, line, *fields); !status.ok()) {
    return Refused(status);
  }
  v1::SubmitDocumentRequest request;
  request.set_name(session.incident);
  request.set_type(document.code());
  if (amends.has_value()) request.set_amends(DocumentNameOf(session.incident, *amends));
  request.set_request_id(session.request_id);
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  request.set_entity(*entity);
  const auto at = ReadTime(session, "at");
  if (!at.ok()) return Refused(at.status());
  if (at->has_value()) *request.mutable_event_time() = ToTimestamp(**at);
  for (v1::DocumentField& field : *fields) *request.add_fields() = std::move(field);
  if (auto asked = AskBefore(session, SendingAct(document, request.fields())); asked.has_value()) {
    return *std::move(asked);
  }
  auto response = session.client.SubmitDocument(request, session.call);
  if (!response.ok()) return Refused(response.status());

  Card card = ChangedCard(session, response->incident(), absl::StrCat(document.title(), " sent"),
                          response->replayed());
  SayDone(response->satisfied(), card);
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunNotify(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(WhichNotice(session));
  v1::SendObligationNoticeRequest request;
  request.set_name(session.incident);
  request.set_obligation(words[0]);
  std::string text = absl::StrJoin(words.begin() + 1, words.end(), " ");
  if (const auto more = session.command.Option("text"); more.has_value()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", *more);
  }
  request.set_text(text);
  request.set_request_id(session.request_id);
  if (const auto* document = session.command.document; document != nullptr) {
    const std::string line = absl::StrCat("notify ", IncidentId(session.incident), " ", words[0]);
    auto fields = ReadFields(session, *document, line, "");
    if (!fields.ok()) return Refused(fields.status());
    absl::Status complete = CheckComplete(*document, line, *fields);
    if (!complete.ok() && fields->empty()) return ShowForm(session, *document, line);
    if (!complete.ok()) return Refused(complete);
    for (v1::DocumentField& field : *fields) *request.add_fields() = std::move(field);
    if (auto asked = AskBefore(session, SendingAct(*document, request.fields()));
        asked.has_value()) {
      return *std::move(asked);
    }
  }
  auto response = session.client.SendObligationNotice(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = ChangedCard(session, response->incident(), absl::StrCat(words[0], " is on its way"),
                          response->replayed());
  card.body = absl::StrCat("To: ",
                           absl::StrJoin(response->recipients(), ", ",
                                         [](std::string* out, const std::string& person) {
                                           absl::StrAppend(out, ActorName(person));
                                         }),
                           ". The duty is done when it has reached all of them.\n", card.body);
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
