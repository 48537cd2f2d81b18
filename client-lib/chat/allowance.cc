#include "client-lib/chat/allowance.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/buttons.h"
#include "client-lib/chat/incident_card.h"
#include "client-lib/chat/unlinked_card.h"

namespace belfry::chat {
namespace {

// Every act that would allow the verb; empty when the policy's table does not speak of it.
std::vector<std::string> ActsOf(const Grammar& grammar, const VerbRef& verb) {
  std::vector<std::string> acts;
  const policy::v1::Policy& policy = grammar.policy();
  switch (verb.kind) {
    case VerbKind::kTransition:
      for (const auto* step : grammar.TransitionsOf(verb.name)) acts.push_back(step->act());
      break;
    case VerbKind::kPhase:
      for (const auto& step : policy.transitions()) acts.push_back(step.act());
      break;
    case VerbKind::kMerge:
      for (const auto& step : policy.transitions()) {
        if (step.merges()) acts.push_back(step.act());
      }
      break;
    case VerbKind::kUpdate:
    case VerbKind::kFollowup:
      if (const auto* document = grammar.DocumentOf(verb.kind); document != nullptr) {
        acts.push_back(document->act());
      }
      break;
    case VerbKind::kDocument:
    case VerbKind::kSend:
      for (const auto& document : policy.documents()) acts.push_back(document.act());
      break;
    case VerbKind::kDecide:
      for (const auto& question : policy.questions()) acts.push_back(question.act());
      break;
    case VerbKind::kHold:
    case VerbKind::kRelease:
      for (const auto& duty : policy.obligations()) {
        if (duty.has_hold()) acts.push_back(duty.hold().act());
      }
      break;
    default:
      for (std::string& act : SplitWords(VerbOf(verb.kind).acts)) acts.push_back(std::move(act));
      break;
  }
  return acts;
}

// It leads out of the state the incident is in; of one that is withheld, that is not told.
bool IsNextStep(const VerbRef& verb, const Allowance& allowance, const View& view) {
  if (verb.kind != VerbKind::kTransition || !allowance.incident.has_value()) return true;
  if (IsWithheld(*allowance.incident, view)) return true;
  const auto& verbs = allowance.incident->verbs();
  return std::any_of(verbs.begin(), verbs.end(), [&verb](const std::string& one) {
    return absl::EqualsIgnoreCase(one, verb.name);
  });
}

}  // namespace

Allowance FindAllowance(const Session& session) {
  Allowance allowance;
  allowance.unlinked = session.context.unlinked;
  // Without the pack nothing is known of acts; and a menu must not wait for a server that is away.
  if (allowance.unlinked || !session.grammar.has_policy()) return allowance;
  google::protobuf::RepeatedPtrField<std::string> acts;
  if (!session.incident.empty()) {
    v1::GetIncidentRequest request;
    request.set_name(session.incident);
    auto response = session.client.GetIncident(request, session.call);
    if (!response.ok()) return allowance;
    allowance.incident = std::move(*response->mutable_incident());
    acts = std::move(*response->mutable_allowed_acts());
  } else {
    auto response = session.client.WhoAmI(v1::WhoAmIRequest(), session.call);
    if (!response.ok()) return allowance;
    acts = std::move(*response->mutable_allowed_acts());
  }
  // A server that does not say: everybody may at least report.
  if (!acts.empty()) allowance.acts.emplace(acts.begin(), acts.end());
  return allowance;
}

bool MayUse(const Grammar& grammar, const VerbRef& verb, const Allowance& allowance,
            const View& view) {
  if (allowance.unlinked) return IsForUnlinked(verb.kind);
  if (!allowance.acts.has_value()) return true;
  if (!IsNextStep(verb, allowance, view)) return false;
  const std::vector<std::string> acts = ActsOf(grammar, verb);
  return acts.empty() || std::any_of(acts.begin(), acts.end(), [&](const std::string& act) {
           return act.empty() || allowance.acts->count(act) > 0;
         });
}

std::vector<CardButton> LikelyButtons(const Grammar& grammar, const Allowance& allowance,
                                      const View& view) {
  if (allowance.unlinked) {
    return {FormButton("Report an incident", "open", Tone::kGood),
            PressButton("Link my account", "link")};
  }
  if (!allowance.incident.has_value()) {
    return {FormButton("Report an incident", "open", Tone::kGood), PressButton("My duties", "home"),
            PressButton("Open incidents", "list"), PressButton("Late ones", "list late")};
  }
  const v1::Incident& incident = *allowance.incident;
  std::vector<std::string> actions;
  const auto add = [&](VerbKind kind, absl::string_view name) {
    if (MayUse(grammar, {kind, std::string(name)}, allowance, view)) actions.emplace_back(name);
  };
  if (IsBeingPaged(incident)) add(VerbKind::kAck, "ack");
  if (!IsWithheld(incident, view)) {
    const bool ongoing = IsOngoing(incident, view);
    if (ongoing) add(VerbKind::kUpdate, "update");
    for (const std::string& verb : incident.verbs()) {
      const auto known = grammar.FindVerb(verb);
      if (!known.has_value() || known->kind != VerbKind::kTransition) continue;
      const size_t before = actions.size();
      add(VerbKind::kTransition, verb);
      if (actions.size() > before) break;
    }
    add(VerbKind::kNote, "note");
    if (ongoing) add(VerbKind::kEscalate, "escalate");
  }
  std::vector<CardButton> buttons = ActionButtons(actions, incident, view);
  if (buttons.size() < kButtonsMax) {
    const std::string id = IncidentId(incident.name());
    buttons.push_back(PressButton("Duties", absl::StrCat("duties ", id)));
  }
  return buttons;
}

}  // namespace belfry::chat
