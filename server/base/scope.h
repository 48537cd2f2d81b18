// What credentials may be used for: a small closed vocabulary.
//
// A scope narrows: a call needs it beside the rights of its principal, and gives none.
#ifndef BELFRY_SERVER_BASE_SCOPE_H_
#define BELFRY_SERVER_BASE_SCOPE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace belfry {

enum class Scope {
  kIncidentsRead,
  kIncidentsWrite,
  kDirectoryRead,
  kDirectoryAdmin,
  kPolicyRead,
  kPolicyAdmin,
  kDeliveries,
  kChat,       // link accounts, find what a message is about
  kTokens,     // see and end tokens
  kAuditRead,  // proofs and exports of the record
};
inline constexpr int kScopeCount = 10;

// "incidents.read"
absl::string_view ScopeName(Scope scope);
std::optional<Scope> ParseScope(absl::string_view name);
// "incidents.read, incidents.write, …", for messages.
std::string AllScopeNames();

// A set of scopes, as a value.
class ScopeSet {
 public:
  ScopeSet() = default;
  ScopeSet(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) Add(scope);
  }
  // Everything, also what later versions know: for credentials that were never narrowed.
  static ScopeSet All() {
    ScopeSet all;
    all.bits_ = ~uint32_t{0};
    return all;
  }

  void Add(Scope scope) { bits_ |= Bit(scope); }
  bool Has(Scope scope) const { return (bits_ & Bit(scope)) != 0; }
  bool Empty() const { return bits_ == 0; }
  // What is in both.
  ScopeSet Within(ScopeSet other) const {
    ScopeSet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  // In the order of the vocabulary.
  std::vector<std::string> Names() const;

  friend bool operator==(ScopeSet a, ScopeSet b) { return a.bits_ == b.bits_; }

 private:
  static uint32_t Bit(Scope scope) { return uint32_t{1} << static_cast<int>(scope); }

  uint32_t bits_ = 0;
};

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_SCOPE_H_
