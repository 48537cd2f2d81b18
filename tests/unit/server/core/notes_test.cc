// Notes made from chat messages: edits, deletions, repeats.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/limits.h"
#include "server/core/noted_messages.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

v1::MessageRef Message(const std::string& id) {
  v1::MessageRef message;
  message.set_platform("slack");
  message.set_workspace("T1");
  message.set_channel("C1");
  message.set_id(id);
  return message;
}

v1::AddNoteRequest NoteFrom(const std::string& id, const std::string& text) {
  v1::AddNoteRequest note;
  note.set_text(text);
  *note.mutable_source() = Message(id);
  return note;
}

v1::AddNoteRequest Edit(const std::string& id, const std::string& text) {
  v1::AddNoteRequest note = NoteFrom(id, text);
  note.set_only_if_noted(true);
  return note;
}

v1::AddNoteRequest Deletion(const std::string& id) {
  v1::AddNoteRequest note = Edit(id, "");
  note.set_retract(true);
  return note;
}

class NotesTest : public ::testing::Test {
 protected:
  NotesTest() { EXPECT_THAT(world_.Open("dop.clerk"), IsOk()); }

  v1::TimelineEntry Entry() const {
    return core::ToTimelineEntry(world_.policy(), world_.state(), world_.fresh().front());
  }
  // What was said in the incident's thread because of the last act.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const core::NoticeDraft& draft : world_.notices()) {
      if (draft.notice.kind() == v1::Notice::KIND_LOG) lines.push_back(draft.notice.text());
    }
    return lines;
  }

  CoreWorld world_;
};

TEST_F(NotesTest, AnEditTakesThePlaceOfTheNoteAndBothStay) {
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.1", "one laptop")), IsOk());
  const std::string first = Entry().name();
  EXPECT_EQ(Entry().text(), "one laptop");
  EXPECT_EQ(Entry().supersedes(), "");
  ASSERT_THAT(world_.Act("dop.iso", Edit("1.1", "two laptops")), IsOk());
  EXPECT_EQ(Entry().text(), "Edited: two laptops");
  EXPECT_EQ(Entry().supersedes(), first);
  EXPECT_FALSE(Entry().retracts());
  EXPECT_THAT(Lines(), Contains("Edited: two laptops"));
  const std::string second = Entry().name();
  ASSERT_THAT(world_.Act("dop.contact", NoteFrom("1.1", "three laptops")), IsOk());
  EXPECT_EQ(Entry().supersedes(), second);
  ASSERT_THAT(world_.state().noted_messages(), SizeIs(1));
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(NotesTest, TheSameTextAgainIsNoEvent) {
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.1", "one laptop")), IsOk());
  ASSERT_THAT(world_.Act("dop.iso", Edit("1.1", "one laptop")), IsOk());
  EXPECT_THAT(world_.fresh(), IsEmpty());
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.1", "one laptop")), IsOk());
  EXPECT_THAT(world_.fresh(), IsEmpty());
  // From another message it is another note.
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.2", "one laptop")), IsOk());
  EXPECT_THAT(world_.fresh(), SizeIs(1));
}

TEST_F(NotesTest, ASecretInARepeatedMessageIsToldOnce) {
  const std::string text = "password: Sommer2026!";
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.1", text)), IsOk());
  ASSERT_THAT(world_.fresh(), SizeIs(2));
  EXPECT_THAT(world_.fresh()[0].note_added().text(), Not(HasSubstr("Sommer")));
  ASSERT_THAT(world_.Act("dop.iso", Edit("1.1", text)), IsOk());
  EXPECT_THAT(world_.fresh(), IsEmpty());
  ASSERT_THAT(world_.Act("dop.iso", Edit("1.1", absl::StrCat("and ", text))), IsOk());
  EXPECT_THAT(world_.fresh(), SizeIs(2));
}

TEST_F(NotesTest, ADeletedMessageIsWithdrawnAndWhatItSaidStays) {
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.1", "a mistake")), IsOk());
  ASSERT_THAT(world_.Act("dop.iso", Deletion("1.1")), IsOk());
  EXPECT_EQ(Entry().text(), "Withdrawn: the message was deleted");
  EXPECT_TRUE(Entry().retracts());
  EXPECT_EQ(Entry().supersedes(),
            "incidents/DOP-2026-0001/timeline/" + absl::StrCat(world_.state().version() - 1));
  EXPECT_THAT(Lines(), Contains("Withdrawn: the message was deleted"));
  ASSERT_THAT(world_.Act("dop.iso", Deletion("1.1")), IsOk());
  EXPECT_THAT(world_.fresh(), IsEmpty());
  // An edit that was overtaken by the deletion brings nothing back.
  EXPECT_THAT(world_.Act("dop.iso", Edit("1.1", "a mistake, edited")),
              RefusedBecause("NOTE_NOT_FOUND", "no note"));
  // Somebody may take it in anew.
  ASSERT_THAT(world_.Act("csirt.handler", NoteFrom("1.1", "a mistake")), IsOk());
  EXPECT_EQ(Entry().text(), "Edited: a mistake");
  EXPECT_EQ(world_.Replayed().SerializeAsString(), world_.state().SerializeAsString());
}

TEST_F(NotesTest, MessagesThatNobodyTookInAreNotFound) {
  EXPECT_THAT(world_.Act("dop.iso", Edit("1.1", "x")), RefusedBecause("NOTE_NOT_FOUND", ""));
  EXPECT_THAT(world_.Act("dop.iso", Deletion("1.1")), RefusedBecause("NOTE_NOT_FOUND", ""));
  v1::AddNoteRequest retract = Deletion("1.1");
  retract.set_only_if_noted(false);
  EXPECT_THAT(world_.Act("dop.iso", retract), RefusedBecause("NOTE_NOT_FOUND", ""));
  // The same id elsewhere is another message.
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom("1.1", "x")), IsOk());
  for (const auto& change :
       std::vector<void (*)(v1::MessageRef&)>{[](v1::MessageRef& m) { m.set_platform("teams"); },
                                              [](v1::MessageRef& m) { m.set_workspace("T2"); },
                                              [](v1::MessageRef& m) { m.set_channel("C2"); }}) {
    v1::AddNoteRequest other = Edit("1.1", "y");
    change(*other.mutable_source());
    EXPECT_THAT(world_.Act("dop.iso", other), RefusedBecause("NOTE_NOT_FOUND", ""));
  }
}

TEST_F(NotesTest, BadSourcesAreNamed) {
  v1::AddNoteRequest note = NoteFrom("", "x");
  EXPECT_THAT(world_.Act("dop.iso", note), RefusedBecause("FIELD_INVALID", "source.id"));
  note = NoteFrom("1", "x");
  note.mutable_source()->clear_platform();
  EXPECT_THAT(world_.Act("dop.iso", note), RefusedBecause("FIELD_INVALID", "source.platform"));
  note = NoteFrom("1\n2", "x");
  EXPECT_THAT(world_.Act("dop.iso", note), RefusedBecause("FIELD_INVALID", "source.id"));
  note = NoteFrom(std::string(600, 'x'), "x");
  EXPECT_THAT(world_.Act("dop.iso", note), RefusedBecause("FIELD_INVALID", "source.id"));
  for (const bool retract : {false, true}) {
    v1::AddNoteRequest bare;
    bare.set_text("x");
    bare.set_retract(retract);
    bare.set_only_if_noted(!retract);
    EXPECT_THAT(world_.Act("dop.iso", bare), RefusedBecause("FIELD_INVALID", "source: is needed"));
  }
  EXPECT_THAT(world_.Act("dop.iso", NoteFrom("1", "")), RefusedBecause("FIELD_INVALID", "text"));
}

// What platforms call a message may look like a secret; it must be found again as it is.
TEST_F(NotesTest, NamesOfMessagesAreNotMasked) {
  const std::string id = "password=Sommer2026!";
  ASSERT_THAT(world_.Act("dop.iso", NoteFrom(id, "x")), IsOk());
  EXPECT_EQ(world_.fresh()[0].note_added().source().id(), id);
  EXPECT_THAT(world_.fresh(), SizeIs(1));
}

TEST_F(NotesTest, TheListOfMessagesIsBounded) {
  for (int i = 0; i < core::kNotedMessagesMax; ++i) {
    ASSERT_THAT(world_.Act("dop.iso", NoteFrom(absl::StrCat(i), "x")), IsOk());
  }
  EXPECT_THAT(world_.Act("dop.iso", NoteFrom("more", "x")),
              RefusedBecause("FIELD_INVALID", "source: at most"));
  EXPECT_THAT(world_.Act("dop.iso", Edit("7", "y")), IsOk());
  EXPECT_THAT(world_.Note("dop.iso", "without a message"), IsOk());
}

}  // namespace
}  // namespace belfry::testing
