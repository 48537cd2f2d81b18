#include "bot/platform/console/console.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace belfry::bot {
namespace {

// Every line of a message begins with the place it went to, so that a reader sees at a glance
// whose message it is.
std::string Framed(absl::string_view place, absl::string_view text) {
  std::string framed;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&framed, place, " | ", line, "\n");
  }
  return framed;
}

std::string Buttons(const chat::Card& card) {
  std::string text;
  for (const chat::CardButton& button : card.buttons) {
    absl::StrAppend(&text, text.empty() ? "" : "  ", "[", button.label, ": ", button.command, "]");
  }
  return text.empty() ? "" : absl::StrCat("\n", text);
}

}  // namespace

Console::Console(Transcript transcript, std::FILE* out)
    : transcript_(std::move(transcript)), out_(out) {}

SendResult Console::Post(const Outgoing& message) {
  return Show("post", message.thread.has_value() ? message.thread->id() : "", message);
}

SendResult Console::Update(const v1::MessageRef& target, const Outgoing& message) {
  SendResult result = Show("update", target.id(), message);
  // The edited message is the old one.
  if (result.ok()) result.message = target;
  return result;
}

SendResult Console::Show(const char* action, const std::string& thread, const Outgoing& message) {
  const std::string text = absl::StrCat(message.card.PlainText(), Buttons(message.card));
  const absl::StatusOr<int64_t> number = transcript_.Append({.action = action,
                                                             .delivery = message.delivery,
                                                             .place = message.endpoint.address(),
                                                             .thread = thread,
                                                             .text = text});
  if (!number.ok()) {
    return SendResult::Failed(SendFailure::kAmbiguous, std::string(number.status().message()));
  }
  Print(Framed(message.endpoint.address(), text));
  v1::MessageRef ref;
  ref.set_channel(message.endpoint.address());
  ref.set_id(absl::StrCat(*number));
  return SendResult::Sent(std::move(ref));
}

absl::StatusOr<std::optional<v1::MessageRef>> Console::Find(const Outgoing& message, absl::Time) {
  absl::StatusOr<std::optional<int64_t>> number = transcript_.Find(message.delivery);
  if (!number.ok()) return number.status();
  if (!number->has_value()) return std::nullopt;
  v1::MessageRef ref;
  ref.set_channel(message.endpoint.address());
  ref.set_id(absl::StrCat(**number));
  return ref;
}

void Console::Answer(const chat::Card& card) { Print(absl::StrCat(card.PlainText(), "\n")); }

void Console::Print(absl::string_view text) {
  absl::MutexLock lock(&mutex_);
  std::fwrite(text.data(), 1, text.size(), out_);
  if (!text.empty() && text.back() != '\n') std::fputc('\n', out_);
  std::fflush(out_);
}

}  // namespace belfry::bot
