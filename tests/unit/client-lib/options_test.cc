#include "belfry/options.h"

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "client-lib/src/channel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace belfry::client {
namespace {

TEST(OptionsTest, PlaintextStaysOnThisMachine) {
  for (const char* local : {"127.0.0.1:7443", "127.8.9.1:1", "localhost:7443", "[::1]:7443",
                            "unix:/run/belfry.sock", "unix:relative.sock", "unix-abstract:belfry",
                            "ipv4:127.0.0.1:7443", "ipv6:[::1]:7443", "dns:///localhost:7443"}) {
    EXPECT_TRUE(IsLocalTarget(local)) << local;
  }
  for (const char* remote :
       {"", "192.0.2.1:7443", "belfry.example:7443", "[2001:db8::1]:7443", "127.0.0.1.example:7443",
        "localhost.example:7443", "ipv4:127.0.0.1:1,192.0.2.1:2", "dns:///belfry.example",
        "dns://127.0.0.1/belfry.example:7443", "127.0.0.1@belfry.example:7443", "0.0.0.0:7443"}) {
    EXPECT_FALSE(IsLocalTarget(remote)) << remote;
  }
}

TEST(OptionsTest, RefusesPlaintextToAnotherMachine) {
  Options options;
  EXPECT_TRUE(CheckOptions(options).ok());
  options.target = "belfry.example:7443";
  const absl::Status status = CheckOptions(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("plaintext to belfry.example"));
  options.tls = TlsFiles{};
  EXPECT_TRUE(CheckOptions(options).ok());
  options.tls->cert_file = "client.pem";
  EXPECT_EQ(CheckOptions(options).code(), absl::StatusCode::kInvalidArgument);
}

TEST(OptionsTest, ATokenFileIsReadAgainWhenItChanges) {
  char path[] = "/tmp/belfry-token-XXXXXX";
  const int file = mkstemp(path);
  ASSERT_GE(file, 0);
  close(file);
  const auto provider = TokenFromFile(path);
  EXPECT_FALSE(provider().ok());  // empty
  std::ofstream(path) << "  first \nsecond line\n";
  EXPECT_EQ(*provider(), "first");
  unlink(path);
  EXPECT_FALSE(provider().ok());
  std::ofstream(path) << "second\n";
  EXPECT_EQ(*provider(), "second");
  unlink(path);
}

}  // namespace
}  // namespace belfry::client
