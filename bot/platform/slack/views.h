// Modals and the home tab, as Slack's views. Pure: values in, JSON out.
#ifndef BELFRY_BOT_PLATFORM_SLACK_VIEWS_H_
#define BELFRY_BOT_PLATFORM_SLACK_VIEWS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/chat/card.h"
#include "belfry/chat/form.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

// What a modal must still know when it is sent: Slack keeps it in private_metadata, which nobody
// but this app can write.
struct ModalState {
  std::string command;  // what the form completes; empty for a modal without one
  // Where it was asked for: the incident and the agency follow from that.
  std::string channel;
  std::string message;
  std::string response_url;
};

// Nothing when it is longer than Slack keeps.
std::optional<std::string> EncodeState(const ModalState& state);
// INVALID_ARGUMENT when it is none of ours.
absl::StatusOr<ModalState> DecodeState(absl::string_view metadata);

// Shown within the trigger's three seconds, until the content is known.
nlohmann::json LoadingView(const ModalState& state);

// A card; its buttons work, and know the place of `state`.
nlohmann::json CardView(const chat::Card& card, const ModalState& state);

// A card that asks "do it?": its first button is the "yes", and becomes the modal's own submit
// button, so `state.command` is replaced by what it runs. Falls back to CardView() when there is
// none.
nlohmann::json ConfirmView(const chat::Card& card, ModalState state);

// `problem` stands above the fields, when there is one. A view of a form that is too long to be
// kept is a card that says what to type instead.
nlohmann::json FormView(const chat::Form& form, ModalState state, absl::string_view problem = "");

nlohmann::json HomeView(const chat::Card& card);

// block_id of a field: unique within the form, and another one for another form, so that Slack
// carries no value from one to the next.
std::string FieldBlockId(absl::string_view command, absl::string_view field);
// The field's name; nothing for other blocks.
std::optional<std::string> FieldOfBlock(absl::string_view block_id);

// view.state.values: what was filled in, by field name, and the block of each.
struct FilledIn {
  chat::FormValues values;
  std::map<std::string, std::string> blocks;
};
FilledIn ReadValues(const nlohmann::json& state_values);

// view_submission's answer that keeps the modal and everything typed in it.
nlohmann::json ErrorsAnswer(const std::map<std::string, std::string>& field_errors,
                            const std::map<std::string, std::string>& blocks,
                            absl::string_view otherwise);

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_VIEWS_H_
