// A place that shows messages, whatever it is.
#ifndef BELFRY_BOT_PLATFORM_PLATFORM_H_
#define BELFRY_BOT_PLATFORM_PLATFORM_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/chat/card.h"
#include "belfry/v1/delivery.pb.h"
#include "bot/platform/send_result.h"

namespace belfry::bot {

// One message to be sent.
struct Outgoing {
  v1::Endpoint endpoint;
  // "deliveries/…": goes with the message, so that Find() can tell later whether it arrived.
  std::string delivery;
  chat::Card card;
  // Post into the thread of this message; unset: on its own.
  std::optional<v1::MessageRef> thread;
  // Show it outside the thread as well.
  bool broadcast = false;
  // The delivery that the card was made from, for platforms that send data or thread by incident;
  // null for answers to commands. Only during the call.
  const v1::Delivery* source = nullptr;
};

// One chat platform or other sink. Thread-safe; calls block for as long as their time-outs allow.
class Platform {
 public:
  virtual ~Platform() = default;

  // As in Endpoint.platform.
  virtual absl::string_view name() const = 0;
  virtual SendResult Post(const Outgoing& message) = 0;
  // Replaces the content of a message. Platforms that cannot do that answer kMessageGone.
  virtual SendResult Update(const v1::MessageRef& target, const Outgoing& message) = 0;
  // The message that an earlier attempt at `message.delivery` became, if it arrived after `since`.
  // UNIMPLEMENTED when the platform cannot say.
  virtual absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                             absl::Time since) = 0;
  // Opens the channel that `room` asks for and invites its members; with `existing`, only invites
  // those who are missing there. A room that is closed or that somebody must leave (ChangesRoom) is
  // the one at `endpoint`. `delivery` marks the channel, so that a repeat finds it instead of
  // opening a second one. The result's `message.channel` is the channel.
  virtual SendResult OpenRoom(const v1::Endpoint& /*endpoint*/, const v1::RoomRequest& /*room*/,
                              const std::string& /*delivery*/, const v1::MessageRef* /*existing*/) {
    return SendResult::Failed(SendFailure::kTargetBroken, "this platform has no rooms");
  }
};

// The request is about a room that is there.
inline bool ChangesRoom(const v1::RoomRequest& room) {
  return room.closed() || room.removed_members_size() > 0;
}

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_PLATFORM_H_
