#include "server/frontend/incident_access.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/core/reading.h"
#include "server/engine/executor.h"
#include "server/frontend/absent.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

constexpr size_t kIdCharactersMax = 64;

bool Readable(const Call& call, const record::v1::IncidentState& state) {
  return core::MayRead(call.engine().PolicyOf(state), *call.engine().directory(),
                       call.identity().caller, state);
}

// What does not exist is looked for in the store, on a reader thread. An answer that came at once
// would tell that this one was in memory.
void AnswerAsAbsent(CallPtr call, const std::string& id) {
  engine::Engine& engine = call->engine();
  engine.SubmitRead(
      [call, id](storage::Store& store) {
        static_cast<void>(store.LoadIncident(engine::kNoIncident));
        call->Finish(engine::IncidentNotFound(id));
      },
      [call](absl::Status refused) { call->Finish(refused); });
}

// Of the usual size, and nobody's.
record::v1::IncidentState NobodysIncident() {
  record::v1::IncidentState state;
  state.set_id(engine::kNoIncident);
  state.set_entity("entities/-");
  state.set_reporter("people/-");
  state.add_entities()->set_entity("entities/-");
  for (const char* person : {"people/-", "people/--", "people/---"}) {
    state.add_told_people(person);
    state.add_called_people(person);
  }
  return state;
}

}  // namespace

void JudgeAbsent(const engine::Engine& engine, const core::Caller& caller) {
  static const auto* const nobodys = new record::v1::IncidentState(NobodysIncident());
  static_cast<void>(core::MayRead(engine.policy(), *engine.directory(), caller, *nobodys));
}

core::View ViewOf(const Call& call, const core::Directory& directory,
                  const record::v1::IncidentState& state) {
  return {call.engine().PolicyOf(state), directory, call.identity().caller, state};
}

void NoteReading(engine::Engine& engine, const core::Caller& caller,
                 const record::v1::IncidentState& state, const char* what) {
  const std::string& person = caller.actor.principal();
  if (caller.system || !core::ReadingCounts(engine.PolicyOf(state), state, person, engine.Now()))
    return;
  record::v1::IncidentRead reading;
  reading.set_person(person);
  reading.set_what(what);
  engine::Request work;
  work.incident = state.id();
  work.command.caller = caller;
  work.command.caller.internal = true;
  work.command.act = std::move(reading);
  work.done = [id = state.id(), person](const absl::StatusOr<engine::Outcome>& outcome) {
    if (outcome.ok()) return;
    spdlog::error("{}: that {} read it could not be recorded: {}", id, person,
                  std::string(outcome.status().message()));
  };
  engine.Submit(std::move(work));
}

absl::StatusOr<std::string> ParseIncidentName(absl::string_view field, absl::string_view name) {
  absl::string_view id = absl::StripPrefix(name, "incidents/");
  const bool plain = id.size() < name.size() && !id.empty() && id.size() <= kIdCharactersMax &&
                     std::all_of(id.begin(), id.end(), [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
                     });
  if (!plain) {
    return InvalidField(field, "must be a name such as incidents/DOP-2026-0007");
  }
  return absl::AsciiStrToUpper(id);
}

void WithIncident(CallPtr call, absl::string_view field, absl::string_view name,
                  std::function<void(CallPtr, std::string, StatePtr)> then) {
  absl::StatusOr<std::string> id = ParseIncidentName(field, name);
  if (!id.ok()) {
    call->Finish(id.status());
    return;
  }
  if (StatePtr state = call->engine().CachedState(*id); state != nullptr) {
    if (!Readable(*call, *state)) {
      AnswerAsAbsent(std::move(call), *id);
      return;
    }
    then(std::move(call), *std::move(id), std::move(state));
    return;
  }
  engine::Engine& engine = call->engine();
  engine.SubmitRead(
      [call, id = *id, then = std::move(then)](storage::Store&) {
        absl::StatusOr<StatePtr> state = call->engine().LoadState(id);
        if (absl::IsNotFound(state.status())) {
          JudgeAbsent(call->engine(), call->identity().caller);
        } else if (state.ok() && !Readable(*call, **state)) {
          state = engine::IncidentNotFound(id);
        }
        if (!state.ok()) {
          call->Finish(state.status());
          return;
        }
        then(call, id, *std::move(state));
      },
      [call](absl::Status refused) { call->Finish(refused); });
}

}  // namespace belfry::frontend
