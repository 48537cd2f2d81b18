#include "server/core/apply_compartment.h"

#include <algorithm>
#include <string>

namespace belfry::core {
namespace {

using record::v1::IncidentState;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

void Remove(Strings& list, const std::string& one) {
  list.erase(std::remove(list.begin(), list.end(), one), list.end());
}

// Keeps a sorted list sorted, each once.
void Insert(Strings& list, const std::string& one) {
  if (std::find(list.begin(), list.end(), one) != list.end()) return;
  list.Add(std::string(one));
  std::sort(list.begin(), list.end());
}

void CloseGlass(IncidentState& state, const std::string& person) {
  auto& glasses = *state.mutable_glasses();
  glasses.erase(std::remove_if(glasses.begin(), glasses.end(),
                               [&](const auto& glass) { return glass.person() == person; }),
                glasses.end());
}

// Whatever opened the incident to them opens it no longer, and nothing waits for them.
void TakeOff(IncidentState& state, const std::string& person) {
  Remove(*state.mutable_readers(), person);
  Remove(*state.mutable_called_people(), person);
  CloseGlass(state, person);
  if (state.lead() == person) state.clear_lead();
  for (record::v1::Chain& chain : *state.mutable_chains()) {
    Remove(*chain.mutable_current_people(), person);
    Remove(*chain.mutable_paged_people(), person);
    Remove(*chain.mutable_unreachable_people(), person);
  }
  for (record::v1::Room& room : *state.mutable_rooms()) Remove(*room.mutable_people(), person);
}

}  // namespace

void ApplyReaderNamed(IncidentState& state, const record::v1::ReaderNamed& body) {
  Remove(*state.mutable_barred_people(), body.person());
  const auto& readers = state.readers();
  if (std::find(readers.begin(), readers.end(), body.person()) == readers.end()) {
    state.add_readers(body.person());
  }
}

void ApplyReaderRemoved(IncidentState& state, const record::v1::ReaderRemoved& body) {
  TakeOff(state, body.person());
  Insert(*state.mutable_barred_people(), body.person());
}

void ApplySubjectNamed(IncidentState& state, const record::v1::SubjectNamed& body) {
  for (const std::string& person : body.people()) {
    TakeOff(state, person);
    Remove(*state.mutable_told_people(), person);
    Insert(*state.mutable_subjects(), person);
    for (record::v1::Chain& chain : *state.mutable_chains()) {
      // That they have it is no answer any more.
      if (chain.state() != belfry::v1::EscalationChain::STATE_ACKNOWLEDGED ||
          chain.acknowledged_by() != person) {
        continue;
      }
      chain.set_state(belfry::v1::EscalationChain::STATE_NOTIFIED);
      chain.clear_acknowledged_by();
      chain.clear_acknowledge_time();
      chain.clear_recheck();
      chain.clear_next_time();
    }
  }
}

void ApplyTlpChanged(IncidentState& state, const record::v1::TlpChanged& body) {
  state.set_tlp(body.to());
  state.set_restricted(body.restricted());
}

void ApplyGlassBroken(IncidentState& state, const record::v1::GlassBroken& body) {
  CloseGlass(state, body.person());
  record::v1::BrokenGlass* glass = state.add_glasses();
  glass->set_person(body.person());
  *glass->mutable_until_time() = body.until_time();
  for (const std::string& person : body.told_people()) {
    Insert(*state.mutable_told_people(), person);
  }
}

void ApplyGlassClosed(IncidentState& state, const record::v1::GlassClosed& body) {
  CloseGlass(state, body.person());
}

}  // namespace belfry::core
