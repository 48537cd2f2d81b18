#include "client-lib/chat/grammar.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client-lib/chat/lexer.h"

namespace belfry::chat {
namespace {

bool SameWord(absl::string_view a, absl::string_view b) { return absl::EqualsIgnoreCase(a, b); }

// "Follow-up" and "FOLLOWUP" are the same.
std::string Letters(absl::string_view code) {
  return absl::StrReplaceAll(NormalizeKey(code), {{"-", ""}});
}

// Later keys never displace earlier ones: options win over facts of the same name.
void AddKey(std::map<std::string, KeyRef>& keys, absl::string_view typed, KeyRef::Kind kind,
            const std::string& name) {
  keys.emplace(NormalizeKey(typed), KeyRef{kind, name});
}

// A code wins over everybody's alias.
template <typename Row>
const Row* FindNamed(const google::protobuf::RepeatedPtrField<Row>& rows, absl::string_view word) {
  const std::string letters = Letters(word);
  if (letters.empty()) return nullptr;
  for (const Row& row : rows) {
    if (Letters(row.code()) == letters) return &row;
  }
  for (const Row& row : rows) {
    for (const std::string& alias : row.aliases()) {
      if (Letters(alias) == letters) return &row;
    }
  }
  return nullptr;
}

}  // namespace

Grammar::Grammar(std::shared_ptr<const policy::v1::Policy> policy)
    : policy_(std::move(policy)), has_policy_(policy_ != nullptr) {
  if (!has_policy_) policy_ = std::make_shared<const policy::v1::Policy>();
  for (const auto& transition : policy_->transitions()) {
    const std::string verb = absl::AsciiStrToLower(transition.verb());
    std::vector<std::string>& verbs = transition.merges() ? merge_verbs_ : transition_verbs_;
    if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) verbs.push_back(verb);
  }
}

std::optional<VerbRef> Grammar::FindVerb(absl::string_view word) const {
  for (const Verb& verb : Verbs()) {
    if (SameWord(word, verb.name)) return VerbRef{verb.kind, std::string(verb.name)};
  }
  for (const std::string& verb : transition_verbs_) {
    if (SameWord(word, verb)) return VerbRef{VerbKind::kTransition, verb};
  }
  for (const std::string& verb : merge_verbs_) {
    if (SameWord(word, verb)) return VerbRef{VerbKind::kMerge, "merge"};
  }
  for (const Verb& verb : Verbs()) {
    for (const std::string& alias : SplitWords(verb.aliases)) {
      if (SameWord(word, alias)) return VerbRef{verb.kind, std::string(verb.name)};
    }
  }
  return std::nullopt;
}

std::vector<std::string> Grammar::VerbNames() const {
  std::vector<std::string> names;
  for (const Verb& verb : Verbs()) names.emplace_back(verb.name);
  names.insert(names.end(), transition_verbs_.begin(), transition_verbs_.end());
  return names;
}

std::vector<const policy::v1::Transition*> Grammar::TransitionsOf(absl::string_view verb) const {
  std::vector<const policy::v1::Transition*> transitions;
  for (const auto& transition : policy_->transitions()) {
    if (SameWord(transition.verb(), verb)) transitions.push_back(&transition);
  }
  return transitions;
}

std::vector<std::string> Grammar::StepsTo(absl::string_view state) const {
  std::vector<std::string> verbs;
  for (const auto& known : policy_->states()) {
    if (Letters(known.code()) != Letters(state) && !SameWord(known.title(), state)) continue;
    for (const auto& transition : policy_->transitions()) {
      const std::string verb = absl::AsciiStrToLower(transition.verb());
      if (transition.to() != known.code() || transition.merges()) continue;
      if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) verbs.push_back(verb);
    }
  }
  return verbs;
}

std::map<std::string, KeyRef> Grammar::KeysOf(const VerbRef& verb,
                                              const policy::v1::DocumentType* document) const {
  const absl::string_view row =
      verb.kind == VerbKind::kTransition ? "reason|why *fact" : VerbOf(verb.kind).keys;
  std::map<std::string, KeyRef> keys;
  for (const std::string& entry : SplitWords(row)) {
    if (entry == "*fact") {
      for (const auto& fact : policy_->facts()) {
        AddKey(keys, fact.name(), KeyRef::Kind::kFact, fact.name());
        for (const auto& alias : fact.aliases()) {
          AddKey(keys, alias, KeyRef::Kind::kFact, fact.name());
        }
      }
    } else if (entry == "*field") {
      if (document == nullptr) continue;
      for (const auto& field : document->fields()) {
        AddKey(keys, field.name(), KeyRef::Kind::kField, field.name());
        const std::string label = absl::StrReplaceAll(field.label(), {{" ", "-"}});
        // A label that is a whole sentence is nothing anybody types.
        if (LeadingKey(absl::StrCat(label, ":x")).size() == label.size()) {
          AddKey(keys, label, KeyRef::Kind::kField, field.name());
        }
      }
    } else {
      const std::vector<std::string> names = absl::StrSplit(entry, '|');
      for (const std::string& name : names) {
        AddKey(keys, name, KeyRef::Kind::kOption, names[0]);
      }
    }
  }
  if (verb.kind == VerbKind::kTransition || VerbOf(verb.kind).takes_incident) {
    AddKey(keys, "incident", KeyRef::Kind::kOption, "incident");
    AddKey(keys, "id", KeyRef::Kind::kOption, "incident");
  }
  return keys;
}

const policy::v1::DocumentType* Grammar::DocumentOf(VerbKind kind) const {
  if (kind == VerbKind::kUpdate) {
    for (const auto& obligation : policy_->obligations()) {
      if (!obligation.has_recurrence()) continue;
      for (const auto& satisfaction : obligation.satisfied_by()) {
        if (satisfaction.has_document()) return FindDocument(satisfaction.document().type());
      }
    }
    return FindDocument("DAILY-STATUS");
  }
  if (kind == VerbKind::kFollowup) {
    for (const auto& document : policy_->documents()) {
      if (absl::StartsWith(Letters(document.code()), "followup")) return &document;
    }
  }
  return nullptr;
}

const policy::v1::DocumentType* Grammar::FindDocument(absl::string_view word) const {
  return FindNamed(policy_->documents(), word);
}

const policy::v1::Question* Grammar::FindQuestion(absl::string_view word) const {
  return FindNamed(policy_->questions(), word);
}

const policy::v1::Obligation* Grammar::FindObligation(absl::string_view instance) const {
  const std::string code = NormalizeKey(instance.substr(0, instance.find_first_of("#[")));
  for (const auto& obligation : policy_->obligations()) {
    if (NormalizeKey(obligation.code()) == code) return &obligation;
  }
  return nullptr;
}

const policy::v1::DocumentType* Grammar::NoticeDocument(absl::string_view instance) const {
  const policy::v1::Obligation* duty = FindObligation(instance);
  if (duty == nullptr) return nullptr;
  for (const auto& satisfaction : duty->satisfied_by()) {
    if (satisfaction.notice_delivered().document().empty()) continue;
    return FindDocument(satisfaction.notice_delivered().document());
  }
  return nullptr;
}

std::string Grammar::CommandFor(const policy::v1::DocumentType& document,
                                absl::string_view incident) const {
  for (const VerbKind kind : {VerbKind::kUpdate, VerbKind::kFollowup}) {
    if (DocumentOf(kind) == &document) return absl::StrCat(VerbOf(kind).name, " ", incident);
  }
  return absl::StrCat("document ", incident, " ", document.code());
}

const policy::v1::DocumentType::Field* DefaultField(const policy::v1::DocumentType& document) {
  for (const absl::string_view name : {"conditions", "description"}) {
    for (const auto& field : document.fields()) {
      if (NormalizeKey(field.name()) == name) return &field;
    }
  }
  for (const auto& field : document.fields()) {
    if (field.required()) return &field;
  }
  return document.fields().empty() ? nullptr : &document.fields(0);
}

std::string FormLine(const policy::v1::DocumentType& document, absl::string_view line) {
  std::string form(line);
  bool any = false;
  for (const auto& field : document.fields()) {
    if (!field.required() || field.has_required_when()) continue;
    absl::StrAppend(&form, " ", field.name(), ":\"…\"");
    any = true;
  }
  if (!any) absl::StrAppend(&form, " <text>");
  return form;
}

std::string DocumentForm(const Grammar& grammar, const policy::v1::DocumentType& document,
                         absl::string_view incident) {
  return FormLine(document, grammar.CommandFor(document, incident));
}

}  // namespace belfry::chat
