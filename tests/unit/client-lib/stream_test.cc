// Pages and the watch stream.
#include <vector>

#include "belfry/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client-lib/fake_connection.h"

namespace belfry::client {
namespace {

using testing::ElementsAre;

v1::ListIncidentsResponse Page(const std::vector<std::string>& names, const std::string& token) {
  v1::ListIncidentsResponse page;
  for (const std::string& name : names) page.add_incidents()->set_name(name);
  page.set_next_page_token(token);
  return page;
}

std::vector<std::string> Drain(IncidentPages& pages) {
  std::vector<std::string> names;
  while (const v1::Incident* incident = pages.Next()) names.push_back(incident->name());
  return names;
}

TEST(PagesTest, WalksAllPagesAlsoEmptyOnes) {
  auto connection = std::make_shared<FakeConnection>();
  connection->pages = {Page({"a", "b"}, "t1"), Page({}, "t2"), Page({"c"}, "")};
  v1::ListIncidentsRequest request;
  request.set_filter("open = true");
  IncidentPages pages = Client(connection).AllIncidents(request);
  EXPECT_THAT(Drain(pages), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(pages.status().ok());
  ASSERT_EQ(connection->list_requests.size(), 3u);
  EXPECT_EQ(connection->list_requests[2].page_token(), "t2");
  EXPECT_EQ(connection->list_requests[2].filter(), "open = true");
}

TEST(PagesTest, AnErrorSaysThatTheListIsNotComplete) {
  auto connection = std::make_shared<FakeConnection>();
  connection->pages = {Page({"a"}, "t1"), absl::UnavailableError("gone")};
  IncidentPages pages = Client(connection).AllIncidents({});
  EXPECT_THAT(Drain(pages), ElementsAre("a"));
  EXPECT_EQ(pages.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(pages.Next(), nullptr);
}

v1::WatchIncidentsResponse Message(const std::string& token, const std::string& text) {
  v1::WatchIncidentsResponse message;
  message.set_resume_token(token);
  if (!text.empty()) message.mutable_entry()->set_text(text);
  return message;
}

TEST(WatchTest, ResumesWithTheLastTokenAndMissesNothing) {
  auto connection = std::make_shared<FakeConnection>();
  connection->streams = {
      {{Message("t0", ""), Message("t1", "one")}, absl::UnavailableError("restart")},
      {{}, absl::UnavailableError("still down")},
      {{Message("t1", ""), Message("t2", "two")}, absl::OkStatus()},
      {{}, absl::PermissionDeniedError("role taken away")}};
  std::vector<absl::Duration> naps;
  int lost = 0;
  WatchOptions options;
  options.sleeper = [&naps](absl::Duration nap) { naps.push_back(nap); };
  options.random = [] { return 0.0; };
  options.on_lost = [&lost](const absl::Status&) { ++lost; };
  Watcher watcher = Client(connection).Watch({}, options);

  std::vector<std::string> texts;
  v1::WatchIncidentsResponse message;
  while (watcher.Next(&message)) texts.push_back(message.entry().text());
  EXPECT_THAT(texts, ElementsAre("one", "two"));
  EXPECT_THAT(connection->resume_tokens, ElementsAre("", "t1", "t1", "t2"));
  // The pause grows while nothing comes and starts anew after a message.
  EXPECT_THAT(
      naps, ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200), absl::Milliseconds(100)));
  EXPECT_EQ(lost, 3);
  EXPECT_EQ(watcher.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(watcher.resume_token(), "t2");
}

TEST(WatchTest, CancelEndsItWithoutAnError) {
  auto connection = std::make_shared<FakeConnection>();
  Watcher watcher = Client(connection).Watch({});
  watcher.Cancel();
  v1::WatchIncidentsResponse message;
  EXPECT_FALSE(watcher.Next(&message));
  EXPECT_TRUE(watcher.status().ok());
  EXPECT_TRUE(connection->resume_tokens.empty());
}

}  // namespace
}  // namespace belfry::client
