// Runs one command line: the same for a chat channel, a button and the terminal.
#ifndef BELFRY_CLIENT_LIB_CHAT_RUN_H_
#define BELFRY_CLIENT_LIB_CHAT_RUN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/chat/card.h"
#include "belfry/chat/form.h"
#include "belfry/client.h"
#include "client-lib/chat/policy_cache.h"
#include "google/protobuf/message.h"

namespace belfry::chat {

// Who types, where.
struct CommandContext {
  // "people/…"; empty: as the connection's own principal.
  std::string act_for;
  // "slack", "console", "cli".
  std::string via;
  // The incident of the channel or thread, "incidents/DOP-2026-0007"; empty where there is none.
  std::string incident;
  // The entity of the channel, "entities/dop": for reports that name none, `list` and `who`.
  std::string entity;
  // The same id again has no second effect. Empty: a random one, so that only this runner's own
  // retries are safe.
  std::string request_id;
  // InfinitePast: the runner's clock.
  absl::Time now = absl::InfinitePast();
  // What is typed before a verb here, for hints: "/incident", "belfry"; may be empty.
  std::string root;
  // The chat account that types, for `link`; not set where there is none.
  std::optional<v1::ChatAccount> account;
  // The account is linked to nobody: only `open`, `link` and `help` do anything, and `act_for` is
  // the account's own name, "accounts/…".
  bool unlinked = false;
  // Others read along: restricted content, and personal information in what is typed, stay out.
  bool public_place = false;
  // They read the answer as well: no code, and nothing of a line that was better not typed.
  bool public_answer = false;
  // Acts with legal effect are answered with a question and a button, unless the line says
  // `confirm:yes`.
  bool asks_first = false;
  // The platform shows forms: a line that lacks what a form asks for is answered with the form.
  bool shows_forms = false;
  // Times are written as tokens (belfry/chat/time_token.h).
  bool time_tokens = false;
};

struct CommandResult {
  Card card;
  bool ok = false;
  // Why not; INVALID_ARGUMENT also when the line could not be understood and nothing was sent.
  absl::Status status;
  // The server's answer; null when there was none.
  std::unique_ptr<google::protobuf::Message> response;
  // The incident this was about, "incidents/…"; empty when none.
  std::string incident;
  // Something was recorded, which others in the channel will see; otherwise the card is for the
  // one who asked only.
  bool changed = false;
  // Canonical verb, "open"; empty when there was none.
  std::string verb;
  // What is still to be filled in, when CommandContext.shows_forms; nothing was done.
  std::optional<Form> form;
  // Of a form that was sent: what is wrong with which field, by FormField.name.
  std::map<std::string, std::string> field_errors;
  // The card asks "do it?"; nothing was done.
  bool asks = false;
};

struct RunnerOptions {
  // Null: this machine's clock. See MakeServerClock for servers with a virtual one.
  std::function<absl::Time()> now;
  // 64 random bits, for request ids; null: the library's own.
  std::function<uint64_t()> random_bits;
};

// Thread-safe. Run() blocks for up to the connection's deadline per call and makes at most three
// calls; a chat adapter acknowledges first and runs later.
class CommandRunner {
 public:
  explicit CommandRunner(client::Client client, RunnerOptions options = {});

  CommandResult Run(const CommandContext& context, absl::string_view line);

  // Whether `line` will be answered with a form: known from the words alone, without the server, so
  // that a platform whose triggers expire within seconds can open an empty form first.
  static bool WantsForm(absl::string_view line);

  // The pack, for cards made outside of Run().
  PolicyCache& policy() { return policy_; }

 private:
  const client::Client client_;
  const RunnerOptions options_;
  PolicyCache policy_;
};

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_RUN_H_
