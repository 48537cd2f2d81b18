// Microsoft Teams as a place to post to, through the connector of the Bot Framework.
#ifndef BELFRY_BOT_PLATFORM_TEAMS_TEAMS_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_TEAMS_TEAMS_PLATFORM_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bot/platform/json.h"
#include "bot/platform/platform.h"
#include "bot/platform/teams/connector.h"
#include "bot/platform/teams/conversations.h"
#include "bot/platform/teams/service_url.h"

namespace belfry::bot::teams {

struct TeamsOptions {
  std::string tenant;
  std::string app_id;
  // See CardUse.
  bool dialogs = true;
};

// An address is a channel ("19:…@thread.tacv2"), a chat, or a person by Entra object id or Teams'
// own id ("29:…"). A message of a channel is known by the channel and its own id, wherever in a
// thread it stands. Thread-safe.
class TeamsPlatform final : public Platform {
 public:
  // All outlive the platform.
  TeamsPlatform(TeamsOptions options, Connector* connector, const ServiceHosts* hosts,
                Conversations* conversations)
      : options_(std::move(options)),
        connector_(*connector),
        hosts_(*hosts),
        conversations_(*conversations) {}

  absl::string_view name() const override { return "teams"; }
  // A channel shows a reply among its threads as it is, so `broadcast` adds nothing.
  SendResult Post(const Outgoing& message) override;
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  // Bots cannot read what they posted.
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;

  // Answers in a conversation, with its thread when it has one.
  SendResult Say(const ServiceUrl& service, const std::string& conversation, const Json& card);
  // Puts another card in the place of one of our answers, for everybody.
  SendResult Replace(const ServiceUrl& service, const std::string& conversation,
                     const std::string& message, const Json& card);

  const TeamsOptions& options() const { return options_; }

 private:
  // Makes an activity whose card has at most this many bytes.
  using MakeActivity = std::function<Json(size_t bytes_max)>;

  // For the time that `message` lives.
  MakeActivity CardOf(const Outgoing& message) const;
  // Sends what `body` puts around the activity; once more, smaller, when it was too large.
  ConnectorReply Send(CallKind kind, const ServiceUrl& service, const std::string& path,
                      const std::function<Json(Json activity)>& body, const MakeActivity& make);
  SendResult PostToChannel(const ServiceUrl& service, const Outgoing& message);
  SendResult PostToChat(const ServiceUrl& service, const std::string& chat,
                        const Outgoing& message);
  SendResult PostToPerson(const Outgoing& message);
  // The one-to-one chat with a person.
  SendResult OpenChat(const ServiceUrl& service, const std::string& person, std::string* chat);
  // Where to send what is for `address`; empty: nobody has ever written to the bot.
  std::optional<ServiceUrl> ServiceFor(const std::string& address);
  SendResult Sent(const std::string& channel, const std::string& id) const;

  const TeamsOptions options_;
  Connector& connector_;
  const ServiceHosts& hosts_;
  Conversations& conversations_;
};

}  // namespace belfry::bot::teams

#endif  // BELFRY_BOT_PLATFORM_TEAMS_TEAMS_PLATFORM_H_
