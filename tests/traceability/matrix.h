// From each requirement of the policy to what implements it and to the tests that would miss it.
#ifndef BELFRY_TESTS_TRACEABILITY_MATRIX_H_
#define BELFRY_TESTS_TRACEABILITY_MATRIX_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "belfry/policy/v1/policy.pb.h"

namespace belfry::traceability {

// A row of deploy/policy/itd-sec-4.3.requirements.tsv, with what itd-sec-4.3.tsv says of it.
struct Requirement {
  std::string id;
  int line = 0;
  std::string heading;
  std::string quote;
  std::string how;
  std::string does;
  std::vector<std::string> places;  // "file#text"
  std::vector<std::string> tests;   // "file#text" or "expect:NAME"
};

// Something in the pack that cites a requirement.
struct Item {
  std::string name;    // "duty FOLLOWUP-24H"
  std::string mutant;  // "obligations[FOLLOWUP-24H] removed"
};

absl::StatusOr<std::string> ReadFile(const std::string& path);

// Both tables joined; every requirement must be in both, once.
absl::StatusOr<std::vector<Requirement>> ReadRequirements(const std::string& requirements,
                                                          const std::string& traced);

// By requirement, in the order of the pack. Citations of statutes are left out.
std::map<std::string, std::vector<Item>> ItemsOf(const policy::v1::Policy& pack);

// What is wrong: a quote that is not on its line, a place or test that does not exist, a
// requirement that nothing implements or no test would miss.
std::vector<std::string> Check(const std::vector<Requirement>& requirements,
                               const policy::v1::Policy& pack, const std::string& text,
                               const std::map<std::string, std::string>& kills,
                               const std::vector<std::string>& expectations,
                               const std::string& root);

// The document.
std::string Render(const std::vector<Requirement>& requirements, const policy::v1::Policy& pack,
                   const std::map<std::string, std::string>& kills);

}  // namespace belfry::traceability

#endif  // BELFRY_TESTS_TRACEABILITY_MATRIX_H_
