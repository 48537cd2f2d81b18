// Documents that the policy asks for, and notices that a duty's owner sends.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"

namespace belfry::chat {
namespace {

// A form that was copied and not filled.
bool IsPlaceholder(const std::string& value) { return value == "…" || value == "..."; }

std::string FieldList(const policy::v1::DocumentType& document, bool required) {
  std::vector<std::string> names;
  for (const auto& field : document.fields()) {
    if (field.required() != required) continue;
    names.push_back(field.label().empty() || field.label() == field.name()
                        ? field.name()
                        : absl::StrCat(field.name(), " (", field.label(), ")"));
  }
  return absl::StrJoin(names, ", ");
}

absl::Status HowTo(const Session& session, const policy::v1::DocumentType& document,
                   absl::string_view lead) {
  std::string what =
      absl::StrCat(lead, " ", document.title(), " needs: ", FieldList(document, true), ".");
  if (const std::string more = FieldList(document, false); !more.empty()) {
    absl::StrAppend(&what, " It may also have: ", more, ".");
  }
  if (!document.clauses().empty()) {
    absl::StrAppend(&what, " (", absl::StrJoin(document.clauses(), ", "), ")");
  }
  return UsageError(what, {DocumentForm(session.grammar, document, IncidentId(session.incident))});
}

// Fields of the line; plain text becomes the default field.
absl::StatusOr<std::vector<v1::DocumentField>> ReadFields(
    const Session& session, const policy::v1::DocumentType& document) {
  std::vector<v1::DocumentField> fields;
  std::string text = session.command.text;
  const auto* main_field = DefaultField(document);
  for (const Pair& pair : session.command.pairs) {
    if (pair.key.kind != KeyRef::Kind::kField) continue;
    if (IsPlaceholder(pair.value)) {
      return HowTo(session, document, absl::StrCat("\"", pair.key.name, ":\" is not filled in."));
    }
    std::string value = pair.value;
    if (main_field != nullptr && pair.key.name == main_field->name() && !text.empty()) {
      value = absl::StrCat(text, "\n", value);
      text.clear();
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

std::vector<std::string> MissingFields(const policy::v1::DocumentType& document,
                                       const std::vector<v1::DocumentField>& fields) {
  std::vector<std::string> missing;
  for (const auto& wanted : document.fields()) {
    bool given = !wanted.required();
    for (const auto& field : fields) given = given || field.name() == wanted.name();
    if (given) continue;
    missing.push_back(absl::StrCat(
        wanted.name(), wanted.clauses().empty()
                           ? ""
                           : absl::StrCat(" (", absl::StrJoin(wanted.clauses(), ", "), ")")));
  }
  return missing;
}

}  // namespace

CommandResult RunDocument(const Session& session) {
  const policy::v1::DocumentType& document = *session.command.document;
  auto fields = ReadFields(session, document);
  if (!fields.ok()) return Refused(fields.status());
  // The Update button brings no text: it is the question how to answer.
  if (fields->empty()) return Refused(HowTo(session, document, ""));
  if (const auto missing = MissingFields(document, *fields); !missing.empty()) {
    return Refused(HowTo(session, document,
                         absl::StrCat("Not sent, ", absl::StrJoin(missing, ", "), " ",
                                      missing.size() == 1 ? "is" : "are", " missing.")));
  }
  v1::SubmitDocumentRequest request;
  request.set_name(session.incident);
  request.set_type(document.code());
  request.set_request_id(session.request_id);
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  request.set_entity(*entity);
  for (v1::DocumentField& field : *fields) *request.add_fields() = std::move(field);
  auto response = session.client.SubmitDocument(request, session.call);
  if (!response.ok()) return Refused(response.status());

  Card card = ChangedCard(session, response->incident(), absl::StrCat(document.title(), " sent"),
                          response->replayed());
  for (const v1::Obligation& duty : response->satisfied()) {
    card.body = absl::StrCat(duty.instance(), " is done.\n", card.body);
  }
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunNotify(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) {
    std::vector<std::string> codes;
    for (const auto& duty : session.policy().obligations()) {
      for (const auto& satisfaction : duty.satisfied_by()) {
        if (satisfaction.has_notice_delivered()) codes.push_back(duty.code());
      }
    }
    return Refused(UsageError(absl::StrCat("Say which duty's notice to send",
                                           codes.empty() ? "." : ": ", absl::StrJoin(codes, ", ")),
                              {absl::StrCat("notify ", IncidentId(session.incident), " ",
                                            codes.empty() ? "<duty>" : codes[0]),
                               absl::StrCat("duties ", IncidentId(session.incident))}));
  }
  v1::SendObligationNoticeRequest request;
  request.set_name(session.incident);
  request.set_obligation(words[0]);
  std::string text = absl::StrJoin(words.begin() + 1, words.end(), " ");
  if (const auto more = session.command.Option("text"); more.has_value()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", *more);
  }
  request.set_text(text);
  request.set_request_id(session.request_id);
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
