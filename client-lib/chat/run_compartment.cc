// Who may know of an incident: readers, the people it is about, its label, broken glass.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client-lib/chat/ask.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/session.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

// One person and a reason.
struct About {
  std::string person;
  std::string reason;
};

absl::StatusOr<About> ReadAbout(const Session& session, absl::string_view what) {
  const auto& words = session.command.words;
  if (words.empty()) return Lacks(session, absl::StrCat("Say ", what, ": one person, and why."));
  auto person = ReadPerson(session, "", words[0]);
  if (!person.ok()) return person.status();
  About about{*std::move(person), ReadReason(session, 1)};
  if (about.reason.empty()) {
    return Lacks(session, "Say why: nobody is let in or kept out without a reason on record.");
  }
  return about;
}

std::string ClausesOf(const Session& session, absl::string_view act) {
  for (const auto& permission : session.policy().permissions()) {
    if (permission.act() == act) return absl::StrJoin(permission.clauses(), ", ");
  }
  return "";
}

template <typename Request>
Request NewRequest(const Session& session, About about) {
  Request request;
  request.set_name(session.incident);
  request.set_person(std::move(about.person));
  request.set_reason(std::move(about.reason));
  request.set_request_id(session.request_id);
  return request;
}

}  // namespace

CommandResult RunReader(const Session& session) {
  auto about = ReadAbout(session, "who may read it");
  if (!about.ok()) return Refused(about.status());
  const std::string who = ActorName(about->person);
  return Changed(session,
                 session.client.NameReader(
                     NewRequest<v1::NameReaderRequest>(session, *std::move(about)), session.call),
                 absl::StrCat(who, " may read it"));
}

CommandResult RunRemoveReader(const Session& session) {
  auto about = ReadAbout(session, "who shall read it no longer");
  if (!about.ok()) return Refused(about.status());
  const std::string who = ActorName(about->person);
  return Changed(session,
                 session.client.RemoveReader(
                     NewRequest<v1::RemoveReaderRequest>(session, *std::move(about)), session.call),
                 absl::StrCat(who, " reads it no longer"));
}

CommandResult RunSubject(const Session& session) {
  auto about = ReadAbout(session, "whom it is about");
  if (!about.ok()) return Refused(about.status());
  const std::string who = ActorName(about->person);
  LegalAct act;
  act.what = absl::StrCat("record that it is about ", who);
  act.confirm = absl::StrCat(who,
                             " is taken off readers, pages and rooms and sees nothing of it any "
                             "more. There is no way back.");
  act.clauses = ClausesOf(session, "NAME_SUBJECT");
  act.label = "Yes, record it";
  if (auto asked = AskBefore(session, std::move(act)); asked.has_value()) return *std::move(asked);
  return Changed(session,
                 session.client.NameSubject(
                     NewRequest<v1::NameSubjectRequest>(session, *std::move(about)), session.call),
                 absl::StrCat("it is about ", who));
}

CommandResult RunTlp(const Session& session) {
  const auto& words = session.command.words;
  if (words.empty()) {
    return Refused(Lacks(session, "Say which label: clear, green, amber, amber+strict or red."));
  }
  v1::ChangeTlpRequest request;
  request.set_name(session.incident);
  request.set_tlp(words[0]);
  request.set_reason(ReadReason(session, 1));
  request.set_request_id(session.request_id);
  if (request.reason().empty()) {
    return Refused(Lacks(session, "Say why: a label is not changed without a reason on record."));
  }
  const std::string upper = absl::AsciiStrToUpper(words[0]);
  if (absl::StripPrefix(upper, "TLP:") == "RED") {
    LegalAct act;
    act.what = "label it TLP:RED";
    act.confirm =
        "Nobody but named readers, its reporter, its lead and those called upon will see it; what "
        "stands in channels is taken back.";
    act.clauses = ClausesOf(session, "RAISE_TLP");
    act.label = "Yes, close it to others";
    if (auto asked = AskBefore(session, std::move(act)); asked.has_value()) {
      return *std::move(asked);
    }
  }
  auto response = session.client.ChangeTlp(request, session.call);
  const std::string label = response.ok() ? response->incident().tlp() : "";
  return Changed(session, std::move(response), label);
}

CommandResult RunBreakGlass(const Session& session) {
  v1::BreakGlassRequest request;
  request.set_name(session.incident);
  request.set_reason(ReadReason(session));
  request.set_request_id(session.request_id);
  if (request.reason().empty()) {
    return Refused(Lacks(session, "Say why; those who read it will hear of it."));
  }
  LegalAct act;
  act.what = "break its glass";
  act.confirm =
      "It is recorded with your name and reason, and its named readers and those whom the policy "
      "names are told at once.";
  act.clauses = ClausesOf(session, "BREAK_GLASS");
  act.label = "Yes, break the glass";
  act.facts.push_back({"Why", Clip(request.reason(), 300)});
  if (auto asked = AskBeforeUnseen(session, std::move(act)); asked.has_value()) {
    return *std::move(asked);
  }
  auto response = session.client.BreakGlass(request, session.call);
  const std::string until =
      response.ok() ? session.view.Time(response->until_time()) : std::string();
  return Changed(session, std::move(response), absl::StrCat("you may read it until ", until));
}

}  // namespace belfry::chat
