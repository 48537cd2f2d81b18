#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/assembly/assembly.h"
#include "bot/config.h"
#include "bot/http/websocket.h"
#include "bot/platform/slack/desk.h"
#include "bot/platform/slack/errands.h"
#include "bot/platform/slack/routes.h"
#include "bot/platform/slack/slack_platform.h"
#include "bot/platform/slack/socket_mode.h"
#include "bot/platform/slack/surfaces.h"
#include "server/base/random.h"
#include "server/base/status_macros.h"

namespace belfry::bot {
namespace {

constexpr char kSlackApi[] = "https://slack.com/api/";
constexpr int kSocketErrandThreads = 2;
constexpr absl::Duration kSocketGrace = absl::Seconds(3);

absl::Status Check(const config::v1::BotConfig& config, const config::v1::SlackConfig& slack) {
  if (slack.workspace().empty() || slack.bot_token_file().empty()) {
    return absl::InvalidArgumentError("slack: needs workspace and bot_token_file");
  }
  if (slack.app_token_file().empty() && slack.signing_secret_files().empty()) {
    return absl::InvalidArgumentError(
        "slack: needs app_token_file (Socket Mode: the bot connects to Slack) or "
        "signing_secret_files (HTTP: Slack reaches the bot)");
  }
  if (slack.signing_secret_files_size() > 2) {
    return absl::InvalidArgumentError(
        "slack.signing_secret_files: at most two, the new and the old one");
  }
  if (!slack.signing_secret_files().empty() && config.listen().empty()) {
    return absl::InvalidArgumentError(
        "listen: is needed so that Slack can reach the bot; without a way in, leave out "
        "slack.signing_secret_files and set slack.app_token_file");
  }
  if (!slack.api_base_url().empty() && !absl::EndsWith(slack.api_base_url(), "/")) {
    return absl::InvalidArgumentError("slack.api_base_url: must end with a slash");
  }
  return absl::OkStatus();
}

// The tokens look alike and their files are easily exchanged; Slack would only say invalid_auth.
absl::Status CheckToken(absl::string_view token, absl::string_view prefix,
                        absl::string_view setting) {
  if (absl::StartsWith(token, prefix)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(setting, ": must hold a token that begins with \"", prefix, "\""));
}

absl::StatusOr<slack::Workspace> MakeWorkspace(Assembly& assembly,
                                               const config::v1::SlackConfig& settings) {
  slack::SlackOptions options;
  options.workspace = settings.workspace();
  BELFRY_ASSIGN_OR_RETURN(options.bot_token,
                          ReadSecret(settings.bot_token_file(), "slack.bot_token_file"));
  BELFRY_RETURN_IF_ERROR(CheckToken(options.bot_token, "xoxb-", "slack.bot_token_file"));
  options.api_base_url = settings.api_base_url().empty() ? kSlackApi : settings.api_base_url();
  options.response_hosts = {"hooks.slack.com", "hooks.slack-gov.com"};
  for (const std::string& host : settings.extra_response_hosts()) {
    options.response_hosts.push_back(host);
  }
  slack::Workspace workspace;
  workspace.platform = std::make_shared<slack::SlackPlatform>(std::move(options), &assembly.http);
  workspace.root = absl::StrCat("/", settings.command().empty() ? "incident" : settings.command());
  if (!settings.timeline_reactions().empty()) {
    workspace.note_reactions = {settings.timeline_reactions().begin(),
                                settings.timeline_reactions().end()};
  }
  return workspace;
}

void AddRoutes(Assembly& assembly, slack::SlackRoutes::Secrets signing_secrets,
               slack::SlackDesk& desk) {
  slack::SlackRoutes& routes = assembly.Keep(
      std::make_shared<slack::SlackRoutes>(std::move(signing_secrets), &desk, assembly.rejected));
  for (const char* path : {"/slack/commands", "/slack/interactions", "/slack/events"}) {
    assembly.router.Add(path, [&routes](HttpRequest request, HttpListener::Respond respond) {
      routes.Handle(request, std::move(respond));
    });
  }
}

// What Socket Mode needs, once for all workspaces; goes after the connections that use it.
struct SocketRoom {
  SystemRandom random;
  slack::Errands errands{kSocketErrandThreads};
  std::unique_ptr<SocketLoop> loop = MakeSocketLoop();
};

absl::Status AddSocket(Assembly& assembly, const config::v1::SlackConfig& settings,
                       slack::SlackDesk& desk, SocketRoom& room) {
  BELFRY_ASSIGN_OR_RETURN(std::string token,
                          ReadSecret(settings.app_token_file(), "slack.app_token_file"));
  BELFRY_RETURN_IF_ERROR(CheckToken(token, "xapp-", "slack.app_token_file"));
  auto api = std::make_shared<const slack::WebApi>(
      settings.api_base_url().empty() ? kSlackApi : settings.api_base_url(), std::move(token),
      &assembly.http);
  slack::SocketModeParts parts;
  parts.loop = room.loop.get();
  parts.random = &room.random;
  parts.errand = [&room](std::function<void()> errand) {
    return room.errands.Run(std::move(errand));
  };
  parts.open_address = [api](std::string* url) { return slack::OpenSocketAddress(*api, url); };
  parts.handle = [&desk](slack::Inbound inbound, slack::SlackDesk::Acknowledge acknowledge) {
    desk.Handle(std::move(inbound), std::move(acknowledge));
  };
  parts.rejected = assembly.rejected;
  parts.workspace = settings.workspace();
  slack::SocketMode& socket = assembly.Keep(std::make_shared<slack::SocketMode>(std::move(parts)));
  assembly.starts.emplace_back([&socket] { socket.Start(); });
  assembly.stops.emplace_back([&socket] { socket.Stop(kSocketGrace); });
  return absl::OkStatus();
}

// Says in the log whose token it is. Slack may be down: that must not keep the bot from starting.
void AddIdentityCheck(Assembly& assembly, const std::string& workspace,
                      std::shared_ptr<slack::SlackPlatform> platform) {
  slack::Errands& errands = assembly.Keep(std::make_shared<slack::Errands>(1));
  assembly.starts.emplace_back([&errands, workspace, platform] {
    errands.Run([workspace, platform] { (void)slack::CheckIdentity(platform->api(), workspace); });
  });
}

}  // namespace

absl::Status AddSlack(Assembly& assembly) {
  std::map<std::string, slack::Workspace> workspaces;
  slack::SlackRoutes::Secrets signing_secrets;
  bool any_signed = false;
  for (const config::v1::SlackConfig& settings : assembly.config.slack()) {
    BELFRY_RETURN_IF_ERROR(Check(assembly.config, settings));
    std::vector<std::string>& secrets = signing_secrets[settings.workspace()];
    for (const std::string& file : settings.signing_secret_files()) {
      any_signed = true;
      BELFRY_ASSIGN_OR_RETURN(secrets.emplace_back(),
                              ReadSecret(file, "slack.signing_secret_files"));
    }
    BELFRY_ASSIGN_OR_RETURN(slack::Workspace workspace, MakeWorkspace(assembly, settings));
    if (!workspaces.emplace(settings.workspace(), workspace).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("slack: workspace ", settings.workspace(), " is there twice"));
    }
    assembly.platforms.Add(settings.workspace(), workspace.platform, workspace.root);
    AddIdentityCheck(assembly, settings.workspace(), workspace.platform);
  }
  if (workspaces.empty()) return absl::OkStatus();
  slack::DeskStaff staff;
  staff.submit = [&dispatcher = assembly.dispatcher](
                     ChatRequest request, std::string root,
                     std::function<void(chat::CommandResult)> done) {
    return dispatcher.Submit(std::move(request), std::move(root), std::move(done));
  };
  staff.wants_form = chat::CommandRunner::WantsForm;
  staff.rejected = assembly.rejected;
  slack::SlackDesk& desk = assembly.Keep(
      std::make_shared<slack::SlackDesk>(workspaces, std::move(staff), &assembly.answers));
  if (any_signed) AddRoutes(assembly, std::move(signing_secrets), desk);
  SocketRoom* room = nullptr;
  for (const config::v1::SlackConfig& settings : assembly.config.slack()) {
    if (settings.app_token_file().empty()) continue;
    if (room == nullptr) room = &assembly.Keep(std::make_shared<SocketRoom>());
    BELFRY_RETURN_IF_ERROR(AddSocket(assembly, settings, desk, *room));
  }
  return absl::OkStatus();
}

}  // namespace belfry::bot
