// What becomes of the things people do in Slack, whichever door they came in by.
#ifndef BELFRY_BOT_PLATFORM_SLACK_DESK_H_
#define BELFRY_BOT_PLATFORM_SLACK_DESK_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "bot/commands/answer_clock.h"
#include "bot/platform/chat_request.h"
#include "bot/platform/slack/errands.h"
#include "bot/platform/slack/inbound.h"
#include "bot/platform/slack/replay_guard.h"
#include "bot/platform/slack/slack_platform.h"
#include "bot/platform/slack/surfaces.h"
#include "bot/platform/slack/views.h"
#include "client-lib/chat/run.h"
#include "nlohmann/json.hpp"

namespace belfry::bot::slack {

struct Workspace {
  std::shared_ptr<SlackPlatform> platform;
  std::string root;  // "/incident"
  // Emoji that take a message into the timeline, by name.
  std::set<std::string> note_reactions = {"memo", "pushpin"};
};

// Who does what was asked for.
struct DeskStaff {
  // As CommandDispatcher::Submit().
  std::function<bool(ChatRequest, std::string root, std::function<void(chat::CommandResult)>)>
      submit;
  // As CommandRunner::WantsForm().
  std::function<bool(absl::string_view)> wants_form;
  // Counts a refused request by its reason.
  std::function<void(const char*)> rejected;
};

// Acknowledges within three seconds, lets the staff work, and shows the result where it was asked
// for: in the answer, in a modal, in a thread, or to one person only. Thread-safe.
class SlackDesk {
 public:
  // Null: a bare acknowledgement. Called exactly once.
  using Acknowledge = std::function<void(nlohmann::json payload)>;

  // `clock` outlives the desk.
  SlackDesk(std::map<std::string, Workspace> workspaces, DeskStaff staff, AnswerClock* clock);

  // Does not block. Not for kVerification.
  void Handle(Inbound inbound, Acknowledge acknowledge);

  // Finishes what is under way; nothing may come in any more.
  void Stop() { errands_.Stop(); }

 private:
  struct Case;  // one act and where it belongs
  using CasePtr = std::shared_ptr<const Case>;

  void Command(const CasePtr& act, Acknowledge acknowledge);
  void ShowInModal(const CasePtr& act);
  void InModal(const CasePtr& act);
  void Submission(const CasePtr& act, Acknowledge acknowledge);
  void Home(const CasePtr& act);
  void Note(const CasePtr& act);
  void Button(const CasePtr& act);

  // Lets the staff work; `done` also gets the refusal of a desk that is too busy.
  void Work(const CasePtr& act, ChatRequest request, std::function<void(chat::CommandResult)> done);
  // An errand; what is left undone when there are too many is said in the log.
  void Send(std::function<void()> errand);

  const std::map<std::string, Workspace> workspaces_;
  const DeskStaff staff_;
  AnswerClock& clock_;
  ReplayGuard acts_{ReplayGuard::kActAge};
  Errands errands_;
};

}  // namespace belfry::bot::slack

#endif  // BELFRY_BOT_PLATFORM_SLACK_DESK_H_
