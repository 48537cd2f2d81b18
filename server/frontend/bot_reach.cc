#include "server/frontend/bot_reach.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace belfry::frontend {

Workspace ParseWorkspace(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

absl::StatusOr<BotReach> BotReach::Create(const config::v1::PrincipalConfig& principal) {
  BotReach reach;
  for (const std::string& text : principal.workspaces()) {
    Workspace workspace = ParseWorkspace(text);
    if (workspace.platform.empty() || text.back() == '/') {
      return absl::InvalidArgumentError(
          absl::StrCat("principals: ", principal.name(), ": workspaces: \"", text,
                       "\" must be like slack/T0123ABCD, or console"));
    }
    reach.workspaces_.push_back(std::move(workspace));
  }
  return reach;
}

bool BotReach::Serves(absl::string_view platform, absl::string_view workspace) const {
  return std::any_of(workspaces_.begin(), workspaces_.end(), [&](const Workspace& one) {
    return one.platform == platform && one.workspace == workspace;
  });
}

bool BotReach::Reaches(const v1::Person& person) const {
  return std::any_of(person.chat_accounts().begin(), person.chat_accounts().end(),
                     [this](const v1::ChatAccount& account) {
                       return Serves(account.platform(), account.workspace());
                     });
}

absl::Status BotReach::Check(absl::string_view platform, absl::string_view workspace) const {
  if (Serves(platform, workspace)) return absl::OkStatus();
  return ErrorBuilder(absl::StatusCode::kPermissionDenied, "WORKSPACE_NOT_SERVED",
                      "this bot does not serve that workspace; its principal names those it serves")
      .Build();
}

}  // namespace belfry::frontend
