#include "client-lib/chat/view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "belfry/chat/time_token.h"
#include "client-lib/chat/time_format.h"
#include "client-lib/chat/values.h"

namespace belfry::chat {

std::string View::Typed(absl::string_view command) const {
  return root.empty() ? std::string(command) : absl::StrCat(root, " ", command);
}

std::string View::Time(const google::protobuf::Timestamp& time) const {
  const std::string written = FormatLocal(ToTime(time), zone);
  return time_tokens ? TimeToken(ToTime(time), written) : written;
}

std::string View::Due(const google::protobuf::Timestamp& time) const {
  if (!time_tokens) return FormatDue(ToTime(time), now, zone);
  const std::string written = FormatLocal(ToTime(time), zone);
  // What FormatDue() adds behind the time stays as it is.
  return absl::StrCat(TimeToken(ToTime(time), written),
                      absl::StripPrefix(FormatDue(ToTime(time), now, zone), written));
}

std::string View::StateTitle(absl::string_view code) const {
  const policy::v1::State* state = FindState(code);
  return state == nullptr || state->title().empty() ? std::string(code) : state->title();
}

const policy::v1::State* View::FindState(absl::string_view code) const {
  if (policy == nullptr) return nullptr;
  for (const auto& state : policy->states()) {
    if (absl::string_view(state.code()) == code) return &state;
  }
  return nullptr;
}

const policy::v1::Obligation* View::FindObligation(absl::string_view instance) const {
  if (policy == nullptr) return nullptr;
  const absl::string_view code = instance.substr(0, instance.find_first_of("#["));
  for (const auto& obligation : policy->obligations()) {
    if (absl::string_view(obligation.code()) == code) return &obligation;
  }
  return nullptr;
}

std::string ActorName(absl::string_view actor) {
  if (actor.empty() || actor == "system") return "Belfry";
  // "accounts/slack/T1/U9": nobody's name, so it says what it is.
  if (absl::ConsumePrefix(&actor, "accounts/")) {
    return absl::StrCat("an unlinked ", actor.substr(0, actor.find('/')), " account");
  }
  return ShortName(actor);
}

}  // namespace belfry::chat
