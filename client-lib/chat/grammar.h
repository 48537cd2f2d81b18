// What a word means under one policy pack: verbs, keys, and where plain text goes.
#ifndef BELFRY_CLIENT_LIB_CHAT_GRAMMAR_H_
#define BELFRY_CLIENT_LIB_CHAT_GRAMMAR_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "client-lib/chat/verbs.h"

namespace belfry::chat {

// A verb that was recognised.
struct VerbRef {
  VerbKind kind = VerbKind::kHelp;
  std::string name;  // canonical: "open", or the pack's "contain"
};

// What a key stands for.
struct KeyRef {
  enum class Kind { kOption, kFact, kField };
  Kind kind = Kind::kOption;
  std::string name;  // canonical option, fact name, or field name
};

// Immutable; cheap enough to build for each line.
class Grammar {
 public:
  // Without a pack only the built-in verbs are known.
  explicit Grammar(std::shared_ptr<const policy::v1::Policy> policy);

  const policy::v1::Policy& policy() const { return *policy_; }
  bool has_policy() const { return has_policy_; }

  // Built-in names win over the pack's verbs, and those over built-in aliases.
  std::optional<VerbRef> FindVerb(absl::string_view word) const;
  // Every word that FindVerb() knows by its first name.
  std::vector<std::string> VerbNames() const;
  // The pack's verbs, in its order, each once; without those that lead into another incident,
  // which are all typed "merge".
  const std::vector<std::string>& TransitionVerbs() const { return transition_verbs_; }
  // All transitions of one verb.
  std::vector<const policy::v1::Transition*> TransitionsOf(absl::string_view verb) const;

  // The verbs of the steps that lead to a state, by its code or title; those of merging left out.
  std::vector<std::string> StepsTo(absl::string_view state) const;

  // The keys of a verb, normalized. `document` is the type whose fields stand for "*field"; null
  // where there is none.
  std::map<std::string, KeyRef> KeysOf(const VerbRef& verb,
                                       const policy::v1::DocumentType* document) const;

  // The document that `update` or `followup` sends: the one that satisfies a recurring duty, or
  // the one whose code begins with the verb. Null when the pack has none.
  const policy::v1::DocumentType* DocumentOf(VerbKind kind) const;
  // By code or alias; dashes and underscores do not matter.
  const policy::v1::DocumentType* FindDocument(absl::string_view word) const;
  // The document that must accompany the notice of a duty; null when none must.
  const policy::v1::DocumentType* NoticeDocument(absl::string_view instance) const;
  // By code or alias.
  const policy::v1::Question* FindQuestion(absl::string_view word) const;
  // The duty behind an instance as typed, "daily_status#2[dop]".
  const policy::v1::Obligation* FindObligation(absl::string_view instance) const;
  // The line that begins a document: "update", or "document WRITTEN-ITD".
  std::string CommandFor(const policy::v1::DocumentType& document,
                         absl::string_view incident) const;

 private:
  std::shared_ptr<const policy::v1::Policy> policy_;
  bool has_policy_;
  std::vector<std::string> transition_verbs_;
  std::vector<std::string> merge_verbs_;
};

// Where plain text of a document goes: its "conditions", else its "description", else its first
// required field. Null when it has no fields.
const policy::v1::DocumentType::Field* DefaultField(const policy::v1::DocumentType& document);

// `line` with the document's required fields to copy and fill: `… conditions:"…" actions:"…"`.
std::string FormLine(const policy::v1::DocumentType& document, absl::string_view line);
// The same for the command that sends the document.
std::string DocumentForm(const Grammar& grammar, const policy::v1::DocumentType& document,
                         absl::string_view incident);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_GRAMMAR_H_
