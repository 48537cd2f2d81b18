#include "client-lib/chat/help.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "belfry/v1/incident.pb.h"
#include "client-lib/chat/choice.h"
#include "client-lib/chat/document_form.h"
#include "client-lib/chat/nearest.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/question_card.h"
#include "client-lib/chat/usage_error.h"
#include "client-lib/chat/utf8.h"

namespace belfry::chat {
namespace {

// "Declared → Contained" for each state the verb leaves.
std::string TransitionSummary(const Grammar& grammar, const View& view, absl::string_view verb) {
  std::vector<std::string> steps;
  for (const auto* transition : grammar.TransitionsOf(verb)) {
    std::vector<std::string> from;
    for (const auto& code : transition->from()) from.push_back(view.StateTitle(code));
    steps.push_back(
        absl::StrCat(absl::StrJoin(from, ", "), " → ", view.StateTitle(transition->to())));
  }
  return absl::StrJoin(steps, "; ");
}

bool NeedsReason(const Grammar& grammar, absl::string_view verb) {
  const auto transitions = grammar.TransitionsOf(verb);
  return std::any_of(transitions.begin(), transitions.end(),
                     [](const auto* transition) { return transition->reason_required(); });
}

void AddChoices(const Grammar& grammar, VerbKind kind, Card& card) {
  const policy::v1::Policy& policy = grammar.policy();
  std::vector<std::string> choices;
  if (kind == VerbKind::kFact || kind == VerbKind::kOpen) {
    for (const auto& fact : policy.facts()) {
      card.table.push_back({absl::StrCat(fact.name(), ":"),
                            fact.number() ? "a number" : absl::StrJoin(fact.values(), ", "),
                            fact.question(), absl::StrJoin(fact.aliases(), ", ")});
    }
    if (!card.table.empty()) {
      card.table.insert(card.table.begin(), {"Question", "Answers", "Meaning", "Also typed"});
    }
  }
  if (kind == VerbKind::kSeverity || kind == VerbKind::kOpen) {
    for (const auto& severity : policy.severities()) {
      choices.push_back(absl::StrCat(severity.code(), " ", severity.title()));
    }
    if (!choices.empty()) card.fields.push_back({"Severities", absl::StrJoin(choices, ", ")});
  }
  if (kind == VerbKind::kType || kind == VerbKind::kOpen) {
    choices.clear();
    for (const auto& category : policy.categories()) {
      choices.push_back(category.aliases().empty()
                            ? category.code()
                            : absl::StrCat(category.code(), " ", category.aliases(0)));
    }
    if (!choices.empty()) card.fields.push_back({"Types", absl::StrJoin(choices, ", ")});
  }
  if (kind == VerbKind::kEscalate || kind == VerbKind::kWho) {
    choices.clear();
    for (const auto& role : policy.roles()) choices.push_back(role.code());
    if (!choices.empty()) card.fields.push_back({"Roles", absl::StrJoin(choices, ", ")});
  }
  if (const auto* document = grammar.DocumentOf(kind); document != nullptr) {
    card.table = FieldTable(*document);
  }
  if (kind == VerbKind::kDocument) card.table = DocumentTable(policy);
  if (kind == VerbKind::kDecide) card.table = QuestionTable(policy);
  if (kind == VerbKind::kWaive || kind == VerbKind::kHold || kind == VerbKind::kRelease) {
    choices.clear();
    for (const auto& duty : policy.obligations()) {
      const bool fits = kind == VerbKind::kWaive ? !duty.waivers().empty() : duty.has_hold();
      if (fits) choices.push_back(duty.code());
    }
    if (!choices.empty()) card.fields.push_back({"Duties", absl::StrJoin(choices, ", ")});
  }
  if (kind == VerbKind::kDevice) {
    card.fields.push_back(
        {"Statuses", absl::StrJoin(EnumWords(*v1::Device::Status_descriptor(), "STATUS_"), ", ")});
  }
}

// Counts what it leaves out.
class Menu {
 public:
  Menu(const Grammar& grammar, const Allowance& allowance, const View& view)
      : grammar_(grammar), allowance_(allowance), view_(view) {}

  bool Has(const VerbRef& verb) {
    if (MayUse(grammar_, verb, allowance_, view_)) return true;
    ++left_out_;
    return false;
  }
  int left_out() const { return left_out_; }

 private:
  const Grammar& grammar_;
  const Allowance& allowance_;
  const View& view_;
  int left_out_ = 0;
};

std::vector<std::string> VerbsOf(const FoldedGroup& group, Menu& menu) {
  std::vector<std::string> names;
  for (const Verb& verb : Verbs()) {
    if (verb.group != group.name) continue;
    if (menu.Has({verb.kind, std::string(verb.name)})) names.emplace_back(verb.name);
  }
  return names;
}

void SayWhere(const Allowance& allowance, absl::string_view incident, Card& card) {
  if (allowance.unlinked) {
    card.title = "Belfry does not know you yet";
    card.body =
        "You may report an incident, and link your account to do more. In an emergency call "
        "CommonHelp; do not wait for this.";
  } else if (incident.empty()) {
    card.title = "Belfry, the incident desk";
    card.body = "Type a command. In the channel or thread of an incident, its id can be left away.";
  } else {
    card.title = absl::StrCat("Belfry · you are at ", IncidentId(incident));
    card.body = "Type a command; without an id it is about this incident.";
  }
}

Card GroupHelpCard(const FoldedGroup& group, const View& view) {
  Card card;
  card.title = std::string(group.name);
  card.body = absl::StrCat(group.summary, ".");
  card.table.push_back({"Command", "What it does"});
  for (const Verb& verb : Verbs()) {
    if (verb.group != group.name) continue;
    card.table.push_back({std::string(verb.syntax), std::string(verb.summary)});
  }
  card.hints.push_back(view.Typed("help <command>"));
  return card;
}

}  // namespace

std::string SyntaxOf(const Grammar& grammar, const VerbRef& verb) {
  if (verb.kind != VerbKind::kTransition) return std::string(VerbOf(verb.kind).syntax);
  return absl::StrCat(verb.name, " [id]",
                      NeedsReason(grammar, verb.name) ? " <reason>" : " [reason]");
}

Card HelpCard(const Grammar& grammar, const View& view, absl::string_view incident,
              const Allowance& allowance) {
  Card card;
  SayWhere(allowance, incident, card);
  Menu menu(grammar, allowance, view);
  card.table.push_back({"Command", "What it does"});
  absl::string_view group;
  const auto add_transitions = [&] {
    for (const std::string& verb : grammar.TransitionVerbs()) {
      if (!menu.Has({VerbKind::kTransition, verb})) continue;
      card.table.push_back({SyntaxOf(grammar, {VerbKind::kTransition, verb}),
                            TransitionSummary(grammar, view, verb)});
    }
  };
  for (const Verb& verb : Verbs()) {
    // The life cycle stands between responding and recording.
    if (group == "Respond" && verb.group != group) add_transitions();
    const FoldedGroup* folded = FindFoldedGroup(verb.group);
    if (folded == nullptr) {
      if (menu.Has({verb.kind, std::string(verb.name)})) {
        card.table.push_back({std::string(verb.syntax), std::string(verb.summary)});
      }
    } else if (verb.group != group) {
      if (const auto names = VerbsOf(*folded, menu); !names.empty()) {
        card.table.push_back(
            {absl::StrJoin(names, ", "),
             absl::StrCat(folded->summary, ": help ", absl::AsciiStrToLower(folded->name))});
      }
    }
    group = verb.group;
  }
  if (menu.left_out() > 0) {
    const bool one = menu.left_out() == 1;
    card.context = absl::StrCat(
        menu.left_out(), one ? " more command needs " : " more commands need ",
        allowance.unlinked ? "a linked account" : "another role, or come at another time", ": ",
        view.Typed("help all"));
  }
  card.hints.push_back(view.Typed("help <command>"));
  card.hints.push_back(incident.empty() ? view.Typed(VerbOf(VerbKind::kOpen).example)
                                        : view.Typed(absl::StrCat("show ", IncidentId(incident))));
  card.buttons = LikelyButtons(grammar, allowance, view);
  return card;
}

absl::StatusOr<Card> HelpCardFor(const Grammar& grammar, const View& view,
                                 absl::string_view incident, const std::vector<std::string>& words,
                                 const Allowance& allowance) {
  if (words.empty()) return HelpCard(grammar, view, incident, allowance);
  if (absl::EqualsIgnoreCase(words[0], "all")) {
    Allowance everything;
    everything.incident = allowance.incident;
    return HelpCard(grammar, view, incident, everything);
  }
  const std::optional<VerbRef> verb = grammar.FindVerb(words[0]);
  if (!verb.has_value()) {
    if (const FoldedGroup* group = FindFoldedGroup(words[0]); group != nullptr) {
      return GroupHelpCard(*group, view);
    }
  } else if (words.size() > 1 && verb->kind == VerbKind::kDocument) {
    if (const auto* document = grammar.FindDocument(words[1]); document != nullptr) {
      Card card = FormCard(*document, view, grammar.CommandFor(*document, "DOP-2026-0007"));
      card.title = absl::StrCat(document->code(), " · ", document->title());
      return card;
    }
  } else if (words.size() > 1 && verb->kind == VerbKind::kDecide) {
    if (const auto* question = grammar.FindQuestion(words[1]); question != nullptr) {
      return QuestionCard(grammar.policy(), *question, view, "");
    }
  }
  return VerbHelpCard(grammar, view, words[0]);
}

absl::StatusOr<Card> VerbHelpCard(const Grammar& grammar, const View& view,
                                  absl::string_view word) {
  const std::optional<VerbRef> verb = grammar.FindVerb(word);
  if (!verb.has_value()) {
    std::vector<std::string> commands;
    for (const std::string& name : Nearest(word, grammar.VerbNames(), 3)) {
      commands.push_back(absl::StrCat("help ", name));
    }
    return UsageError(absl::StrCat("\"", Clip(word, 40), "\" is not a command. The nearest:"),
                      commands);
  }
  Card card;
  card.title = view.Typed(SyntaxOf(grammar, *verb));
  if (verb->kind == VerbKind::kTransition) {
    card.body = TransitionSummary(grammar, view, verb->name);
    card.table.push_back({"Needs", "Clause", "If it is missing"});
    std::vector<std::string> clauses;
    for (const auto* transition : grammar.TransitionsOf(verb->name)) {
      clauses.insert(clauses.end(), transition->clauses().begin(), transition->clauses().end());
      if (!transition->confirm().empty()) absl::StrAppend(&card.body, "\n", transition->confirm());
      for (const auto& guard : transition->guards()) {
        card.table.push_back(
            {guard.message(), absl::StrJoin(guard.clauses(), ", "), guard.remedy()});
      }
    }
    if (card.table.size() == 1) card.table.clear();
    card.context = absl::StrJoin(clauses, ", ");
    card.hints.push_back(view.Typed(absl::StrCat(verb->name, " DOP-2026-0007")));
    return card;
  }
  const Verb& row = VerbOf(verb->kind);
  card.body = absl::StrCat(row.summary, ".");
  if (!row.aliases.empty()) {
    card.fields.push_back({"Also", absl::StrJoin(SplitWords(row.aliases), ", ")});
  }
  AddChoices(grammar, verb->kind, card);
  card.hints.push_back(view.Typed(row.example));
  return card;
}

}  // namespace belfry::chat
