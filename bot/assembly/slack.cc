#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/platform/slack/routes.h"
#include "bot/platform/slack/slack_platform.h"
#include "server/base/status_macros.h"

namespace belfry::bot {
namespace {

constexpr char kSlackApi[] = "https://slack.com/api/";

absl::Status Check(const config::v1::BotConfig& config, const config::v1::SlackConfig& slack) {
  if (slack.workspace().empty() || slack.bot_token_file().empty() ||
      slack.signing_secret_files().empty()) {
    return absl::InvalidArgumentError(
        "slack: needs workspace, bot_token_file and signing_secret_files");
  }
  if (slack.signing_secret_files_size() > 2) {
    return absl::InvalidArgumentError(
        "slack.signing_secret_files: at most two, the new and the old one");
  }
  if (config.listen().empty()) {
    return absl::InvalidArgumentError("listen: is needed so that Slack can reach the bot");
  }
  if (!slack.api_base_url().empty() && !absl::EndsWith(slack.api_base_url(), "/")) {
    return absl::InvalidArgumentError("slack.api_base_url: must end with a slash");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddSlack(Assembly& assembly) {
  std::map<std::string, slack::Workspace> workspaces;
  for (const config::v1::SlackConfig& settings : assembly.config.slack()) {
    BELFRY_RETURN_IF_ERROR(Check(assembly.config, settings));
    slack::Workspace workspace;
    for (const std::string& file : settings.signing_secret_files()) {
      BELFRY_ASSIGN_OR_RETURN(workspace.signing_secrets.emplace_back(),
                              ReadSecret(file, "slack.signing_secret_files"));
    }
    slack::SlackOptions options;
    options.workspace = settings.workspace();
    BELFRY_ASSIGN_OR_RETURN(options.bot_token,
                            ReadSecret(settings.bot_token_file(), "slack.bot_token_file"));
    options.api_base_url = settings.api_base_url().empty() ? kSlackApi : settings.api_base_url();
    options.response_hosts = {"hooks.slack.com", "hooks.slack-gov.com"};
    for (const std::string& host : settings.extra_response_hosts()) {
      options.response_hosts.push_back(host);
    }
    workspace.platform = std::make_shared<slack::SlackPlatform>(std::move(options), &assembly.http);
    workspace.root =
        absl::StrCat("/", settings.command().empty() ? "incident" : settings.command());
    assembly.platforms.Add(settings.workspace(), workspace.platform);
    if (!workspaces.emplace(settings.workspace(), std::move(workspace)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("slack: workspace ", settings.workspace(), " is there twice"));
    }
  }
  if (workspaces.empty()) return absl::OkStatus();
  slack::SlackRoutes& routes = assembly.Keep(std::make_shared<slack::SlackRoutes>(
      std::move(workspaces), &assembly.dispatcher, &assembly.answers, assembly.rejected));
  for (const char* path : {"/slack/commands", "/slack/interactions", "/slack/events"}) {
    assembly.router.Add(path, [&routes](HttpRequest request, HttpListener::Respond respond) {
      routes.Handle(request, std::move(respond));
    });
  }
  return absl::OkStatus();
}

}  // namespace belfry::bot
