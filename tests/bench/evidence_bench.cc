// Evidence in and out beside its limits, measured in the same run on the same machine:
//   write   the same bytes into a plain file, with fsync
//   sha256  the same bytes through SHA-256, on one core: both sides of an upload do it
//   stream  the same messages through a gRPC callback server that drops them
//   up      announced, sent, hashed, encrypted and durable in the vault of a real belfryd
//   down    read, decrypted, checked and hashed again
// and how much the server's memory grew. Limit: 32 MiB, whatever the size.
//
//   evidence_bench [--json FILE] [--mib N]
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "belfry/evidence_transfer.h"
#include "belfry/v1/evidence_service.grpc.pb.h"
#include "server/vault/cipher.h"
#include "tests/support/test_server.h"

namespace belfry::bench {
namespace {

constexpr int64_t kMemoryLimitBytes = 32 << 20;
constexpr size_t kMessageBytes = 192 * 1024;

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "evidence_bench: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

double SecondsOf(const std::function<void()>& work) {
  const absl::Time start = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - start);
}

// Takes what comes and drops it.
class DropService final : public v1::EvidenceService::CallbackService {
 public:
  grpc::ServerReadReactor<v1::UploadEvidenceRequest>* UploadEvidence(
      grpc::CallbackServerContext*, v1::UploadEvidenceResponse*) override {
    class Reactor final : public grpc::ServerReadReactor<v1::UploadEvidenceRequest> {
     public:
      Reactor() { StartRead(&message_); }
      void OnReadDone(bool ok) override { ok ? StartRead(&message_) : Finish(grpc::Status::OK); }
      void OnDone() override { delete this; }

     private:
      v1::UploadEvidenceRequest message_;
    };
    return new Reactor;
  }
};

double SecondsOfStream(const std::string& block, int64_t bytes) {
  DropService service;
  const std::string address = absl::StrCat("unix:/tmp/evidence-bench-", getpid());
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto stub = v1::EvidenceService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  const double seconds = SecondsOf([&] {
    grpc::ClientContext context;
    v1::UploadEvidenceResponse response;
    const auto writer = stub->UploadEvidence(&context, &response);
    v1::UploadEvidenceRequest message;
    for (int64_t done = 0; done < bytes; done += static_cast<int64_t>(kMessageBytes)) {
      message.set_data(block.substr(0, kMessageBytes));
      writer->Write(message);
    }
    writer->WritesDone();
    writer->Finish();
  });
  server->Shutdown();
  return seconds;
}

// The server runs in this process; the client beside it holds one message.
int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

int Main(int argc, char** argv) {
  int64_t mib = 512;
  std::string json;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--json") {
      json = argv[i + 1];
    } else if (flag != "--mib" || !absl::SimpleAtoi(argv[i + 1], &mib) || mib < 1) {
      std::fprintf(stderr, "usage: evidence_bench [--json FILE] [--mib N]\n");
      return 2;
    }
  }
  const int64_t bytes = mib << 20;
  testing::TestServer server;
  std::string block = [] {
    SystemRandom random;
    return vault::RandomBytes(random, 1 << 20);
  }();
  const std::string source = absl::StrCat(server.directory(), "/source");
  const double write = SecondsOf([&] {
    const int file = open(source.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int64_t i = 0; i < mib; ++i) {
      // No two blocks alike.
      block.replace(0, 8, reinterpret_cast<const char*>(&i), 8);
      if (::write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size())) {
        Die(absl::UnavailableError("cannot write the source"));
      }
    }
    fsync(file);
    close(file);
  });
  const double sha256 = SecondsOf([&] {
    vault::Sha256Stream hash;
    for (int64_t i = 0; i < mib; ++i) hash.Add(block);
    if (hash.Hex().empty()) std::abort();
  });
  const double stream = SecondsOfStream(block, bytes);

  const client::Client client = server.As("dop.iso");
  v1::CreateEvidenceRequest create;
  create.set_parent(server.Open());
  create.mutable_evidence()->set_kind(v1::Evidence::KIND_IMAGE);
  create.mutable_evidence()->set_description("measured");
  const auto item = client.CreateEvidence(create);
  if (!item.ok()) Die(item.status());
  // Hashing comes before sending and is counted apart.
  absl::Time sending = absl::InfinitePast();
  client::TransferOptions options;
  options.progress = [&](const client::TransferProgress& progress) {
    if (sending == absl::InfinitePast() && std::string(progress.what) == "sending") {
      sending = absl::Now();
    }
  };
  const int64_t before = ResidentBytes();
  const auto stored = client::UploadFile(client, item->evidence().name(), source, options);
  if (!stored.ok()) Die(stored.status());
  const double up = absl::ToDoubleSeconds(absl::Now() - sending);
  const std::string copy = absl::StrCat(server.directory(), "/copy");
  const double down = SecondsOf([&] {
    const auto content =
        client::DownloadFile(client, item->evidence().name(), "measuring", copy, options);
    if (!content.ok()) Die(content.status());
    if (content->sha256() != stored->content().sha256()) std::abort();
  });
  const int64_t grown = ResidentBytes() - before;

  const auto rate = [&](double seconds) { return static_cast<double>(mib) / seconds; };
  absl::PrintF("%d MiB, MiB/s:  write %.0f  sha256 %.0f  stream %.0f  up %.0f  down %.0f\n", mib,
               rate(write), rate(sha256), rate(stream), rate(up), rate(down));
  absl::PrintF("memory grew by %.1f MiB (limit %d)\n", static_cast<double>(grown) / (1 << 20),
               kMemoryLimitBytes >> 20);
  if (!json.empty()) {
    std::ofstream(json) << absl::StrFormat(
        "{\"mib\": %d, \"write_mib_s\": %.1f, \"sha256_mib_s\": %.1f, \"stream_mib_s\": %.1f, "
        "\"up_mib_s\": %.1f, \"down_mib_s\": %.1f, \"grown_bytes\": %d}\n",
        mib, rate(write), rate(sha256), rate(stream), rate(up), rate(down), grown);
  }
  return grown < kMemoryLimitBytes ? 0 : 1;
}

}  // namespace
}  // namespace belfry::bench

int main(int argc, char** argv) { return belfry::bench::Main(argc, argv); }
