// Papers: drafts of documents, their approval, and what was sent.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/document_form.h"
#include "client-lib/chat/papers.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

// What a chat platform shows in one message; the whole is fetched by the program.
constexpr size_t kShownCharactersMax = 2'600;

std::string LastPart(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

// "Follow-up report of dop" and what it still needs.
Card DraftCard(const Session& session, const v1::DocumentDraft& draft, absl::string_view done) {
  const std::string id = IncidentId(session.incident);
  const std::string draft_id = LastPart(draft.name());
  Card card;
  card.title = absl::StrCat(id, " · ", draft.title(), " · ", done);
  card.tone = draft.missing().empty() ? Tone::kNeutral : Tone::kWarning;
  for (const v1::DocumentField& field : draft.fields()) {
    if (card.fields.size() < 8) card.fields.push_back({field.name(), Clip(field.value(), 300)});
  }
  std::vector<std::string> lines;
  if (!draft.missing().empty()) {
    lines.push_back(absl::StrCat("Missing: ", absl::StrJoin(draft.missing(), ", "), "."));
  }
  for (const auto& approval : draft.approvals()) {
    lines.push_back(absl::StrCat("Approved by ", ActorName(approval.person()), " ",
                                 session.view.Time(approval.time()), "."));
  }
  for (const std::string& roles : draft.approvals_needed()) {
    lines.push_back(absl::StrCat("Needs the approval of ", roles, "."));
  }
  card.body = absl::StrJoin(lines, "\n");
  card.context = absl::StrCat("draft ", draft_id, " · revision ", draft.revision(), " · by ",
                              ActorName(draft.author()));
  if (draft.missing().empty()) {
    if (!draft.approvals_needed().empty()) {
      card.buttons.push_back(PressButton(
          "Approve", absl::StrCat("approve ", id, " ", draft_id, " revision:", draft.revision()),
          Tone::kGood));
    }
    card.buttons.push_back(
        PressButton("Send", absl::StrCat("send ", id, " ", draft_id), Tone::kNeutral));
  }
  card.buttons.push_back(
      PressButton("Read", absl::StrCat("paper ", id, " ", draft_id), Tone::kNeutral));
  card.hints = {session.view.Typed(absl::StrCat("draft ", id, " ", draft.type(), " field:\"…\"")),
                session.view.Typed(absl::StrCat("documents ", id))};
  return card;
}

// "…/drafts/FOLLOWUP.dop" for what was typed: a draft's id, or a type when it has one draft.
absl::StatusOr<std::string> DraftName(const Session& session, const std::string& word) {
  v1::ListDocumentsRequest request;
  request.set_name(session.incident);
  auto listed = session.client.ListDocuments(request, session.call);
  if (!listed.ok()) return listed.status();
  const policy::v1::DocumentType* type = session.grammar.FindDocument(word);
  std::vector<std::string> known;
  std::vector<std::string> fitting;
  for (const v1::DocumentDraft& draft : listed->drafts()) {
    known.push_back(LastPart(draft.name()));
    if (absl::EqualsIgnoreCase(known.back(), word)) return draft.name();
    if (type != nullptr && type->code() == draft.type()) fitting.push_back(draft.name());
  }
  if (fitting.size() == 1) return fitting[0];
  const std::string id = IncidentId(session.incident);
  if (known.empty()) {
    return UsageError(absl::StrCat(id, " has no drafts."),
                      {absl::StrCat("draft ", id, " FOLLOWUP field:\"…\""), "help document"});
  }
  std::vector<std::string> commands;
  for (const std::string& one : known) {
    commands.push_back(absl::StrCat(session.command.verb.name, " ", id, " ", one));
  }
  return UsageError(absl::StrCat("Say which draft: ", absl::StrJoin(known, ", "), "."), commands);
}

}  // namespace

CommandResult RunDraft(const Session& session, std::vector<v1::DocumentField> fields) {
  const policy::v1::DocumentType& document = *session.command.document;
  auto entity = ReadEntity(session);
  if (!entity.ok()) return Refused(entity.status());
  // What the record knows already fills what was left out.
  v1::PreviewDocumentRequest preview;
  preview.set_name(session.incident);
  preview.set_type(document.code());
  preview.set_entity(*entity);
  if (const auto amends = session.command.Option("amends"); amends.has_value()) {
    preview.set_amends(DocumentNameOf(session.incident, *amends));
  }
  for (v1::DocumentField& field : fields) *preview.add_fields() = std::move(field);
  auto filled = session.client.PreviewDocument(preview, session.call);
  if (!filled.ok()) return Refused(filled.status());
  v1::DraftDocumentRequest request;
  request.set_name(session.incident);
  request.set_type(document.code());
  request.set_entity(*entity);
  request.set_amends(preview.amends());
  *request.mutable_fields() = filled->fields();
  request.set_request_id(session.request_id);
  auto response = session.client.DraftDocument(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = DraftCard(session, response->draft(), "draft");
  if (!filled->prefilled().empty()) {
    card.body =
        absl::StrCat("From the record: ", absl::StrJoin(filled->prefilled(), ", "),
                     ". Read it before it is sent.", card.body.empty() ? "" : "\n", card.body);
  }
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunApproveDraft(const Session& session) {
  auto name = DraftName(session, session.command.words[0]);
  if (!name.ok()) return Refused(name.status());
  v1::ApproveDocumentRequest request;
  request.set_name(*name);
  request.set_request_id(session.request_id);
  if (const auto revision = session.command.Option("revision"); revision.has_value()) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(*revision, &number) || number < 1) {
      return Refused(
          AboutField(UsageError("revision is the number that the draft shows.", {}), "revision"));
    }
    request.set_revision(number);
  }
  auto response = session.client.ApproveDocument(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = DraftCard(session, response->draft(), "approved");
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunDiscard(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(Lacks(session, "Say which draft."));
  auto name = DraftName(session, words[0]);
  if (!name.ok()) return Refused(name.status());
  v1::DiscardDraftRequest request;
  request.set_name(*name);
  std::string reason = absl::StrJoin(words.begin() + 1, words.end(), " ");
  if (reason.empty()) reason = session.command.Option("reason").value_or("");
  if (reason.empty()) return Refused(Lacks(session, "Say why."));
  request.set_reason(reason);
  request.set_request_id(session.request_id);
  return Changed(session, session.client.DiscardDraft(request, session.call),
                 absl::StrCat("draft ", LastPart(*name), " discarded"));
}

CommandResult RunSend(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) return Refused(Lacks(session, "Say which draft."));
  auto name = DraftName(session, words[0]);
  if (!name.ok()) return Refused(name.status());
  v1::ListDocumentsRequest list;
  list.set_name(session.incident);
  auto listed = session.client.ListDocuments(list, session.call);
  if (!listed.ok()) return Refused(listed.status());
  v1::SubmitDocumentRequest request;
  request.set_name(session.incident);
  request.set_draft(*name);
  request.set_request_id(session.request_id);
  for (const v1::DocumentDraft& draft : listed->drafts()) {
    if (draft.name() != *name) continue;
    request.set_draft_revision(draft.revision());
    const policy::v1::DocumentType* type = session.grammar.FindDocument(draft.type());
    if (type == nullptr) break;
    if (auto asked = AskBefore(session, SendingAct(*type, draft.fields())); asked.has_value()) {
      return *std::move(asked);
    }
  }
  auto response = session.client.SubmitDocument(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card = ChangedCard(session, response->incident(), absl::StrCat(LastPart(*name), " sent"),
                          response->replayed());
  SayDone(response->satisfied(), card);
  CommandResult result = Done(*std::move(response), session.incident, true);
  result.card = std::move(card);
  return result;
}

CommandResult RunDocuments(const Session& session) {
  v1::ListDocumentsRequest request;
  request.set_name(session.incident);
  auto response = session.client.ListDocuments(request, session.call);
  if (!response.ok()) return Refused(response.status());
  const std::string id = IncidentId(session.incident);
  Card card;
  card.title = absl::StrCat(id, " · documents");
  card.table.push_back({"No.", "Document", "Of", "Sent", "By"});
  for (const v1::SubmittedDocument& one : response->documents()) {
    card.table.push_back(
        {absl::StrCat(one.event_version()),
         absl::StrCat(one.title().empty() ? one.type() : one.title(),
                      one.number() > 1 ? absl::StrCat(" ", one.number()) : "",
                      one.amended_by().empty()
                          ? ""
                          : absl::StrCat(", amended by ", LastPart(one.amended_by()))),
         LastPart(one.entity()), session.view.Time(one.time()), ActorName(one.author())});
  }
  for (const v1::DocumentDraft& draft : response->drafts()) {
    card.table.push_back(
        {LastPart(draft.name()), absl::StrCat(draft.title(), ", draft"), LastPart(draft.entity()),
         draft.missing().empty()
             ? draft.approvals_needed().empty() ? "ready to send" : "waits for approval"
             : absl::StrCat("lacks ", absl::StrJoin(draft.missing(), ", ")),
         ActorName(draft.author())});
  }
  if (card.table.size() == 1) {
    card.table.clear();
    card.body = "None yet.";
  }
  card.hints = {session.view.Typed(absl::StrCat("paper ", id, " <no.>")),
                session.view.Typed(absl::StrCat("draft ", id, " <type> field:\"…\""))};
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

CommandResult RunPaper(const Session& session) {
  const auto& words = session.command.words;
  const std::string id = IncidentId(session.incident);
  if (words.empty()) return Refused(Lacks(session, "Say which document, by its number."));
  v1::RenderDocumentRequest request;
  int64_t number = 0;
  if (absl::SimpleAtoi(words[0], &number)) {
    request.set_name(absl::StrCat(session.incident, "/documents/", number));
  } else {
    auto name = DraftName(session, words[0]);
    if (!name.ok()) return Refused(name.status());
    request.set_name(*name);
  }
  request.set_format(v1::DOCUMENT_FORMAT_TEXT);
  auto response = session.client.RenderDocument(request, session.call);
  if (!response.ok()) return Refused(response.status());
  Card card;
  card.title = absl::StrCat(id, " · ", LastPart(request.name()));
  card.body = Clip(response->content(), kShownCharactersMax);
  std::vector<std::string> reached;
  for (const v1::DocumentDelivery& one : response->deliveries()) {
    reached.push_back(
        absl::StrCat(LastPart(one.target()), " ", absl::AsciiStrToLower(one.state())));
  }
  if (!reached.empty()) {
    card.context = absl::StrCat("To: ", Clip(absl::StrJoin(reached, ", "), 400));
  }
  card.hints.push_back(
      absl::StrCat("belfry print ", id, " ", LastPart(request.name()), " --format pdf -o FILE"));
  CommandResult result = Done(*std::move(response), session.incident, false);
  result.card = std::move(card);
  return result;
}

}  // namespace belfry::chat
