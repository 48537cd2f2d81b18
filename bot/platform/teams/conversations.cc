#include "bot/platform/teams/conversations.h"

#include <utility>

#include "bot/platform/json.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::teams {
namespace {

client::CallOptions ForItself() {
  client::CallOptions call;
  call.act_for = "";
  return call;
}

}  // namespace

std::string Serialize(const Reference& reference) {
  return DumpJson({{"conversation", reference.conversation},
                   {"serviceUrl", reference.service_url},
                   {"bot", reference.bot_id},
                   {"user", reference.user_channel_id}});
}

absl::StatusOr<Reference> ParseReference(absl::string_view address, absl::string_view bytes) {
  const absl::StatusOr<Json> json = ParseJsonObject(bytes, "reference");
  if (!json.ok()) return json.status();
  Reference reference;
  reference.address = std::string(address);
  reference.conversation = TextAt(*json, {"conversation"});
  reference.service_url = TextAt(*json, {"serviceUrl"});
  reference.bot_id = TextAt(*json, {"bot"});
  reference.user_channel_id = TextAt(*json, {"user"});
  if (reference.conversation.empty() || reference.service_url.empty()) {
    return absl::InvalidArgumentError("reference: lacks conversation or serviceUrl");
  }
  return reference;
}

Conversations::Conversations(client::Client client, std::string tenant, Clock* clock)
    : client_(std::move(client)),
      tenant_(std::move(tenant)),
      clock_(*clock),
      thread_([this] { Loop(); }) {}

Conversations::~Conversations() { Stop(); }

void Conversations::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Conversations::Remember(Reference reference) {
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kEntriesMax && known_.count(reference.address) == 0) return;
  if (!reference.gone) latest_ = reference.address;
  Reference& known = known_[reference.address];
  if (known == reference) return;
  known = reference;
  if (!reference.user_channel_id.empty()) aliases_[reference.user_channel_id] = reference.address;
  std::string address = reference.address;
  if (unsaved_.size() < kEntriesMax) unsaved_[std::move(address)] = std::move(reference);
}

void Conversations::MarkGone(const std::string& address) {
  std::optional<Reference> known = Known(address);
  if (!known.has_value() || known->gone) return;
  known->gone = true;
  Remember(*std::move(known));
}

std::optional<Reference> Conversations::Known(const std::string& address) {
  absl::MutexLock lock(&mutex_);
  const auto alias = aliases_.find(address);
  const auto found = known_.find(alias == aliases_.end() ? address : alias->second);
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

std::optional<Reference> Conversations::Find(const std::string& address) {
  std::optional<Reference> known = Known(address);
  if (known.has_value()) return known;
  Load();
  return Known(address);
}

std::optional<Reference> Conversations::Latest() {
  for (const bool asked : {false, true}) {
    if (asked) Load();
    absl::MutexLock lock(&mutex_);
    const auto found = known_.find(latest_);
    if (found != known_.end()) return found->second;
  }
  return std::nullopt;
}

void Conversations::Load() {
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = clock_.Now();
    if (now - asked_ < kAskPause) return;
    asked_ = now;
  }
  v1::ListConversationsRequest request;
  request.set_platform("teams");
  request.set_workspace(tenant_);
  do {
    const absl::StatusOr<v1::ListConversationsResponse> answer =
        client_.ListConversations(request, ForItself());
    if (!answer.ok()) {
      spdlog::warn("teams: cannot list conversations: {}", std::string(answer.status().message()));
      return;
    }
    absl::MutexLock lock(&mutex_);
    for (const v1::Conversation& kept : answer->conversations()) {
      absl::StatusOr<Reference> reference = ParseReference(kept.address(), kept.reference());
      if (!reference.ok() || known_.size() >= kEntriesMax) continue;
      reference->gone = kept.gone();
      if (!reference->user_channel_id.empty()) {
        aliases_.emplace(reference->user_channel_id, kept.address());
      }
      if (latest_.empty() && !kept.gone()) latest_ = kept.address();
      // What Teams said since is newer.
      known_.emplace(kept.address(), *std::move(reference));
    }
    request.set_page_token(answer->next_page_token());
  } while (!request.page_token().empty());
}

bool Conversations::Save(const Reference& reference) {
  v1::SaveConversationRequest request;
  v1::Conversation& conversation = *request.mutable_conversation();
  conversation.set_platform("teams");
  conversation.set_workspace(tenant_);
  conversation.set_address(reference.address);
  conversation.set_reference(Serialize(reference));
  conversation.set_gone(reference.gone);
  const absl::Status status = client_.SaveConversation(request, ForItself()).status();
  if (status.ok()) return true;
  spdlog::warn("teams: cannot save a conversation: {}", std::string(status.message()));
  return !absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status);
}

void Conversations::Loop() {
  for (;;) {
    Reference reference;
    bool last = false;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Conversations::HasWorkOrStops));
      if (unsaved_.empty()) return;
      last = stopping_;
      reference = unsaved_.begin()->second;
      unsaved_.erase(unsaved_.begin());
    }
    if (Save(reference)) continue;
    if (last) return;
    absl::MutexLock lock(&mutex_);
    // Unless something newer is waiting already.
    unsaved_.emplace(reference.address, reference);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kRetryPause);
  }
}

}  // namespace belfry::bot::teams
