// The bot between a server and real witnesses: cosignatures arrive, sizes are learned, and two
// histories raise an alarm.
#include "bot/witness/carrier.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/base/sha256.h"
#include "server/record/checkpoint.h"
#include "server/record/hash.h"
#include "server/record/proof.h"
#include "server/record/tree.h"
#include "server/witness/witness.h"

namespace belfry::bot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Outcome = WitnessCarrier::Outcome;

constexpr char kOrigin[] = "mass.example/belfry";

class MemoryStore final : public witness::StateStore {
 public:
  absl::StatusOr<std::optional<record::Checkpoint>> Load(const std::string&) override {
    return known;
  }
  absl::Status Save(const record::Checkpoint& checkpoint, absl::string_view) override {
    known = checkpoint;
    return absl::OkStatus();
  }
  std::optional<record::Checkpoint> known;
};

// Leaves without tiles: fewer than fill one.
class Leaves final : public record::TileSource {
 public:
  absl::StatusOr<std::string> ReadTile(int, uint64_t) override {
    return absl::NotFoundError("no tile");
  }
  absl::StatusOr<std::vector<record::Hash>> ReadLeafHashes(uint64_t first,
                                                           uint64_t count) override {
    return std::vector<record::Hash>(hashes.begin() + static_cast<long>(first),
                                     hashes.begin() + static_cast<long>(first + count));
  }
  std::vector<record::Hash> hashes;
};

// What AuditService says, over a super-log in memory.
class FakeServer final : public client::Connection {
 public:
  FakeServer()
      : signer_(*record::NewNoteSigner(kOrigin, *PrivateKey::FromEd25519Seed(Sha256("key")))) {}

  void Grow(size_t count, absl::string_view history = "") {
    for (size_t i = 0; i < count; ++i) {
      leaves_.hashes.push_back(
          record::LeafHash(absl::StrCat(history, "leaf ", leaves_.hashes.size())));
    }
  }
  void Restore(size_t size) { leaves_.hashes.resize(size); }
  uint64_t size() const { return leaves_.hashes.size(); }
  const record::VerifierKey& key() const { return signer_->verifier(); }

  absl::StatusOr<v1::GetCheckpointResponse> GetCheckpoint(const v1::GetCheckpointRequest& request,
                                                          const client::CallOptions&) override {
    EXPECT_EQ(request.log(), "");
    v1::GetCheckpointResponse response;
    if (size() == 0) return response;
    record::NodeReader nodes(&leaves_, size());
    const record::Checkpoint checkpoint{kOrigin, size(), *record::RootAt(nodes, size())};
    response.set_note(record::FormatNote(*record::SignCheckpoint(checkpoint, *signer_)));
    response.set_origin(kOrigin);
    response.set_size(static_cast<int64_t>(size()));
    return response;
  }
  absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
      const v1::GetConsistencyProofRequest& request, const client::CallOptions&) override {
    v1::GetConsistencyProofResponse response;
    record::NodeReader nodes(&leaves_, size());
    const auto proof = record::ConsistencyProof(nodes, static_cast<uint64_t>(request.from_size()),
                                                static_cast<uint64_t>(request.to_size()));
    if (!proof.ok()) return proof.status();
    for (const record::Hash& hash : *proof) response.add_hashes(hash.data(), hash.size());
    return response;
  }
  absl::StatusOr<v1::AddCosignatureResponse> AddCosignature(
      const v1::AddCosignatureRequest& request, const client::CallOptions&) override {
    if (refuse) return absl::UnavailableError("not now");
    cosignatures.push_back(request);
    return v1::AddCosignatureResponse();
  }

  bool refuse = false;
  std::vector<v1::AddCosignatureRequest> cosignatures;

 private:
  std::unique_ptr<record::NoteSigner> signer_;
  Leaves leaves_;
};

// Witnesses by the address they are reached at.
class FakeNetwork final : public HttpClient {
 public:
  absl::StatusOr<HttpResponse> Send(const OutgoingRequest& request) override {
    absl::string_view url = request.url;
    EXPECT_TRUE(absl::ConsumeSuffix(&url, "/add-checkpoint"));
    const auto found = witnesses.find(std::string(url));
    if (found == witnesses.end()) return absl::UnavailableError("nobody there");
    ++requests;
    if (answer.has_value()) return *answer;
    witness::Answer given = found->second->AddCheckpoint(request.body);
    return HttpResponse{given.status, given.content_type, given.body, absl::ZeroDuration()};
  }
  std::map<std::string, witness::Witness*> witnesses;
  std::optional<HttpResponse> answer;
  int requests = 0;
};

class WitnessCarrierTest : public testing::Test {
 protected:
  WitnessCarrierTest()
      : server_(std::make_shared<FakeServer>()),
        witness_(*record::Cosigner::Create("witness.example/w1",
                                           *PrivateKey::FromEd25519Seed(Sha256("w1"))),
                 {{kOrigin, {server_->key()}}}, &store_, &clock_),
        carrier_(client::Client(server_), &network_, {Endpoint()}, absl::Seconds(30)) {
    network_.witnesses["http://127.0.0.1:9"] = &witness_;
  }
  WitnessEndpoint Endpoint() const {
    return {"http://127.0.0.1:9", *audit::VerifierKey::Parse(witness_.verifier().ToString())};
  }

  std::shared_ptr<FakeServer> server_;
  VirtualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  MemoryStore store_;
  witness::Witness witness_;
  FakeNetwork network_;
  WitnessCarrier carrier_;
};

TEST_F(WitnessCarrierTest, BringsCosignaturesBack) {
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kServer));  // nothing signed yet
  server_->Grow(3);
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kUnchanged));
  EXPECT_EQ(network_.requests, 1);
  server_->Grow(10);
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
  ASSERT_EQ(server_->cosignatures.size(), 2u);
  EXPECT_EQ(server_->cosignatures[1].size(), 13);
  EXPECT_TRUE(
      audit::ParseSignatureLine(absl::StripSuffix(server_->cosignatures[1].signatures(), "\n"))
          .ok());
  EXPECT_EQ(store_.known->size, 13u);
}

TEST_F(WitnessCarrierTest, LearnsTheSizeAfterARestart) {
  server_->Grow(5);
  ASSERT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
  server_->Grow(4);
  WitnessCarrier fresh(client::Client(server_), &network_, {Endpoint()}, absl::Seconds(30));
  EXPECT_THAT(fresh.Round(), ElementsAre(Outcome::kCosigned));
  EXPECT_EQ(server_->cosignatures.back().size(), 9);
}

TEST_F(WitnessCarrierTest, ACosignatureThatWasNotTakenIsMadeAgain) {
  server_->Grow(5);
  server_->refuse = true;
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kServer));
  server_->refuse = false;
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
}

TEST_F(WitnessCarrierTest, AnOlderRecordIsAnAlarm) {
  server_->Grow(9);
  ASSERT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
  server_->Restore(6);
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kSplitView));
  EXPECT_THAT(carrier_.StatsText(),
              HasSubstr("belfry_bot_witness_split_view{witness=\"witness.example/w1\"} 1\n"));
}

TEST_F(WitnessCarrierTest, AnotherHistoryIsAnAlarm) {
  server_->Grow(9);
  ASSERT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
  server_->Restore(6);
  server_->Grow(5, "other ");
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kSplitView));
  // At the very size that it has seen.
  server_->Restore(9);
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kSplitView));
  EXPECT_EQ(server_->cosignatures.size(), 1u);
  // And what was right is right again.
  server_->Restore(6);
  server_->Grow(6);
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kCosigned));
  EXPECT_THAT(carrier_.StatsText(), HasSubstr("split_view{witness=\"witness.example/w1\"} 0\n"));
}

TEST_F(WitnessCarrierTest, OneThatIsAwayDoesNotKeepTheOthers) {
  WitnessEndpoint away = Endpoint();
  away.url = "http://127.0.0.1:7";
  WitnessCarrier both(client::Client(server_), &network_, {away, Endpoint()}, absl::Seconds(30));
  server_->Grow(2);
  EXPECT_THAT(both.Round(), ElementsAre(Outcome::kUnreachable, Outcome::kCosigned));
}

TEST_F(WitnessCarrierTest, TakesNoSignatureThatDoesNotHold) {
  server_->Grow(2);
  network_.answer = HttpResponse{200, "", "\u2014 witness.example/w1 AAAAAAAA\n", {}};
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kRefused));
  network_.answer = HttpResponse{403, "", "no\n", {}};
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kRefused));
  network_.answer = HttpResponse{502, "", "no\n", {}};
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kUnreachable));
  network_.answer = HttpResponse{409, "text/x.tlog.size", "99\n", {}};
  EXPECT_THAT(carrier_.Round(), ElementsAre(Outcome::kSplitView));
  EXPECT_TRUE(server_->cosignatures.empty());
}

}  // namespace
}  // namespace belfry::bot
