#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/platform/mattermost/mattermost_platform.h"
#include "bot/platform/mattermost/rest.h"
#include "bot/platform/mattermost/routes.h"
#include "server/base/clock.h"
#include "server/base/status_macros.h"

namespace belfry::bot {
namespace {

// As many bits as the seals that it makes can use.
constexpr size_t kSecretSizeMin = 32;

absl::Status CheckUrl(const std::string& url, const char* setting) {
  if ((!absl::StartsWith(url, "https://") && !absl::StartsWith(url, "http://")) ||
      !absl::EndsWith(url, "/")) {
    return absl::InvalidArgumentError(absl::StrCat(
        setting, ": must begin with https:// (http:// only on loopback) and end with a slash"));
  }
  return absl::OkStatus();
}

absl::Status Check(const config::v1::BotConfig& config,
                   const config::v1::MattermostConfig& settings) {
  if (!mattermost::IsId(settings.workspace())) {
    return absl::InvalidArgumentError(
        "mattermost.workspace: must be the team's id, 26 lower-case letters and digits");
  }
  if (settings.base_url().empty() || settings.bot_token_file().empty() ||
      settings.command_token_files().empty()) {
    return absl::InvalidArgumentError(
        "mattermost: needs base_url, bot_token_file and command_token_files");
  }
  BELFRY_RETURN_IF_ERROR(CheckUrl(settings.base_url(), "mattermost.base_url"));
  if (settings.callback_url().empty() != settings.action_secret_file().empty()) {
    return absl::InvalidArgumentError(
        "mattermost: buttons need both callback_url and action_secret_file");
  }
  if (!settings.callback_url().empty()) {
    BELFRY_RETURN_IF_ERROR(CheckUrl(settings.callback_url(), "mattermost.callback_url"));
  }
  if (config.listen().empty()) {
    return absl::InvalidArgumentError("listen: is needed so that Mattermost can reach the bot");
  }
  return absl::OkStatus();
}

std::string RootOf(const config::v1::MattermostConfig& settings) {
  return absl::StrCat("/", settings.command().empty() ? "incident" : settings.command());
}

absl::StatusOr<mattermost::Workspace> MakeWorkspace(const config::v1::MattermostConfig& settings,
                                                    HttpClient& http, Clock& clock) {
  mattermost::Workspace workspace;
  for (const std::string& file : settings.command_token_files()) {
    BELFRY_ASSIGN_OR_RETURN(workspace.command_tokens.emplace_back(),
                            ReadSecret(file, "mattermost.command_token_files"));
  }
  mattermost::MattermostOptions options;
  options.workspace = settings.workspace();
  options.base_url = settings.base_url();
  options.callback_url = settings.callback_url();
  options.root = RootOf(settings);
  BELFRY_ASSIGN_OR_RETURN(options.bot_token,
                          ReadSecret(settings.bot_token_file(), "mattermost.bot_token_file"));
  if (!settings.action_secret_file().empty()) {
    BELFRY_ASSIGN_OR_RETURN(options.action_secret, ReadSecret(settings.action_secret_file(),
                                                              "mattermost.action_secret_file"));
    if (options.action_secret.size() < kSecretSizeMin) {
      return absl::InvalidArgumentError(
          absl::StrCat("mattermost.action_secret_file: must hold at least ", kSecretSizeMin,
                       " random characters, for example from: openssl rand -hex 32"));
    }
  }
  workspace.platform =
      std::make_shared<mattermost::MattermostPlatform>(std::move(options), &http, &clock);
  return workspace;
}

}  // namespace

absl::Status AddMattermost(Assembly& assembly) {
  if (assembly.config.mattermost().empty()) return absl::OkStatus();
  SystemClock& clock = assembly.Keep(std::make_shared<SystemClock>());
  std::map<std::string, mattermost::Workspace> workspaces;
  for (const config::v1::MattermostConfig& settings : assembly.config.mattermost()) {
    BELFRY_RETURN_IF_ERROR(Check(assembly.config, settings));
    BELFRY_ASSIGN_OR_RETURN(mattermost::Workspace workspace,
                            MakeWorkspace(settings, assembly.http, clock));
    assembly.platforms.Add(settings.workspace(), workspace.platform, RootOf(settings));
    if (!workspaces.emplace(settings.workspace(), std::move(workspace)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("mattermost: workspace ", settings.workspace(), " is there twice"));
    }
  }
  mattermost::MattermostRoutes& routes = assembly.Keep(
      std::make_shared<mattermost::MattermostRoutes>(std::move(workspaces), &assembly.dispatcher,
                                                     &assembly.answers, &clock, assembly.rejected));
  using Handle = void (mattermost::MattermostRoutes::*)(const HttpRequest&, HttpListener::Respond);
  const auto add = [&](const char* path, Handle handle) {
    assembly.router.Add(path,
                        [&routes, handle](HttpRequest request, HttpListener::Respond respond) {
                          (routes.*handle)(request, std::move(respond));
                        });
  };
  add("/mattermost/commands", &mattermost::MattermostRoutes::HandleCommand);
  add("/mattermost/actions", &mattermost::MattermostRoutes::HandleAction);
  add("/mattermost/dialogs", &mattermost::MattermostRoutes::HandleDialog);
  return absl::OkStatus();
}

}  // namespace belfry::bot
