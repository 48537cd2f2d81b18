// What people paste in and nobody may keep.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/masking.h"
#include "server/core/policy/read.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "Sommer-2026!xyz";

std::string Masked(const std::string& text) {
  static const auto policy = ShippedPolicy();
  v1::AddNoteRequest note;
  note.set_text(text);
  core::Masked masked;
  core::MaskSecrets(*policy, note, masked);
  EXPECT_EQ(note.text() == text, masked.fields.empty()) << text;
  return note.text();
}

TEST(MaskingTest, WhatFollowsTheNameOfASecretIsMasked) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"She told him the password: Sommer-2026!xyz and it still works",
       "She told him the password: *** and it still works"},
      {"password=hunter", "password=***"},
      {"Passwort: geheim", "Passwort: ***"},
      {"PWD = x1y2z3", "PWD = ***"},
      {"DB_PASSWORD=x1y2z3 was in the file", "DB_PASSWORD=*** was in the file"},
      {"{\"token\": \"a b c\", \"user\": \"x\"}", "{\"token\": ***, \"user\": \"x\"}"},
      {"the password for the router is Sommer2026", "the password for the router is ***"},
      {"password for root: toor", "password for root: ***"},
      {"the password is: hunter", "the password is: ***"},
      {"His PIN is 4711.", "His PIN is ***"},
      {"the PIN was \"seven\"", "the PIN was ***"},
      {"the api key is k-3f2a9", "the api key is ***"},
      {"API_KEY=k3f2a9", "API_KEY=***"},
      {"secret: s3", "secret: s3"},  // too short to be one
      {"the password \"hunter\" still works", "the password *** still works"},
      {"the passphrase is: correct horse battery staple", "the passphrase is: ***"},
      {"two: password=a1b2c3 and pin=4711", "two: password=*** and pin=***"},
      {"curl https://root:hunter@db.example/x", "curl https://root:***@db.example/x"},
      {"Authorization: Bearer abcdef0123456789", "Authorization: Bearer ***"},
      {"AKIAIOSFODNN7EXAMPLE was in the log", "*** was in the log"},
      {absl::StrCat("ghp_", std::string(36, 'a')), "***"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIz", "***"},
      {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nthat was it",
       "***\nthat was it"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb", "***"},
  };
  for (const auto& [text, masked] : texts) EXPECT_EQ(Masked(text), masked);
}

TEST(MaskingTest, OrdinaryProseStaysAsItIs) {
  for (const char* text :
       {"a password was shared", "The password was shared.", "The password was reset at 10:30",
        "the password policy of 2026", "the password is gone!", "the token was well-known",
        "no password is needed", "ask for the secret", "A supervisor gave her password to a worker",
        "passwords are stored as hashes", "the spinning wheel: it stops", "the API key was revoked",
        "tokens were issued to 12 people", "the PIN is 12 digits long", "Opinion: none of it",
        "log-ons of the account PRESERVED", "the public key is in the ticket",
        "the secretariat: EOX-1"}) {
    EXPECT_EQ(Masked(text), text);
  }
}

TEST(MaskingTest, WhatIsMaskedStaysMaskedAndIsNoSecretAgain) {
  const std::string once = Masked("password: Sommer-2026!xyz, pin=4711 and the passphrase: a b c");
  EXPECT_THAT(once, Not(HasSubstr("Sommer")));
  EXPECT_EQ(Masked(once), once);
}

// Fills every string of a message, and every message in it, once.
void Fill(google::protobuf::Message& message, const std::string& text) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto* field = message.GetDescriptor()->field(i);
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      Fill(field->is_repeated() ? *reflection.AddMessage(&message, field)
                                : *reflection.MutableMessage(&message, field),
           text);
    } else if (field->type() == google::protobuf::FieldDescriptor::TYPE_STRING &&
               field->name() != "request_id" && field->name() != "etag") {
      if (field->is_repeated()) {
        reflection.AddString(&message, field, text);
      } else {
        reflection.SetString(&message, field, text);
      }
    }
  }
}

template <typename T>
void ExpectMasked(const core::PolicyIndex& policy) {
  if constexpr (std::is_same_v<T, core::Report>) {
    core::Act act = core::Report();
    Fill(std::get<core::Report>(act).request, absl::StrCat("password: ", kSecret));
    core::MaskSecrets(policy, act);
    EXPECT_THAT(std::get<core::Report>(act).request.SerializeAsString(), Not(HasSubstr("Sommer")));
  } else if constexpr (std::is_base_of_v<google::protobuf::Message, T>) {
    core::Act act = T();
    Fill(std::get<T>(act), absl::StrCat("password: ", kSecret));
    core::MaskSecrets(policy, act);
    EXPECT_THAT(std::get<T>(act).SerializeAsString(), Not(HasSubstr("Sommer")))
        << std::get<T>(act).GetDescriptor()->name();
  }
}

template <typename... T>
void ExpectAllMasked(const core::PolicyIndex& policy, std::variant<T...>*) {
  (ExpectMasked<T>(policy), ...);
}

TEST(MaskingTest, NoTextOfAnyActIsForgotten) {
  core::Act* every = nullptr;
  ExpectAllMasked(*ShippedPolicy(), every);
}

std::string Kept(const CoreWorld& world) {
  std::string all = world.state().SerializeAsString();
  for (const record::v1::Event& event : world.events()) {
    absl::StrAppend(&all, event.SerializeAsString());
  }
  for (const core::NoticeDraft& draft : world.notices()) {
    absl::StrAppend(&all, draft.notice.SerializeAsString());
  }
  return all;
}

// The notices to one place about a masked secret.
std::vector<v1::Notice> Told(const CoreWorld& world, const std::string& target) {
  std::vector<v1::Notice> told;
  for (const core::NoticeDraft& draft : world.notices()) {
    if (draft.notice.reason() == "SECRET_MASKED") {
      EXPECT_EQ(draft.target, target);
      told.push_back(draft.notice);
    }
  }
  return told;
}

TEST(MaskingTest, NothingOfItIsKeptAndTheAuthorIsTold) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_summary(absl::StrCat("The password: ", kSecret, " was given away"));
  request.set_entity("entities/dop");
  ASSERT_THAT(world.Report("dop.clerk", request), IsOk());
  EXPECT_EQ(world.state().title(), "The password: *** was given away");
  EXPECT_THAT(Kept(world), Not(HasSubstr("Sommer")));
  const std::vector<v1::Notice> told = Told(world, "people/dop.clerk");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind(), v1::Notice::KIND_STATEMENT);
  EXPECT_THAT(told[0].clauses(), ElementsAre("POL-1.11"));
  EXPECT_THAT(told[0].text(), HasSubstr("delete the message"));
  EXPECT_THAT(told[0].text(), HasSubstr("a password or token"));
  const record::v1::Event& event = world.events().back();
  ASSERT_TRUE(event.has_secret_masked());
  EXPECT_THAT(event.secret_masked().fields(), ElementsAre("summary"));
  EXPECT_THAT(core::ToTimelineEntry(world.policy(), world.state(), event).text(),
              HasSubstr("in summary"));

  ASSERT_THAT(world.Note("dop.iso", absl::StrCat("pwd=", kSecret)), IsOk());
  EXPECT_TRUE(world.fresh().front().has_note_added());
  EXPECT_EQ(Told(world, "people/dop.iso").size(), 1u);
  ASSERT_THAT(world.Note("dop.iso", "the password was changed"), IsOk());
  EXPECT_EQ(world.fresh().size(), 1u);
  ASSERT_THAT(world.Document("dop.contact", "FOLLOWUP",
                             {{"summary", absl::StrCat("token: ", kSecret)},
                              {"impact", "i"},
                              {"actions", "a"},
                              {"next", absl::StrCat("the PIN is ", kSecret)}}),
              IsOk());
  EXPECT_THAT(world.fresh().back().secret_masked().fields(),
              ElementsAre("fields[0].value", "fields[3].value"));
  EXPECT_EQ(Told(world, "people/dop.contact").size(), 1u);
  ASSERT_THAT(world.Severity("csirt.handler", "SEV2", absl::StrCat("password: ", kSecret)), IsOk());
  EXPECT_THAT(Kept(world), Not(HasSubstr("Sommer")));
  EXPECT_EQ(world.Replayed().SerializeAsString(), world.state().SerializeAsString());
}

TEST(MaskingTest, TheNoticeSaysNothingOfARestrictedIncident) {
  CoreWorld world;
  v1::CreateIncidentRequest request;
  request.set_title("CANARY");
  request.set_summary(absl::StrCat("password: ", kSecret));
  request.set_entity("entities/dop");
  request.set_restricted(true);
  ASSERT_THAT(world.Report("dop.iso", request), IsOk());
  const std::vector<v1::Notice> told = Told(world, "people/dop.iso");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0].text(), HasSubstr("delete"));
  EXPECT_THAT(told[0].SerializeAsString(), Not(HasSubstr("CANARY")));
}

TEST(MaskingTest, APatternThatCannotMaskIsRefusedWhenThePackIsLoaded) {
  const std::string pack = ReadSourceFile("deploy/policy/itd-sec-4.3.textproto");
  const auto findings = [&](const std::string& text) {
    std::vector<std::string> found;
    for (const core::Finding& finding : core::CheckPolicyText(text)) {
      if (!finding.warning) found.push_back(absl::StrCat(finding.path, ": ", finding.message));
    }
    return found;
  };
  const auto with = [&](const std::string& pattern) {
    return findings(absl::StrCat(pack, "\nsecret_patterns { title: \"t\" clauses: \"POL-1.11\" ",
                                 "pattern: \"", pattern, "\" }\n"));
  };
  EXPECT_THAT(findings(pack), ::testing::IsEmpty());
  EXPECT_THAT(with("x(y)"), ::testing::IsEmpty());
  EXPECT_THAT(with("x(y"), Contains(HasSubstr("is no RE2 pattern")));
  EXPECT_THAT(with("xy"), Contains(HasSubstr("has 0 groups")));
  EXPECT_THAT(with("(x)(y)"), Contains(HasSubstr("has 2 groups")));
  EXPECT_THAT(with("(x*)"), Contains(HasSubstr("fits every text")));
  // What only chat-ops look for is checked alike.
  const auto personal = [&](const std::string& row) {
    return findings(absl::StrCat(pack, "\npersonal_patterns { ", row, " }\n"));
  };
  EXPECT_THAT(personal("title: \"t\" clauses: \"POL-3.14\" pattern: \"x(y)\" luhn: true"),
              ::testing::IsEmpty());
  EXPECT_THAT(personal("title: \"t\" clauses: \"POL-3.14\" pattern: \"x(y\""),
              Contains(HasSubstr("is no RE2 pattern")));
  EXPECT_THAT(personal("title: \"t\" clauses: \"POL-3.14\" pattern: \"xy\""),
              Contains(HasSubstr("has 0 groups")));
  EXPECT_THAT(personal("clauses: \"POL-3.14\" pattern: \"x(y)\""), Contains(HasSubstr("title")));
  std::string mute = pack;
  const size_t notice = mute.find("notices { key: \"SECRET_MASKED\"");
  ASSERT_NE(notice, std::string::npos);
  mute.erase(notice, mute.find('\n', notice) - notice);
  EXPECT_THAT(findings(mute), Contains(HasSubstr("there is no notice \"SECRET_MASKED\"")));
}

}  // namespace
}  // namespace belfry::testing
