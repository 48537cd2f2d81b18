// Each property must be able to fail: a small fault, in a copy of the pack or in what a checker is
// shown, and the checker must name it.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "server/base/proto_time.h"
#include "server/core/policy/read.h"
#include "tests/properties/checker.h"
#include "tests/properties/generator.h"
#include "tests/properties/government.h"
#include "tests/properties/judge.h"
#include "tests/properties/known.h"
#include "tests/properties/shrink.h"
#include "tests/properties/twins.h"
#include "tests/support/core_world.h"

namespace belfry::properties {
namespace {

using ::testing::Contains;
using ::testing::Not;

// Most faults show within a few; the search ends with the first.
constexpr uint64_t kSeeds = 1'600;

std::vector<std::string> Tags(const Findings& findings) {
  std::vector<std::string> tags;
  for (const Failure& failure : findings.failures()) tags.push_back(failure.tag);
  return tags;
}

// ---- Faults in the pack ----

struct PackFault {
  int property;
  const char* tag;
  // The first occurrence of `was` after `after` becomes `is`.
  const char* after;
  const char* was;
  const char* is;
};

void PrintTo(const PackFault& fault, std::ostream* out) { *out << fault.tag; }

class PackFaults : public ::testing::TestWithParam<PackFault> {};

TEST_P(PackFaults, IsFound) {
  const PackFault& fault = GetParam();
  std::string text = testing::ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  const size_t after = text.find(fault.after);
  ASSERT_NE(after, std::string::npos) << fault.after;
  const size_t at = text.find(fault.was, after);
  ASSERT_NE(at, std::string::npos) << fault.was;
  text.replace(at, std::string(fault.was).size(), fault.is);
  auto pack = core::ReadPolicy(text);
  ASSERT_TRUE(pack.ok()) << pack.status();
  const auto policy = core::PolicyIndex::Create(*std::move(pack));
  ASSERT_TRUE(policy.ok()) << policy.status();
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto [history, findings] = JudgeSeed(seed, **policy, fault.property);
    const auto tags = Tags(findings);
    if (std::find(tags.begin(), tags.end(), fault.tag) != tags.end()) return;
  }
  FAIL() << fault.tag << " was not found in " << kSeeds << " histories";
}

INSTANTIATE_TEST_SUITE_P(
    All, PackFaults,
    ::testing::Values(
        PackFault{1, "1/deadline", "code: \"FOLLOWUP-24H\"", "seconds: 86400", "seconds: 86401"},
        PackFault{1, "1/void", "code: \"FOLLOWUP-24H\"", "fresh_on_reopen: true",
                  "void_when { state { is: \"CONTAINED\" } } fresh_on_reopen: true"},
        PackFault{2, "2/grid", "code: \"DAILY-STATUS\"",
                  "clock: CLOCK_DETECTED due { any { seconds: 86400 } }",
                  "clock: CLOCK_DETECTED due { any { seconds: 90000 } }"},
        PackFault{2, "2/open-after", "code: \"DAILY-STATUS\"",
                  "when { state { ongoing: true } } void_when_untrue: true",
                  "when { state { ongoing: true } } void_when { state { is: \"MERGED\" } }"},
        PackFault{3, "3/order", "code: \"COUNSEL_AND_ITD_FIRST\"",
                  "satisfied { code: \"CRIM-GCLC\" code: \"CRIM-ITD\" }",
                  "satisfied { code: \"CRIM-ITD\" }"},
        PackFault{3, "3/counsel-deadline", "code: \"CRIM-GCLC\" title", "seconds: 3600",
                  "seconds: 7200"},
        PackFault{4, "4/none", "code: \"FUSION\" title: \"Notice", "is: \"POSSIBLE\" is: \"YES\"",
                  "is: \"YES\""},
        PackFault{4, "4/too-many", "code: \"FUSION\" title: \"Notice",
                  "is: \"POSSIBLE\" is: \"YES\"", "is: \"POSSIBLE\" is: \"YES\" is: \"UNKNOWN\""},
        PackFault{5, "5/sender", "code: \"CCIO-CSO-VIA-SCIO\"", "sender_roles: \"SCIO\"",
                  "sender_roles: \"SCIO\" sender_roles: \"PC\" sender_roles: \"ISO\""},
        PackFault{5, "5/recipients", "code: \"CCIO-CSO-VIA-SCIO\"",
                  "roles: \"CCIO\" roles: \"CSO\" sender_roles", "roles: \"CCIO\" sender_roles"},
        PackFault{6, "6/no-scan", "network_removal {", "clean_scan_lifts: true",
                  "clean_scan_lifts: false"},
        PackFault{7, "7/waived", "code: \"CRIM-GCLC\" title", "overdue: \"soft\"",
                  "waivers { roles: \"CSIRT_H\" clauses: \"POL-3.12\" } overdue: \"soft\""},
        PackFault{8, "8/raise", "code: \"SCIO-NOTICE\"",
                  "severity: \"SEV2\" span { seconds: 1800 }",
                  "severity: \"SEV2\" span { seconds: 7200 }"},
        PackFault{9, "9/number", "code: \"RESIDENT_NOTICE\"", "(residents|people|",
                  "(xresidents|people|"},
        PackFault{9, "9/filing", "code: \"AGO_FILING\"",
                  "name: \"residents\" label: \"number of residents affected at this time\" "
                  "required: true",
                  "name: \"residents\" label: \"number of residents affected at this time\""},
        PackFault{14, "14/twin", "code: \"LOG-PRESERVE\" title",
                  "satisfied_by { document { type: \"LOG_SOURCES\" } }",
                  "satisfied_by { document { type: \"LOG_SOURCES\" } } void_when { fact { name: "
                  "\"personal_information\" is: \"NONE\" } }"},
        PackFault{14, "14/gone", "code: \"LOG-PRESERVE\" title",
                  "satisfied_by { document { type: \"LOG_SOURCES\" } }",
                  "satisfied_by { document { type: \"LOG_SOURCES\" } } void_when { fact { name: "
                  "\"personal_information\" is: \"NONE\" } }"},
        PackFault{13, "13/twin", "code: \"LOG-PRESERVE\" title",
                  "when { state { clock_set: \"TD\" } }",
                  "when { all { of { state { clock_set: \"TD\" } } of { not { entity { property: "
                  "PROPERTY_VOLUNTARY } } } } }"}));

// ---- Faults in what a checker is shown ----

// One decision, kept.
struct Kept {
  int slot = 0;
  absl::Time now;
  core::Command command;
  IncidentState before;
  IncidentState after;
  std::vector<Event> events;
  std::vector<core::NoticeDraft> notices;
};

class Recorder : public Witness {
 public:
  void See(const Moment& moment) override {
    kept_.push_back({moment.slot, moment.now, *moment.command, *moment.before, *moment.after,
                     *moment.events, *moment.notices});
  }
  std::vector<Kept> Take() { return std::move(kept_); }

 private:
  std::vector<Kept> kept_;
};

std::vector<std::string> Show(const std::vector<Kept>& kept, int property,
                              const core::PolicyIndex& policy, const core::Directory& directory) {
  Findings findings;
  const auto checkers = MakeCheckers(findings, property);
  for (const Kept& one : kept) {
    const core::Context context{policy, directory, one.now};
    const Moment moment{one.slot,    one.now,      &one.command, &one.before, &one.after,
                        &one.events, &one.notices, &context,     nullptr};
    for (const auto& checker : checkers) checker->See(moment);
  }
  return Tags(findings);
}

// Spoils a moment; false when this one does not offer what is to be spoilt.
using Spoil = std::function<bool(Kept&)>;

void ExpectFound(int property, const std::string& tag, const Spoil& spoil) {
  const auto policy = testing::ShippedPolicy();
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Recorder recorder;
    const History history = Generate(seed, *policy, &recorder);
    const Government& government = GovernmentNumber(history.government, *policy);
    std::vector<Kept> kept = recorder.Take();
    const auto before = Show(kept, property, *policy, *government.directory);
    if (std::find(before.begin(), before.end(), tag) != before.end()) continue;
    for (Kept& one : kept) {
      if (!spoil(one)) continue;
      EXPECT_THAT(Show(kept, property, *policy, *government.directory), Contains(tag))
          << "seed " << seed;
      return;
    }
  }
  FAIL() << "nothing to spoil in " << kSeeds << " histories";
}

ObligationRow* Row(IncidentState& state, const std::function<bool(const ObligationRow&)>& wanted) {
  for (ObligationRow& row : *state.mutable_obligations()) {
    if (wanted(row)) return &row;
  }
  return nullptr;
}

bool IsPending(const ObligationRow& row) {
  return row.state() == v1::Obligation::STATE_PENDING && row.has_due_time();
}

TEST(SpoiltStream, SecondFollowUp) {
  ExpectFound(1, "1/several", [](Kept& kept) {
    const ObligationRow* row =
        Row(kept.after, [](const ObligationRow& one) { return one.code() == "FOLLOWUP-24H"; });
    if (row == nullptr || kept.events.empty()) return false;
    ObligationRow copy = *row;
    copy.set_instance("FOLLOWUP-24H(2)");
    *kept.after.add_obligations() = copy;
    return true;
  });
}

TEST(SpoiltStream, MissingPointOfTheGrid) {
  ExpectFound(2, "2/missing", [](Kept& kept) {
    if (kept.events.empty() || !IsOngoing(kept.after.state()) ||
        !std::holds_alternative<core::Tick>(kept.command.act)) {
      return false;
    }
    auto* rows = kept.after.mutable_obligations();
    const int size = rows->size();
    rows->erase(
        std::remove_if(rows->begin(), rows->end(),
                       [](const ObligationRow& row) { return row.code() == "DAILY-STATUS"; }),
        rows->end());
    return rows->size() < size;
  });
}

TEST(SpoiltStream, OutsideContactNotMarked) {
  ExpectFound(3, "3/deviation", [](Kept& kept) {
    for (Event& event : kept.events) {
      if (event.has_document_submitted() && event.document_submitted().type() == "LE_CONTACT") {
        auto* body = event.mutable_document_submitted();
        body->set_order_deviation(!body->order_deviation());
        return true;
      }
    }
    return false;
  });
}

TEST(SpoiltStream, NoticeSatisfiedWithoutDelivery) {
  ExpectFound(5, "5/satisfied", [](Kept& kept) {
    for (Event& event : kept.events) {
      if (event.has_delivery_concluded() && event.delivery_concluded().delivered()) {
        for (const Event& other : kept.events) {
          if (other.has_obligation_settled() &&
              absl::StartsWith(other.obligation_settled().instance(), "CCIO-CSO")) {
            event.mutable_delivery_concluded()->set_delivered(false);
            return true;
          }
        }
      }
    }
    return false;
  });
}

TEST(SpoiltStream, TargetLeftOnTheNetwork) {
  ExpectFound(6, "6/open", [](Kept& kept) {
    for (Event& event : kept.events) {
      if (!event.has_decision_recorded() || !event.decision_recorded().has_removal()) continue;
      auto* targets = event.mutable_decision_recorded()->mutable_removal()->mutable_targets();
      // Two of one subnet: one may be forgotten without the entity being absent.
      for (int i = 0; i < targets->size(); ++i) {
        if (targets->Get(i).device().empty() || targets->size() < 3) continue;
        targets->DeleteSubrange(i, 1);
        return true;
      }
    }
    return false;
  });
}

TEST(SpoiltStream, LaterDeadlineAfterARaise) {
  ExpectFound(8, "8/later", [](Kept& kept) {
    const bool raised = std::any_of(kept.events.begin(), kept.events.end(), [](const Event& event) {
      return event.has_severity_changed() && event.severity_changed().raised();
    });
    if (!raised || kept.before.severity().empty() ||
        kept.after.severity() >= kept.before.severity()) {
      return false;
    }
    ObligationRow* row = Row(kept.after, [&](const ObligationRow& one) {
      return IsPending(one) && one.code() != "CRIM-GCLC" &&
             RowOf(kept.before, one.instance()) != nullptr;
    });
    if (row == nullptr) return false;
    row->mutable_due_time()->set_seconds(RowOf(kept.before, row->instance())->due_time().seconds() +
                                         1);
    return true;
  });
}

TEST(SpoiltStream, DeadlineMovedByALowering) {
  ExpectFound(8, "8/lowered", [](Kept& kept) {
    const bool lowered =
        std::any_of(kept.events.begin(), kept.events.end(), [](const Event& event) {
          return event.has_severity_changed() && !event.severity_changed().raised() &&
                 event.severity_changed().from() != event.severity_changed().to();
        });
    ObligationRow* row = Row(kept.after, [&](const ObligationRow& one) {
      return IsPending(one) && one.code() != "CRIM-GCLC" &&
             RowOf(kept.before, one.instance()) != nullptr;
    });
    if (!lowered || row == nullptr || kept.before.severity() >= kept.after.severity()) return false;
    row->mutable_due_time()->set_seconds(row->due_time().seconds() - 1);
    return true;
  });
}

TEST(SpoiltStream, RestrictedIncidentInAChannel) {
  ExpectFound(10, "10/channel", [](Kept& kept) {
    if (!kept.after.restricted() || kept.notices.empty() ||
        kept.notices.front().notice.kind() == v1::Notice::KIND_HEADLINE) {
      return false;
    }
    kept.notices.front().target = "channels/dop";
    return true;
  });
}

TEST(SpoiltStream, WeakerLabel) {
  ExpectFound(10, "10/label", [](Kept& kept) {
    for (core::NoticeDraft& draft : kept.notices) {
      if (draft.notice.kind() == v1::Notice::KIND_LOG || kept.after.standing_register()) continue;
      draft.notice.mutable_incident()->set_tlp("TLP:GREEN");
      return true;
    }
    return false;
  });
}

TEST(SpoiltStream, GapInTheVersions) {
  ExpectFound(11, "11/version", [](Kept& kept) {
    if (kept.events.size() < 2) return false;
    kept.events.erase(kept.events.begin());
    return true;
  });
}

TEST(SpoiltStream, RewrittenDocument) {
  ExpectFound(11, "11/documents", [](Kept& kept) {
    if (kept.before.documents().empty() || kept.events.empty()) return false;
    kept.after.mutable_documents(0)->set_author("people/somebody.else");
    return true;
  });
}

TEST(SpoiltStream, AnotherSecondTick) {
  ExpectFound(12, "12/tick-again", [](Kept& kept) {
    const auto* tick = std::get_if<core::Tick>(&kept.command.act);
    if (tick == nullptr || tick->before_now) return false;
    // As if the tick had done nothing; every moment, as only some are asked again.
    ObligationRow* row = Row(kept.after, IsPending);
    if (row == nullptr) return false;
    *row->mutable_due_time() = ToProto(kept.now - absl::Seconds(1));
    return kept.slot == 0 && kept.after.version() > 120;
  });
}

TEST(SpoiltStream, StateThatIsNotTheFold) {
  ExpectFound(12, "12/replay", [](Kept& kept) {
    kept.after.set_summary("rewritten");
    return kept.after.version() > 200;
  });
}

TEST(SpoiltStream, VoluntaryButNotAdvisory) {
  ExpectFound(13, "13/mark", [](Kept& kept) {
    ObligationRow* row = Row(kept.after, [](const ObligationRow& one) {
      return one.advisory() && !one.subject().empty();
    });
    if (row == nullptr) return false;
    row->set_advisory(false);
    return true;
  });
}

TEST(SpoiltStream, AdvisoryDutyClimbsTooHigh) {
  ExpectFound(13, "13/step", [](Kept& kept) {
    for (Event& event : kept.events) {
      if (!event.has_overdue_step_taken()) continue;
      const ObligationRow* row = RowOf(kept.after, event.overdue_step_taken().instance());
      if (row == nullptr || !row->advisory()) continue;
      event.mutable_overdue_step_taken()->add_roles("CSIRT_X");
      return true;
    }
    return false;
  });
}

TEST(SpoiltStream, NoClause) {
  ExpectFound(15, absl::StrCat("15/event-", static_cast<int>(Event::kObligationOverdue)),
              [](Kept& kept) {
                for (Event& event : kept.events) {
                  if (!event.has_obligation_overdue()) continue;
                  event.clear_clauses();
                  return true;
                }
                return false;
              });
}

TEST(SpoiltStream, RowGone) {
  ExpectFound(16, "16/gone", [](Kept& kept) {
    if (kept.events.empty() || kept.before.obligations().empty()) return false;
    kept.after.mutable_obligations()->DeleteSubrange(0, 1);
    return true;
  });
}

TEST(SpoiltStream, LateNoMore) {
  ExpectFound(16, "16/late", [](Kept& kept) {
    ObligationRow* row = Row(kept.after, [&](const ObligationRow& one) {
      const ObligationRow* before = RowOf(kept.before, one.instance());
      return one.state() == v1::Obligation::STATE_SATISFIED_LATE && before != nullptr &&
             before->state() == v1::Obligation::STATE_OVERDUE;
    });
    if (row == nullptr) return false;
    row->set_state(v1::Obligation::STATE_SATISFIED);
    return true;
  });
}

TEST(SpoiltStream, DueAfterATick) {
  ExpectFound(17, "17/due", [](Kept& kept) {
    ObligationRow* row = Row(kept.after, IsPending);
    if (!std::holds_alternative<core::Tick>(kept.command.act) || row == nullptr) return false;
    *row->mutable_due_time() = ToProto(kept.now - absl::Seconds(1));
    return true;
  });
}

TEST(SpoiltStream, ToldOfOneself) {
  ExpectFound(18, "18/told", [](Kept& kept) {
    for (const core::NoticeDraft& draft : kept.notices) {
      if (!absl::StartsWith(draft.target, "people/")) continue;
      kept.after.add_subjects(draft.target);
      return true;
    }
    return false;
  });
}

TEST(SpoiltStream, OpenInAClosedIncident) {
  ExpectFound(19, "19/closed", [](Kept& kept) {
    const ObligationRow* row = Row(kept.after, [](const ObligationRow& one) {
      return one.code() == "FOLLOWUP-24H" && IsOpenState(one.state());
    });
    if (row == nullptr) return false;
    kept.after.set_state("CLOSED");
    return true;
  });
}

// ---- Twins and the shrinker ----

TEST(Twins, AnActLessIsADifference) {
  const auto policy = testing::ShippedPolicy();
  for (uint64_t seed = 14; seed <= kSeeds; seed += 16) {
    const History history = Generate(seed, *policy, nullptr);
    const auto report =
        std::find_if(history.steps.begin(), history.steps.end(),
                     [](const Step& step) { return absl::StartsWith(step.what, "verb declare"); });
    if (report == history.steps.end()) continue;
    History other = history;
    other.steps.erase(other.steps.begin() + (report - history.steps.begin()));
    Findings findings;
    CompareHistories(history, other, *policy, findings);
    if (findings.failures().empty()) continue;  // it was refused
    EXPECT_THAT(Tags(findings), Contains(::testing::StartsWith("20/")));
    return;
  }
  FAIL() << "no history is declared";
}

TEST(Shrinker, LeavesOnlyWhatIsNeeded) {
  std::string text = testing::ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  text =
      absl::StrReplaceAll(text, {{"fact { name: \"public_safety\" is: \"POSSIBLE\" is: \"YES\" }",
                                  "fact { name: \"public_safety\" is: \"YES\" }"}});
  auto pack = core::ReadPolicy(text);
  ASSERT_TRUE(pack.ok()) << pack.status();
  const auto policy = core::PolicyIndex::Create(*std::move(pack));
  ASSERT_TRUE(policy.ok()) << policy.status();
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto [history, findings] = JudgeSeed(seed, **policy, 4);
    const std::vector<std::string> tags = Tags(findings);
    if (history.steps.size() < 15 || std::find(tags.begin(), tags.end(), "4/none") == tags.end()) {
      continue;
    }
    const History small = Shrink(history, **policy, 4, "4/none");
    // The report, and the answer that should have opened the duty.
    EXPECT_LE(small.steps.size(), 3u) << Trace(small, **policy, false);
    EXPECT_THAT(Tags(JudgeHistory(small, **policy, 4)), Contains("4/none"));
    return;
  }
  FAIL() << "no history fails";
}

TEST(Histories, AreTheSameForASeed) {
  const auto policy = testing::ShippedPolicy();
  for (uint64_t seed = 1; seed <= 32; ++seed) {
    const History one = Generate(seed, *policy, nullptr);
    const History other = Generate(seed, *policy, nullptr);
    EXPECT_EQ(Trace(one, *policy, true), Trace(other, *policy, true));
  }
}

}  // namespace
}  // namespace belfry::properties
