// Public records: what the parts of a record are, how they are tagged, reviewed and released.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "re2/re2.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "server/core/public_items.h"
#include "server/core/public_release.h"
#include "server/core/state_util.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// With a records access officer and counsel for the agency of the incident, and an officer
// elsewhere.
v1::Directory WithOfficers() {
  v1::Directory directory = DemoDirectory();
  const auto add = [&](const char* id, const char* role, const char* scope) {
    v1::Person* person = directory.add_people();
    person->set_name(absl::StrCat("people/", id));
    person->set_display_name(absl::StrCat("Display of ", id));
    person->set_entity(scope);
    v1::Contact* contact = person->add_contacts();
    contact->set_platform("console");
    contact->set_address(absl::StrCat("@", id));
    v1::RoleAssignment* held = directory.add_role_assignments();
    held->set_person(person->name());
    held->set_role(role);
    held->set_scope(scope);
  };
  add("dop.rao", "RAO", "entities/dop");
  add("dop.counsel", "COUNSEL", "entities/dop");
  add("dor.rao", "RAO", "entities/dor");
  // What counsel sends waits for nobody.
  v1::RoleAssignment* head = directory.add_role_assignments();
  head->set_person("people/dop.counsel");
  head->set_role("AH");
  head->set_scope("entities/dop");
  return directory;
}

class Records : public CoreWorld {
 public:
  Records() : CoreWorld(ShippedPolicy(), WithOfficers()) {}

  core::RecordAt record() const { return {policy(), state(), events()}; }
  std::vector<core::TaggedPart> parts() const {
    return core::TaggedPartsOf(policy(), state(), events());
  }
  // "" when there is no such part.
  std::string Tag(const std::string& id) const {
    for (const core::TaggedPart& part : parts()) {
      if (part.part.id == id) return part.tag;
    }
    return "";
  }
  std::string Text(const std::string& id) const {
    for (const core::TaggedPart& part : parts()) {
      if (part.part.id == id) return part.part.text;
    }
    return "";
  }
  // The id of the part that says exactly this.
  std::string IdOf(const std::string& text) const {
    for (const core::TaggedPart& part : parts()) {
      if (part.part.text == text) return part.part.id;
    }
    return "";
  }
  std::vector<std::string> Unreviewed() const {
    std::vector<std::string> ids;
    for (const core::TaggedPart& part : parts()) {
      if (part.tag == "UNREVIEWED") ids.push_back(part.part.id);
    }
    return ids;
  }

  absl::Status Review(const v1::ReviewRecordRequest& request, const std::string& who = "dop.rao") {
    auto reviewed = core::PrepareReview(record(), request);
    if (!reviewed.ok()) return reviewed.status();
    return Act(who, *std::move(reviewed));
  }
  absl::Status Tagged(const std::string& item, const std::string& tag,
                      const std::string& reason = "as counsel advised") {
    v1::ReviewRecordRequest request;
    request.set_reason(reason);
    v1::RecordReview& review = *request.add_reviews();
    review.set_item(item);
    review.set_tag(tag);
    return Review(request);
  }
  absl::Status Phrase(const std::string& item, const std::string& text,
                      const std::string& exemption, bool only_here = false) {
    v1::ReviewRecordRequest request;
    request.set_reason("as counsel advised");
    v1::RecordReview& review = *request.add_reviews();
    review.set_item(item);
    v1::WithheldPhrase& phrase = *review.add_phrases();
    phrase.set_text(text);
    phrase.set_exemption(exemption);
    phrase.set_only_here(only_here);
    return Review(request);
  }
  // Everything that nobody has looked at is released.
  void ReviewRest() {
    for (const std::string& id : Unreviewed()) ASSERT_THAT(Tagged(id, "NONE"), IsOk());
  }

  absl::StatusOr<record::v1::RecordReleased> Prepare(const std::string& reference = "R-1",
                                                     const std::string& requester = "The Ledger",
                                                     const std::string& who = "dop.rao") const {
    v1::ReleaseRecordRequest request;
    request.set_reference(reference);
    request.set_requester(requester);
    core::Caller caller;
    caller.actor.set_principal(absl::StrCat("people/", who));
    return core::PrepareRelease(context(), record(), caller, request);
  }
  absl::Status Release(const std::string& reference = "R-1",
                       const std::string& requester = "The Ledger",
                       const std::string& who = "dop.rao") {
    auto released = Prepare(reference, requester, who);
    if (!released.ok()) return released.status();
    return Act(who, *std::move(released));
  }
  // Made again from the record, as it was.
  core::WrittenRelease Written(int release) const {
    int seen = 0;
    for (const record::v1::Event& event : events()) {
      if (!event.has_record_released() || seen++ != release) continue;
      std::vector<record::v1::Event> until = events();
      const record::v1::IncidentState then =
          core::StateAt(until, event.record_released().release().record_version());
      core::WrittenRelease written =
          core::WriteRelease({policy(), then, until}, event.record_released());
      EXPECT_TRUE(core::IsSame(written, event.record_released().release()));
      return written;
    }
    ADD_FAILURE() << "no release " << release;
    return {};
  }
};

std::string All(const core::WrittenRelease& written) {
  return absl::StrCat(written.json, written.text, written.log_json);
}

v1::CreateIncidentRequest Flood() {
  v1::CreateIncidentRequest request;
  request.set_title("Permit portal is flooded");
  request.set_summary("Since 08:00 nobody reaches it");
  return request;
}

absl::Status RecordDevice(Records& world, const std::string& device, const std::string& subnet,
                          const std::string& reason = "") {
  v1::RecordDevicesRequest request;
  v1::Device* one = request.add_devices();
  one->set_device(device);
  one->set_subnet(subnet);
  one->set_status(v1::Device::STATUS_INFECTED);
  one->set_reason(reason);
  return world.Act("dop.contact", std::move(request));
}

// ---- Vocabulary ----

// Fills every string below, each with its own words, so that it can be found again.
void Fill(google::protobuf::Message& message, int depth = 0) {
  using google::protobuf::FieldDescriptor;
  const auto* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const auto* reflection = message.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        field->type() == FieldDescriptor::TYPE_STRING) {
      const std::string words = absl::StrCat("canary ", type->name(), " ", field->name());
      if (field->is_repeated()) {
        reflection->AddString(&message, field, words);
      } else {
        reflection->SetString(&message, field, words);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth < 4 &&
               field->message_type()->full_name() != "google.protobuf.Timestamp" &&
               field->message_type()->full_name() != "google.protobuf.Duration") {
      Fill(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                : *reflection->MutableMessage(&message, field),
           depth + 1);
    }
  }
}

// One of every kind of event, every text of it filled; some twice, where a kind has two names.
std::vector<record::v1::Event> OneOfEach() {
  std::vector<record::v1::Event> events;
  const auto* bodies = record::v1::Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < bodies->field_count(); ++i) {
    record::v1::Event& event = events.emplace_back();
    Fill(*event.GetReflection()->MutableMessage(&event, bodies->field(i)));
    event.set_version(static_cast<int64_t>(events.size()));
    record::v1::Event other = event;
    if (other.has_entity_added()) {
      other.mutable_entity_added()->mutable_previous_detect_time()->set_seconds(1);
    } else if (other.has_delivery_concluded()) {
      other.mutable_delivery_concluded()->set_delivered(true);
    } else if (other.has_obligation_held()) {
      other.mutable_obligation_held()->set_held(true);
    } else if (other.has_room_wanted()) {
      other.mutable_room_wanted()->clear_removed_people();
    } else if (other.has_evidence_verified()) {
      other.mutable_evidence_verified()->set_intact(true);
    } else if (other.has_destruction_asked()) {
      other.mutable_destruction_asked()->clear_request();
    } else if (other.has_custody_recorded()) {
      // What people write stands in one of these sentences or another.
      for (int kind = v1::CustodyEntry::Kind_MIN; kind < v1::CustodyEntry::Kind_MAX; ++kind) {
        other.mutable_custody_recorded()->mutable_entry()->set_kind(
            static_cast<v1::CustodyEntry::Kind>(kind));
        other.set_version(static_cast<int64_t>(events.size()) + 1);
        events.push_back(other);
      }
      other.mutable_custody_recorded()->mutable_entry()->set_kind(v1::CustodyEntry::Kind_MAX);
    } else {
      continue;
    }
    events.push_back(other);
    events.back().set_version(static_cast<int64_t>(events.size()));
  }
  return events;
}

TEST(RecordVocabulary, HasEveryKindOfEntryWithItsParts) {
  std::map<std::string, std::set<std::string>> made;
  const record::v1::IncidentState state;
  for (const core::RecordPart& part : core::PartsOf(*ShippedPolicy(), state, OneOfEach())) {
    if (part.facets.entry.empty()) continue;
    std::set<std::string>& parts = made[part.facets.entry];
    if (!part.facets.part.empty()) parts.insert(part.facets.part);
  }
  std::map<std::string, std::set<std::string>> known;
  for (const core::EntryKind& kind : core::EntryKinds()) {
    std::set<std::string>& parts = known[std::string(kind.kind)];
    for (const auto part : absl::StrSplit(kind.parts, ' ', absl::SkipEmpty())) {
      parts.insert(std::string(part));
    }
  }
  EXPECT_EQ(made, known);
}

// A sentence that a rule may release says nothing that somebody wrote.
TEST(RecordVocabulary, SentencesHoldNoFreeText) {
  const re2::RE2 free(
      "canary (\\w+) (reason|text|title|summary|description|error|tool|purpose|answer|address|"
      "requester|value|authority|note|place|carrier|seal_no|order_reason|warnings|hostname|"
      "location|custodian)\\b");
  // What the pack calls a document, a register and an answer, and what a note is.
  const std::set<std::string> let = {"DocumentSubmitted", "DocumentDrafted", "DocumentApproved",
                                     "DraftDiscarded",    "RegisterOpened",  "NoteAdded",
                                     "Decision"};
  const record::v1::IncidentState state;
  for (const core::RecordPart& part : core::PartsOf(*ShippedPolicy(), state, OneOfEach())) {
    if (part.facets.entry.empty() || !part.facets.part.empty()) continue;
    std::string type;
    std::string name;
    if (!re2::RE2::PartialMatch(part.text, free, &type, &name)) continue;
    EXPECT_EQ(let.count(type), 1U) << part.facets.entry << ": " << part.text;
  }
}

// ---- Parts ----

TEST(RecordParts, EachThingIsInOnePartWithAnIdThatSaysNothing) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(RecordDevice(world, "web-01", "10.20.4.0/24", "beacons"), IsOk());
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  std::set<std::string> ids;
  for (const core::TaggedPart& part : world.parts()) {
    EXPECT_TRUE(ids.insert(part.part.id).second) << part.part.id;
    EXPECT_THAT(part.part.id, Not(HasSubstr("web-01")));
    EXPECT_THAT(part.part.id, Not(HasSubstr("dop.contact")));
  }
  EXPECT_EQ(world.Text("title"), "Permit portal is flooded");
  EXPECT_EQ(world.Text("summary"), "Since 08:00 nobody reaches it");
  EXPECT_EQ(world.Text("devices/1"), "web-01");
  EXPECT_EQ(world.Text("subnets/1"), "10.20.4.0/24");
  EXPECT_EQ(world.Text("people/1"), "dop.contact");
  EXPECT_THAT(world.Text("entries/1"), HasSubstr("Reported: …"));
  EXPECT_THAT(ids, Contains("documents/1/summary"));
  // What was said once stands once.
  int found = 0;
  for (const core::TaggedPart& part : world.parts()) {
    found += absl::StrContains(part.part.text, "beacons") ? 1 : 0;
  }
  EXPECT_EQ(found, 1);
}

TEST(RecordParts, ATitleThatWasChangedIsReviewedAgainAndTheOldOneOnItsOwn) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(world.Tagged("title", "NONE"), IsOk());
  EXPECT_EQ(world.Tag("title"), "NONE");
  EXPECT_EQ(world.Text("entries/1/title"), "");
  v1::UpdateIncidentRequest update;
  update.mutable_incident()->set_title("Portal of web-01 is flooded");
  update.mutable_update_mask()->add_paths("title");
  ASSERT_THAT(world.Act("dop.contact", update), IsOk());
  EXPECT_EQ(world.Tag("title"), "UNREVIEWED");
  EXPECT_EQ(world.Text("entries/1/title"), "Permit portal is flooded");
  EXPECT_EQ(world.Tag("entries/1/title"), "UNREVIEWED");
  EXPECT_TRUE(core::ToRecordItem(world.parts().front()).changed_since_review());
}

TEST(RecordParts, EvidenceIsToldPartByPartAndItsAddressesAreNames) {
  const core::PolicyIndex& policy = *ShippedPolicy();
  record::v1::Event event;
  event.set_version(7);
  v1::Evidence& evidence = *event.mutable_evidence_recorded()->mutable_evidence();
  event.mutable_evidence_recorded()->set_number(1);
  evidence.set_kind(v1::Evidence::KIND_IMAGE);
  evidence.set_description("Disk of the portal");
  evidence.mutable_source()->set_hostname("web-01");
  evidence.mutable_source()->set_ip("10.20.4.9");
  evidence.mutable_source()->set_make("Acme");
  evidence.mutable_collected()->set_by("Ada Byron");
  evidence.set_custodian("people/dop.contact");
  std::map<std::string, core::RecordPart> parts;
  for (core::RecordPart& part : core::PartsOf(policy, record::v1::IncidentState(), {event})) {
    parts.emplace(part.id, std::move(part));
  }
  EXPECT_EQ(parts["entries/7"].text, "Evidence E1 recorded: IMAGE, …");
  EXPECT_EQ(parts["entries/7/description"].text, "Disk of the portal");
  EXPECT_EQ(parts["entries/7/details"].text,
            "source make: Acme\nsource hostname: web-01\nsource ip: 10.20.4.9\n"
            "collected by: Ada Byron\ncustodian: dop.contact");
  EXPECT_EQ(parts["devices/1"].text, "web-01");
  EXPECT_EQ(parts["devices/2"].text, "10.20.4.9");
  EXPECT_EQ(parts.count("devices/3"), 0U);
  EXPECT_TRUE(parts["devices/2"].is_name);
  EXPECT_EQ(parts["people/1"].text, "dop.contact");
}

// A custodian from outside is told in the words of whoever wrote them.
TEST(RecordParts, WhoHoldsEvidenceIsInTheSentenceOnlyWhenBelfryKnowsThem) {
  record::v1::Event event;
  event.set_version(9);
  event.mutable_custody_recorded()->set_number(2);
  v1::CustodyEntry& entry = *event.mutable_custody_recorded()->mutable_entry();
  entry.set_kind(v1::CustodyEntry::KIND_TRANSFERRED);
  entry.set_from("people/dop.contact");
  entry.set_to("Trooper Lovelace");
  entry.set_purpose("for the laboratory");
  const auto parts = core::PartsOf(*ShippedPolicy(), record::v1::IncidentState(), {event});
  ASSERT_GE(parts.size(), 2U);
  EXPECT_EQ(parts[0].text,
            "Evidence E2 handed over by dop.contact to …, who has not confirmed yet");
  EXPECT_EQ(parts[1].id, "entries/9/details");
  EXPECT_THAT(parts[1].text, HasSubstr("to: Trooper Lovelace"));
  EXPECT_THAT(parts[1].text, HasSubstr("purpose: for the laboratory"));
}

// ---- Default tags ----

TEST(DefaultTags, FreeTextIsUnreviewedAndTheCourseIsNot) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(world.Note("dop.contact", "The firewall drops it"), IsOk());
  ASSERT_THAT(RecordDevice(world, "web-01", "10.20.4.0/24", "beacons"), IsOk());
  ASSERT_THAT(world.Facts("dop.contact", {{"criminal", "UNKNOWN"}, {"weaknesses", "old TLS"}}),
              IsOk());
  EXPECT_EQ(world.Tag("title"), "UNREVIEWED");
  EXPECT_EQ(world.Tag("summary"), "UNREVIEWED");
  EXPECT_EQ(world.Tag("entries/1"), "NONE");
  EXPECT_EQ(world.Tag(world.IdOf("The firewall drops it")), "UNREVIEWED");
  EXPECT_EQ(world.Tag(world.IdOf("beacons")), "UNREVIEWED");
  EXPECT_EQ(world.Tag("devices/1"), "N");
  EXPECT_EQ(world.Tag("subnets/1"), "N");
  EXPECT_EQ(world.Tag("people/1"), "NONE");
  EXPECT_EQ(world.Tag(world.IdOf("UNKNOWN")), "NONE");
  EXPECT_EQ(world.Tag(world.IdOf("old TLS")), "N");
}

TEST(DefaultTags, SubjectsAndVictimsAreWithheld) {
  Records world;
  v1::CreateIncidentRequest request = Flood();
  request.add_subjects("people/dop.deputy");
  request.add_readers("people/dop.rao");
  request.set_restricted(true);
  request.add_categories()->set_category("CAT-09");
  ASSERT_THAT(world.Report("dop.contact", request), IsOk());
  for (const core::TaggedPart& part : world.parts()) {
    if (part.part.text == "dop.deputy" || part.part.text == "dop.contact") {
      EXPECT_EQ(part.tag, "C") << part.part.text;
    }
    if (part.part.text == "dop.rao") {
      EXPECT_EQ(part.tag, "NONE");
    }
  }
}

// TLP labels change nothing (catalogue 2.3).
TEST(DefaultTags, ALabelChangesNothing) {
  Records plain;
  Records labelled;
  ASSERT_THAT(plain.Report("dop.contact", Flood()), IsOk());
  v1::CreateIncidentRequest request = Flood();
  request.set_restricted(true);
  request.add_readers("people/dop.rao");
  ASSERT_THAT(labelled.Report("dop.contact", request), IsOk());
  EXPECT_EQ(labelled.state().tlp(), "TLP:RED");
  EXPECT_EQ(plain.Tag("title"), labelled.Tag("title"));
  EXPECT_EQ(plain.Tag("entries/1"), labelled.Tag("entries/1"));
}

// ---- Review ----

TEST(Review, IsForTheOfficerAndCounselOfTheAgency) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  v1::ReviewRecordRequest request;
  request.add_reviews()->set_item("title");
  request.mutable_reviews(0)->set_tag("none");
  EXPECT_THAT(world.Review(request, "dop.rao"), IsOk());
  EXPECT_THAT(world.Review(request, "dop.counsel"), IsOk());
  for (const char* who : {"dop.contact", "dop.iso", "dor.rao"}) {
    EXPECT_EQ(world.Review(request, who).code(), absl::StatusCode::kPermissionDenied) << who;
  }
}

TEST(Review, NamesWhatIsWrong) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  const auto expect = [&](absl::Status status, const std::string& says) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(says));
  };
  expect(world.Review(v1::ReviewRecordRequest()), "reviews: from 1 to 200");
  expect(world.Tagged("entries/999", "N"), "reviews[0].item: there is no item \"entries/999\"");
  expect(world.Tagged("title", "Q"), "reviews[0].tag: \"Q\" is none of A (exempted by statute)");
  expect(world.Tagged("title", ""), "reviews[0].tag: is needed");
  expect(world.Tagged("title", "N", " "), "reason: is needed to withhold");
  expect(world.Phrase("title", "firewall", "N"),
         "reviews[0].phrases[0].text: does not stand in title");
  expect(world.Phrase("title", "p", "N"), "reviews[0].phrases[0].text: at least 2");
  expect(world.Phrase("title", "portal", "NONE"), "reviews[0].phrases[0].exemption: is none of");
  expect(world.Phrase("title", "portal", ""), "reviews[0].phrases[0].exemption: is needed");
  v1::ReviewRecordRequest twice;
  for (int i = 0; i < 2; ++i) {
    twice.add_reviews()->set_item("title");
    twice.mutable_reviews(i)->set_tag("NONE");
  }
  expect(world.Review(twice), "reviews[1].item: title is there twice");
  EXPECT_THAT(world.state().record_reviews(), IsEmpty());
}

TEST(Review, WhatTheLawPublishesCannotBeWithheld) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  world.Triage();
  ASSERT_THAT(world.Document("dop.counsel", "AGO_FILING",
                             {{"nature", "a leak"},
                              {"residents", "12"},
                              {"experienced_by", "DOP"},
                              {"reported_by", "its counsel"},
                              {"reporter_type", "agency"},
                              {"responsible", "UNKNOWN"},
                              {"pi_types", "names"},
                              {"wisp", "YES"},
                              {"steps", "told them"}}),
              IsOk());
  const std::string id = world.IdOf("a leak");
  ASSERT_NE(id, "");
  EXPECT_EQ(world.Tag(id), "NONE");
  const absl::Status status = world.Tagged(id, "N");
  EXPECT_EQ(ErrorReason(status), "PUBLIC_BY_LAW");
  EXPECT_THAT(std::string(status.message()), HasSubstr("LAW-93H-3b-cra"));
  EXPECT_EQ(ErrorReason(world.Phrase(id, "leak", "N")), "PUBLIC_BY_LAW");
}

TEST(Review, TheTimelineTellsWhichPartsAndNotWhichWords) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(world.Phrase("title", "portal", "N"), IsOk());
  const std::string text =
      core::ToTimelineEntry(world.policy(), world.state(), world.fresh().back()).text();
  EXPECT_THAT(text, HasSubstr("title NONE without 1 phrase"));
  EXPECT_THAT(text, Not(HasSubstr("portal")));
}

// ---- Release ----

TEST(Release, WaitsForTheReviewAndNamesWhatIsMissing) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  const absl::Status status = world.Release();
  EXPECT_EQ(ErrorReason(status), "RECORD_UNREVIEWED");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const std::string details(*status.GetPayload(kStatusPayloadUrl));
  EXPECT_THAT(details, HasSubstr("title"));
  EXPECT_THAT(details, HasSubstr("summary"));
  world.ReviewRest();
  EXPECT_THAT(world.Release(), IsOk());
}

TEST(Release, WithholdsInPlaceReleasesTheRestAndKeepsTheHash) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(world.Note("dop.contact", "Firewall FW-9 sends it to WEB-01; Ada Byron saw it"),
              IsOk());
  ASSERT_THAT(RecordDevice(world, "web-01", "10.20.4.0/24", "beacons"), IsOk());
  const std::string note = world.IdOf("Firewall FW-9 sends it to WEB-01; Ada Byron saw it");
  ASSERT_THAT(world.Phrase(note, "ada  byron", "C"), IsOk());
  ASSERT_THAT(world.Tagged("summary", "N"), IsOk());
  world.ReviewRest();
  const int64_t version = world.state().version();
  ASSERT_THAT(world.Release("R-1", "The Ledger"), IsOk());

  const v1::RecordRelease& release = world.state().record_releases(0);
  EXPECT_EQ(release.record_version(), version);
  EXPECT_EQ(release.number(), 1);
  EXPECT_EQ(release.requester(), "The Ledger");
  EXPECT_EQ(release.releaser(), "people/dop.rao");
  const core::WrittenRelease written = world.Written(0);
  EXPECT_EQ(release.original_sha256(), Sha256Hex(written.original));
  EXPECT_EQ(release.json_sha256(), Sha256Hex(written.json));
  EXPECT_THAT(written.original, HasSubstr("Ada Byron"));

  EXPECT_THAT(written.text, HasSubstr("Firewall FW-9 sends it to [withheld: 26(n)]; "
                                      "[withheld: 26(c)] saw it"));
  EXPECT_THAT(written.text, HasSubstr("summary · Summary\n    [withheld: 26(n)]\n"));
  EXPECT_THAT(written.text, HasSubstr("26(n)  M.G.L. c. 4 § 7 cl. 26(n), public safety"));
  for (const char* gone : {"web-01", "WEB-01", "10.20.4.0", "Byron", "nobody reaches"}) {
    EXPECT_THAT(All(written), Not(HasSubstr(gone)));
  }
  const auto json = nlohmann::json::parse(written.json);
  EXPECT_EQ(json["original_sha256"], release.original_sha256());
  EXPECT_EQ(json["items"].size(), static_cast<size_t>(release.item_count()));
  std::string told;
  for (const auto& item : json["items"]) {
    if (item["id"] == note) told = item["text"];
  }
  EXPECT_EQ(told, "Firewall FW-9 sends it to [withheld: 26(n)]; [withheld: 26(c)] saw it");
}

TEST(Release, TheLogSaysWhatOnWhichGroundByWhomAndWhy) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(RecordDevice(world, "web-01", "10.20.4.0/24"), IsOk());
  ASSERT_THAT(world.Tagged("summary", "N", "tells how the portal fails"), IsOk());
  ASSERT_THAT(world.Phrase("title", "portal", "N"), IsOk());
  world.ReviewRest();
  ASSERT_THAT(world.Release(), IsOk());
  const auto log = nlohmann::json::parse(world.Written(0).log_json);
  const auto find = [&](const std::string& item) {
    for (const auto& entry : log["entries"]) {
      if (entry["item"] == item) return entry;
    }
    return nlohmann::json();
  };
  EXPECT_EQ(find("summary")["withheld"], "whole");
  EXPECT_EQ(find("summary")["ground"], "26(n)");
  EXPECT_EQ(find("summary")["law"], "M.G.L. c. 4 § 7 cl. 26(n)");
  EXPECT_EQ(find("summary")["decided_by"], "people/dop.rao");
  EXPECT_EQ(find("summary")["reason"], "tells how the [withheld: 26(n)] fails");
  EXPECT_TRUE(find("summary").contains("decided"));
  EXPECT_EQ(find("title")["withheld"], "in part");
  EXPECT_EQ(find("devices/1")["decided_by"],
            absl::StrCat("policy ", world.policy().Name(), ", rule NETWORK"));
  EXPECT_FALSE(find("devices/1").contains("decided"));
  EXPECT_EQ(log["original_sha256"], world.state().record_releases(0).original_sha256());
}

TEST(Release, TheSameReferenceAgainIsAFurtherVersion) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  world.ReviewRest();
  ASSERT_THAT(world.Release("R-1", "The Ledger"), IsOk());
  ASSERT_THAT(world.Note("dop.contact", "It is over"), IsOk());
  EXPECT_EQ(ErrorReason(world.Release("R-1")), "RECORD_UNREVIEWED");
  ASSERT_THAT(world.Tagged(world.IdOf("It is over"), "NONE"), IsOk());
  world.At(absl::Hours(2));
  ASSERT_THAT(world.Release("R-1", ""), IsOk());  // who asked is known
  ASSERT_THAT(world.Release("R-2", "The Herald"), IsOk());
  ASSERT_EQ(world.state().record_releases_size(), 3);
  EXPECT_EQ(world.state().record_releases(1).number(), 2);
  EXPECT_EQ(world.state().record_releases(1).requester(), "The Ledger");
  EXPECT_EQ(world.state().record_releases(2).number(), 1);
  // The first one stays what it was.
  EXPECT_THAT(world.Written(0).json, Not(HasSubstr("It is over")));
  EXPECT_THAT(world.Written(1).json, HasSubstr("It is over"));
  EXPECT_NE(world.Written(0).json, world.Written(1).json);
}

TEST(Release, IsDeterministicAndFoldsBack) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  world.ReviewRest();
  const auto once = world.Prepare();
  const auto twice = world.Prepare();
  ASSERT_THAT(once.status(), IsOk());
  EXPECT_EQ(once->SerializeAsString(), twice->SerializeAsString());
  ASSERT_THAT(world.Release(), IsOk());
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

TEST(Release, WhatIsReviewedMeanwhileIsNotReleased) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  world.ReviewRest();
  auto prepared = world.Prepare();
  ASSERT_THAT(prepared.status(), IsOk());
  ASSERT_THAT(world.Tagged("summary", "N"), IsOk());
  const absl::Status status = world.Act("dop.rao", *prepared);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ErrorReason(status), "RECORD_CHANGED");
  // And a second one of the same number.
  prepared = world.Prepare();
  ASSERT_THAT(world.Act("dop.rao", *prepared), IsOk());
  EXPECT_EQ(ErrorReason(world.Act("dop.rao", *prepared)), "RECORD_CHANGED");
}

TEST(Release, OnlyHereLeavesTheOthers) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(world.Note("dop.contact", "The portal again"), IsOk());
  const std::string note = world.IdOf("The portal again");
  ASSERT_THAT(world.Phrase(note, "portal", "N", /*only_here=*/true), IsOk());
  world.ReviewRest();
  ASSERT_THAT(world.Release(), IsOk());
  EXPECT_THAT(world.Written(0).text, HasSubstr("Permit portal is flooded"));
  EXPECT_THAT(world.Written(0).text, HasSubstr("The [withheld: 26(n)] again"));
}

TEST(Release, PersonalInformationStaysMaskedEvenInWhatTheLawPublishes) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(world.Note("dop.contact", "Hers is 078-05-1120, card 4111 1111 1111 1111"), IsOk());
  world.Triage();
  ASSERT_THAT(world.Document("dop.counsel", "AGO_FILING",
                             {{"nature", "a leak of 078-05-1120"},
                              {"residents", "12"},
                              {"experienced_by", "DOP"},
                              {"reported_by", "its counsel"},
                              {"reporter_type", "agency"},
                              {"responsible", "UNKNOWN"},
                              {"pi_types", "names"},
                              {"wisp", "YES"},
                              {"steps", "told them"}}),
              IsOk());
  world.ReviewRest();
  ASSERT_THAT(world.Release(), IsOk());
  const core::WrittenRelease written = world.Written(0);
  EXPECT_THAT(All(written), Not(HasSubstr("078-05-1120")));
  EXPECT_THAT(All(written), Not(HasSubstr("4111")));
  EXPECT_THAT(written.text, HasSubstr("a leak of [withheld: 26(c)]"));
}

TEST(Release, AWithheldPersonIsWithheldByNameAndAddressToo) {
  Records world;
  v1::CreateIncidentRequest request = Flood();
  request.add_subjects("people/dop.counsel");
  request.set_summary("It is about Display of dop.counsel, @dop.counsel");
  ASSERT_THAT(world.Report("dop.contact", request), IsOk());
  world.ReviewRest();
  ASSERT_THAT(world.Release(), IsOk());
  EXPECT_THAT(All(world.Written(0)), Not(HasSubstr("dop.counsel")));
  EXPECT_THAT(world.Written(0).text, HasSubstr("It is about [withheld: 26(c)], "));
}

TEST(Release, ARestrictedRecordIsForNamedReadersWithTheAct) {
  Records world;
  v1::CreateIncidentRequest request = Flood();
  request.set_restricted(true);
  request.add_readers("people/dop.rao");
  ASSERT_THAT(world.Report("dop.contact", request), IsOk());
  v1::ReviewRecordRequest review;
  review.add_reviews()->set_item("title");
  review.mutable_reviews(0)->set_tag("NONE");
  EXPECT_EQ(world.Review(review, "dop.counsel").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(world.Review(review, "dop.contact")), "ROLE_REQUIRED");
  ASSERT_THAT(world.Review(review, "dop.rao"), IsOk());
  world.ReviewRest();
  EXPECT_THAT(world.Release(), IsOk());
  // One who was called upon and holds the act reads it, and releases nothing.
  Records called;
  request.clear_readers();
  request.add_readers("people/dop.iso");
  ASSERT_THAT(called.Report("dop.contact", request), IsOk());
  EXPECT_EQ(called.Review(review, "dop.rao").code(), absl::StatusCode::kPermissionDenied);
}

TEST(Release, NeedsAPackThatKnowsExemptions) {
  policy::v1::Policy pack = ShippedPolicy()->proto();
  pack.clear_exemptions();
  pack.clear_record_rules();
  auto policy = core::PolicyIndex::Create(pack);
  ASSERT_THAT(policy.status(), IsOk());
  CoreWorld world(*policy, WithOfficers());
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  v1::ReleaseRecordRequest request;
  request.set_reference("R-1");
  request.set_requester("x");
  EXPECT_EQ(ErrorReason(core::PrepareRelease(world.context(),
                                             {world.policy(), world.state(), world.events()},
                                             core::Caller(), request)
                            .status()),
            "NO_EXEMPTIONS");
}

// ---- Requests ----

absl::Status Request(Records& world, const std::string& reference,
                     const std::string& who = "dop.rao") {
  v1::RequestRecordRequest request;
  request.set_reference(reference);
  request.set_requester("The Ledger");
  return world.Act(who, request);
}

std::vector<const record::v1::ObligationRow*> Answers(const Records& world) {
  std::vector<const record::v1::ObligationRow*> rows;
  for (const auto& row : world.state().obligations()) {
    if (row.code() == "RECORDS-RESPONSE") rows.push_back(&row);
  }
  return rows;
}

TEST(Requests, AreAnsweredByTheTenthBusinessDay) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(Request(world, "R-1"), IsOk());
  const auto rows = Answers(world);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]->state(), v1::Obligation::STATE_PENDING);
  const absl::TimeZone zone = world.policy().TimeZone();
  // Counted anew here: no Saturdays, no Sundays, no holidays of the pack.
  absl::CivilDay day(absl::ToCivilDay(world.now(), zone));
  const auto& holidays = world.policy().proto().holidays();
  for (int left = 10; left > 0;) {
    ++day;
    const auto weekday = absl::GetWeekday(day);
    const bool off =
        weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday ||
        std::find(holidays.begin(), holidays.end(), absl::FormatCivilTime(day)) != holidays.end();
    if (!off) --left;
  }
  EXPECT_EQ(absl::ToCivilDay(FromProto(rows[0]->due_time()), zone), day);
}

TEST(Requests, EachIsAnsweredByItsOwnReleaseOrDenial) {
  Records world;
  ASSERT_THAT(world.Report("dop.contact", Flood()), IsOk());
  ASSERT_THAT(Request(world, "R-1"), IsOk());
  world.At(absl::Hours(1));
  ASSERT_THAT(Request(world, "R-2", "dop.contact"), IsOk());
  EXPECT_EQ(Request(world, "R-2").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(Answers(world).size(), 2U);
  world.ReviewRest();
  EXPECT_EQ(world.Release("R-1", "The Herald").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_THAT(world.Release("R-1", ""), IsOk());
  EXPECT_EQ(Answers(world)[0]->state(), v1::Obligation::STATE_SATISFIED);
  EXPECT_EQ(Answers(world)[1]->state(), v1::Obligation::STATE_PENDING);
  v1::DenyRecordRequest deny;
  deny.set_reference("R-2");
  EXPECT_EQ(world.Act("dop.rao", deny).code(), absl::StatusCode::kInvalidArgument);
  deny.set_reason("asks for what does not exist");
  EXPECT_EQ(world.Act("dop.counsel", deny).code(), absl::StatusCode::kPermissionDenied);
  ASSERT_THAT(world.Act("dop.rao", deny), IsOk());
  EXPECT_EQ(Answers(world)[1]->state(), v1::Obligation::STATE_SATISFIED);
  EXPECT_EQ(world.state().records_requests(1).state(), v1::RecordsRequest::STATE_DENIED);
  EXPECT_EQ(ErrorReason(world.Act("dop.rao", deny)), "ALREADY_ANSWERED");
  deny.set_reference("R-9");
  EXPECT_EQ(ErrorReason(world.Act("dop.rao", deny)), "REQUEST_NOT_FOUND");
  // Denied, and released after an appeal.
  world.ReviewRest();
  ASSERT_THAT(world.Release("R-2", ""), IsOk());
  EXPECT_EQ(world.state().records_requests(1).state(), v1::RecordsRequest::STATE_RELEASED);
}

TEST(Requests, NeitherKeepAnIncidentOpenNorEndWithIt) {
  Records world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  world.Triage();
  ASSERT_THAT(Request(world, "R-1"), IsOk());
  ASSERT_THAT(world.FollowUp("dop.contact"), IsOk());
  world.Resolve();
  ASSERT_THAT(world.Facts("dop.iso", {{"weaknesses_settled", "MITIGATED"},
                                      {"records_reviewed", "YES"},
                                      {"iso_sign_off", "YES"}}),
              IsOk());
  world.SettleAll();
  ASSERT_THAT(world.Verb("csirt.handler", "close"), IsOk());
  ASSERT_EQ(Answers(world).size(), 1U);
  EXPECT_EQ(Answers(world)[0]->state(), v1::Obligation::STATE_PENDING);
  // And they may begin after its end.
  ASSERT_THAT(Request(world, "R-2"), IsOk());
  ASSERT_EQ(Answers(world).size(), 2U);
  EXPECT_EQ(Answers(world)[1]->state(), v1::Obligation::STATE_PENDING);
  world.ReviewRest();
  ASSERT_THAT(world.Release("R-2", ""), IsOk());
  EXPECT_EQ(Answers(world)[1]->state(), v1::Obligation::STATE_SATISFIED);
}

TEST(Requests, OutliveADismissal) {
  Records world;
  ASSERT_THAT(world.Open("dop.clerk"), IsOk());
  ASSERT_THAT(Request(world, "R-1"), IsOk());
  ASSERT_THAT(
      world.Facts("csirt.handler", {{"attack_intrusion", "NO"}, {"personal_information", "NONE"}}),
      IsOk());
  v1::RecordFactsRequest verdict;
  v1::Fact* fact = verdict.add_facts();
  fact->set_name("verdict");
  fact->set_value("FALSE_POSITIVE");
  fact->set_reason("a test of the line");
  ASSERT_THAT(world.Act("csirt.handler", verdict), IsOk());
  ASSERT_THAT(world.Verb("csirt.handler", "dismiss", "a test of the line"), IsOk());
  ASSERT_EQ(world.state().state(), "DISMISSED");
  ASSERT_EQ(Answers(world).size(), 1U);
  EXPECT_EQ(Answers(world)[0]->state(), v1::Obligation::STATE_PENDING);
}

// ---- Property ----

// Letters and digits alone, in lower case: a look that shares no code with the search.
std::string Bare(const std::string& text) {
  std::string bare;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) bare.push_back(absl::ascii_tolower(byte));
  }
  return bare;
}

// Incidents made by chance, with a word of its own in each text. Some words are copied into other
// texts, dressed up. What a reviewer withholds, as a whole or as a phrase, is nowhere in what is
// given away; what is released stands there.
class CanaryTest : public ::testing::TestWithParam<int> {
 protected:
  CanaryTest() : random_(static_cast<unsigned>(GetParam())) {}

  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::string Dressed(const std::string& word) {
    static const std::vector<std::string> kBetween = {"", "", "*", "_", "`", "\u200B"};
    std::string text;
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      text += Pick(2) == 0 ? static_cast<char>(absl::ascii_toupper(byte)) : c;
      text += kBetween[static_cast<size_t>(Pick(static_cast<int>(kBetween.size())))];
    }
    return text;
  }

  // A text with a new word, and perhaps an older one.
  std::string NewText() {
    std::string word = absl::StrCat("qz", words_.size(), "x");
    for (int i = 0; i < 6; ++i) word.push_back("bcdfghjk"[Pick(8)]);
    words_.push_back(word);
    std::string text = absl::StrCat("it says ", word, " here");
    if (words_.size() > 1 && Pick(3) == 0) {
      absl::StrAppend(&text, " and ",
                      Dressed(words_[static_cast<size_t>(Pick(static_cast<int>(words_.size())))]),
                      " too");
    }
    return text;
  }

  void Grow(Records& world) {
    switch (Pick(7)) {
      case 0:
        ASSERT_THAT(world.Note("dop.contact", NewText()), IsOk());
        break;
      case 1:
        ASSERT_THAT(RecordDevice(world, absl::StrCat("host-", words_.size()),
                                 absl::StrCat("10.0.", words_.size() % 250, ".0/24"), NewText()),
                    IsOk());
        break;
      case 2:
        ASSERT_THAT(world.Facts("dop.contact", {{"cause", NewText()}, {"weaknesses", NewText()}}),
                    IsOk());
        break;
      case 3:
        ASSERT_THAT(
            world.Document("dop.contact", "ACTION", {{"what", NewText()}, {"result", NewText()}}),
            IsOk());
        break;
      case 4: {
        v1::RecordCostRequest cost;
        cost.mutable_cost()->set_description(NewText());
        cost.mutable_cost()->set_amount_cents(100);
        ASSERT_THAT(world.Act("dop.contact", cost), IsOk());
        break;
      }
      case 5:
        ASSERT_THAT(world.Severity("csirt.executive", Pick(2) == 0 ? "SEV3" : "SEV2", NewText()),
                    IsOk());
        break;
      default: {
        v1::UpdateIncidentRequest update;
        update.mutable_incident()->set_summary(NewText());
        update.mutable_update_mask()->add_paths("summary");
        ASSERT_THAT(world.Act("dop.contact", update), IsOk());
      }
    }
  }

  std::mt19937 random_;
  std::vector<std::string> words_;
};

TEST_P(CanaryTest, WhatIsWithheldIsNowhereInWhatIsGivenAway) {
  Records world;
  v1::CreateIncidentRequest request;
  request.set_title(NewText());
  request.set_summary(NewText());
  if (Pick(2) == 0) request.add_subjects("people/dop.deputy");
  ASSERT_THAT(world.Report("dop.contact", request), IsOk());
  for (int i = 0, n = 3 + Pick(15); i < n; ++i) {
    world.At(absl::Minutes(i + 1));
    ASSERT_NO_FATAL_FAILURE(Grow(world));
  }
  std::set<std::string> withheld;
  for (const core::TaggedPart& part : world.parts()) {
    std::string word;
    for (const std::string& one : words_) {
      if (absl::StrContains(part.part.text, absl::StrCat("says ", one, " here"))) word = one;
    }
    if (core::IsExempt(part) && !word.empty()) {
      // By a rule. The word alone, where somebody copied it, is for the reviewer.
      ASSERT_THAT(world.Phrase(part.part.id, word, part.tag), IsOk());
      withheld.insert(word);
      continue;
    }
    if (part.tag != "UNREVIEWED") continue;
    const int what = word.empty() ? 0 : Pick(3);
    if (what == 0) {
      ASSERT_THAT(world.Tagged(part.part.id, "NONE"), IsOk());
    } else {
      ASSERT_THAT(world.Phrase(part.part.id, what == 1 ? word : Dressed(word), "N"), IsOk());
      withheld.insert(word);
    }
  }
  ASSERT_THAT(world.Unreviewed(), IsEmpty());
  ASSERT_THAT(world.Release(), IsOk());
  const core::WrittenRelease written = world.Written(0);
  const std::string bare = Bare(All(written));
  for (const std::string& word : words_) {
    if (withheld.count(word) > 0) {
      EXPECT_THAT(bare, Not(HasSubstr(word))) << "seed " << GetParam();
    } else if (absl::StrContains(written.original, word)) {
      EXPECT_THAT(bare, HasSubstr(word)) << "seed " << GetParam();
    }
  }
  for (const core::TaggedPart& part : world.parts()) {
    if (!part.part.is_name || !core::IsExempt(part)) continue;
    EXPECT_THAT(All(written), Not(HasSubstr(absl::StrCat(part.part.text, " "))))
        << "seed " << GetParam();
  }
}

INSTANTIATE_TEST_SUITE_P(Incidents, CanaryTest, ::testing::Range(1, 201));

}  // namespace
}  // namespace belfry::testing
