#include "client-lib/chat/notice_card.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/digest_card.h"
#include "client-lib/chat/duty_button.h"
#include "client-lib/chat/grammar.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/personal.h"
#include "client-lib/chat/remedy.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

std::string Id(const v1::Delivery& delivery) {
  const std::string& name = delivery.notice().incident().name();
  return IncidentId(name.empty() ? delivery.incident() : name);
}

std::string Context(const v1::Notice& notice, const View& view) {
  std::vector<std::string> parts;
  if (!notice.clauses().empty()) parts.push_back(absl::StrJoin(notice.clauses(), ", "));
  if (notice.has_time()) parts.push_back(view.Time(notice.time()));
  if (notice.late()) parts.emplace_back("sent late: Belfry was not running when it fell due");
  return absl::StrJoin(parts, " · ");
}

std::vector<CardButton> Buttons(const v1::Delivery& delivery, const View& view) {
  v1::Incident incident = delivery.notice().incident();
  if (incident.name().empty()) incident.set_name(delivery.incident());
  if (incident.name().empty()) return {};
  return ActionButtons({delivery.notice().actions().begin(), delivery.notice().actions().end()},
                       incident, view);
}

// The document that would satisfy the duty, as a line to copy; else the pack's remedy.
std::vector<std::string> WhatToType(const v1::Delivery& delivery, const View& view) {
  const std::string id = Id(delivery);
  const policy::v1::Obligation* duty = view.FindObligation(delivery.notice().obligation());
  if (duty == nullptr || id.empty()) return {};
  const Grammar grammar(view.policy);
  for (const auto& satisfaction : duty->satisfied_by()) {
    if (!satisfaction.has_document()) continue;
    const auto* document = grammar.FindDocument(satisfaction.document().type());
    if (document == nullptr) continue;
    return {view.Typed(DocumentForm(grammar, *document, id))};
  }
  if (duty->remedy().empty()) return {};
  return {TypedRemedy(grammar, view, duty->remedy(), id)};
}

std::string TitleWithId(const v1::Delivery& delivery, absl::string_view otherwise) {
  const v1::Notice& notice = delivery.notice();
  const std::string id = Id(delivery);
  std::string title = notice.title().empty() ? std::string(otherwise) : notice.title();
  if (!id.empty() && !absl::StrContains(title, id)) title = absl::StrCat(id, " · ", title);
  if (notice.incident().drill() && !absl::StartsWith(title, "DRILL")) {
    title = absl::StrCat("DRILL · ", title);
  }
  return title;
}

// What the server offers, and beside it always what everybody may: a note, and the help for here.
std::vector<CardButton> HeadlineButtons(const v1::Delivery& delivery, const View& view) {
  std::vector<CardButton> buttons = Buttons(delivery, view);
  for (const CardButton& more :
       ActionButtons({"note", "more"}, delivery.notice().incident(), view)) {
    const bool there =
        std::any_of(buttons.begin(), buttons.end(),
                    [&more](const CardButton& button) { return button.label == more.label; });
    if (!there && buttons.size() < kButtonsMax) buttons.push_back(more);
  }
  return buttons;
}

Card Headline(const v1::Delivery& delivery, const View& view) {
  const v1::Notice& notice = delivery.notice();
  Card card = IncidentCard(notice.incident(), view);
  if (!notice.duties().empty()) {
    card.table.push_back({"Duty", "Agency", "Due"});
    for (const v1::NextDuty& duty : notice.duties()) {
      card.table.push_back(
          {duty.obligation(), ShortName(duty.entity()),
           absl::StrCat(duty.overdue() ? "OVERDUE since " : "", view.Due(duty.due_time()))});
    }
  }
  if (!notice.actions().empty()) card.buttons = HeadlineButtons(delivery, view);
  return card;
}

Card Log(const v1::Delivery& delivery, const View& view) {
  const v1::Notice& notice = delivery.notice();
  const v1::TimelineEntry& entry = notice.entry();
  Card card;
  card.title = notice.title();
  card.body = !notice.text().empty() ? notice.text() : entry.text();
  std::vector<std::string> parts;
  if (entry.has_time()) parts.push_back(view.Time(entry.time()));
  if (entry.has_event_time()) {
    parts.push_back(absl::StrCat("happened ", view.Time(entry.event_time())));
  }
  if (notice.has_entry()) parts.push_back(ActorName(entry.actor()));
  if (!entry.via().empty()) parts.push_back(absl::StrCat("via ", entry.via()));
  const auto& clauses = entry.clauses().empty() ? notice.clauses() : entry.clauses();
  if (!clauses.empty()) parts.push_back(absl::StrJoin(clauses, ", "));
  if (entry.late() || notice.late()) parts.emplace_back("late: Belfry was not running");
  card.context = absl::StrJoin(parts, " · ");
  return card;
}

// Pages, reminders, overdue duties, statements and alarms differ in urgency and in their hints.
Card Call(const v1::Delivery& delivery, const View& view, Tone tone, absl::string_view kind) {
  const v1::Notice& notice = delivery.notice();
  Card card;
  card.tone = tone;
  card.title = TitleWithId(delivery, kind);
  card.body = notice.text();
  if (!notice.incident().title().empty()) {
    card.fields.push_back({"Incident", IncidentTitle(notice.incident())});
  }
  if (!notice.obligation().empty()) card.fields.push_back({"Duty", notice.obligation()});
  if (notice.has_due_time()) card.fields.push_back({"Due", view.Due(notice.due_time())});
  card.context = Context(notice, view);
  card.buttons = Buttons(delivery, view);
  return card;
}

// Whom a duty falls on: the agency or the incident's, and the roles that must do it.
std::string OwnersOf(const v1::Notice& notice, const View& view) {
  const policy::v1::Obligation* duty = view.FindObligation(notice.obligation());
  if (duty == nullptr) return "";
  std::string subject = DutySubject(notice.obligation());
  if (subject.empty()) subject = ShortName(notice.incident().entity());
  const std::string roles = absl::StrJoin(duty->owner_roles(), ", ");
  return absl::StrCat(subject, subject.empty() || roles.empty() ? "" : ": ", roles);
}

// What, for whom, due when; write it, be left in peace for a while, or say that it is not needed.
Card AskForDuty(const v1::Delivery& delivery, const View& view, Tone tone, absl::string_view kind) {
  const v1::Notice& notice = delivery.notice();
  Card card = Call(delivery, view, tone, kind);
  card.hints = WhatToType(delivery, view);
  if (notice.obligation().empty()) return card;
  if (const std::string owners = OwnersOf(notice, view); !owners.empty()) {
    // Behind the duty, before its deadline.
    const bool due_last = !card.fields.empty() && card.fields.back().label == "Due";
    card.fields.insert(card.fields.end() - (due_last ? 1 : 0), {"For", owners});
  }
  const Grammar grammar(view.policy);
  v1::Incident incident = notice.incident();
  if (incident.name().empty()) incident.set_name(delivery.incident());
  const auto write = DutyButton(grammar, notice.obligation(), incident);
  if (!write.has_value()) return card;
  const std::string about = absl::StrCat(IncidentId(incident.name()), " ", notice.obligation());
  card.buttons = {*write};
  // Past the deadline there is nothing left to be put off.
  if (notice.kind() == v1::Notice::KIND_REMINDER) {
    card.buttons.push_back(FormButton("Snooze", absl::StrCat("snooze ", about)));
  }
  if (IsWaivable(grammar, notice.obligation())) {
    card.buttons.push_back(FormButton("Not needed", absl::StrCat("waive ", about)));
  }
  return card;
}

// The duty that the card asked for has ended: a receipt, with nothing to press.
Card Receipt(const v1::Delivery& delivery, const View& view) {
  const v1::Notice& notice = delivery.notice();
  Card card = Call(delivery, view, Tone::kGood, "A duty");
  card.title = absl::StrCat("✓ ", card.title);
  const v1::TimelineEntry& entry = notice.entry();
  const bool by_person = notice.has_entry() && !entry.actor().empty();
  const auto& at = entry.has_time() ? entry.time() : notice.time();
  const std::string done =
      absl::StrCat("✓ Done", by_person ? absl::StrCat(" by ", ActorName(entry.actor())) : "",
                   entry.has_time() || notice.has_time() ? absl::StrCat(", ", view.Time(at)) : "");
  card.body = card.body.empty() ? done : absl::StrCat(done, "\n", card.body);
  card.hints.clear();
  card.buttons.clear();
  return card;
}

// A restricted incident: what it is about stays out of chat, that it needs somebody does not.
Card Withheld(const v1::Delivery& delivery, const View& view) {
  const v1::Notice& notice = delivery.notice();
  v1::Incident incident = notice.incident();
  if (incident.name().empty()) incident.set_name(delivery.incident());
  Card card = RestrictedCard(incident, view);
  switch (notice.kind()) {
    case v1::Notice::KIND_PAGE:
      card.title += " · you are paged";
      card.tone = Tone::kDanger;
      break;
    case v1::Notice::KIND_REMINDER:
      card.title += " · a duty is due";
      break;
    case v1::Notice::KIND_OVERDUE:
      card.title += " · a duty is OVERDUE";
      card.tone = Tone::kDanger;
      break;
    case v1::Notice::KIND_ALARM:
      card.title += " · alarm";
      card.tone = Tone::kDanger;
      break;
    default:
      break;
  }
  if (notice.done()) {
    card.title = absl::StrCat("✓ ", RestrictedCard(incident, view).title, " · a duty is done");
    card.tone = Tone::kGood;
    card.buttons.clear();
    card.hints.resize(1);  // where to read on
    return card;
  }
  if (notice.has_due_time()) card.fields.push_back({"Due", view.Due(notice.due_time())});
  for (CardButton& button : Buttons(delivery, view)) {
    if (!absl::StartsWith(button.command, "ack ")) continue;
    card.buttons = {std::move(button)};
  }
  return card;
}

Card Shown(const v1::Delivery& delivery, const View& view) {
  const v1::Notice& notice = delivery.notice();
  const std::string id = Id(delivery);
  if (notice.done()) return Receipt(delivery, view);
  switch (notice.kind()) {
    case v1::Notice::KIND_HEADLINE:
      return Headline(delivery, view);
    case v1::Notice::KIND_LOG:
      return Log(delivery, view);
    case v1::Notice::KIND_PAGE: {
      Card card = Call(delivery, view, Tone::kDanger, "You are paged");
      if (!id.empty()) card.hints.push_back(view.Typed(absl::StrCat("ack ", id)));
      return card;
    }
    case v1::Notice::KIND_REMINDER:
      return AskForDuty(delivery, view, Tone::kWarning, "A duty is due");
    case v1::Notice::KIND_OVERDUE:
      return AskForDuty(delivery, view, Tone::kDanger, "A duty is overdue");
    case v1::Notice::KIND_DIGEST:
      return DigestCard(notice, view);
    case v1::Notice::KIND_ALARM: {
      Card card = Call(delivery, view, Tone::kDanger, "Alarm");
      card.hints.push_back(view.Typed("deliveries dead"));
      return card;
    }
    default:
      return Call(delivery, view, Tone::kNeutral, "Notice");
  }
}

// The label stands directly before what it is about. A headline has it among its small print, and a
// line in its thread only where it differs.
std::string LabelBefore(const v1::Notice& notice) {
  const bool known =
      notice.kind() == v1::Notice::KIND_HEADLINE ||
      (notice.kind() == v1::Notice::KIND_LOG && notice.tlp() == notice.incident().tlp());
  return known ? std::string() : notice.tlp();
}

}  // namespace

Card NoticeCard(const v1::Delivery& delivery, const View& view) {
  const v1::Notice& notice = delivery.notice();
  if (notice.kind() == v1::Notice::KIND_ROOM) return Card();
  if (IsWithheld(notice.incident(), view)) return Withheld(delivery, view);
  Card card = Shown(delivery, view);
  if (const std::string label = LabelBefore(notice); !label.empty()) {
    card.body = absl::StrCat(label, card.body.empty() ? "" : "\n", card.body);
  }
  if (view.policy != nullptr && !view.show_restricted) MaskCard(*view.policy, card);
  return card;
}

}  // namespace belfry::chat
