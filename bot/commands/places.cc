#include "bot/commands/places.h"

#include "absl/strings/str_join.h"

namespace belfry::bot {

absl::StatusOr<Place> Places::Find(const ChatRequest& request) {
  if (request.channel_id.empty()) return Place();
  const std::string key = absl::StrJoin({request.platform, request.workspace, request.channel_id,
                                         request.message.id(), request.user_id},
                                        "\n");
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && now - found->second.fetched < kAgeMax) {
      return found->second.place;
    }
  }
  v1::LookupPlaceRequest look;
  look.mutable_place()->set_platform(request.platform);
  look.mutable_place()->set_workspace(request.workspace);
  look.mutable_place()->set_channel(request.channel_id);
  look.mutable_place()->set_id(request.message.id());
  look.mutable_account()->set_platform(request.platform);
  look.mutable_account()->set_workspace(request.workspace);
  look.mutable_account()->set_user_id(request.user_id);
  client::CallOptions call;
  call.act_for = "";  // the bot asks for itself
  const absl::StatusOr<v1::LookupPlaceResponse> answer = client_.LookupPlace(look, call);
  if (!answer.ok()) return answer.status();
  Place place{answer->incident(), answer->entity()};
  absl::MutexLock lock(&mutex_);
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_[key] = {place, now};
  return place;
}

}  // namespace belfry::bot
