#include "bot/platform/slack/desk.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bot/platform/slack/answers.h"
#include "spdlog/spdlog.h"

namespace belfry::bot::slack {

using Json = nlohmann::json;
using Kind = ChatRequest::Kind;
using Surface = Inbound::Surface;

namespace {

constexpr int kErrandThreads = 8;

bool IsNote(Kind kind) {
  return kind == Kind::kNote || kind == Kind::kNoteEdited || kind == Kind::kNoteDeleted;
}

bool NothingTried(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDeadlineExceeded(status);
}

}  // namespace

struct SlackDesk::Case {
  Inbound in;
  const Workspace& workspace;

  const WebApi& api() const { return workspace.platform->api(); }
  ModalState State() const {
    return {"", in.chat.channel_id, in.chat.message.id(), in.chat.response_url};
  }
};

SlackDesk::SlackDesk(std::map<std::string, Workspace> workspaces, DeskStaff staff,
                     AnswerClock* clock)
    : workspaces_(std::move(workspaces)),
      staff_(std::move(staff)),
      clock_(*clock),
      errands_(kErrandThreads) {}

void SlackDesk::Handle(Inbound inbound, Acknowledge acknowledge) {
  if (inbound.chat.kind == Kind::kIgnored) return acknowledge(nullptr);
  const auto workspace = workspaces_.find(inbound.chat.workspace);
  if (workspace == workspaces_.end()) {
    staff_.rejected("workspace");
    return acknowledge(
        inbound.surface == Surface::kCommand
            ? NoticeAnswer("This workspace is not connected to Belfry; ask an administrator.")
            : Json());
  }
  if (!inbound.reaction.empty() && workspace->second.note_reactions.count(inbound.reaction) == 0) {
    return acknowledge(nullptr);
  }
  const bool submission = inbound.chat.kind == Kind::kForm;
  // A repeat is not dropped because it is one: after a restart it may be all that ever comes. What
  // this process is doing already, it does not do twice. A modal waits for its answer: the server
  // knows the act again.
  if (!submission && !acts_.Admit(inbound.chat.idempotency_key, absl::Now())) {
    return acknowledge(nullptr);
  }
  auto act = std::make_shared<const Case>(Case{std::move(inbound), workspace->second});
  const Inbound& in = act->in;
  if (submission) return Submission(act, std::move(acknowledge));
  if (in.surface == Surface::kCommand) return Command(act, std::move(acknowledge));
  // Nothing shows in the other acknowledgements: at once, and the rest afterwards.
  acknowledge(nullptr);
  if (IsNote(in.chat.kind)) return Note(act);
  if (in.chat.kind == Kind::kHome) return Home(act);
  if (in.surface == Surface::kModal) return InModal(act);
  if (in.surface == Surface::kHome || in.wants_form) return ShowInModal(act);
  Button(act);
}

void SlackDesk::Send(std::function<void()> errand) {
  if (!errands_.Run(std::move(errand))) {
    staff_.rejected("busy");
    spdlog::warn("slack: too much to do, an answer was left out");
  }
}

void SlackDesk::Work(const CasePtr& act, ChatRequest request,
                     std::function<void(chat::CommandResult)> done) {
  const std::string key = request.idempotency_key;
  auto finish = [this, act, key, done](chat::CommandResult result) {
    // What could not be tried may come again with the same key.
    if (NothingTried(result.status)) acts_.Forget(key);
    done(std::move(result));
  };
  if (!staff_.submit(std::move(request), act->workspace.root, finish)) finish(BusyResult());
}

void SlackDesk::Command(const CasePtr& act, Acknowledge acknowledge) {
  if (staff_.wants_form != nullptr && staff_.wants_form(act->in.chat.text)) {
    acknowledge(nullptr);
    return ShowInModal(act);
  }
  auto result = std::make_shared<chat::CommandResult>();
  auto answer = clock_.Expect(
      [act, acknowledge, result](const chat::Card&) {
        acknowledge(EphemeralAnswer(WithFormButton(*result)));
      },
      [acknowledge] { acknowledge(NoticeAnswer("Working on it; the answer follows.")); },
      [act, result](const chat::Card&) { Tell(*act->workspace.platform, act->in, *result); });
  Work(act, act->in.chat, [answer, result](chat::CommandResult done) {
    *result = std::move(done);
    answer->Finish(result->card);
  });
}

void SlackDesk::Button(const CasePtr& act) {
  Work(act, act->in.chat, [act](chat::CommandResult result) {
    // The trigger may still be good; if not, a button asks for another one.
    if (result.form.has_value() && !act->in.chat.trigger_id.empty()) {
      OpenedView opened;
      if (OpenView(act->api(), act->in.chat.trigger_id, FormView(*result.form, act->State()),
                   &opened)
              .ok()) {
        return;
      }
    }
    Tell(*act->workspace.platform, act->in, result);
  });
}

void SlackDesk::ShowInModal(const CasePtr& act) {
  // An empty modal first: by the time its content is known the trigger may be dead.
  Send([this, act] {
    auto opened = std::make_shared<OpenedView>();
    const SendResult shown =
        OpenView(act->api(), act->in.chat.trigger_id, LoadingView(act->State()), opened.get());
    if (!shown.ok()) spdlog::warn("slack: a modal could not be opened: {}", shown.detail);
    Work(act, act->in.chat, [this, act, opened, shown](chat::CommandResult result) {
      if (result.form.has_value()) Prefill(act->in.prefill, *result.form);
      const bool visible =
          shown.ok() && UpdateView(act->api(), *opened, ResultView(result, act->State())).ok();
      if (!visible) Tell(*act->workspace.platform, act->in, result);
      if (act->in.surface == Surface::kHome && result.changed) Home(act);
    });
  });
}

void SlackDesk::InModal(const CasePtr& act) {
  Work(act, act->in.chat, [act](chat::CommandResult result) {
    const OpenedView view{act->in.view_id, act->in.view_hash};
    if (!UpdateView(act->api(), view, ResultView(result, act->State())).ok()) {
      Tell(*act->workspace.platform, act->in, result);
    }
  });
}

void SlackDesk::Submission(const CasePtr& act, Acknowledge acknowledge) {
  auto result = std::make_shared<chat::CommandResult>();
  auto answer = clock_.Expect(
      [act, acknowledge, result](const chat::Card&) {
        acknowledge(SubmissionAnswer(*result, act->in.blocks, act->State()));
      },
      [act, acknowledge] { acknowledge(UpdateAnswer(LoadingView(act->State()))); },
      [this, act, result](const chat::Card&) {
        // The modal shows "one moment" by now.
        const OpenedView view{act->in.view_id, ""};
        if (result->ok || result->form.has_value() || result->asks) {
          if (!UpdateView(act->api(), view, ResultView(*result, act->State())).ok()) {
            Tell(*act->workspace.platform, act->in, *result);
          }
          return;
        }
        // Nothing that was typed is lost: the form comes back with it and says what is wrong.
        ChatRequest again = act->in.chat;
        again.kind = Kind::kCommand;
        again.form.clear();
        Work(act, std::move(again), [act, view, failed = result](chat::CommandResult fresh) {
          Json shown = ResultView(*failed, act->State());
          if (fresh.form.has_value()) {
            Refill(act->in.chat.form, *fresh.form);
            shown = FormView(*fresh.form, act->State(), WhatWentWrong(*failed));
          }
          if (!UpdateView(act->api(), view, shown).ok()) {
            Tell(*act->workspace.platform, act->in, *failed);
          }
        });
      });
  Work(act, act->in.chat, [answer, result](chat::CommandResult done) {
    *result = std::move(done);
    answer->Finish(result->card);
  });
}

void SlackDesk::Home(const CasePtr& act) {
  ChatRequest request = act->in.chat;
  request.kind = Kind::kHome;
  request.idempotency_key = absl::StrCat(act->in.chat.idempotency_key, ":home");
  Work(act, std::move(request), [act](chat::CommandResult result) {
    const SendResult shown = PublishHome(act->api(), act->in.chat.user_id, HomeView(result.card));
    if (!shown.ok()) spdlog::warn("slack: a home tab was not shown: {}", shown.detail);
  });
}

void SlackDesk::Note(const CasePtr& act) {
  auto record = [this, act](ChatRequest request) {
    Work(act, std::move(request), [act](chat::CommandResult result) {
      // Edits and reactions speak for themselves in the thread; a menu waits for a word.
      if (result.ok && result.card.title.empty() && act->in.surface == Surface::kShortcut) {
        result.card = NotedCard(result.incident);
      }
      if (!result.card.title.empty()) Tell(*act->workspace.platform, act->in, result);
    });
  };
  if (act->in.reaction.empty()) return record(act->in.chat);
  Send([act, record] {
    ChatRequest request = act->in.chat;
    const absl::StatusOr<FoundMessage> message =
        FetchMessage(act->api(), request.source.channel(), request.source.id());
    if (!message.ok()) {
      Tell(*act->workspace.platform, act->in, UnreadableResult(message.status()));
      return;
    }
    if (absl::StripAsciiWhitespace(message->text).empty()) return;  // a picture says nothing here
    request.text = message->text;
    request.author_id = message->author;
    if (!message->thread.empty()) request.message.set_id(message->thread);
    record(std::move(request));
  });
}

}  // namespace belfry::bot::slack
