// Forms as Mattermost's interactive dialogs.
#ifndef BELFRY_BOT_PLATFORM_MATTERMOST_DIALOG_H_
#define BELFRY_BOT_PLATFORM_MATTERMOST_DIALOG_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/chat/form.h"
#include "bot/platform/mattermost/seal.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::mattermost {

// What a dialog carries to its submission, sealed: which command it completes, for whom and where.
struct DialogState {
  std::string workspace;
  std::string user_id;
  std::string channel_id;
  std::string command;
};

// The "dialog" of POST actions/dialogs/open. Elements are named "f0", "f1" and so on, in the order
// of the form's fields; which fields those are travels in the sealed state.
nlohmann::json ToDialog(const chat::Form& form, const DialogState& state, const Sealer& sealer,
                        absl::Time now);

// What was filled in, by FormField.name, from a submission that carries the state of ToDialog().
// PERMISSION_DENIED when the state is not ours, too old, or somebody else's.
struct Submission {
  DialogState state;
  chat::FormValues values;
  // Of each field the element that asked for it, to put errors beside it.
  std::map<std::string, std::string> elements;
};
absl::StatusOr<Submission> OpenSubmission(const nlohmann::json& body, const Sealer& sealer,
                                          absl::Time now);

}  // namespace belfry::bot::mattermost

#endif  // BELFRY_BOT_PLATFORM_MATTERMOST_DIALOG_H_
