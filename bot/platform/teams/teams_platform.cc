#include "bot/platform/teams/teams_platform.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/teams/activity.h"
#include "bot/platform/teams/adaptive_card.h"
#include "bot/platform/teams/card_parts.h"
#include "client-lib/chat/utf8.h"

namespace belfry::bot::teams {
namespace {

constexpr int kTooLarge = 413;
constexpr size_t kSummaryMax = 200;

enum class AddressKind { kChannel, kChat, kPerson };

AddressKind KindOf(absl::string_view address) {
  if (absl::EndsWith(address, "@thread.tacv2") || absl::EndsWith(address, "@thread.skype")) {
    return AddressKind::kChannel;
  }
  if (absl::StartsWith(address, "19:") || absl::StartsWith(address, "a:"))
    return AddressKind::kChat;
  return AddressKind::kPerson;
}

std::string ActivitiesOf(absl::string_view conversation) {
  return absl::StrCat("v3/conversations/", PercentEncode(conversation), "/activities");
}

Json Message(Json card, const std::string& summary) {
  Json activity = {{"type", "message"},
                   {"attachments", Json::array({Attachment(std::move(card))})}};
  // What a notification shows; without it, "sent a card".
  if (!summary.empty()) activity["summary"] = summary;
  return activity;
}

std::string Summary(const chat::Card& card) {
  chat::Card title;
  title.title = card.title;
  return chat::Clip(title.PlainText(), kSummaryMax);
}

SendResult NoService() {
  return SendResult::Failed(
      SendFailure::kTargetBroken,
      "Teams never told where its service is: add the app to a team or chat of this tenant");
}

}  // namespace

SendResult TeamsPlatform::Sent(const std::string& channel, const std::string& id) const {
  v1::MessageRef ref;
  ref.set_platform("teams");
  ref.set_workspace(options_.tenant);
  ref.set_channel(channel);
  ref.set_id(id);
  return SendResult::Sent(std::move(ref));
}

TeamsPlatform::MakeActivity TeamsPlatform::CardOf(const Outgoing& message) const {
  return [this, &message](size_t bytes_max) {
    const CardUse use = {.dialogs = options_.dialogs, .bytes_max = bytes_max};
    return Message(ToAdaptiveCard(message.card, use), Summary(message.card));
  };
}

std::optional<ServiceUrl> TeamsPlatform::ServiceFor(const std::string& address) {
  for (const bool any : {false, true}) {
    const std::optional<Reference> reference =
        any ? conversations_.Latest() : conversations_.Find(address);
    if (!reference.has_value()) continue;
    // Checked again: what is kept may be older than the configuration.
    absl::StatusOr<ServiceUrl> service = hosts_.Check(reference->service_url);
    if (service.ok()) return *std::move(service);
  }
  return std::nullopt;
}

ConnectorReply TeamsPlatform::Send(CallKind kind, const ServiceUrl& service,
                                   const std::string& path,
                                   const std::function<Json(Json activity)>& body,
                                   const MakeActivity& make) {
  const size_t bytes_max = CardUse().bytes_max;
  ConnectorReply reply = connector_.Call(kind, service, path, body(make(bytes_max)));
  if (reply.status == kTooLarge) {
    reply = connector_.Call(kind, service, path, body(make(bytes_max / 3)));
  }
  return reply;
}

SendResult TeamsPlatform::Post(const Outgoing& message) {
  const std::string& address = message.endpoint.address();
  if (address.empty()) return SendResult::Failed(SendFailure::kTargetBroken, "no address");
  const AddressKind kind = KindOf(address);
  if (kind == AddressKind::kPerson) return PostToPerson(message);
  const std::optional<ServiceUrl> service = ServiceFor(address);
  if (!service.has_value()) return NoService();
  const SendResult result = kind == AddressKind::kChannel ? PostToChannel(*service, message)
                                                          : PostToChat(*service, address, message);
  if (result.failure == SendFailure::kTargetBroken) conversations_.MarkGone(address);
  return result;
}

SendResult TeamsPlatform::PostToChannel(const ServiceUrl& service, const Outgoing& message) {
  const std::string& channel = message.endpoint.address();
  if (message.thread.has_value()) {
    SendResult result = PostToChat(service, ThreadIn(channel, message.thread->id()), message);
    if (result.ok()) result.message.set_channel(channel);
    return result;
  }
  // Posting to the channel itself would be a reply to nothing: a thread is opened as a
  // conversation of its own.
  const ConnectorReply reply = Send(
      CallKind::kPost, service, "v3/conversations",
      [&](Json activity) -> Json {
        return {{"isGroup", true},
                {"tenantId", options_.tenant},
                {"bot", {{"id", absl::StrCat("28:", options_.app_id)}}},
                {"channelData",
                 {{"channel", {{"id", channel}}}, {"tenant", {{"id", options_.tenant}}}}},
                {"activity", std::move(activity)}};
      },
      CardOf(message));
  if (!reply.result.ok()) return reply.result;
  std::string id = TextAt(reply.body, {"activityId"});
  if (id.empty()) id = ThreadOf(TextAt(reply.body, {"id"}));
  return Sent(channel, id);
}

SendResult TeamsPlatform::PostToChat(const ServiceUrl& service, const std::string& chat,
                                     const Outgoing& message) {
  const ConnectorReply reply = Send(
      CallKind::kPost, service, ActivitiesOf(chat), [](Json activity) { return activity; },
      CardOf(message));
  return reply.result.ok() ? Sent(chat, TextAt(reply.body, {"id"})) : reply.result;
}

SendResult TeamsPlatform::OpenChat(const ServiceUrl& service, const std::string& person,
                                   std::string* chat) {
  const ConnectorReply reply =
      connector_.Call(CallKind::kCreate, service, "v3/conversations",
                      {{"isGroup", false},
                       {"bot", {{"id", absl::StrCat("28:", options_.app_id)}}},
                       {"members", Json::array({{{"id", person}}})},
                       {"tenantId", options_.tenant},
                       {"channelData", {{"tenant", {{"id", options_.tenant}}}}}});
  if (!reply.result.ok()) return reply.result;
  *chat = TextAt(reply.body, {"id"});
  if (chat->empty()) return SendResult::Failed(SendFailure::kBug, "no conversation in the answer");
  return SendResult();
}

SendResult TeamsPlatform::PostToPerson(const Outgoing& message) {
  const std::string& person = message.endpoint.address();
  const std::optional<ServiceUrl> service = ServiceFor(person);
  if (!service.has_value()) return NoService();
  std::optional<Reference> known = conversations_.Find(person);
  if (known.has_value() && !known->conversation.empty() && !known->gone) {
    const SendResult result = PostToChat(*service, known->conversation, message);
    // A chat that is gone can be opened anew.
    if (result.failure != SendFailure::kTargetBroken) return result;
  }
  std::string chat;
  SendResult result = OpenChat(*service, person, &chat);
  if (result.ok()) {
    Reference opened = known.value_or(Reference());
    if (opened.address.empty()) opened.address = person;
    opened.conversation = chat;
    opened.service_url = service->text();
    opened.bot_id = absl::StrCat("28:", options_.app_id);
    opened.gone = false;
    conversations_.Remember(std::move(opened));
    result = PostToChat(*service, chat, message);
  }
  if (result.failure == SendFailure::kTargetBroken) conversations_.MarkGone(person);
  return result;
}

SendResult TeamsPlatform::Update(const v1::MessageRef& target, const Outgoing& message) {
  const std::optional<ServiceUrl> service = ServiceFor(
      message.endpoint.address().empty() ? target.channel() : message.endpoint.address());
  if (!service.has_value()) return NoService();
  const ConnectorReply reply = Send(
      CallKind::kUpdate, *service,
      absl::StrCat(ActivitiesOf(target.channel()), "/", PercentEncode(target.id())),
      [&](Json activity) -> Json {
        activity["id"] = target.id();
        return activity;
      },
      CardOf(message));
  if (!reply.result.ok()) return reply.result;
  SendResult result;
  result.message = target;
  return result;
}

absl::StatusOr<std::optional<v1::MessageRef>> TeamsPlatform::Find(const Outgoing&, absl::Time) {
  return absl::UnimplementedError("Teams lets no bot read what it posted");
}

SendResult TeamsPlatform::Say(const ServiceUrl& service, const std::string& conversation,
                              const Json& card) {
  const ConnectorReply reply =
      connector_.Call(CallKind::kPost, service, ActivitiesOf(conversation), Message(card, ""));
  return reply.result.ok() ? Sent(conversation, TextAt(reply.body, {"id"})) : reply.result;
}

SendResult TeamsPlatform::Replace(const ServiceUrl& service, const std::string& conversation,
                                  const std::string& message, const Json& card) {
  Json activity = Message(card, "");
  activity["id"] = message;
  return connector_
      .Call(CallKind::kUpdate, service,
            absl::StrCat(ActivitiesOf(conversation), "/", PercentEncode(message)), activity)
      .result;
}

}  // namespace belfry::bot::teams
