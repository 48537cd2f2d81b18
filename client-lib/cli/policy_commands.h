// `belfry policy`: packs that are or were in force, what another would change, and what would
// happen under one.
#ifndef BELFRY_CLIENT_LIB_CLI_POLICY_COMMANDS_H_
#define BELFRY_CLIENT_LIB_CLI_POLICY_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/chat/card.h"
#include "belfry/policy/v1/policy.pb.h"
#include "belfry/v1/policy_service.pb.h"
#include "client-lib/cli/commands.h"

namespace belfry::cli {

// Words begin with "policy". Everything but `lint`; wrong usage when it is none of it.
int RunPolicyVerb(const Desk& desk, const std::vector<std::string>& words);

// The whole of a file. INVALID_ARGUMENT names it.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// What the words behind `policy simulate` ask for, without the pack. INVALID_ARGUMENT with a
// sentence. `now` is the server's time.
absl::StatusOr<v1::SimulatePolicyRequest> ParseSimulation(const policy::v1::Policy& policy,
                                                          const std::vector<std::string>& words,
                                                          absl::Time now);

// Answers as cards.
chat::Card PreviewCard(const v1::PreviewPolicyResponse& preview);
std::vector<chat::Card> SimulationCards(const v1::SimulatePolicyResponse& simulation,
                                        absl::TimeZone zone);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_POLICY_COMMANDS_H_
