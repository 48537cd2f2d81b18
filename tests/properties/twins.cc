#include "tests/properties/twins.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/proto_time.h"
#include "tests/properties/government.h"
#include "tests/properties/world.h"

namespace belfry::properties {
namespace {

struct Outcome {
  std::string state;
  absl::Time start;
  absl::Time due;
};
using Rows = std::map<std::string, Outcome>;

std::string ToText(const Rows::value_type& row) {
  return absl::StrCat(row.first, " ", row.second.state, " clock ", When(row.second.start), " due ",
                      When(row.second.due));
}

// Late is late: whether a duty was seen to be overdue before it was satisfied is the same outcome.
struct Playing {
  Rows rows;
  std::vector<bool> accepted;
};

Playing Play(const History& history, const core::PolicyIndex& policy, bool all_bound,
             const std::function<bool(const ObligationRow&)>& wanted) {
  World world(policy, GovernmentNumber(history.government, policy, all_bound), nullptr,
              /*quiet=*/true);
  Playing playing;
  for (const Step& step : history.steps) playing.accepted.push_back(world.Play(step).ok());
  world.RunUntil(world.start() + history.end, Pace::kDeadlines);
  for (int slot = 0; slot < World::kSlots; ++slot) {
    if (world.Incident(slot) == nullptr) continue;
    // Several of one kind by when they began: which of them got its name first says nothing.
    std::vector<ObligationRow> rows;
    for (const ObligationRow& row : world.Incident(slot)->obligations()) {
      if (wanted(row)) rows.push_back(row);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return FromProto(a.clock_start()) < FromProto(b.clock_start());
    });
    std::map<std::string, int> times;
    for (const ObligationRow& row : rows) {
      std::string name =
          absl::StrCat("#", slot, " ", row.code(), " ", row.subject(), " ", row.number());
      const int ordinal = ++times[name];
      if (ordinal > 1) absl::StrAppend(&name, " (", ordinal, ")");
      playing.rows[name] = {
          v1::Obligation::State_Name(row.state()).substr(6), FromProto(row.clock_start()),
          row.has_due_time() ? FromProto(row.due_time()) : absl::InfiniteFuture()};
    }
  }
  return playing;
}

// Differing rows, one a line; empty when there are none.
std::string Difference(const Rows& one, const Rows& other, const char* only_one,
                       const char* only_other) {
  std::string text;
  for (const auto& row : one) {
    const auto found = other.find(row.first);
    if (found == other.end()) {
      absl::StrAppend(&text, "\n  ", only_one, ": ", ToText(row));
    } else if (found->second.state != row.second.state || found->second.due != row.second.due ||
               found->second.start != row.second.start) {
      absl::StrAppend(&text, "\n  ", only_one, ": ", ToText(row), "\n  ", only_other, ": ",
                      ToText(*found));
    }
  }
  for (const auto& row : other) {
    if (one.find(row.first) == one.end()) {
      absl::StrAppend(&text, "\n  ", only_other, ": ", ToText(row));
    }
  }
  return text;
}

void ClearFacts(google::protobuf::RepeatedPtrField<v1::Fact>& facts) {
  for (v1::Fact& fact : facts) {
    if (fact.name() == "personal_information") fact.set_value("NONE");
    if (fact.name() == "residents_affected") fact.set_value("0");
    if (fact.name() == "pi_elements") fact.set_value("NONE");
    if (fact.name() == "custody_role") fact.set_value("OWNS_OR_LICENSES");
  }
}

bool IsIndependentOfPrivacy(const ObligationRow& row) {
  return !absl::StartsWith(row.code(), "93H-") && row.code() != "PI-ASSESS" &&
         row.code() != "STAT-NONEXEC";
}

History AtPace(History history, Pace pace) {
  for (Step& step : history.steps) step.pace = pace;
  return history;
}

}  // namespace

History WithoutPersonalInformation(History history) {
  for (Step& step : history.steps) {
    if (auto* report = std::get_if<core::Report>(&step.act)) {
      ClearFacts(*report->request.mutable_facts());
    } else if (auto* facts = std::get_if<v1::RecordFactsRequest>(&step.act)) {
      ClearFacts(*facts->mutable_facts());
    } else if (auto* verb = std::get_if<v1::TransitionIncidentRequest>(&step.act)) {
      ClearFacts(*verb->mutable_facts());
    } else if (auto* document = std::get_if<v1::SubmitDocumentRequest>(&step.act)) {
      for (v1::DocumentField& field : *document->mutable_fields()) {
        if (field.name() == "determination" && document->type() == "BREACH_ASSESSMENT") {
          field.set_value("NEITHER");
        }
      }
    }
  }
  return history;
}

void ComparePersonalInformation(const History& history, const core::PolicyIndex& policy,
                                Findings& findings) {
  const Playing with = Play(history, policy, false, IsIndependentOfPrivacy);
  const Playing without =
      Play(WithoutPersonalInformation(history), policy, false, IsIndependentOfPrivacy);
  findings.Saw("14: played with and without personal information");
  findings.Saw("14: rows compared", static_cast<int64_t>(with.rows.size()));
  const std::string difference = Difference(with.rows, without.rows, "with", "without");
  if (!difference.empty()) {
    findings.Fail(14, "14/twin",
                  absl::StrCat("personal information changes other duties:", difference));
  }
}

void CompareBinding(const History& history, const core::PolicyIndex& policy, Findings& findings) {
  const auto own = [](const ObligationRow& row) { return row.subject() == "entities/vil"; };
  const Playing voluntary = Play(history, policy, false, own);
  const Playing bound = Play(history, policy, true, own);
  findings.Saw("13: played as voluntary and as bound");
  findings.Saw("13: rows compared", static_cast<int64_t>(voluntary.rows.size()));
  const std::string difference = Difference(voluntary.rows, bound.rows, "voluntary", "bound");
  if (!difference.empty()) {
    findings.Fail(13, "13/twin", absl::StrCat("who must comply owes something else:", difference));
  }
}

void CompareHistories(const History& one, const History& other, const core::PolicyIndex& policy,
                      Findings& findings) {
  const auto all = [](const ObligationRow&) { return true; };
  const Playing first = Play(one, policy, false, all);
  const Playing second = Play(other, policy, false, all);
  findings.Saw("20: rows compared", static_cast<int64_t>(first.rows.size()));
  const std::string difference = Difference(first.rows, second.rows, "one", "other");
  if (!difference.empty()) {
    findings.Fail(20, "20/pace",
                  absl::StrCat("duties depend on when time is looked at:", difference));
  }
  for (size_t i = 0; i < std::min(first.accepted.size(), second.accepted.size()); ++i) {
    if (first.accepted[i] == second.accepted[i]) continue;
    findings.Fail(20, "20/accepted",
                  absl::StrCat("act ", i, " is ", first.accepted[i] ? "accepted" : "refused",
                               " in one and not in the other: ", properties::ToText(one.steps[i])));
    break;
  }
}

void CompareGranularity(const History& history, const core::PolicyIndex& policy,
                        Findings& findings) {
  const History exact = AtPace(history, Pace::kExact);
  for (const Pace pace : {Pace::kOutage, Pace::kDeadlines}) {
    findings.Saw("20: played at another pace");
    CompareHistories(exact, AtPace(history, pace), policy, findings);
  }
}

void PlayTwins(const History& history, const core::PolicyIndex& policy, int property,
               Findings& findings) {
  const auto wanted = [&](Profile profile, int number) {
    return history.profile == profile && (property == 0 || property == number);
  };
  if (wanted(Profile::kBinding, 13)) CompareBinding(history, policy, findings);
  if (wanted(Profile::kPersonalInfo, 14)) ComparePersonalInformation(history, policy, findings);
  if (wanted(Profile::kGranularity, 20)) CompareGranularity(history, policy, findings);
}

}  // namespace belfry::properties
