// How far a bot reaches: the chat workspaces it serves, and nobody beyond.
//
// Whoever takes over one bot's machine then speaks for its own workspaces, not for the government.
#ifndef BELFRY_SERVER_FRONTEND_BOT_REACH_H_
#define BELFRY_SERVER_FRONTEND_BOT_REACH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/config/v1/config.pb.h"
#include "belfry/v1/directory.pb.h"

namespace belfry::frontend {

struct Workspace {
  std::string platform;
  std::string workspace;  // empty on platforms without any

  friend bool operator==(const Workspace&, const Workspace&) = default;
};

// "slack/T0123" or "console".
Workspace ParseWorkspace(absl::string_view text);

// A value; knows nothing of people who are not asked about.
class BotReach {
 public:
  BotReach() = default;
  // INVALID_ARGUMENT for a workspace that cannot be one.
  static absl::StatusOr<BotReach> Create(const config::v1::PrincipalConfig& principal);

  bool Serves(absl::string_view platform, absl::string_view workspace) const;
  // Through one of the chat accounts that are linked to them.
  bool Reaches(const v1::Person& person) const;
  // PERMISSION_DENIED (WORKSPACE_NOT_SERVED).
  absl::Status Check(absl::string_view platform, absl::string_view workspace) const;

 private:
  std::vector<Workspace> workspaces_;
};

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_BOT_REACH_H_
