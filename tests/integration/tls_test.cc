// Certificates made by openssl, exchanged and revoked while the server runs.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "belfry/error.h"
#include "belfry/v1/directory_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "client-lib/src/grpc_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/frontend/server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using ::testing::HasSubstr;

// Certificate authorities in a folder, as an operator makes them on the command line.
class Pki {
 public:
  Pki() {
    std::string pattern = ::testing::TempDir() + "belfry-pki-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    for (const char* name : {"ca1", "ca2"}) MakeAuthority(name);
  }
  ~Pki() { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  std::string Read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(Path(name)).rdbuf();
    return text.str();
  }
  // NAME.pem and NAME.key; `names` such as "URI:belfry://siem".
  void Issue(const std::string& authority, const std::string& name, const std::string& names,
             int days = 30) const {
    const std::string extensions = names.empty() ? "" : " -addext 'subjectAltName=" + names + "'";
    Run(
        absl::StrCat("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                     "-keyout ",
                     name, ".key -out ", name, ".csr -subj /CN=", name, extensions));
    Run(absl::StrCat("openssl ca -batch -config ", authority, ".cnf -days ", days, " -in ", name,
                     ".csr -out ", name, ".pem -notext"));
  }
  void Revoke(const std::string& authority, const std::string& name, int list_days = 30) const {
    Run(absl::StrCat("openssl ca -config ", authority, ".cnf -revoke ", name, ".pem"));
    List(authority, list_days);
  }
  // AUTHORITY.crl
  void List(const std::string& authority, int days = 30) const {
    Run(absl::StrCat("openssl ca -config ", authority, ".cnf -gencrl -crldays ", days, " -out ",
                     authority, ".crl"));
  }
  // Into the place of another file, as a whole.
  void Place(const std::string& text, const std::string& name) const {
    std::ofstream(Path(name + ".new")) << text;
    std::filesystem::rename(Path(name + ".new"), Path(name));
  }

 private:
  void MakeAuthority(const std::string& name) const {
    Run(
        absl::StrCat("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                     "-keyout ",
                     name, ".key -out ", name, ".pem -days 365 -subj /CN=", name));
    std::filesystem::create_directories(Path(name + ".issued"));
    std::ofstream(Path(name + ".index"));
    std::ofstream(Path(name + ".cnf"))
        << "[ca]\ndefault_ca=a\n[a]\ndatabase=" << name << ".index\nnew_certs_dir=" << name
        << ".issued\nrand_serial=yes\ncertificate=" << name << ".pem\nprivate_key=" << name
        << ".key\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\nunique_subject=no\n[p]\n"
        << "commonName=supplied\n";
  }
  void Run(const std::string& command) const {
    const std::string line = absl::StrCat("cd ", directory_, " && ", command, " 2>> log");
    ASSERT_EQ(std::system(line.c_str()), 0) << command << "\n" << Read("log");
  }

  std::string directory_;
};

class TlsTest : public ::testing::Test {
 protected:
  // A little ahead of the certificates that openssl makes now.
  TlsTest() : machine_(absl::Now() + absl::Minutes(5)) {
    pki_.Issue("ca1", "server", "DNS:localhost,IP:127.0.0.1");
    pki_.Issue("ca1", "siem", "URI:belfry://siem.dop");
    pki_.Issue("ca1", "gateway", "DNS:Gateway.example.gov");
    pki_.List("ca1");
    pki_.List("ca2");
    for (const char* file : {"server.pem", "server.key"}) {
      pki_.Place(pki_.Read(file), absl::StrCat("live-", file));
    }
    pki_.Place(pki_.Read("ca1.pem"), "live-ca.pem");
    pki_.Place(pki_.Read("ca1.crl"), "live-ca.crl");
    engine::EngineOptions options;
    options.machine_clock = &machine_;
    server_ = std::make_unique<TestServer>(
        [this](config::v1::ServerConfig& config, const std::string&) { Configure(config); },
        options);
  }

  void Configure(config::v1::ServerConfig& config) const {
    config.add_listen("127.0.0.1:0");
    config::v1::TlsConfig& tls = *config.mutable_tls();
    tls.set_certificate_file(pki_.Path("live-server.pem"));
    tls.set_private_key_file(pki_.Path("live-server.key"));
    tls.set_client_ca_file(pki_.Path("live-ca.pem"));
    tls.set_client_crl_file(pki_.Path("live-ca.crl"));
    tls.set_loopback(true);
    for (config::v1::PrincipalConfig& principal : *config.mutable_principals()) {
      if (principal.name() == "systems/siem.dop") {
        principal.set_certificate_uri("belfry://siem.dop");
      }
      if (principal.name() == "systems/siem.bor") {
        principal.set_certificate_dns("gateway.example.gov");
      }
    }
  }

  // A connection of its own: channels to one address share theirs otherwise.
  std::shared_ptr<grpc::Channel> Connect(const std::string& authority, const std::string& name) {
    grpc::SslCredentialsOptions ssl;
    ssl.pem_root_certs = pki_.Read(authority + ".pem");
    if (!name.empty()) {
      ssl.pem_cert_chain = pki_.Read(name + ".pem");
      ssl.pem_private_key = pki_.Read(name + ".key");
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt("grpc.use_local_subchannel_pool", 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(absl::StrCat("localhost:", server_->frontend().ports()[1]),
                                     grpc::SslCredentials(ssl), arguments);
  }
  // "systems/…", or the reason of the refusal; "no connection" when none came about.
  static std::string WhoIs(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& token = "") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    if (!token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    v1::WhoAmIResponse response;
    const grpc::Status status =
        v1::DirectoryService::NewStub(channel)->WhoAmI(&context, v1::WhoAmIRequest(), &response);
    if (status.ok()) return response.principal();
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) return "no connection";
    const std::string reason = client::DescribeError(client::FromGrpc(status)).reason;
    return reason.empty() ? status.error_message() : reason;
  }
  void ReplaceServer(const std::string& name) {
    // A key that does not fit for a moment is what a plain copy of two files makes.
    pki_.Place(pki_.Read(name + ".key"), "live-server.key");
    pki_.Place(pki_.Read(name + ".pem"), "live-server.pem");
  }

  Pki pki_;
  VirtualClock machine_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(TlsTest, ACertificateIsTheSystemThatItsOneNameStandsFor) {
  EXPECT_EQ(WhoIs(Connect("ca1", "siem")), "systems/siem.dop");
  EXPECT_EQ(WhoIs(Connect("ca1", "gateway")), "systems/siem.bor") << "case is nothing in DNS";
  EXPECT_EQ(WhoIs(Connect("ca1", "siem"), "token-of-dop.clerk"), "people/dop.clerk")
      << "who shows a token means it";
  EXPECT_EQ(WhoIs(Connect("ca1", "siem"), "wrong"), "CREDENTIALS_INVALID");
  pki_.Issue("ca1", "two", "URI:belfry://siem.dop,URI:belfry://other");
  EXPECT_EQ(WhoIs(Connect("ca1", "two")), "CREDENTIALS_INVALID");
  pki_.Issue("ca1", "both", "URI:belfry://other,DNS:gateway.example.gov");
  EXPECT_EQ(WhoIs(Connect("ca1", "both")), "CREDENTIALS_INVALID") << "a DNS name beside a URI";
  pki_.Issue("ca1", "hosts", "DNS:gateway.example.gov,DNS:www.example.gov");
  EXPECT_EQ(WhoIs(Connect("ca1", "hosts")), "CREDENTIALS_INVALID");
  pki_.Issue("ca1", "gateway.example.gov", "");
  EXPECT_EQ(WhoIs(Connect("ca1", "gateway.example.gov")), "CREDENTIALS_INVALID")
      << "a common name is no name";
  pki_.Issue("ca1", "wild", "DNS:*.example.gov");
  EXPECT_EQ(WhoIs(Connect("ca1", "wild")), "CREDENTIALS_INVALID");
}

TEST_F(TlsTest, StrangersAreDroppedInTheHandshake) {
  pki_.Issue("ca2", "stranger", "URI:belfry://siem.dop");
  EXPECT_EQ(WhoIs(Connect("ca1", "stranger")), "no connection");
  EXPECT_EQ(WhoIs(Connect("ca1", "")), "no connection");
  EXPECT_EQ(WhoIs(Connect("ca1", ""), "token-of-dop.clerk"), "no connection");
}

TEST_F(TlsTest, ARevokedCertificateIsRefusedOnTheConnectionItHas) {
  const auto channel = Connect("ca1", "siem");
  ASSERT_EQ(WhoIs(channel), "systems/siem.dop");
  grpc::ClientContext context;
  const auto stream =
      v1::IncidentService::NewStub(channel)->WatchIncidents(&context, v1::WatchIncidentsRequest());
  v1::WatchIncidentsResponse message;
  ASSERT_TRUE(stream->Read(&message));
  pki_.Revoke("ca1", "siem", /*list_days=*/1);
  pki_.Place(pki_.Read("ca1.crl"), "live-ca.crl");
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(channel), "CERTIFICATE_REFUSED");
  EXPECT_EQ(WhoIs(channel, "token-of-dop.clerk"), "CERTIFICATE_REFUSED")
      << "nothing counts over a connection that must not be there";
  EXPECT_EQ(WhoIs(Connect("ca1", "siem")), "CERTIFICATE_REFUSED");
  EXPECT_EQ(WhoIs(Connect("ca1", "gateway")), "systems/siem.bor");
  while (stream->Read(&message)) {
  }
  EXPECT_EQ(client::DescribeError(client::FromGrpc(stream->Finish())).reason,
            "CERTIFICATE_REFUSED");
  // A list of somebody else revokes nothing, and a broken one frees nobody.
  pki_.Place(pki_.Read("ca2.crl"), "live-ca.crl");
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(channel), "CERTIFICATE_REFUSED");
  EXPECT_EQ(WhoIs(Connect("ca1", "gateway")), "systems/siem.bor");
  // Not renewed in time: what it says still counts.
  pki_.Place(pki_.Read("ca1.crl"), "live-ca.crl");
  server_->frontend().RefreshCredentials();
  machine_.AdvanceTo(absl::Now() + absl::Hours(24 * 3));
  EXPECT_EQ(WhoIs(channel), "CERTIFICATE_REFUSED");
  pki_.Issue("ca1", "later", "URI:belfry://siem.dop");
  EXPECT_EQ(WhoIs(Connect("ca1", "later")), "systems/siem.dop") << "and it bars nobody else";
}

TEST_F(TlsTest, AnExpiredCertificateIsRefusedOnTheConnectionItHas) {
  const auto channel = Connect("ca1", "siem");
  ASSERT_EQ(WhoIs(channel), "systems/siem.dop");
  machine_.AdvanceTo(absl::Now() + absl::Hours(24 * 30) - absl::Minutes(5));
  EXPECT_EQ(WhoIs(channel), "systems/siem.dop");
  machine_.AdvanceTo(absl::Now() + absl::Hours(24 * 30) + absl::Minutes(5));
  EXPECT_EQ(WhoIs(channel), "CERTIFICATE_REFUSED");
}

TEST_F(TlsTest, TheAuthorityOfTheClientsIsExchanged) {
  const auto old_channel = Connect("ca1", "siem");
  ASSERT_EQ(WhoIs(old_channel), "systems/siem.dop");
  pki_.Issue("ca2", "next", "URI:belfry://siem.dop");
  EXPECT_EQ(WhoIs(Connect("ca1", "next")), "no connection");
  pki_.Place(pki_.Read("ca1.pem") + pki_.Read("ca2.pem"), "live-ca.pem");
  pki_.Place(pki_.Read("ca1.crl") + pki_.Read("ca2.crl"), "live-ca.crl");
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(Connect("ca1", "next")), "systems/siem.dop");
  EXPECT_EQ(WhoIs(Connect("ca1", "siem")), "systems/siem.dop");
  pki_.Place(pki_.Read("ca2.crl"), "live-ca.crl");
  pki_.Place(pki_.Read("ca2.pem"), "live-ca.pem");
  server_->frontend().RefreshCredentials();
  EXPECT_EQ(WhoIs(Connect("ca1", "next")), "systems/siem.dop");
  EXPECT_EQ(WhoIs(Connect("ca1", "siem")), "no connection");
  EXPECT_EQ(WhoIs(old_channel), "CERTIFICATE_REFUSED") << "though the connection is there";
}

// Callers that connect anew for every call, and others that stay connected, while the certificate
// of the server is exchanged again and again.
TEST_F(TlsTest, TheServersCertificateIsExchangedUnderLoadAndNoCallFails) {
  pki_.Issue("ca2", "server2", "DNS:localhost");
  pki_.Place(pki_.Read("ca1.pem") + pki_.Read("ca2.pem"), "both.pem");
  EXPECT_EQ(WhoIs(Connect("ca2", "siem")), "no connection");
  std::atomic<bool> stop{false};
  std::atomic<int> calls{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, stays = i % 2 == 0] {
      auto channel = Connect("both", "siem");
      while (!stop) {
        if (!stays) channel = Connect("both", "siem");
        ++calls;
        if (WhoIs(channel) != "systems/siem.dop") ++failures;
      }
    });
  }
  const auto more = [&] {
    const int before = calls;
    while (calls < before + 50) std::this_thread::yield();
  };
  for (int i = 0; i < 6; ++i) {
    more();
    ReplaceServer(i % 2 == 0 ? "server2" : "server");
    more();
    EXPECT_EQ(WhoIs(Connect(i % 2 == 0 ? "ca2" : "ca1", "siem")), "systems/siem.dop")
        << "the new one is seen";
    EXPECT_EQ(WhoIs(Connect(i % 2 == 0 ? "ca1" : "ca2", "siem")), "no connection");
  }
  // A key of something else and half a file: handshakes go on with what was there.
  pki_.Place(pki_.Read("siem.key"), "live-server.key");
  more();
  pki_.Place(pki_.Read("server.pem").substr(0, 100), "live-server.pem");
  more();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0) << "of " << calls;
  RecordProperty("calls", calls);
}

TEST_F(TlsTest, CheckNamesTheFileThatIsWrong) {
  const auto wrong = [this](const std::function<void(config::v1::TlsConfig&)>& change) {
    config::v1::ServerConfig config;
    Configure(config);
    change(*config.mutable_tls());
    return std::string(frontend::CheckConnecting(config, absl::Now()).message());
  };
  EXPECT_EQ(wrong([](auto&) {}), "");
  EXPECT_THAT(wrong([](auto& tls) { tls.clear_certificate_file(); }),
              HasSubstr("certificate_file"));
  EXPECT_THAT(wrong([&](auto& tls) { tls.set_private_key_file(pki_.Path("siem.key")); }),
              HasSubstr("private_key_file: is not the key"));
  EXPECT_THAT(wrong([&](auto& tls) { tls.set_client_ca_file(pki_.Path("siem.key")); }),
              HasSubstr("client_ca_file"));
  EXPECT_THAT(wrong([&](auto& tls) { tls.set_client_crl_file(pki_.Path("ca2.crl")); }),
              HasSubstr("client_crl_file"));
  EXPECT_THAT(wrong([](auto& tls) { tls.set_client_crl_file("/nowhere"); }), HasSubstr("/nowhere"));
  config::v1::ServerConfig config;
  Configure(config);
  EXPECT_THAT(
      std::string(frontend::CheckConnecting(config, absl::Now() + absl::Hours(24 * 31)).message()),
      HasSubstr("has expired"));
}

}  // namespace
}  // namespace belfry::testing
