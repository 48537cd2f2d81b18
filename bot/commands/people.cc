#include "bot/commands/people.h"

#include "absl/strings/str_cat.h"

namespace belfry::bot {

absl::StatusOr<std::string> People::Find(absl::string_view platform, absl::string_view workspace,
                                         absl::string_view user_id) {
  const std::string key = absl::StrCat(platform, "\n", workspace, "\n", user_id);
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && now - found->second.fetched < kAgeMax) {
      return found->second.person;
    }
  }
  v1::LookupChatAccountRequest request;
  request.mutable_account()->set_platform(std::string(platform));
  request.mutable_account()->set_workspace(std::string(workspace));
  request.mutable_account()->set_user_id(std::string(user_id));
  client::CallOptions call;
  call.act_for = "";  // the bot asks for itself
  call.deadline = kPatience;
  const absl::StatusOr<v1::LookupChatAccountResponse> answer =
      client_.LookupChatAccount(request, call);
  if (!answer.ok()) return answer.status();
  absl::MutexLock lock(&mutex_);
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_[key] = {answer->person().name(), now};
  return answer->person().name();
}

void People::Forget(absl::string_view platform, absl::string_view workspace,
                    absl::string_view user_id) {
  absl::MutexLock lock(&mutex_);
  entries_.erase(absl::StrCat(platform, "\n", workspace, "\n", user_id));
}

}  // namespace belfry::bot
