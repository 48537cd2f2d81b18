// A terminal as a chat platform: for one person, and for trying Belfry without any other platform.
#ifndef BELFRY_BOT_PLATFORM_CONSOLE_CONSOLE_H_
#define BELFRY_BOT_PLATFORM_CONSOLE_CONSOLE_H_

#include <cstdio>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "bot/platform/console/transcript.h"
#include "bot/platform/platform.h"

namespace belfry::bot {

// Shows messages on a stream and keeps them in a transcript. Thread-safe.
class Console final : public Platform {
 public:
  // `out` outlives the console.
  Console(Transcript transcript, std::FILE* out);

  absl::string_view name() const override { return "console"; }
  SendResult Post(const Outgoing& message) override;
  SendResult Update(const v1::MessageRef& target, const Outgoing& message) override;
  absl::StatusOr<std::optional<v1::MessageRef>> Find(const Outgoing& message,
                                                     absl::Time since) override;

  // The answer to a command.
  void Answer(const chat::Card& card);

 private:
  SendResult Show(const char* action, const std::string& thread, const Outgoing& message);
  void Print(absl::string_view text);

  Transcript transcript_;
  absl::Mutex mutex_;
  std::FILE* const out_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_CONSOLE_CONSOLE_H_
