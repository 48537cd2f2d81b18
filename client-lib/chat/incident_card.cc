#include "client-lib/chat/incident_card.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/forms.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/personal.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/utf8.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {
namespace {

constexpr size_t kTitleCharacters = 120;  // leaves room for the id in a platform's 150
constexpr size_t kBodyCharacters = 600;

std::string Names(const google::protobuf::RepeatedPtrField<std::string>& resources) {
  return absl::StrJoin(resources, ", ", [](std::string* out, const std::string& resource) {
    absl::StrAppend(out, ShortName(resource));
  });
}

std::string Categories(const v1::Incident& incident) {
  return absl::StrJoin(incident.categories(), ", ",
                       [](std::string* out, const v1::CategoryAssignment& category) {
                         absl::StrAppend(out, category.category());
                         for (const auto& value : category.sub_values()) {
                           absl::StrAppend(out, "/", value);
                         }
                       });
}

std::string Entities(const v1::Incident& incident) {
  std::string text = ShortName(incident.entity());
  for (const auto& entity : incident.entities()) {
    if (entity.entity() == incident.entity()) continue;
    absl::StrAppend(
        &text, ", ", ShortName(entity.entity()),
        entity.relation() == v1::IncidentEntity::RELATION_POTENTIAL ? " (potential)" : "");
  }
  return text;
}

// The life cycle is over: nothing but reopening is left.
bool IsClosed(const v1::Incident& incident, const View& view) {
  if (const auto* state = view.FindState(incident.state()); state != nullptr) {
    return state->terminal();
  }
  return false;
}

Tone ToneOf(const v1::Incident& incident, const View& view) {
  if (IsClosed(incident, view)) return Tone::kNeutral;
  if (incident.overdue_obligation_count() > 0) return Tone::kDanger;
  if (IsBeingPaged(incident)) return Tone::kWarning;
  return IsOngoing(incident, view) ? Tone::kNeutral : Tone::kGood;
}

std::string StatusLine(const v1::Incident& incident, const View& view) {
  std::vector<std::string> parts = {view.StateTitle(incident.state())};
  if (incident.open_obligation_count() > 0) {
    const int count = incident.open_obligation_count();
    std::string duties = absl::StrCat(count, count == 1 ? " duty open" : " duties open");
    if (incident.overdue_obligation_count() > 0) {
      absl::StrAppend(&duties, ", ", incident.overdue_obligation_count(), " OVERDUE");
    }
    parts.push_back(std::move(duties));
  }
  if (incident.reopened_count() > 0) {
    parts.push_back(absl::StrCat("reopened ", incident.reopened_count(), "×"));
  }
  return absl::StrJoin(parts, " · ");
}

// Pressing it alone would say too little: the verb's form asks, or the pack wants a reason.
bool AsksForWords(absl::string_view verb, absl::string_view command, const View& view) {
  if (WordsWantForm(command)) return true;
  if (view.policy == nullptr) return false;
  for (const auto& transition : view.policy->transitions()) {
    if (absl::EqualsIgnoreCase(transition.verb(), verb) && transition.reason_required()) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> NextSteps(const v1::Incident& incident, const View& view) {
  const std::string id = IncidentId(incident.name());
  std::vector<std::string> hints;
  if (IsBeingPaged(incident)) hints.push_back(view.Typed(absl::StrCat("ack ", id)));
  if (!incident.verbs().empty()) {
    hints.push_back(absl::StrCat(
        view.Typed(absl::StrCat(incident.verbs(0), " ", id)),
        incident.verbs_size() == 1
            ? ""
            : absl::StrCat(
                  "   (or: ",
                  absl::StrJoin(incident.verbs().begin() + 1, incident.verbs().end(), ", "), ")")));
  }
  hints.push_back(view.Typed(absl::StrCat("duties ", id)));
  return hints;
}

}  // namespace

bool IsBeingPaged(const v1::Incident& incident) {
  for (const auto& chain : incident.escalations()) {
    if (chain.state() == v1::EscalationChain::STATE_NOTIFIED ||
        chain.state() == v1::EscalationChain::STATE_EXHAUSTED) {
      return true;
    }
  }
  return false;
}

bool IsOngoing(const v1::Incident& incident, const View& view) {
  if (const auto* state = view.FindState(incident.state()); state != nullptr) {
    return state->ongoing();
  }
  // Without the pack: an escalation runs exactly while work goes on.
  for (const auto& chain : incident.escalations()) {
    if (chain.state() != v1::EscalationChain::STATE_CLEARED) return true;
  }
  return false;
}

bool IsWithheld(const v1::Incident& incident, const View& view) {
  const bool named_readers_only = incident.restricted() || incident.tlp() == "TLP:RED";
  return named_readers_only && (!view.show_restricted || incident.title().empty());
}

std::string IncidentTitle(const v1::Incident& incident) {
  std::vector<std::string> parts;
  if (incident.drill()) parts.emplace_back("DRILL");
  parts.push_back(IncidentId(incident.name()));
  if (!incident.severity().empty()) parts.push_back(incident.severity());
  if (!incident.title().empty()) parts.push_back(Clip(incident.title(), kTitleCharacters));
  return absl::StrJoin(parts, " · ");
}

std::string EscalationLine(const v1::EscalationChain& chain, const View& view) {
  const std::string paged =
      chain.paged_people().empty() ? "" : absl::StrCat(": ", Names(chain.paged_people()));
  const auto next = [&] {
    return chain.has_next_page_time()
               ? absl::StrCat("; next page ", view.Due(chain.next_page_time()))
               : std::string();
  };
  switch (chain.state()) {
    case v1::EscalationChain::STATE_NOTIFIED:
      return absl::StrCat("Level ", chain.level(), " paged",
                          chain.attempt() > 1 ? absl::StrCat(" (page ", chain.attempt(), ")") : "",
                          paged, "; nobody has acknowledged", next());
    case v1::EscalationChain::STATE_ACKNOWLEDGED:
      return absl::StrCat(
          "Acknowledged by ", ActorName(chain.acknowledged_by()), " at level ", chain.level(),
          chain.has_acknowledge_time() ? absl::StrCat(", ", view.Time(chain.acknowledge_time()))
                                       : "");
    case v1::EscalationChain::STATE_EXHAUSTED:
      return absl::StrCat("NOBODY ANSWERS: the whole ladder up to level ", chain.level(),
                          " was paged", next());
    case v1::EscalationChain::STATE_CLEARED:
      return "Ended";
    default:
      return "None";
  }
}

std::vector<CardButton> ActionButtons(const std::vector<std::string>& actions,
                                      const v1::Incident& incident, const View& view) {
  const std::string id = IncidentId(incident.name());
  std::vector<CardButton> buttons;
  for (const std::string& action : actions) {
    if (buttons.size() == kButtonsMax) break;
    if (action == "ack") {
      buttons.push_back(PressButton("Acknowledge", absl::StrCat("ack ", id), Tone::kGood));
    } else if (action == "escalate") {
      buttons.push_back(FormButton("Escalate", absl::StrCat("escalate ", id), Tone::kDanger));
    } else if (action == "more") {
      buttons.push_back(PressButton("More…", absl::StrCat("help ", id)));
    } else if (!action.empty()) {
      std::string label = action;
      label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
      std::string command = absl::StrCat(action, " ", id);
      const auto button = AsksForWords(action, command, view) ? FormButton : PressButton;
      buttons.push_back(button(label, std::move(command), Tone::kNeutral));
    }
  }
  return buttons;
}

Card RestrictedCard(const v1::Incident& incident, const View& view) {
  const std::string id = IncidentId(incident.name());
  Card card;
  card.tone = Tone::kWarning;
  card.title = absl::StrCat(incident.drill() ? "DRILL · " : "", id, " · restricted");
  card.body = absl::StrCat(
      incident.restricted() ? "This incident is restricted." : "This incident is marked TLP:RED.",
      " Its content is shown to named readers only; open it in Belfry.");
  card.hints.push_back(absl::StrCat("belfry show ", id, "   (at a terminal)"));
  // The channel may still acknowledge: that tells nothing.
  if (IsBeingPaged(incident)) card.buttons = ActionButtons({"ack"}, incident, view);
  if (!card.buttons.empty()) card.hints.push_back(view.Typed(absl::StrCat("ack ", id)));
  return card;
}

Card IncidentCard(const v1::Incident& incident, const View& view) {
  if (IsWithheld(incident, view)) return RestrictedCard(incident, view);
  Card card;
  card.tone = ToneOf(incident, view);
  card.title = IncidentTitle(incident);
  card.body = StatusLine(incident, view);
  if (!incident.summary().empty() && incident.summary() != incident.title()) {
    absl::StrAppend(&card.body, "\n", Clip(incident.summary(), kBodyCharacters));
  }
  card.fields.push_back(
      {"Severity", incident.severity_floors().empty()
                       ? incident.severity()
                       : absl::StrCat(incident.severity(), " (kept up by ",
                                      absl::StrJoin(incident.severity_floors(), ", "), ")")});
  card.fields.push_back({"State", view.StateTitle(incident.state())});
  card.fields.push_back({"Agency", Entities(incident)});
  if (!incident.categories().empty()) card.fields.push_back({"Type", Categories(incident)});
  if (!incident.lead().empty()) card.fields.push_back({"Lead", ActorName(incident.lead())});
  for (const auto& chain : incident.escalations()) {
    if (card.fields.size() >= 8) break;  // the next duty must have its place
    if (chain.state() == v1::EscalationChain::STATE_CLEARED) continue;
    const std::string label = incident.escalations_size() == 1
                                  ? "Escalation"
                                  : absl::StrCat("Escalation ", ShortName(chain.entity()));
    card.fields.push_back({label, EscalationLine(chain, view)});
  }
  if (incident.has_next_duty()) {
    const v1::NextDuty& duty = incident.next_duty();
    card.fields.push_back({duty.overdue() ? "OVERDUE" : "Next duty",
                           absl::StrCat(duty.obligation(), ", due ", view.Due(duty.due_time()))});
  }
  if (!incident.tickets().empty()) {
    card.fields.push_back(
        {"Ticket",
         absl::StrJoin(incident.tickets(), ", ", [](std::string* out, const v1::Ticket& ticket) {
           absl::StrAppend(out, ticket.system(), ticket.system().empty() ? "" : " ",
                           ticket.number());
         })});
  }
  card.hints = NextSteps(incident, view);
  std::vector<std::string> small;
  if (incident.has_create_time()) {
    small.push_back(absl::StrCat(
        "Reported ", view.Time(incident.create_time()),
        incident.reporter().empty() ? "" : absl::StrCat(" by ", ActorName(incident.reporter()))));
  }
  if (!incident.tlp().empty()) small.push_back(incident.tlp());
  if (!incident.policy().empty()) small.push_back(incident.policy());
  card.context = absl::StrJoin(small, " · ");

  std::vector<std::string> actions;
  if (!IsClosed(incident, view)) {
    if (IsBeingPaged(incident)) actions.emplace_back("ack");
    if (IsOngoing(incident, view)) {
      actions.emplace_back("update");
      actions.emplace_back("escalate");
    }
    actions.emplace_back("note");
  }
  actions.emplace_back("more");
  card.buttons = ActionButtons(actions, incident, view);
  if (view.policy != nullptr && !view.show_restricted) MaskCard(*view.policy, card);
  return card;
}

}  // namespace belfry::chat
