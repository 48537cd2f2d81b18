// What the checks of a policy pack share: the codes it defines, and the findings so far.
#ifndef BELFRY_SERVER_CORE_POLICY_LINT_CONTEXT_H_
#define BELFRY_SERVER_CORE_POLICY_LINT_CONTEXT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "server/core/policy/lint.h"

namespace belfry::core {

class LintContext {
 public:
  explicit LintContext(const policy::v1::Policy& pack);
  LintContext(const LintContext&) = delete;
  LintContext& operator=(const LintContext&) = delete;

  const policy::v1::Policy& policy;

  template <typename Item>
  using Index = std::map<std::string, const Item*>;
  Index<policy::v1::Role> roles;
  Index<policy::v1::Category> categories;
  Index<policy::v1::FactDefinition> facts;
  Index<policy::v1::Question> questions;
  Index<policy::v1::State> states;
  Index<policy::v1::Permission> permissions;
  Index<policy::v1::DocumentType> documents;
  Index<policy::v1::Obligation> obligations;
  std::map<std::string, int> severities;  // with their ranks, 0 the worst
  std::set<std::string> clocks, reminders, overdue, notices;

  std::vector<Finding> findings;

  void Error(std::string path, std::string message) {
    findings.push_back({0, std::move(path), std::move(message), false});
  }
  void Warning(std::string path, std::string message) {
    findings.push_back({0, std::move(path), std::move(message), true});
  }

  // A reference to an item of the pack. False when it leads nowhere, which is a finding.
  template <typename Known>
  bool Refer(const Known& known, const std::string& code, absl::string_view what,
             const std::string& path) {
    if (known.count(code) > 0) return true;
    Error(path,
          absl::StrCat("there is no ", what, " \"", code, "\"; define it or correct the spelling"));
    return false;
  }

  template <typename Known, typename Codes>
  void ReferAll(const Known& known, const Codes& codes, absl::string_view what,
                const std::string& path) {
    for (int i = 0; i < codes.size(); ++i) {
      Refer(known, codes.Get(i), what, absl::StrCat(path, "[", i, "]"));
    }
  }

  template <typename Codes>
  void ReferRoles(const Codes& codes, const std::string& path) {
    ReferAll(roles, codes, "role", path);
  }

  // The permission for an act exists.
  void ReferAct(const std::string& act, const std::string& path) {
    Refer(permissions, act, "permission for the act", path);
  }
  // It does, and names somebody.
  bool SomebodyMay(const std::string& act) const;

  // Names of items: there, and there once. `field` is where the name stands: "code", "name", "key".
  template <typename Items, typename Name>
  void CheckNames(const Items& items, const std::string& list, absl::string_view field, Name name) {
    std::set<std::string> seen;
    for (int i = 0; i < items.size(); ++i) {
      const std::string& code = name(items.Get(i));
      const std::string path = absl::StrCat(list, "[", i, "]");
      if (code.empty()) {
        Error(path, absl::StrCat("has no ", field, "; give it one"));
      } else if (!seen.insert(code).second) {
        Error(absl::StrCat(path, ".", field),
              absl::StrCat("\"", code, "\" is there twice; rename one"));
      }
    }
  }

  template <typename Items>
  void CheckCodes(const Items& items, const std::string& list) {
    CheckNames(items, list, "code",
               [](const auto& item) -> const std::string& { return item.code(); });
  }

  // No word stands twice in a list of strings, and none is empty.
  template <typename Words>
  void CheckDistinct(const Words& words, const std::string& path) {
    std::set<std::string> seen;
    for (int i = 0; i < words.size(); ++i) {
      const std::string at = absl::StrCat(path, "[", i, "]");
      if (words.Get(i).empty()) Error(at, "is empty; write a word or take it out");
      if (!seen.insert(words.Get(i)).second) {
        Error(at, absl::StrCat("\"", words.Get(i), "\" is there twice; take one out"));
      }
    }
  }

  // What people type for items of one list: lower case, and it means one of them only.
  template <typename Items, typename Name>
  void CheckAliases(const Items& items, const std::string& list, Name name) {
    std::map<std::string, std::string> owners;
    for (const auto& item : items) owners.emplace(absl::AsciiStrToLower(name(item)), name(item));
    for (int i = 0; i < items.size(); ++i) {
      const auto& item = items.Get(i);
      CheckDistinct(item.aliases(), absl::StrCat(list, "[", i, "].aliases"));
      for (int a = 0; a < item.aliases_size(); ++a) {
        const std::string& alias = item.aliases(a);
        const std::string path = absl::StrCat(list, "[", i, "].aliases[", a, "]");
        if (alias.empty() || absl::AsciiStrToLower(alias) != alias ||
            alias.find(' ') != std::string::npos) {
          Error(path, absl::StrCat("\"", alias, "\" is no word in lower case; people type it"));
        }
        const auto [owner, fresh] = owners.emplace(alias, name(item));
        if (!fresh && owner->second != name(item)) {
          Error(path, absl::StrCat("\"", alias, "\" already means ", owner->second,
                                   "; use another word for ", name(item)));
        }
      }
    }
  }

  template <typename Item>
  void CheckCited(const Item& item, const std::string& path) {
    if (item.clauses().empty()) {
      Warning(path, "cites no clause; add clauses so that people can look it up");
    }
  }

  void CheckText(const std::string& text, absl::string_view field, const std::string& path,
                 absl::string_view why);
  void CheckDuration(const google::protobuf::Duration& duration, const std::string& path);
  void CheckNotNegative(const google::protobuf::Duration& duration, const std::string& path);
  // A civil day, "2026-01-31", written as the programs write it.
  bool CheckDay(const std::string& day, const std::string& path);
  // A length for each severity. `partial`: what is not named never comes.
  void CheckSpan(const policy::v1::Span& span, const std::string& path, bool partial = false);
  // Only {incident} is known there.
  void CheckRemedy(const std::string& text, const std::string& path);

 private:
  template <typename Items, typename Known>
  static void Collect(const Items& items, Known& known) {
    for (const auto& item : items) known.emplace(item.code(), &item);
  }
};

// Whether a span gives any length at all.
bool IsSet(const policy::v1::Span& span);

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_POLICY_LINT_CONTEXT_H_
