// What of a record is withheld when it is asked for: grounds, and rules about its parts.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "server/core/policy/lint_predicates.h"
#include "server/core/policy/lint_topics.h"
#include "server/core/policy/record_vocabulary.h"

namespace belfry::core {
namespace {

using policy::v1::Exemption;
using policy::v1::RecordRule;

std::string At(const std::string& list, int index) { return absl::StrCat(list, "[", index, "]"); }

void CheckExemption(LintContext& lint, const Exemption& exemption, const std::string& path) {
  if (exemption.code() == kTagNone || exemption.code() == kTagUnreviewed) {
    lint.Error(path + ".code", absl::StrCat("\"", exemption.code(),
                                            "\" has a meaning of its own; take another word"));
  } else if (absl::AsciiStrToUpper(exemption.code()) != exemption.code()) {
    lint.Error(path + ".code", absl::StrCat("\"", exemption.code(), "\" is not in upper case"));
  }
  lint.CheckText(exemption.title(), "title", path, "reviewers choose by it");
  lint.CheckText(exemption.mark(), "mark", path, "it stands in the place of what is withheld");
  lint.CheckText(exemption.law(), "law", path, "the exemption log cites it");
  lint.CheckCited(exemption, path);
}

// One part of a record that a rule speaks of, and where the rule says so.
struct Target {
  std::string part;
  std::string path;
};

class RuleChecker {
 public:
  RuleChecker(LintContext& lint, const RecordRule& rule, std::string path)
      : lint_(lint), rule_(rule), path_(std::move(path)) {}

  std::vector<Target> Check() && {
    const int kinds =
        static_cast<int>(!rule_.fields().empty()) + static_cast<int>(rule_.has_entry()) +
        static_cast<int>(rule_.has_document()) + static_cast<int>(!rule_.facts().empty()) +
        static_cast<int>(!rule_.people().empty()) + static_cast<int>(rule_.personal_information());
    if (kinds != 1) {
      lint_.Error(path_, absl::StrCat("speaks of ", kinds == 0 ? "nothing" : "several things",
                                      "; set exactly one of fields, entry, document, facts, people "
                                      "and personal_information"));
    }
    CheckFields();
    if (rule_.has_entry()) CheckEntry();
    if (rule_.has_document()) CheckDocument();
    CheckFacts();
    CheckPeople();
    CheckTag();
    if (rule_.has_when()) {
      CheckCanHold(lint_, rule_.when(), path_ + ".when",
                   absl::StrCat("the rule ", rule_.code(), " never decides"));
    }
    lint_.CheckCited(rule_, path_);
    return std::move(targets_);
  }

 private:
  void Add(std::string part, std::string path) {
    targets_.push_back({std::move(part), std::move(path)});
  }

  void CheckFields() {
    const absl::Span<const absl::string_view> known = RecordFields();
    for (int i = 0; i < rule_.fields_size(); ++i) {
      const std::string& field = rule_.fields(i);
      const std::string at = At(path_ + ".fields", i);
      if (std::find(known.begin(), known.end(), field) == known.end()) {
        lint_.Error(
            at, absl::StrCat("there is no field \"", field, "\" of an incident; the fields are ",
                             absl::StrJoin(known, ", ")));
      }
      Add("field " + field, at);
    }
  }

  void CheckEntry() {
    const RecordRule::Entry& entry = rule_.entry();
    const std::string at = path_ + ".entry";
    if (entry.kinds().empty()) lint_.Error(at, "names no kinds; which timeline entries?");
    for (int i = 0; i < entry.kinds_size(); ++i) {
      const std::string kind_at = At(at + ".kinds", i);
      const EntryKind* kind = FindEntryKind(entry.kinds(i));
      if (kind == nullptr) {
        lint_.Error(kind_at, absl::StrCat("there is no kind of timeline entry \"", entry.kinds(i),
                                          "\"; correct the spelling"));
        continue;
      }
      if (entry.parts().empty()) Add("entry " + entry.kinds(i), kind_at);
      for (int p = 0; p < entry.parts_size(); ++p) {
        if (!HasPart(*kind, entry.parts(p))) {
          lint_.Error(At(at + ".parts", p),
                      absl::StrCat(kind->kind, " has no part \"", entry.parts(p), "\"",
                                   kind->parts.empty() ? "" : "; it has ", kind->parts));
        }
        Add(absl::StrCat("entry ", entry.kinds(i), " ", entry.parts(p)), kind_at);
      }
    }
  }

  void CheckDocument() {
    const RecordRule::Document& document = rule_.document();
    const std::string at = path_ + ".document";
    if (document.types().empty()) lint_.Error(at, "names no types; which documents?");
    for (int i = 0; i < document.types_size(); ++i) {
      const std::string type_at = At(at + ".types", i);
      if (!lint_.Refer(lint_.documents, document.types(i), "document", type_at)) continue;
      const policy::v1::DocumentType& type = *lint_.documents[document.types(i)];
      std::set<std::string> names;
      for (const auto& field : type.fields()) names.insert(field.name());
      for (int f = 0; f < document.fields_size(); ++f) {
        if (names.count(document.fields(f)) == 0) {
          lint_.Error(At(at + ".fields", f),
                      absl::StrCat(type.code(), " has no field \"", document.fields(f),
                                   "\"; define it or correct the spelling"));
        }
      }
      for (const std::string& name : names) {
        if (document.fields().empty() ||
            std::find(document.fields().begin(), document.fields().end(), name) !=
                document.fields().end()) {
          Add(absl::StrCat("document ", type.code(), " ", name), type_at);
        }
      }
    }
  }

  void CheckFacts() {
    for (int i = 0; i < rule_.facts_size(); ++i) {
      const std::string at = At(path_ + ".facts", i);
      lint_.Refer(lint_.facts, rule_.facts(i), "question", at);
      Add("answer to " + rule_.facts(i), at);
    }
  }

  void CheckPeople() {
    for (int i = 0; i < rule_.people_size(); ++i) {
      const std::string at = At(path_ + ".people", i);
      const auto person = static_cast<RecordRule::Person>(rule_.people(i));
      if (person == RecordRule::PERSON_UNSPECIFIED) lint_.Error(at, "names nobody");
      Add("people " + RecordRule::Person_Name(person), at);
    }
  }

  void CheckTag() {
    const std::string at = path_ + ".tag";
    const bool exempt = rule_.tag() != kTagNone && rule_.tag() != kTagUnreviewed;
    if (rule_.tag().empty()) {
      lint_.Error(path_, "has no tag; name an exemption, NONE or UNREVIEWED");
    } else if (exempt) {
      const auto& known = lint_.policy.exemptions();
      if (std::none_of(known.begin(), known.end(),
                       [&](const Exemption& one) { return one.code() == rule_.tag(); })) {
        lint_.Error(at, absl::StrCat("there is no exemption \"", rule_.tag(),
                                     "\"; define it or correct the spelling"));
      }
    }
    if (rule_.public_by_law() && rule_.tag() != kTagNone) {
      lint_.Error(path_ + ".public_by_law", "what the law makes public is tagged NONE");
    }
    if (rule_.personal_information()) {
      if (!exempt) lint_.Error(at, "what is personal is withheld; name the exemption");
      if (lint_.policy.personal_patterns().empty()) {
        lint_.Error(path_ + ".personal_information",
                    "finds nothing without personal_patterns; add them or take it out");
      }
      Add("personal information", path_ + ".personal_information");
    }
  }

  LintContext& lint_;
  const RecordRule& rule_;
  const std::string path_;
  std::vector<Target> targets_;
};

}  // namespace

void LintRecords(LintContext& lint) {
  const auto& exemptions = lint.policy.exemptions();
  lint.CheckCodes(exemptions, "exemptions");
  lint.CheckNames(exemptions, "exemptions", "mark",
                  [](const auto& item) -> const std::string& { return item.mark(); });
  for (int i = 0; i < exemptions.size(); ++i) {
    CheckExemption(lint, exemptions.Get(i), At("exemptions", i));
  }
  const auto& rules = lint.policy.record_rules();
  if (exemptions.empty()) {
    if (!rules.empty()) {
      lint.Error("record_rules[0]", "tags parts of records, and there are no exemptions; add them");
    }
    return;
  }
  for (const char* act : {"REVIEW_RECORD", "RELEASE_RECORD"}) {
    if (lint.SomebodyMay(act)) continue;
    lint.Error("exemptions[0]", absl::StrCat("records are never released: nobody may ", act,
                                             "; add permissions { act: \"", act, "\" … }"));
  }
  lint.CheckCodes(rules, "record_rules");
  // Parts for which an earlier rule decides in any case.
  std::map<std::string, std::string> decided;
  for (int i = 0; i < rules.size(); ++i) {
    const RecordRule& rule = rules.Get(i);
    for (const Target& target : RuleChecker(lint, rule, At("record_rules", i)).Check()) {
      const auto earlier = decided.find(target.part);
      if (earlier != decided.end()) {
        lint.Error(target.path, absl::StrCat("says nothing of ", target.part, ": the rule ",
                                             earlier->second, " before it decides; take one out"));
      } else if (!rule.has_when()) {
        decided.emplace(target.part, rule.code());
      }
    }
  }
}

}  // namespace belfry::core
