// How the person who reads a card sees times, codes and commands.
#ifndef BELFRY_CLIENT_LIB_CHAT_VIEW_H_
#define BELFRY_CLIENT_LIB_CHAT_VIEW_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/policy/v1/policy.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace belfry::chat {

struct View {
  // Titles of states and duties; may be null, then codes are shown.
  std::shared_ptr<const policy::v1::Policy> policy;
  absl::TimeZone zone = absl::UTCTimeZone();
  // "in 23 h 58 min" counts from here. InfinitePast: no relative times, for messages that stay.
  absl::Time now = absl::InfinitePast();
  // Write times as tokens (belfry/chat/time_token.h): for adapters that show the reader's own zone.
  bool time_tokens = false;
  // What is typed before a verb: "/incident", "belfry", or nothing on the console.
  std::string root;
  // Content of restricted incidents may be shown: only where nobody else reads along, such as the
  // terminal of somebody to whom the server gave it.
  bool show_restricted = false;

  // A command line as this person types it, for hints: "/incident ack DOP-2026-0007".
  std::string Typed(absl::string_view command) const;
  // "Tue 24 Nov 14:05 EST".
  std::string Time(const google::protobuf::Timestamp& time) const;
  // "Tue 24 Nov 14:05 EST (in 23 h 58 min)".
  std::string Due(const google::protobuf::Timestamp& time) const;
  // "Declared"; the code when the pack has no title for it.
  std::string StateTitle(absl::string_view code) const;
  // The pack's row; null when there is none.
  const policy::v1::State* FindState(absl::string_view code) const;
  // The duty behind an instance name such as "DAILY-STATUS#2[dop]"; null when there is none.
  const policy::v1::Obligation* FindObligation(absl::string_view instance) const;
};

// "Belfry" for what fell due by itself, else the name without "people/".
std::string ActorName(absl::string_view actor);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_VIEW_H_
