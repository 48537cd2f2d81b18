// Mattermost as a place to post to.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_MATTERMOST_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_MATTERMOST_PLATFORM_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bot/http/client.h"
#include "bot/platform/mattermost/attachments.h"
#include "bot/platform/mattermost/dialog.h"
#include "bot/platform/mattermost/rest.h"
#include "bot/platform/mattermost/seal.h"
#include "bot/platform/platform.h"
#include "server/base/clock.h"

namespace belfry::bot::mattermost {

struct MattermostOptions {
  std::string workspace;      // team id
  std::string base_url;       // "https://mattermost.example/"; also the only place to answer to
  std::string bot_token;      // never logged
  std::string callback_url;   // "https://belfry.example/"; empty: no buttons
  std::string action_secret;  // never logged; empty: no buttons
  std::string root;           // "/incident"
};

// The address of an endpoint is a channel's id, or "@" and a user's id for a direct message.
// Thread-safe.
class MattermostPlatform final : public Platform {
 public:
  // Both outlive the platform.
  MattermostPlatform(MattermostOptions options, HttpClient* http, Clock* clock);

  absl::string_view name() const override { return "mattermost"; }
  SendResult Post(const Outgoing& message) override;
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;
  SendResult OpenRoom(const v1::Endpoint& endpoint, const v1::RoomRequest& room,
                      const std::string& delivery, const v1::MessageRef* existing) override;

  // An answer for the one who asked only, as the body of a response.
  nlohmann::json Ephemeral(const chat::Card& card) const;
  // Answers a command through its response URL.
  SendResult Respond(const std::string& response_url, const chat::Card& card);
  // Tells one person something that no answer can carry: shown to them only, or as a direct
  // message.
  void Tell(const std::string& user_id, const std::string& channel_id, const chat::Card& card);
  // Shows a form to whoever caused `trigger_id`, within three seconds of that.
  SendResult OpenDialog(const std::string& trigger_id, const chat::Form& form,
                        const DialogState& state);

  const MattermostOptions& options() const { return options_; }
  const Sealer& sealer() const { return sealer_; }

 private:
  // The channel of an endpoint's address.
  SendResult FindChannel(const std::string& address, std::string* channel);
  nlohmann::json Content(const Outgoing& message) const;
  ButtonOptions Buttons() const;

  const MattermostOptions options_;
  HttpClient& http_;
  Clock& clock_;
  const Sealer sealer_;
  Rest rest_;
  absl::Mutex mutex_;
  std::map<std::string, std::string> direct_channels_ ABSL_GUARDED_BY(mutex_);
  std::string own_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_MATTERMOST_PLATFORM_H_
