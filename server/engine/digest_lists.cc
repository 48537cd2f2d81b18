#include "server/engine/digest_lists.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/base/tlp.h"
#include "server/core/confidentiality.h"
#include "server/core/digest.h"
#include "server/core/sight.h"
#include "server/core/state_util.h"

namespace belfry::engine {
namespace {

using record::v1::IncidentState;
using record::v1::ObligationRow;
using v1::DigestContent;

constexpr size_t kLinesMax = 50;
// Beyond this nobody reads, and the writer has other work.
constexpr int kIncidentsMax = 5000;
constexpr int kEventsMax = 1000;

absl::StatusOr<std::vector<storage::IncidentRow>> List(Batch& batch,
                                                       const storage::IncidentQuery& query) {
  absl::StatusOr<std::vector<storage::IncidentRow>> rows = batch.transaction->ListIncidents(query);
  if (!rows.ok()) batch.failure = rows.status();
  return rows;
}

// Opened, closed, or moved on since then.
absl::StatusOr<bool> HasChanged(Batch& batch, const storage::IncidentRow& row, absl::Time since) {
  const int64_t since_us = absl::ToUnixMicros(since);
  if (row.update_time_us < since_us) return false;
  if (row.create_time_us >= since_us) return true;
  const absl::StatusOr<std::vector<storage::EventRow>> events =
      batch.transaction->ListEventsSince(row.id, since_us, kEventsMax);
  if (!events.ok()) {
    batch.failure = events.status();
    return events.status();
  }
  return std::any_of(events->begin(), events->end(), [](const storage::EventRow& stored) {
    record::v1::Event event;
    return event.ParseFromString(stored.blob) && event.has_state_changed();
  });
}

DigestContent::Line LineOf(const IncidentState& state, const ObligationRow* duty) {
  DigestContent::Line line;
  line.set_incident(absl::StrCat("incidents/", state.id()));
  // Only its name leaves the record.
  if (core::IsClosed(state)) return line;
  line.set_title(absl::StrCat(state.drill() ? "DRILL " : "", state.title()));
  line.set_severity(state.severity());
  line.set_state(state.state());
  line.set_entity(state.entity());
  if (duty == nullptr) return line;
  line.set_obligation(duty->instance());
  *line.mutable_due_time() = duty->due_time();
  if (!duty->subject().empty()) line.set_entity(duty->subject());
  return line;
}

struct Entry {
  absl::Time time;
  DigestContent::Line line;
};

// The first ones by time; how many are left out is returned. A hidden incident is named once.
int Put(std::vector<Entry> entries, google::protobuf::RepeatedPtrField<DigestContent::Line>* list) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.time < b.time; });
  int left_out = 0;
  for (Entry& entry : entries) {
    const bool twice = entry.line.title().empty() &&
                       std::any_of(list->begin(), list->end(), [&](const auto& known) {
                         return known.incident() == entry.line.incident();
                       });
    if (twice) continue;
    if (static_cast<size_t>(list->size()) < kLinesMax) {
      *list->Add() = std::move(entry.line);
    } else {
      ++left_out;
    }
  }
  return left_out;
}

}  // namespace

absl::StatusOr<DigestLists> DigestLists::Gather(Batch& batch, const PolicyShelf& shelf,
                                                const core::Context& context, const StatePtr& state,
                                                const record::v1::Event& event) {
  const record::v1::DigestDue& body = event.digest_due();
  DigestLists lists(shelf, context);
  lists.entity_ = state->entity();
  if (const v1::Entity* entity = context.directory.FindEntity(lists.entity_); entity != nullptr) {
    lists.secretariat_ = entity->secretariat();
  }
  absl::CivilDay day;
  for (const policy::v1::Digest& digest : context.policy.proto().digests()) {
    if (digest.code() != body.code() || !absl::ParseCivilTime(body.date(), &day)) continue;
    lists.also_when_empty_ = digest.also_when_empty();
    lists.until_ = core::DigestTime(context.policy, digest, day + 1);
  }
  const absl::Time since = FromProto(body.since_time());
  // What is owed by the calendar stands in the register itself.
  lists.items_.push_back({state, false, false});
  storage::IncidentQuery query;
  query.all_restricted = true;
  query.scope = lists.entity_;
  query.limit = kIncidentsMax + 1;
  for (const bool open : {true, false}) {
    query.open = open;
    if (!open) query.updated_since_us = absl::ToUnixMicros(since);
    BELFRY_ASSIGN_OR_RETURN(std::vector<storage::IncidentRow> rows, List(batch, query));
    if (rows.size() > static_cast<size_t>(kIncidentsMax)) {
      lists.not_read_ += static_cast<int>(rows.size()) - kIncidentsMax;
      rows.resize(kIncidentsMax);
    }
    for (const storage::IncidentRow& row : rows) {
      auto incident = std::make_shared<IncidentState>();
      if (!incident->ParseFromString(row.state_blob)) {
        return absl::DataLossError(absl::StrCat("the state of ", row.id, " cannot be read"));
      }
      // What may concern an agency one day is not its own.
      const auto* part = core::FindPart(*incident, lists.entity_);
      if (!lists.entity_.empty() && (part == nullptr || !core::IsReporting(*part))) continue;
      BELFRY_ASSIGN_OR_RETURN(const bool changed, HasChanged(batch, row, since));
      if (open || changed) lists.items_.push_back({std::move(incident), open, changed});
    }
  }
  return lists;
}

// A place is told of what its scope may read, and is no place for what named readers know: not even
// the number of it. A person is told of what they may read.
bool DigestLists::Shows(absl::string_view target, const IncidentState& state) const {
  if (!absl::StartsWith(target, "people/")) {
    return !core::IsClosed(state) &&
           !IsStricterThan(state.tlp(), core::ChannelTlp(shelf_.PolicyOf(state)));
  }
  core::Caller reader;
  reader.actor.set_principal(std::string(target));
  const v1::Person* person = context_.directory.FindPerson(target);
  if (person != nullptr) reader.entity = person->entity();
  return core::SightOf(shelf_.PolicyOf(state), context_.directory, reader, state) ==
         core::Sight::kAll;
}

bool DigestLists::Concerns(const ObligationRow& duty) const {
  return entity_.empty() || duty.subject().empty() || duty.subject() == entity_ ||
         duty.subject() == secretariat_;
}

bool DigestLists::Fill(absl::string_view target, v1::Notice& notice) const {
  std::vector<Entry> due, late, changed;
  int open = 0;
  for (const Item& item : items_) {
    const IncidentState& state = *item.state;
    if (!state.standing_register() && !Shows(target, state)) continue;
    if (item.open) ++open;
    if (!state.standing_register()) notice.set_tlp(StricterTlp(notice.tlp(), state.tlp()));
    if (item.changed) {
      changed.push_back({FromProto(state.update_time()), LineOf(state, nullptr)});
    }
    for (const ObligationRow& duty : state.obligations()) {
      if (!duty.has_due_time() || !Concerns(duty)) continue;
      const absl::Time time = FromProto(duty.due_time());
      if (duty.state() == v1::Obligation::STATE_OVERDUE) {
        late.push_back({time, LineOf(state, &duty)});
      } else if (duty.state() == v1::Obligation::STATE_PENDING && time <= until_) {
        due.push_back({time, LineOf(state, &duty)});
      }
    }
  }
  DigestContent& content = *notice.mutable_digest();
  content.set_open_count(open);
  int left_out = not_read_;
  left_out += Put(std::move(due), content.mutable_due_today());
  left_out += Put(std::move(late), content.mutable_late());
  left_out += Put(std::move(changed), content.mutable_changed());
  content.set_left_out_count(left_out);
  if (entity_.empty()) content.set_checkpoint(checkpoint_);
  const bool empty =
      content.due_today().empty() && content.late().empty() && content.changed().empty();
  return !empty || also_when_empty_;
}

}  // namespace belfry::engine
