#include "tests/properties/judge.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "tests/properties/generator.h"
#include "tests/properties/government.h"
#include "tests/properties/twins.h"

namespace belfry::properties {
namespace {

const std::string& KindOf(const Event& event) {
  static const auto* const names = [] {
    auto* all = new std::map<int, std::string>();
    const auto* oneof = Event::descriptor()->FindOneofByName("body");
    for (int i = 0; i < oneof->field_count(); ++i) {
      (*all)[oneof->field(i)->number()] = oneof->field(i)->name();
    }
    return all;
  }();
  static const std::string kNone = "none";
  const auto found = names->find(static_cast<int>(event.body_case()));
  return found == names->end() ? kNone : found->second;
}

// Counts what histories are made of.
class Tally : public Witness {
 public:
  explicit Tally(Findings& findings) : findings_(findings) {}

  void See(const Moment& moment) override {
    if (moment.what != nullptr) {
      findings_.Saw("acts accepted");
      findings_.Saw(absl::StrCat("accepted ", *moment.what));
    }
    if (std::holds_alternative<core::ParentSatisfied>(moment.command->act) &&
        !moment.events->empty()) {
      findings_.Saw("state of a part: satisfied by the parent");
    }
    for (const Event& event : *moment.events) {
      findings_.Saw(absl::StrCat("event ", KindOf(event)));
      if (event.has_obligation_opened()) {
        findings_.Saw(absl::StrCat("duty ", event.obligation_opened().code()));
      }
      if (event.has_state_changed()) {
        findings_.Saw(absl::StrCat("state ", event.state_changed().to()));
      }
      if (event.has_obligation_settled()) {
        const ObligationRow* row = RowOf(*moment.after, event.obligation_settled().instance());
        const std::string state =
            v1::Obligation::State_Name(event.obligation_settled().state()).substr(6);
        findings_.Saw(absl::StrCat("outcome ", state));
        if (row != nullptr) findings_.Saw(absl::StrCat("settled ", row->code(), " ", state));
      }
    }
  }

  void Refused(const Moment& moment, const absl::Status& status) override {
    if (moment.what == nullptr) return;
    findings_.Saw("acts refused");
    findings_.Saw(absl::StrCat("refused ", *moment.what));
    findings_.Saw(absl::StrCat("refusal ", ErrorReason(status).empty()
                                               ? absl::StatusCodeToString(status.code())
                                               : ErrorReason(status)));
  }

 private:
  Findings& findings_;
};

// Shows one moment to many.
class Everybody : public Witness {
 public:
  Everybody(Findings& findings, int property)
      : tally_(findings), checkers_(MakeCheckers(findings, property)) {}

  void See(const Moment& moment) override {
    tally_.See(moment);
    for (const auto& checker : checkers_) checker->See(moment);
  }
  void Refused(const Moment& moment, const absl::Status& status) override {
    tally_.Refused(moment, status);
    for (const auto& checker : checkers_) checker->Refused(moment, status);
  }
  void End(const World* world) {
    for (const auto& checker : checkers_) checker->End(world);
  }

 private:
  Tally tally_;
  std::vector<std::unique_ptr<Checker>> checkers_;
};

class Tracer : public Witness {
 public:
  void See(const Moment& moment) override {
    if (moment.events->empty()) return;
    if (moment.what == nullptr) {
      absl::StrAppend(&text_, "    ", When(moment.now), moment.IsTick() ? " tick" : " follow-up",
                      " #", moment.slot, "\n");
    }
    for (const Event& event : *moment.events) {
      absl::StrAppend(&text_, "      ", event.version(), " ", KindOf(event), ": ",
                      core::ToTimelineEntry(moment.context->policy, *moment.after, event).text(),
                      "\n");
      if (event.has_obligation_opened()) {
        absl::StrAppend(&text_, "        ",
                        RowText(*RowOf(*moment.after, event.obligation_opened().instance())), "\n");
      }
      if (event.has_obligation_rescheduled()) {
        absl::StrAppend(&text_, "        ",
                        RowText(*RowOf(*moment.after, event.obligation_rescheduled().instance())),
                        "\n");
      }
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::pair<History, Findings> JudgeSeed(uint64_t seed, const core::PolicyIndex& policy,
                                       int property) {
  Findings findings;
  Everybody everybody(findings, property);
  History history = Generate(seed, policy, &everybody);
  everybody.End(nullptr);
  // Generating plays in two strides where playing again takes one; both must be right.
  PlayTwins(history, policy, property, findings);
  return {std::move(history), std::move(findings)};
}

Findings JudgeHistory(const History& history, const core::PolicyIndex& policy, int property) {
  Findings findings;
  Everybody everybody(findings, property);
  World world(policy, GovernmentNumber(history.government, policy), &everybody);
  for (const Step& step : history.steps) world.Play(step).IgnoreError();
  world.RunUntil(world.start() + history.end, Pace::kDeadlines);
  everybody.End(&world);
  PlayTwins(history, policy, property, findings);
  return findings;
}

std::string Trace(const History& history, const core::PolicyIndex& policy, bool events) {
  Tracer tracer;
  World world(policy, GovernmentNumber(history.government, policy), events ? &tracer : nullptr);
  std::string text;
  for (const Step& step : history.steps) {
    world.RunUntil(world.start() + step.at, step.pace);
    absl::StrAppend(&text, tracer.Take(), ToText(step), "\n");
    const absl::Status status = world.Play(step);
    absl::StrAppend(&text, "    ",
                    status.ok() ? "accepted"
                                : absl::StrCat(absl::StatusCodeToString(status.code()), ": ",
                                               std::string(status.message())),
                    "\n", tracer.Take());
  }
  world.RunUntil(world.start() + history.end, Pace::kDeadlines);
  absl::StrAppend(&text, tracer.Take(), absl::FormatDuration(history.end), "  end\n");
  return text;
}

}  // namespace belfry::properties
