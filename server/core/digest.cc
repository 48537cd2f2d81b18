#include "server/core/digest.h"

#include <utility>

#include "server/base/proto_time.h"
#include "server/core/obligations.h"
#include "server/core/recipients.h"
#include "server/core/sight.h"

namespace belfry::core {
namespace {

using policy::v1::Digest;
using record::v1::IncidentState;

bool Owes(const IncidentState& state, const Digest& digest) {
  return state.standing_register() &&
         (digest.scope() == Digest::SCOPE_GOVERNMENT) == state.entity().empty();
}

const record::v1::DigestRow* LatestOf(const IncidentState& state, absl::string_view code) {
  for (const record::v1::DigestRow& row : state.digests()) {
    if (row.code() == code) return &row;
  }
  return nullptr;
}

// From when "new" counts: the digest before this one, or when somebody first owed it.
absl::Time Since(const IncidentState& state, const record::v1::DigestRow* latest) {
  if (latest != nullptr) return FromProto(latest->time());
  return FromProto(state.has_policy_time() ? state.policy_time() : state.create_time());
}

// The first civil day whose digest is still to be sent. Days count, not hours: no change of the
// clocks skips one or repeats it.
absl::CivilDay NextDay(const PolicyIndex& policy, const IncidentState& state,
                       const Digest& digest) {
  const record::v1::DigestRow* latest = LatestOf(state, digest.code());
  absl::CivilDay day;
  if (latest != nullptr && absl::ParseCivilTime(latest->date(), &day)) return day + 1;
  const absl::Time since = Since(state, nullptr);
  day = absl::ToCivilDay(since, policy.TimeZone());
  return DigestTime(policy, digest, day) > since ? day : day + 1;
}

}  // namespace

absl::Time DigestTime(const PolicyIndex& policy, const Digest& digest, absl::CivilDay day) {
  const absl::CivilSecond civil = absl::CivilSecond(day) + digest.time_of_day().seconds();
  const absl::TimeZone::TimeInfo info = policy.TimeZone().At(civil);
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

std::vector<NextDigest> NextDigests(const PolicyIndex& policy, const IncidentState& state) {
  std::vector<NextDigest> next;
  for (const Digest& digest : policy.proto().digests()) {
    if (!Owes(state, digest)) continue;
    next.push_back({DigestTime(policy, digest, NextDay(policy, state, digest)), digest.code()});
  }
  return next;
}

void TakeDigest(Draft& draft, const std::string& code) {
  const Context& context = draft.context();
  for (const Digest& digest : context.policy.proto().digests()) {
    if (digest.code() != code || !Owes(draft.state(), digest)) continue;
    const absl::CivilDay first = NextDay(context.policy, draft.state(), digest);
    absl::CivilDay day = absl::ToCivilDay(context.now, context.policy.TimeZone());
    if (DigestTime(context.policy, digest, day) > context.now) --day;
    if (day < first) return;
    record::v1::Event event = draft.NewEvent();
    record::v1::DigestDue* body = event.mutable_digest_due();
    body->set_code(code);
    body->set_date(absl::FormatCivilTime(day));
    body->set_collapsed(static_cast<int32_t>(day - first));
    *body->mutable_since_time() = ToProto(Since(draft.state(), LatestOf(draft.state(), code)));
    for (std::string& person :
         PeopleHolding(context, draft.state(), digest.roles(), draft.state().entity())) {
      // What others are up to is nothing for a third party.
      const v1::Person* known = context.directory.FindPerson(person);
      if (known == nullptr || IsThirdParty(context.directory.FindEntity(known->entity()))) continue;
      body->add_people(std::move(person));
    }
    AddClauses(event, digest.clauses());
    draft.RecordDue(std::move(event), DigestTime(context.policy, digest, day));
    return;
  }
}

}  // namespace belfry::core
