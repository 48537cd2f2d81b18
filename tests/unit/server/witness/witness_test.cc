// A witness vouches for one history only: the answers of C2SP tlog-witness, in order, after
// crashes, and when somebody shows it two histories.
#include "server/witness/witness.h"

#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/base/sha256.h"
#include "server/record/hash.h"
#include "server/witness/state_directory.h"

namespace belfry::witness {
namespace {

using record::Hash;

constexpr char kOrigin[] = "mass.example/belfry";

// Fails when told to, as a disk does.
class FaultyStore final : public StateStore {
 public:
  explicit FaultyStore(StateStore* store) : store_(*store) {}
  absl::StatusOr<std::optional<record::Checkpoint>> Load(const std::string& origin) override {
    if (fail_load) return absl::DataLossError("damaged");
    return store_.Load(origin);
  }
  absl::Status Save(const record::Checkpoint& checkpoint, absl::string_view note) override {
    if (fail_save) return absl::UnavailableError("no space");
    return store_.Save(checkpoint, note);
  }
  bool fail_load = false;
  bool fail_save = false;

 private:
  StateStore& store_;
};

// A log by RFC 6962's own definition, with proofs.
class Log {
 public:
  explicit Log(std::string seed) : seed_(std::move(seed)) {}
  Hash LeafAt(size_t i) const { return record::LeafHash(absl::StrCat(i < fork ? "" : seed_, i)); }
  Hash Root(size_t begin, size_t end) const {
    if (begin == end) return record::EmptyRoot();
    if (end - begin == 1) return LeafAt(begin);
    const size_t k = begin + Split(end - begin);
    return record::NodeHash(Root(begin, k), Root(k, end));
  }
  std::string Proof(size_t from, size_t to) const {
    std::string lines;
    if (from > 0 && from < to) SubProof(from, 0, to, true, lines);
    return lines;
  }
  size_t fork = 0;  // leaves before are those of every log

 private:
  static size_t Split(size_t n) {
    size_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  }
  static void Put(const Hash& hash, std::string& lines) {
    absl::StrAppend(&lines, absl::Base64Escape(record::View(hash)), "\n");
  }
  void SubProof(size_t m, size_t begin, size_t end, bool whole, std::string& lines) const {
    if (m == end) {
      if (!whole) Put(Root(begin, end), lines);
      return;
    }
    const size_t k = begin + Split(end - begin);
    if (m <= k) {
      SubProof(m, begin, k, whole, lines);
      Put(Root(k, end), lines);
    } else {
      SubProof(m, k, end, false, lines);
      Put(Root(begin, k), lines);
    }
  }

  const std::string seed_;
};

class WitnessTest : public testing::Test {
 protected:
  WitnessTest()
      : directory_(absl::StrCat(testing::TempDir(), "/witness_", getpid())),
        signer_(*record::NewNoteSigner(kOrigin, *PrivateKey::FromEd25519Seed(Sha256("server")))) {
    Start();
  }
  ~WitnessTest() override {
    witness_.reset();
    state_.reset();
    const std::string command = absl::StrCat("rm -r ", directory_);
    EXPECT_EQ(system(command.c_str()), 0);
  }

  // As after a crash: everything that is not on disk is gone.
  void Start() {
    witness_.reset();
    state_.reset();
    auto state = StateDirectory::Open(directory_);
    ASSERT_TRUE(state.ok()) << state.status();
    state_ = *std::move(state);
    store_ = std::make_unique<FaultyStore>(state_.get());
    witness_ = std::make_unique<Witness>(
        *record::Cosigner::Create("witness.example/w1",
                                  *PrivateKey::FromEd25519Seed(Sha256("witness"))),
        Witness::Logs{{kOrigin, {signer_->verifier()}}}, store_.get(), &clock_);
  }

  std::string Note(const Log& log, size_t size, const std::string& origin = kOrigin) const {
    return record::FormatNote(*record::SignCheckpoint({origin, size, log.Root(0, size)}, *signer_));
  }
  std::string Body(const Log& log, size_t from, size_t to) const {
    return absl::StrCat("old ", from, "\n", log.Proof(from, to), "\n", Note(log, to));
  }
  Answer Offer(const std::string& body) {
    split_.reset();
    return witness_->AddCheckpoint(body, &split_);
  }

  const std::string directory_;
  VirtualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  std::unique_ptr<record::NoteSigner> signer_;
  std::unique_ptr<StateDirectory> state_;
  std::unique_ptr<FaultyStore> store_;
  std::unique_ptr<Witness> witness_;
  std::optional<SplitView> split_;
  const Log log_{"a"};
};

TEST_F(WitnessTest, CosignsALogThatGrows) {
  size_t size = 0;
  for (const size_t next : {3, 3, 7, 8, 21, 64, 65}) {
    const Answer answer = Offer(Body(log_, size, next));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto line = record::ParseSignatureLine(answer.body);
    ASSERT_TRUE(line.ok());
    const auto note = record::ParseNote(Note(log_, next));
    EXPECT_TRUE(witness_->verifier().Verify(note->text, *line));
    EXPECT_EQ(*record::CosignatureTime(*line), 1'800'000'000u);
    size = next;
  }
  Start();
  EXPECT_EQ(Offer(Body(log_, 65, 70)).status, 200);
}

TEST_F(WitnessTest, TellsItsSizeToWhoDoesNotKnowIt) {
  ASSERT_EQ(Offer(Body(log_, 0, 9)).status, 200);
  for (const size_t wrong : {0, 8, 10}) {
    const Answer answer = Offer(Body(log_, wrong, 12));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
    EXPECT_EQ(answer.body, "9\n");
    EXPECT_FALSE(split_.has_value());
  }
}

TEST_F(WitnessTest, RefusesAnotherHistory) {
  Log other("b");
  other.fork = 5;
  ASSERT_EQ(Offer(Body(log_, 0, 9)).status, 200);
  EXPECT_EQ(Offer(Body(other, 9, 12)).status, 422);
  ASSERT_TRUE(split_.has_value());
  EXPECT_EQ(split_->cosigned.size, 9u);
  EXPECT_EQ(split_->offered.size, 12u);
  // The proof may be the wrong one; two roots of one size need none.
  EXPECT_FALSE(split_->proven());
  EXPECT_EQ(Offer(Body(other, 9, 9)).status, 409);
  ASSERT_TRUE(split_.has_value());
  EXPECT_TRUE(split_->proven());
  // What it vouched for stays.
  EXPECT_EQ(Offer(Body(log_, 9, 12)).status, 200);
}

TEST_F(WitnessTest, NeverGoesBack) {
  ASSERT_EQ(Offer(Body(log_, 0, 9)).status, 200);
  EXPECT_EQ(Offer(Body(log_, 9, 5)).status, 400);
  EXPECT_EQ(Offer(Body(log_, 5, 5)).status, 409);
  EXPECT_EQ(Offer(Body(log_, 0, 5)).status, 409);
}

TEST_F(WitnessTest, KnowsWhoseLogItIs) {
  EXPECT_EQ(Offer(absl::StrCat("old 0\n\n", Note(log_, 3, "other.example/belfry"))).status, 404);
  const auto stranger =
      *record::NewNoteSigner(kOrigin, *PrivateKey::FromEd25519Seed(Sha256("stranger")));
  const std::string note =
      record::FormatNote(*record::SignCheckpoint({kOrigin, 3, log_.Root(0, 3)}, *stranger));
  EXPECT_EQ(Offer(absl::StrCat("old 0\n\n", note)).status, 403);
}

TEST_F(WitnessTest, RefusesWhatIsMalformed) {
  const std::string note = Note(log_, 3);
  for (const std::string& body :
       {std::string(), std::string("old 0"), std::string("old 0\n"), absl::StrCat("\n", note),
        absl::StrCat("old -1\n\n", note), absl::StrCat("old 00\n\n", note),
        absl::StrCat("old 0\nAAAA\n\n", note), absl::StrCat("old 0\n", note),
        absl::StrCat("old 18446744073709551616\n\n", note), std::string("old 0\n\nnothing\n")}) {
    EXPECT_EQ(Offer(body).status, 400) << absl::CEscape(body);
  }
  std::string many = "old 0\n";
  for (int i = 0; i < 64; ++i) {
    absl::StrAppend(&many, absl::Base64Escape(record::View(log_.Root(0, 1))), "\n");
  }
  EXPECT_EQ(Offer(absl::StrCat(many, "\n", note)).status, 400);
  // A first checkpoint comes without a proof.
  EXPECT_EQ(Offer(absl::StrCat("old 0\n", absl::Base64Escape(record::View(log_.Root(0, 1))), "\n\n",
                               note))
                .status,
            422);
}

TEST_F(WitnessTest, SaysNothingThatItCouldForget) {
  ASSERT_EQ(Offer(Body(log_, 0, 9)).status, 200);
  store_->fail_save = true;
  EXPECT_EQ(Offer(Body(log_, 9, 12)).status, 500);
  store_->fail_save = false;
  Start();
  EXPECT_EQ(Offer(Body(log_, 9, 12)).status, 200);
  store_->fail_load = true;
  EXPECT_EQ(Offer(Body(log_, 12, 13)).status, 500);
}

TEST_F(WitnessTest, VouchesForNothingWhenItsStateIsDamaged) {
  ASSERT_EQ(Offer(Body(log_, 0, 9)).status, 200);
  const std::string file = absl::StrCat(directory_, "/", Sha256Hex(kOrigin), ".checkpoint");
  std::ofstream(file) << "half";
  EXPECT_EQ(Offer(Body(log_, 0, 12)).status, 500);
  EXPECT_EQ(Offer(Body(log_, 9, 12)).status, 500);
}

TEST_F(WitnessTest, LeavesNoHalfFileBehindThatCounts) {
  ASSERT_EQ(Offer(Body(log_, 0, 9)).status, 200);
  // Killed while it wrote the next one.
  std::ofstream(absl::StrCat(directory_, "/", Sha256Hex(kOrigin), ".checkpoint.new")) << "ha";
  Start();
  EXPECT_EQ(Offer(Body(log_, 9, 12)).status, 200);
}

TEST_F(WitnessTest, IsAloneWithItsState) {
  EXPECT_TRUE(absl::IsUnavailable(StateDirectory::Open(directory_).status()));
}

TEST_F(WitnessTest, TwoAtOnceDoNotPassEachOther) {
  ASSERT_EQ(Offer(Body(log_, 0, 10)).status, 200);
  // Only one of these can be the next one; all are consistent with what was there before.
  std::vector<int> statuses(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back(
        [&, i] { statuses[i] = witness_->AddCheckpoint(Body(log_, 10, 11 + i)).status; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 7);
}

}  // namespace
}  // namespace belfry::witness
