// Which pack may come after which, and what the shelf remembers of them.
#include "server/engine/policy_shelf.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using engine::KeptPolicyPtr;
using engine::PolicyShelf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kCounty[] = "deploy/policy/county-nist-800-61.textproto";

std::string County(int revision, const std::string& title = "County") {
  return absl::StrReplaceAll(ReadSourceFile(kCounty),
                             {{"revision: 3", absl::StrCat("revision: ", revision)},
                              {"title: \"County incident response after NIST SP 800-61\"",
                               absl::StrCat("title: \"", title, "\"")}});
}

storage::PolicyRow Row(int64_t sequence, const std::string& name, const std::string& text) {
  return {sequence, name, text, sequence * 1'000'000, "people/cio"};
}

class PolicyShelfTest : public ::testing::Test {
 protected:
  void Load(const std::vector<storage::PolicyRow>& rows) {
    auto shelf = PolicyShelf::Load(rows);
    ASSERT_THAT(shelf, IsOk());
    shelf_ = *std::move(shelf);
  }
  absl::StatusOr<PolicyShelf::Candidate> Judge(const std::string& text) const {
    return shelf_->Judge(text, absl::FromUnixSeconds(100), "people/as-it", shelf_->InForce().get());
  }
  std::unique_ptr<PolicyShelf> shelf_;
};

TEST_F(PolicyShelfTest, TheFirstPackIsNew) {
  Load({});
  EXPECT_EQ(shelf_->InForce(), nullptr);
  const auto candidate = Judge(County(1));
  ASSERT_THAT(candidate, IsOk());
  EXPECT_EQ(candidate->verdict, PolicyShelf::Verdict::kNew);
  EXPECT_EQ(candidate->policy->name(), "county-nist-800-61@1");
  EXPECT_EQ(candidate->policy->principal, "people/as-it");
  // Judging changes nothing.
  EXPECT_EQ(shelf_->InForce(), nullptr);
  EXPECT_THAT(shelf_->List(), IsEmpty());
}

TEST_F(PolicyShelfTest, TheNewestIsInForceAndAllAreFound) {
  Load({Row(1, "county-nist-800-61@1", County(1)), Row(2, "county-nist-800-61@4", County(4))});
  EXPECT_EQ(shelf_->InForce()->name(), "county-nist-800-61@4");
  ASSERT_NE(shelf_->Find("county-nist-800-61@1"), nullptr);
  EXPECT_EQ(shelf_->Find("county-nist-800-61@2"), nullptr);
  ASSERT_THAT(shelf_->List(), SizeIs(2));
  EXPECT_EQ(shelf_->List()[0]->name(), "county-nist-800-61@4");
  record::v1::IncidentState pinned;
  pinned.set_policy("county-nist-800-61@1");
  EXPECT_EQ(shelf_->PolicyOf(pinned).Name(), "county-nist-800-61@1");
  EXPECT_EQ(shelf_->PolicyOf(record::v1::IncidentState()).Name(), "county-nist-800-61@4");
}

TEST_F(PolicyShelfTest, TheSameContentIsKnownAgainWhateverTheComments) {
  Load({Row(1, "county-nist-800-61@1", County(1))});
  EXPECT_EQ(Judge(County(1))->verdict, PolicyShelf::Verdict::kInForce);
  const auto commented = Judge(absl::StrCat("# A word to the reader.\n", County(1)));
  ASSERT_THAT(commented, IsOk());
  EXPECT_EQ(commented->verdict, PolicyShelf::Verdict::kInForce);
  EXPECT_EQ(commented->policy, shelf_->InForce());
}

TEST_F(PolicyShelfTest, WhatWasInForceIsNeverChanged) {
  Load({Row(1, "county-nist-800-61@1", County(1))});
  EXPECT_THAT(Judge(County(1, "Another")), RefusedBecause("POLICY_REVISION", "raise the revision"));
}

TEST_F(PolicyShelfTest, RevisionsOnlyGoUp) {
  Load({Row(1, "county-nist-800-61@1", County(1)), Row(2, "county-nist-800-61@4", County(4))});
  EXPECT_EQ(Judge(County(5))->verdict, PolicyShelf::Verdict::kNew);
  EXPECT_EQ(Judge(County(1))->verdict, PolicyShelf::Verdict::kEarlier);
  EXPECT_THAT(Judge(County(3)), RefusedBecause("POLICY_REVISION", "raise it to 5"));
  // Another policy counts for itself.
  const auto other = Judge(ReadSourceFile("deploy/policy/itd-sec-4.3.textproto"));
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(other->verdict, PolicyShelf::Verdict::kNew);
}

TEST_F(PolicyShelfTest, ABrokenTextIsRefusedWithItsLines) {
  Load({Row(1, "county-nist-800-61@1", County(1))});
  const auto broken =
      Judge(absl::StrReplaceAll(County(2), {{"time_zone: \"", "time_zone: \"Nowhere/"}}));
  EXPECT_THAT(broken, RefusedBecause("POLICY_INVALID", "Nowhere/"));
  EXPECT_THAT(std::string(broken.status().message()), HasSubstr("line "));
}

// What ran yesterday must run today, whatever a new lint thinks of it.
TEST_F(PolicyShelfTest, AKeptPackIsNotLintedAgain) {
  const std::string text = absl::StrReplaceAll(
      County(1), {{"initial_state: \"DETECTED\"", "initial_state: \"DISCOVERED\""}});
  Load({Row(1, "county-nist-800-61@1", text)});
  EXPECT_EQ(shelf_->InForce()->index->proto().initial_state(), "DISCOVERED");
}

TEST_F(PolicyShelfTest, AKeptPackThatCannotBeReadIsNamed) {
  const auto shelf = PolicyShelf::Load({Row(1, "county-nist-800-61@1", "id: \"x\" colour: 3")});
  ASSERT_FALSE(shelf.ok());
  EXPECT_THAT(std::string(shelf.status().message()), HasSubstr("county-nist-800-61@1"));
  EXPECT_THAT(std::string(shelf.status().message()), HasSubstr("line 1"));
}

TEST_F(PolicyShelfTest, WhatWasNotCommittedIsForgotten) {
  Load({Row(1, "county-nist-800-61@1", County(1))});
  const KeptPolicyPtr next = Judge(County(2))->policy;
  shelf_->Keep(next);
  EXPECT_EQ(shelf_->Find("county-nist-800-61@2"), next);
  EXPECT_EQ(shelf_->InForce()->name(), "county-nist-800-61@1");
  shelf_->Drop(next);
  EXPECT_EQ(shelf_->Find("county-nist-800-61@2"), nullptr);
  EXPECT_THAT(shelf_->List(), SizeIs(1));
}

TEST_F(PolicyShelfTest, TheEtagNamesTheTextAgainstThePackInForce) {
  Load({Row(1, "county-nist-800-61@1", County(1))});
  const KeptPolicyPtr before = shelf_->InForce();
  const std::string etag = engine::PolicyEtag("text", before.get());
  EXPECT_EQ(etag, engine::PolicyEtag("text", before.get()));
  EXPECT_NE(etag, engine::PolicyEtag("text ", before.get()));
  EXPECT_NE(etag, engine::PolicyEtag("text", Judge(County(2))->policy.get()));
}

TEST_F(PolicyShelfTest, ReadersAndTheWriterDoNotDisturbEachOther) {
  Load({Row(1, "county-nist-800-61@1", County(1))});
  std::vector<std::thread> readers;
  record::v1::IncidentState pinned;
  pinned.set_policy("county-nist-800-61@1");
  std::atomic<bool> wrong{false};
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        if (shelf_->PolicyOf(pinned).Name() != "county-nist-800-61@1") wrong = true;
        if (shelf_->InForce() == nullptr) wrong = true;
      }
    });
  }
  for (int revision = 2; revision < 20; ++revision) {
    const KeptPolicyPtr next = Judge(County(revision))->policy;
    shelf_->Keep(next);
    shelf_->PutInForce(next);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_FALSE(wrong);
  EXPECT_EQ(shelf_->InForce()->name(), "county-nist-800-61@19");
}

}  // namespace
}  // namespace belfry::testing
