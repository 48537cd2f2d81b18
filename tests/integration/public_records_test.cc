// Public records over the public API: requested, reviewed, released, fetched piece by piece; by
// whom.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "client-lib/chat/run.h"
#include "client-lib/cli/record_release.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";

MATCHER_P2(Refused, reason, text, "") {
  *result_listener << StatusOf(arg).ToString();
  return client::DescribeError(StatusOf(arg)).reason == reason &&
         std::string(StatusOf(arg).message()).find(text) != std::string::npos;
}

v1::Directory WithOfficers() {
  v1::Directory directory = DemoDirectory();
  const auto add = [&](const char* id, const char* role) {
    v1::Person* person = directory.add_people();
    person->set_name(absl::StrCat("people/", id));
    person->set_display_name(id);
    person->set_entity("entities/dop");
    v1::RoleAssignment* held = directory.add_role_assignments();
    held->set_person(person->name());
    held->set_role(role);
    held->set_scope("entities/dop");
  };
  add("dop.rao", "RAO");
  add("dop.counsel", "COUNSEL");
  return directory;
}

class PublicRecordsTest : public ::testing::Test {
 protected:
  PublicRecordsTest() : server_(ReadSourceFile(kPack), WithOfficers()) {}

  std::string Open(bool restricted = false) {
    v1::CreateIncidentRequest request;
    request.set_title("Permit portal is flooded");
    request.set_summary("Host web-01 is hit; Ada Byron reported it");
    if (restricted) {
      request.set_restricted(true);
      request.add_readers("people/dop.rao");
    }
    auto response = server_.As("dop.contact").CreateIncident(request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->incident().name() : "";
  }

  std::vector<v1::RecordItem> Items(const std::string& name, const std::string& tag = "") {
    std::vector<v1::RecordItem> items;
    v1::ListRecordItemsRequest request;
    request.set_name(name);
    request.set_tag(tag);
    request.set_page_size(7);
    for (;;) {
      auto page = server_.As("dop.rao").ListRecordItems(request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return items;
      items.insert(items.end(), page->items().begin(), page->items().end());
      if (page->next_page_token().empty()) return items;
      request.set_page_token(page->next_page_token());
    }
  }

  absl::StatusOr<v1::ReviewRecordResponse> Review(const std::string& name, const std::string& item,
                                                  const std::string& tag,
                                                  const std::string& phrase = "",
                                                  const std::string& request_id = "") {
    v1::ReviewRecordRequest request;
    request.set_name(name);
    request.set_reason("as counsel advised");
    request.set_request_id(request_id);
    v1::RecordReview& review = *request.add_reviews();
    review.set_item(item);
    review.set_tag(tag);
    if (!phrase.empty()) {
      review.add_phrases()->set_text(phrase);
      review.mutable_phrases(0)->set_exemption("C");
    }
    return server_.As("dop.rao").ReviewRecord(request);
  }

  void ReviewRest(const std::string& name) {
    v1::ReviewRecordRequest request;
    request.set_name(name);
    for (const v1::RecordItem& item : Items(name, "unreviewed")) {
      request.add_reviews()->set_item(item.id());
      request.mutable_reviews(request.reviews_size() - 1)->set_tag("NONE");
    }
    if (request.reviews().empty()) return;
    const auto response = server_.As("dop.rao").ReviewRecord(request);
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->unreviewed_count(), 0);
  }

  absl::StatusOr<v1::ReleaseRecordResponse> Release(const std::string& name,
                                                    const std::string& reference,
                                                    const std::string& request_id = "") {
    v1::ReleaseRecordRequest request;
    request.set_name(name);
    request.set_reference(reference);
    request.set_requester("The Ledger");
    request.set_request_id(request_id);
    return server_.As("dop.rao").ReleaseRecord(request);
  }

  absl::StatusOr<std::string> Fetch(const std::string& name, const std::string& reference,
                                    int number, v1::GetRecordReleaseRequest::Part part) {
    v1::GetRecordReleaseRequest request;
    request.set_name(name);
    request.set_reference(reference);
    request.set_number(number);
    request.set_part(part);
    std::string content;
    for (;;) {
      request.set_offset(static_cast<int64_t>(content.size()));
      auto piece = server_.As("dop.rao").GetRecordRelease(request);
      if (!piece.ok()) return piece.status();
      content += piece->content();
      if (static_cast<int64_t>(content.size()) == piece->size()) return content;
    }
  }

  TestServer server_;
};

TEST_F(PublicRecordsTest, FromTheRequestToTheFiles) {
  const std::string name = Open();
  v1::RequestRecordRequest asked;
  asked.set_name(name);
  asked.set_reference("R-12");
  asked.set_requester("The Ledger");
  ASSERT_THAT(server_.As("dop.contact").RequestRecord(asked), IsOk());
  v1::ListObligationsRequest duties;
  duties.set_name(name);
  auto owed = server_.As("dop.rao").ListObligations(duties);
  ASSERT_THAT(owed, IsOk());
  const auto is_answer = [](const v1::Obligation& duty) {
    return duty.code() == "RECORDS-RESPONSE";
  };
  auto answer = std::find_if(owed->obligations().begin(), owed->obligations().end(), is_answer);
  ASSERT_NE(answer, owed->obligations().end());
  EXPECT_EQ(answer->state(), v1::Obligation::STATE_PENDING);
  // Tuesday 6 October 2026; the 12th is a holiday: the tenth business day is Wednesday the 21st.
  EXPECT_EQ(absl::FormatTime("%Y-%m-%d %H:%M", FromProto(answer->due_time()),
                             ShippedPolicy()->TimeZone()),
            "2026-10-21 23:59");

  EXPECT_THAT(Release(name, "R-12"), Refused("RECORD_UNREVIEWED", "not reviewed"));
  ASSERT_THAT(Review(name, "summary", "", "ada byron"), IsOk());
  ASSERT_THAT(Review(name, "title", "none"), IsOk());
  ReviewRest(name);
  const auto released = Release(name, "R-12");
  ASSERT_THAT(released, IsOk());
  EXPECT_EQ(released->release().number(), 1);

  const auto json = Fetch(name, "R-12", 1, v1::GetRecordReleaseRequest::PART_JSON);
  const auto text = Fetch(name, "R-12", 0, v1::GetRecordReleaseRequest::PART_TEXT);
  const auto log = Fetch(name, "R-12", 1, v1::GetRecordReleaseRequest::PART_LOG);
  ASSERT_THAT(json, IsOk());
  ASSERT_THAT(text, IsOk());
  ASSERT_THAT(log, IsOk());
  EXPECT_EQ(Sha256Hex(*json), released->release().json_sha256());
  EXPECT_EQ(Sha256Hex(*text), released->release().text_sha256());
  EXPECT_EQ(Sha256Hex(*log), released->release().log_sha256());
  EXPECT_THAT(*text, HasSubstr("Host web-01 is hit; [withheld: 26(c)] reported it"));
  EXPECT_THAT(absl::StrCat(*json, *text, *log), Not(HasSubstr("Byron")));
  EXPECT_EQ(nlohmann::json::parse(*log)["entries"][0]["law"], "M.G.L. c. 4 § 7 cl. 26(c)");

  owed = server_.As("dop.rao").ListObligations(duties);
  answer = std::find_if(owed->obligations().begin(), owed->obligations().end(), is_answer);
  EXPECT_EQ(answer->state(), v1::Obligation::STATE_SATISFIED);

  // After a restart the same bytes come from the record.
  server_.Restart();
  EXPECT_EQ(*Fetch(name, "R-12", 1, v1::GetRecordReleaseRequest::PART_JSON), *json);
  v1::ListRecordReleasesRequest list;
  list.set_name(name);
  const auto known = server_.As("dop.counsel").ListRecordReleases(list);
  ASSERT_THAT(known, IsOk());
  ASSERT_EQ(known->requests_size(), 1);
  EXPECT_EQ(known->requests(0).state(), v1::RecordsRequest::STATE_RELEASED);
  ASSERT_EQ(known->releases_size(), 1);
  EXPECT_EQ(known->releases(0).original_sha256(), released->release().original_sha256());
}

TEST_F(PublicRecordsTest, ARepeatGetsItsAnswerAndNoSecondRelease) {
  const std::string name = Open();
  ASSERT_THAT(Review(name, "summary", "N", "", "review-1"), IsOk());
  ReviewRest(name);
  ASSERT_THAT(Release(name, "R-1", "release-1"), IsOk());
  // Meanwhile it could no longer be released.
  v1::AddNoteRequest note;
  note.set_name(name);
  note.set_text("More of it");
  ASSERT_THAT(server_.As("dop.contact").AddNote(note), IsOk());
  const auto again = Release(name, "R-1", "release-1");
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->release().number(), 1);
  EXPECT_THAT(Release(name, "R-1", "release-2"), Refused("RECORD_UNREVIEWED", "1 parts"));
  const auto review = Review(name, "summary", "N", "", "review-1");
  ASSERT_THAT(review, IsOk());
  EXPECT_TRUE(review->replayed());
}

TEST_F(PublicRecordsTest, WhoMayDoWhat) {
  const std::string name = Open();
  v1::ListRecordItemsRequest list;
  list.set_name(name);
  EXPECT_THAT(server_.As("dop.rao").ListRecordItems(list), IsOk());
  EXPECT_THAT(server_.As("dop.counsel").ListRecordItems(list), IsOk());
  for (const char* who : {"dop.contact", "dop.iso", "csirt.handler"}) {
    EXPECT_THAT(server_.As(who).ListRecordItems(list), Refused("ROLE_REQUIRED", "")) << who;
  }
  // Like one that does not exist.
  const auto unseen = server_.As("bor.contact").ListRecordItems(list);
  list.set_name("incidents/DOP-2026-0999");
  const auto absent = server_.As("bor.contact").ListRecordItems(list);
  EXPECT_EQ(unseen.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(absent.status().code(), absl::StatusCode::kNotFound);
  v1::ReleaseRecordRequest release;
  release.set_name(name);
  release.set_reference("R-1");
  release.set_requester("x");
  EXPECT_THAT(server_.As("dop.counsel").ReleaseRecord(release), Refused("ROLE_REQUIRED", "RAO"));
  v1::GetRecordReleaseRequest get;
  get.set_name(name);
  get.set_reference("R-1");
  get.set_part(v1::GetRecordReleaseRequest::PART_JSON);
  EXPECT_THAT(server_.As("dop.contact").GetRecordRelease(get), Refused("ROLE_REQUIRED", ""));
  EXPECT_THAT(server_.As("dop.rao").GetRecordRelease(get), Refused("RELEASE_NOT_FOUND", ""));
}

TEST_F(PublicRecordsTest, OfARestrictedOneTheNamedReadersWithTheAct) {
  const std::string name = Open(/*restricted=*/true);
  v1::ListRecordItemsRequest list;
  list.set_name(name);
  EXPECT_THAT(server_.As("dop.rao").ListRecordItems(list), IsOk());
  EXPECT_EQ(server_.As("dop.counsel").ListRecordItems(list).status().code(),
            absl::StatusCode::kNotFound);
  // Its reporter reads it, and holds no such act.
  EXPECT_THAT(server_.As("dop.contact").ListRecordItems(list), Refused("ROLE_REQUIRED", ""));
  // The reading is recorded.
  v1::ListTimelineEntriesRequest timeline;
  timeline.set_parent(name);
  bool read = false;
  for (int i = 0; i < 100 && !read; ++i) {
    const auto entries = server_.As("dop.contact").ListTimelineEntries(timeline);
    ASSERT_THAT(entries, IsOk());
    for (const auto& entry : entries->entries()) {
      read = read || entry.text() == "dop.rao read it (record)";
    }
  }
  EXPECT_TRUE(read);
}

TEST_F(PublicRecordsTest, PagesHaveEachItemOnce) {
  const std::string name = Open();
  const std::vector<v1::RecordItem> items = Items(name);
  v1::ListRecordItemsRequest list;
  list.set_name(name);
  list.set_page_size(500);
  const auto all = server_.As("dop.rao").ListRecordItems(list);
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->items_size(), static_cast<int>(items.size()));
  EXPECT_EQ(all->item_count(), all->items_size());
  for (int i = 0; i < all->items_size(); ++i) {
    EXPECT_EQ(all->items(i).id(), items[static_cast<size_t>(i)].id());
  }
  list.set_item("title");
  const auto one = server_.As("dop.rao").ListRecordItems(list);
  ASSERT_THAT(one, IsOk());
  ASSERT_EQ(one->items_size(), 1);
  EXPECT_EQ(one->items(0).text(), "Permit portal is flooded");
  list.set_item("melody");
  EXPECT_THAT(server_.As("dop.rao").ListRecordItems(list), Refused("FIELD_INVALID", "item"));
}

// ---- The words of chat and of the terminal ----

chat::CommandResult Typed(const client::Client& client, const std::string& line,
                          const std::string& via = "cli") {
  chat::CommandRunner runner(client);
  chat::CommandContext context;
  context.via = via;
  return runner.Run(context, line);
}

TEST_F(PublicRecordsTest, TypedFromRequestToLog) {
  const std::string name = Open();
  const std::string id = name.substr(sizeof("incidents/") - 1);
  const client::Client rao = server_.As("dop.rao");
  EXPECT_THAT(
      Typed(rao, absl::StrCat("records request ", id, " R-12 requester:\"The Ledger\"")).status,
      IsOk());
  chat::CommandResult shown = Typed(rao, absl::StrCat("records show ", id, " unreviewed"));
  ASSERT_THAT(shown.status, IsOk());
  EXPECT_THAT(shown.card.PlainText(), HasSubstr("summary"));
  EXPECT_THAT(shown.card.title, HasSubstr("unreviewed"));
  shown = Typed(rao, absl::StrCat("records ", id, " show summary"));
  EXPECT_THAT(shown.card.body, HasSubstr("Ada Byron"));
  EXPECT_THAT(Typed(rao, absl::StrCat("records review ", id,
                                      " summary phrase:\"Ada Byron\" phrase:web-01 ground:C "
                                      "reason:\"a witness\""))
                  .status,
              IsOk());
  const chat::CommandResult reviewed =
      Typed(rao, absl::StrCat("records review ", id, " title,people/1 none"));
  ASSERT_THAT(reviewed.status, IsOk());
  EXPECT_THAT(reviewed.card.title, HasSubstr("2 items reviewed"));
  const chat::CommandResult wrong = Typed(rao, absl::StrCat("records review ", id, " title Q"));
  EXPECT_FALSE(wrong.ok);
  EXPECT_FALSE(Typed(rao, absl::StrCat("records dance ", id)).ok);
  // Files are a terminal's.
  const chat::CommandResult release = Typed(rao, absl::StrCat("records release ", id, " R-12"));
  EXPECT_FALSE(release.ok);
  EXPECT_THAT(release.card.PlainText(), HasSubstr("--output-dir"));
  ReviewRest(name);
  ASSERT_THAT(Release(name, "R-12"), IsOk());
  const chat::CommandResult log = Typed(rao, absl::StrCat("records log ", id));
  EXPECT_THAT(log.card.title, HasSubstr("1 requests, 1 releases"));
  const chat::CommandResult exemptions = Typed(rao, absl::StrCat("records log ", id, " R-12"));
  EXPECT_THAT(exemptions.card.PlainText(), HasSubstr("26(c)"));
  EXPECT_THAT(
      Typed(rao, absl::StrCat("records deny ", id, " R-12 reason:\"late\"")).card.PlainText(),
      HasSubstr("answered by a release"));
}

TEST_F(PublicRecordsTest, TheTerminalWritesTheFiles) {
  const std::string name = Open();
  const std::string id = name.substr(sizeof("incidents/") - 1);
  ASSERT_THAT(Review(name, "summary", "", "ada byron"), IsOk());
  ReviewRest(name);
  const std::string directory = server_.directory() + "/released";
  std::filesystem::create_directory(directory);
  const client::Client rao = server_.As("dop.rao");
  std::ostringstream out;
  std::ostringstream error;
  const cli::Console console{out, error, cli::Output::kTable, cli::Terminal()};
  const client::Options options;
  cli::Arguments arguments;
  arguments.words = {"records", "release", id, "R/12", "requester:The Ledger"};
  arguments.output_dir = directory;
  const cli::Desk desk{arguments, options, rao, console};
  EXPECT_TRUE(cli::IsRecordRelease(arguments.words));
  ASSERT_EQ(cli::RunRecordRelease(desk), cli::kDone) << error.str();
  EXPECT_THAT(out.str(), HasSubstr("reference R/12, version 1"));
  const std::string stem = absl::StrCat(directory, "/", id, "-R_12-v1");
  const auto read = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  EXPECT_THAT(read(stem + ".txt"), HasSubstr("[withheld: 26(c)] reported it"));
  EXPECT_TRUE(nlohmann::json::accept(read(stem + ".json")));
  EXPECT_TRUE(nlohmann::json::accept(read(stem + ".log.json")));
  EXPECT_THAT(read(stem + ".sha256"), HasSubstr(absl::StrCat(Sha256Hex(read(stem + ".json")), "  ",
                                                             id, "-R_12-v1.json\n")));

  // Written again, it is the same release; files that are there are left alone.
  arguments.words = {"records", "release", id, "R/12", "version:1"};
  EXPECT_EQ(cli::RunRecordRelease(desk), cli::kWrongUsage);
  const std::string first = read(stem + ".json");
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  ASSERT_EQ(cli::RunRecordRelease(desk), cli::kDone) << error.str();
  EXPECT_EQ(read(stem + ".json"), first);
  arguments.output_dir = directory + "/missing";
  EXPECT_EQ(cli::RunRecordRelease(desk), cli::kWrongUsage);
  arguments.output_dir = "";
  EXPECT_EQ(cli::RunRecordRelease(desk), cli::kWrongUsage);
}

}  // namespace
}  // namespace belfry::testing
