// Cards as Mattermost's message attachments.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_ATTACHMENTS_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_ATTACHMENTS_H_

#include <string>

#include "absl/time/time.h"
#include "belfry/chat/card.h"
#include "bot/platform/mattermost/seal.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::mattermost {

// Where buttons go, and how they are sealed.
struct ButtonOptions {
  const Sealer* sealer = nullptr;  // one that does not work: no buttons
  std::string url;                 // "https://belfry.example/mattermost/actions"
  std::string workspace;
  absl::Time now;
};

// {"message": title, "attachments": […]}. The first attachment's fallback holds the whole meaning,
// for notifications. The buttons that there is no room for are what to type.
nlohmann::json ToMessage(const chat::Card& card, const std::string& root,
                         const ButtonOptions& options);

// What comes back when a button is pressed: {"command", "issued", "workspace", "seal"}.
nlohmann::json ButtonContext(const std::string& command, const ButtonOptions& options);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_ATTACHMENTS_H_
