// Words of a line as values of the policy and of the directory. Errors are usage errors that name
// what is possible.
#ifndef BELFRY_CLIENT_LIB_CHAT_VALUES_H_
#define BELFRY_CLIENT_LIB_CHAT_VALUES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/incident.pb.h"

namespace belfry::chat {

// "SEV3" from "SEV3", "sev3", "3", or the severity's title.
absl::StatusOr<std::string> ParseSeverity(const policy::v1::Policy& policy, absl::string_view word);

// From a code, an alias or a detail: "CAT-13", "ransomware", "CAT-13/TROJAN", "trojan".
absl::StatusOr<v1::CategoryAssignment> ParseCategory(const policy::v1::Policy& policy,
                                                     absl::string_view word);

// Several, separated by commas or given one by one; details join the category before them.
absl::StatusOr<std::vector<v1::CategoryAssignment>> ParseCategories(
    const policy::v1::Policy& policy, const std::vector<std::string>& words);

// "entities/dop" from "DOP", "#dop" or "entities/dop".
absl::StatusOr<std::string> ParseEntity(absl::string_view word);

// "DOP" of "entities/dop"; people and secretariats lose their prefix only.
std::string ShortName(absl::string_view resource);

// Role codes from "scio,ciso"; titles and mentions are not codes.
absl::StatusOr<std::vector<std::string>> ParseRoles(const policy::v1::Policy& policy,
                                                    absl::string_view words);

absl::StatusOr<bool> ParseYesNo(absl::string_view key, absl::string_view word);

// The code of a state of the pack, from any case.
absl::StatusOr<std::string> ParseState(const policy::v1::Policy& policy, absl::string_view word);

// "people/dop.contact" from "dop.contact", "@dop.contact" or "people/dop.contact". A mention of a
// chat platform is nobody's id.
absl::StatusOr<std::string> ParsePerson(absl::string_view key, absl::string_view word);

// One of `values`, or with `multiple` several of them separated by commas; see ChooseValue().
absl::StatusOr<std::string> ParseChoice(const std::vector<std::string>& values, bool multiple,
                                        absl::string_view what, absl::string_view text);

// An answer to one of the policy's questions: "yes", "n", "suspect…" as the allowed answer they
// mean; numbers and free text where the question takes those.
absl::StatusOr<v1::Fact> ParseFact(const policy::v1::Policy& policy, absl::string_view name,
                                   absl::string_view value);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_VALUES_H_
