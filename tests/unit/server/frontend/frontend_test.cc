// Small parts of the frontend: filters, page tokens, admission, listeners, settings.
#include <string>

#include "gmock/gmock.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/config.h"
#include "server/frontend/admission.h"
#include "server/frontend/filter.h"
#include "server/frontend/grpc_status.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/page_token.h"
#include "server/frontend/server.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;

TEST(FilterTest, ReadsTermsJoinedByAnd) {
  storage::IncidentQuery query;
  ASSERT_THAT(frontend::ParseFilter("open = true and state=\"declared\" AND entity = DOP", query),
              IsOk());
  EXPECT_EQ(query.open, true);
  EXPECT_EQ(query.state, "DECLARED");
  EXPECT_EQ(query.scope, "entities/dop");
}

TEST(FilterTest, RefusesWhatItCannotRead) {
  for (const char* filter : {"open", "open = maybe", "= x", "state = \"a", "state = a\" OR 1=1",
                             "password = x", "state ="}) {
    storage::IncidentQuery query;
    EXPECT_THAT(frontend::ParseFilter(filter, query), RefusedBecause("FIELD_INVALID", "filter"))
        << filter;
  }
}

TEST(PageTokenTest, IsGoodForItsQueryOnly) {
  const std::string token = frontend::MakePageToken({42, "DOP-1"}, "query of somebody");
  const auto position = frontend::ReadPageToken(token, "query of somebody");
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(position->number, 42);
  EXPECT_EQ(position->text, "DOP-1");
  EXPECT_THAT(frontend::ReadPageToken(token, "query of somebody else"),
              RefusedBecause("FIELD_INVALID", "page_token"));
  EXPECT_THAT(frontend::ReadPageToken("%%%", ""), RefusedBecause("FIELD_INVALID", "page_token"));
}

TEST(NameTest, IsReadInAnyCaseAndRefusedInAnyOtherForm) {
  EXPECT_EQ(*frontend::ParseIncidentName("name", "incidents/dop-2026-0001"), "DOP-2026-0001");
  for (const char* name :
       {"", "incidents/", "DOP-2026-0001", "incidents/a/b", "incidents/a b", "incidents/\xff"}) {
    EXPECT_THAT(frontend::ParseIncidentName("name", name), RefusedBecause("FIELD_INVALID", "name"))
        << name;
  }
}

TEST(AdmissionTest, LimitsEachAndAll) {
  frontend::Admission admission(3, 2);
  auto one = admission.Enter("a");
  auto two = admission.Enter("a");
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(admission.Enter("a"));
  auto three = admission.Enter("b");
  EXPECT_TRUE(three);
  EXPECT_FALSE(admission.Enter("c"));
  one = frontend::Admission::Permit();
  EXPECT_TRUE(admission.Enter("c"));
}

TEST(GrpcStatusTest, KeepsDetailsSmallAndHidesInnards) {
  ErrorBuilder builder(absl::StatusCode::kFailedPrecondition, "GUARD_FAILED", "no");
  for (int i = 0; i < 200; ++i) builder.Violation("POL-1.1", "GUARD", std::string(50, 'x'));
  const grpc::Status status = frontend::ToGrpc(builder.Build());
  EXPECT_LT(status.error_details().size(), 4096u);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const grpc::Status hidden = frontend::ToGrpc(absl::InternalError("secret path /x/y"));
  EXPECT_EQ(hidden.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(hidden.error_message(), ::testing::Not(HasSubstr("secret")));
}

TEST(ListenerTest, PlaintextIsForThisMachineOnly) {
  for (const char* local : {"127.0.0.1:1", "127.8.8.8:1", "localhost:1", "[::1]:1", "unix:/x"}) {
    EXPECT_TRUE(frontend::IsLocal(local)) << local;
  }
  for (const char* open :
       {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "example.org:1", "1270.0.0.1:1", "127.0.0.1"}) {
    EXPECT_FALSE(frontend::IsLocal(open)) << open;
  }
  config::v1::ServerConfig config;
  config.add_listen("0.0.0.0:7443");
  EXPECT_THAT(std::string(frontend::CheckListeners(config).message()),
              HasSubstr("certificate_file"));
}

TEST(CommandLineTest, FlagsOverrideAndWrongOnesAreNamed) {
  const auto line = ReadCommandLine({"--listen", "unix:/a", "--listen=127.0.0.1:1", "--check",
                                     "--store", "sqlite:x", "--clock=virtual"});
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(line->config.listen_size(), 2);
  EXPECT_EQ(line->config.clock(), "virtual");
  EXPECT_TRUE(line->check);
  EXPECT_THAT(std::string(ReadCommandLine({"--lisen", "x"}).status().message()),
              HasSubstr("--lisen"));
  EXPECT_THAT(std::string(ReadCommandLine({"--clock", "moon"}).status().message()),
              HasSubstr("real or virtual"));
  EXPECT_THAT(std::string(ReadCommandLine({"--config", "/nowhere"}).status().message()),
              HasSubstr("/nowhere"));
}

}  // namespace
}  // namespace belfry::testing
