// Who may know: readers, subjects, labels, broken glass.
#include "tests/unit/client-lib/run_fixture.h"

namespace belfry::chat {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class RunCompartmentTest : public RunFixture {
 protected:
  RunCompartmentTest() {
    context_.incident = "incidents/DOP-2026-0007";
    const v1::Incident incident = TestIncident();
    *connection_->NameReader_answer->mutable_incident() = incident;
    *connection_->RemoveReader_answer->mutable_incident() = incident;
    *connection_->NameSubject_answer->mutable_incident() = incident;
    *connection_->ChangeTlp_answer->mutable_incident() = incident;
    *connection_->BreakGlass_answer->mutable_incident() = incident;
  }
};

TEST_F(RunCompartmentTest, AReaderIsNamedAndRemovedWithAReason) {
  ASSERT_TRUE(Run("reader @dop.counsel The breach has to be judged").ok);
  const v1::NameReaderRequest& named = connection_->NameReader_request;
  EXPECT_EQ(named.name(), "incidents/DOP-2026-0007");
  EXPECT_EQ(named.person(), "people/dop.counsel");
  EXPECT_EQ(named.reason(), "The breach has to be judged");
  EXPECT_EQ(named.request_id(), "r1");
  ASSERT_TRUE(Run("remove-reader DOP-2026-0009 dop.counsel reason:\"has left\"").ok);
  EXPECT_EQ(connection_->RemoveReader_request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(connection_->RemoveReader_request.reason(), "has left");
  EXPECT_THAT(RefusedHere("reader"), HasSubstr("one person, and why"));
  EXPECT_THAT(RefusedHere("reader @dop.counsel"), HasSubstr("Say why"));
}

TEST_F(RunCompartmentTest, ThatThereIsNoWayBackIsAskedFirst) {
  context_.asks_first = true;
  const CommandResult asked = Run("subject @dop.deputy Their account was used");
  EXPECT_TRUE(asked.asks);
  EXPECT_THAT(asked.card.PlainText(), HasSubstr("There is no way back"));
  EXPECT_THAT(connection_->calls, Not(Contains("NameSubject")));
  ASSERT_TRUE(Run("subject @dop.deputy Their account was used confirm:yes").ok);
  EXPECT_EQ(connection_->NameSubject_request.person(), "people/dop.deputy");
  EXPECT_EQ(connection_->NameSubject_request.reason(), "Their account was used");
}

TEST_F(RunCompartmentTest, OnlyRedIsAskedAbout) {
  context_.asks_first = true;
  ASSERT_TRUE(Run("tlp green The vendor has published it").ok);
  EXPECT_EQ(connection_->ChangeTlp_request.tlp(), "green");
  EXPECT_EQ(connection_->ChangeTlp_request.reason(), "The vendor has published it");
  EXPECT_TRUE(Run("tlp TLP:RED A person is concerned").asks);
  EXPECT_EQ(connection_->ChangeTlp_request.tlp(), "green");
  ASSERT_TRUE(Run("tlp red A person is concerned confirm:yes").ok);
  EXPECT_EQ(connection_->ChangeTlp_request.tlp(), "red");
  EXPECT_THAT(RefusedHere("tlp"), HasSubstr("Say which label"));
  EXPECT_THAT(RefusedHere("tlp red"), HasSubstr("Say why"));
}

// The question looks nothing up: whether there is such an incident is not for everybody.
TEST_F(RunCompartmentTest, BeforeGlassIsBrokenOneIsAskedWithoutALook) {
  context_.asks_first = true;
  const CommandResult asked = Run("break-glass DOP-2026-0009 reason:\"Nobody answers\"");
  EXPECT_TRUE(asked.asks);
  EXPECT_THAT(connection_->calls, Not(Contains("GetIncident")));
  EXPECT_THAT(asked.card.PlainText(), HasSubstr("DOP-2026-0009 · restricted"));
  ASSERT_TRUE(Run("break-glass DOP-2026-0009 reason:\"Nobody answers\" confirm:yes").ok);
  EXPECT_EQ(connection_->BreakGlass_request.name(), "incidents/DOP-2026-0009");
  EXPECT_EQ(connection_->BreakGlass_request.reason(), "Nobody answers");
  EXPECT_THAT(RefusedHere("break-glass DOP-2026-0009"), HasSubstr("Say why"));
}

TEST_F(RunCompartmentTest, ANoteMayHaveALabelOfItsOwn) {
  ASSERT_TRUE(Run("note \"The vendor's advisory\" tlp:green").ok);
  EXPECT_EQ(connection_->AddNote_request.tlp(), "green");
}

}  // namespace
}  // namespace belfry::chat
