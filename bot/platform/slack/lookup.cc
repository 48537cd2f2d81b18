#include "bot/platform/slack/lookup.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot::slack {
namespace {

using Json = nlohmann::json;
using Query = std::vector<std::pair<std::string, std::string>>;

constexpr int kPageSize = 200;
// Four thousand messages since a delivery was made: by then nobody would see a second one as such.
constexpr int kPagesMax = 20;
constexpr int kReadsMax = 3;

std::string TextOf(const Json& json, const Json::json_pointer& path) {
  if (!json.contains(path) || !json.at(path).is_string()) return "";
  return json.at(path).get<std::string>();
}

absl::Status Failed(const SendResult& result) {
  return absl::UnavailableError(absl::StrCat("look-up: ", result.detail));
}

// Reading may be repeated at once; starting over from the first page would take as long again.
SendResult ReadPage(const Read& read, const char* method, const Query& query, Json* answer) {
  SendResult result;
  for (int i = 0; i < kReadsMax; ++i) {
    result = read(method, query, answer);
    const bool passing =
        result.failure == SendFailure::kNotSent || result.failure == SendFailure::kAmbiguous;
    if (!passing) break;
  }
  return result;
}

// Messages to a person stand in a channel of their own, which only Slack knows.
absl::StatusOr<std::string> ChannelOf(const Read& read, const Outgoing& message) {
  const std::string& address = message.endpoint.address();
  if (message.thread.has_value() && !message.thread->channel().empty()) {
    return message.thread->channel();
  }
  if (!absl::StartsWith(address, "U") && !absl::StartsWith(address, "W")) return address;
  Json answer;
  const SendResult result = read("conversations.open", {{"users", address}}, &answer);
  if (!result.ok()) return Failed(result);
  const std::string channel = TextOf(answer, Json::json_pointer("/channel/id"));
  if (channel.empty()) return absl::UnavailableError("look-up: a conversation without an id");
  return channel;
}

}  // namespace

absl::StatusOr<std::optional<v1::MessageRef>> FindDelivery(const Read& read,
                                                           const Outgoing& message,
                                                           absl::Time since) {
  const absl::StatusOr<std::string> channel = ChannelOf(read, message);
  if (!channel.ok()) return channel.status();
  const char* const method =
      message.thread.has_value() ? "conversations.replies" : "conversations.history";
  std::string cursor;
  for (int page = 0; page < kPagesMax; ++page) {
    Query query = {{"channel", *channel},
                   {"include_all_metadata", "true"},
                   {"limit", absl::StrCat(kPageSize)},
                   {"oldest", absl::StrCat(absl::ToUnixSeconds(since - absl::Minutes(1)))}};
    if (message.thread.has_value()) query.emplace_back("ts", message.thread->id());
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    Json answer;
    const SendResult result = ReadPage(read, method, query, &answer);
    // What is not there holds nothing.
    if (absl::EndsWith(result.detail, "thread_not_found")) return std::nullopt;
    if (!result.ok()) return Failed(result);
    const auto messages = answer.find("messages");
    if (messages == answer.end() || !messages->is_array()) {
      return absl::UnavailableError("look-up: no list of messages");
    }
    for (const Json& found : *messages) {
      if (TextOf(found, Json::json_pointer("/metadata/event_payload/delivery")) !=
          message.delivery) {
        continue;
      }
      v1::MessageRef ref;
      ref.set_workspace(message.endpoint.workspace());
      ref.set_channel(*channel);
      ref.set_id(TextOf(found, Json::json_pointer("/ts")));
      return ref;
    }
    cursor = TextOf(answer, Json::json_pointer("/response_metadata/next_cursor"));
    if (cursor.empty()) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace belfry::bot::slack
