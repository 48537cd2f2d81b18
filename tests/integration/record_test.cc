// The tamper-evident record over the API and on disk: receipts, proofs, exports, deletion by law,
// restarts, older copies and databases from before there was a record.
#include <grpcpp/grpcpp.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "belfry/error.h"
#include "belfry/record/v1/event.pb.h"
#include "belfry/v1/audit_service.grpc.pb.h"
#include "belfry/v1/directory_service.grpc.pb.h"
#include "belfry/v1/incident_service.grpc.pb.h"
#include "belfry/v1/timeline_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/record/checkpoint.h"
#include "server/record/export_frames.h"
#include "server/record/leaf.h"
#include "server/record/note.h"
#include "server/record/proof.h"
#include "server/storage/sqlite/sqlite_store.h"
#include "tests/support/core_world.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace belfry::testing {
namespace {

using record::Hash;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPack[] = "deploy/policy/itd-sec-4.3.textproto";

PrivateKey TestKey(char seed) { return *PrivateKey::FromEd25519Seed(std::string(32, seed)); }

std::shared_ptr<const record::NoteSigner> Signer(char seed = 'k') {
  return *record::NewNoteSigner("localhost/belfry", TestKey(seed));
}

record::Cosigner Witness() { return *record::Cosigner::Create("witness.example", TestKey('w')); }

// The machine's clock stands still, so that checkpoints are made when a test asks for one.
engine::EngineOptions Options() {
  static VirtualClock machine(absl::FromUnixSeconds(1'790'000'000));
  engine::EngineOptions options;
  options.machine_clock = &machine;
  options.record.signer = Signer();
  options.record.witnesses = {Witness().verifier()};
  return options;
}

std::vector<Hash> Hashes(const google::protobuf::RepeatedPtrField<std::string>& field) {
  std::vector<Hash> hashes;
  for (const std::string& bytes : field) hashes.push_back(*record::HashFromBytes(bytes));
  return hashes;
}

void MakeCheckpoint(engine::Engine& engine) {
  absl::Notification done;
  engine.MakeCheckpoint([&](absl::StatusOr<engine::MadeCheckpoint> made) {
    EXPECT_THAT(made, IsOk());
    done.Notify();
  });
  done.WaitForNotification();
}

// Checks what the store holds: indices, tiles' roots, one leaf for each event, commitments.
void CheckRecord(storage::Store& store) {
  storage::RecordReader& tables = store.record();
  int64_t with_payload = 0;
  const auto heads = *tables.ListLogHeads();
  for (const storage::LogHeadRow& head : heads) {
    const auto rows = *tables.ListLeaves(head.log, 0, 1'000'000);
    ASSERT_EQ(static_cast<int64_t>(rows.size()), head.size);
    record::Frontier frontier;
    for (const storage::LogLeafRow& row : rows) {
      ASSERT_EQ(row.index, static_cast<int64_t>(frontier.size()));
      frontier.Append(record::LeafHash(row.leaf));
      if (head.log.empty()) continue;
      const auto leaf = record::ParseLeaf(row.leaf);
      ASSERT_THAT(leaf, IsOk());
      EXPECT_EQ(leaf->origin, head.origin);
      EXPECT_EQ(static_cast<int64_t>(leaf->index), row.index);
      if (row.payload_kind == storage::PayloadKind::kEvent) ++with_payload;
      if (row.salt.empty()) continue;
      EXPECT_EQ(
          record::Commitment(row.salt, **tables.ReadPayload(row.payload_kind, row.payload_ref)),
          leaf->commitment);
    }
    EXPECT_EQ(frontier.Root(), *record::HashFromBytes(head.root)) << head.log;
  }
  EXPECT_EQ(with_payload, *store.LastPosition());
  EXPECT_EQ(*tables.LastLogged(storage::PayloadKind::kEvent), *store.LastPosition());
}

// A caller with stubs of its own.
class Api {
 public:
  Api(const TestServer& server, const std::string& who)
      : who_(who),
        channel_(grpc::CreateChannel(absl::StrCat("unix:", server.socket()),
                                     grpc::InsecureChannelCredentials())),
        audit_(v1::AuditService::NewStub(channel_)),
        incidents_(v1::IncidentService::NewStub(channel_)),
        directory_(v1::DirectoryService::NewStub(channel_)),
        timeline_(v1::TimelineService::NewStub(channel_)) {}

  std::unique_ptr<grpc::ClientContext> Context() const {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("authorization", absl::StrCat("Bearer token-of-", who_));
    // Servers are restarted here.
    context->set_wait_for_ready(true);
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return context;
  }
  v1::GetCheckpointResponse Checkpoint(const std::string& log = "") const {
    v1::GetCheckpointRequest request;
    request.set_log(log);
    v1::GetCheckpointResponse response;
    last_ = audit_->GetCheckpoint(Context().get(), request, &response);
    return response;
  }
  v1::GetInclusionProofResponse Inclusion(const std::string& incident, int64_t version) const {
    v1::GetInclusionProofRequest request;
    request.set_incident(incident);
    request.set_version(version);
    v1::GetInclusionProofResponse response;
    last_ = audit_->GetInclusionProof(Context().get(), request, &response);
    return response;
  }
  v1::GetInclusionProofResponse Leaf(const std::string& log, int64_t index) const {
    v1::GetInclusionProofRequest request;
    request.set_log(log);
    request.set_index(index);
    v1::GetInclusionProofResponse response;
    last_ = audit_->GetInclusionProof(Context().get(), request, &response);
    return response;
  }
  v1::GetConsistencyProofResponse Consistency(const std::string& log, int64_t from) const {
    v1::GetConsistencyProofRequest request;
    request.set_log(log);
    request.set_from_size(from);
    v1::GetConsistencyProofResponse response;
    last_ = audit_->GetConsistencyProof(Context().get(), request, &response);
    return response;
  }
  std::string Export(const std::string& entity = "") const {
    v1::ExportRecordRequest request;
    request.set_entity(entity);
    const auto context = Context();
    const auto reader = audit_->ExportRecord(context.get(), request);
    std::string file;
    v1::ExportRecordResponse piece;
    while (reader->Read(&piece)) {
      EXPECT_LE(piece.data().size(), 256u * 1024);
      file += piece.data();
    }
    last_ = reader->Finish();
    return file;
  }
  std::string Cosign(int64_t size, const std::string& lines) const {
    v1::AddCosignatureRequest request;
    request.set_size(size);
    request.set_signatures(lines);
    v1::AddCosignatureResponse response;
    last_ = audit_->AddCosignature(Context().get(), request, &response);
    return response.note();
  }
  v1::ExpungePayloadResponse Expunge(const std::string& incident, int64_t version) const {
    v1::ExpungePayloadRequest request;
    request.set_incident(incident);
    request.set_version(version);
    request.set_reason("names of patients");
    request.set_authority("order of the Supervisor of Records");
    request.set_request_id(absl::StrCat("expunge ", version));
    v1::ExpungePayloadResponse response;
    last_ = audit_->ExpungePayload(Context().get(), request, &response);
    return response;
  }
  v1::AddNoteResponse Note(const std::string& incident, const std::string& text) const {
    v1::AddNoteRequest request;
    request.set_name(incident);
    request.set_text(text);
    request.set_request_id(absl::StrCat("note ", text.size()));
    v1::AddNoteResponse response;
    last_ = incidents_->AddNote(Context().get(), request, &response);
    return response;
  }
  v1::AssignRoleResponse Assign(const std::string& person, const std::string& role,
                                const std::string& scope) const {
    v1::AssignRoleRequest request;
    request.mutable_assignment()->set_person(person);
    request.mutable_assignment()->set_role(role);
    request.mutable_assignment()->set_scope(scope);
    v1::AssignRoleResponse response;
    last_ = directory_->AssignRole(Context().get(), request, &response);
    EXPECT_TRUE(last_.ok()) << last_.error_message();
    return response;
  }
  std::vector<v1::TimelineEntry> Timeline(const std::string& incident) const {
    v1::ListTimelineEntriesRequest request;
    request.set_parent(incident);
    v1::ListTimelineEntriesResponse response;
    last_ = timeline_->ListTimelineEntries(Context().get(), request, &response);
    return {response.entries().begin(), response.entries().end()};
  }
  const grpc::Status& last() const { return last_; }

 private:
  const std::string who_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AuditService::Stub> audit_;
  std::unique_ptr<v1::IncidentService::Stub> incidents_;
  std::unique_ptr<v1::DirectoryService::Stub> directory_;
  std::unique_ptr<v1::TimelineService::Stub> timeline_;
  mutable grpc::Status last_;
};

v1::CreateIncidentResponse Create(const TestServer& server, const std::string& who,
                                  const std::string& entity, bool restricted = false) {
  v1::CreateIncidentRequest request;
  request.set_title("Something is wrong");
  request.set_entity(entity);
  request.set_restricted(restricted);
  request.set_request_id(absl::StrCat("report of ", who, restricted));
  const auto created = server.As(who).CreateIncident(request);
  EXPECT_THAT(created, IsOk());
  return created.value_or(v1::CreateIncidentResponse());
}

// What the answer says is in the tree, and the key signed that tree.
void VerifyProof(const v1::GetInclusionProofResponse& proof, const std::string& verifier_key) {
  const Hash root = *record::HashFromBytes(proof.root());
  EXPECT_THAT(record::VerifyInclusion(static_cast<uint64_t>(proof.index()),
                                      static_cast<uint64_t>(proof.size()),
                                      record::LeafHash(proof.leaf()), Hashes(proof.hashes()), root),
              IsOk());
  const auto key = record::VerifierKey::Parse(verifier_key);
  ASSERT_THAT(key, IsOk());
  const auto checkpoint = record::OpenCheckpoint(proof.note(), *key);
  ASSERT_THAT(checkpoint, IsOk());
  EXPECT_EQ(*checkpoint,
            (record::Checkpoint{proof.log(), static_cast<uint64_t>(proof.size()), root}));
}

TEST(RecordTest, AReceiptLeadsToASignedProof) {
  TestServer server(StoreWrapper(), Options());
  const auto created = Create(server, "dop.clerk", "entities/dop");
  const v1::Receipt& receipt = created.receipt();
  EXPECT_EQ(receipt.log(), "localhost/belfry/dop");
  EXPECT_LE(receipt.first_index(), receipt.index());
  const auto again = Create(server, "dop.clerk", "entities/dop");
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.receipt().SerializeAsString(), receipt.SerializeAsString());
  MakeCheckpoint(server.engine());

  const Api clerk(server, "dop.clerk");
  const std::string key = clerk.Checkpoint().verifier_key();
  const int64_t events = receipt.index() - receipt.first_index() + 1;
  const auto last = clerk.Inclusion(created.incident().name(), events);
  ASSERT_TRUE(clerk.last().ok()) << clerk.last().error_message();
  EXPECT_EQ(last.index(), receipt.index());
  EXPECT_EQ(record::View(record::LeafHash(last.leaf())), receipt.leaf_hash());
  VerifyProof(last, key);
  const auto first = clerk.Inclusion(created.incident().name(), 1);
  EXPECT_EQ(first.index(), receipt.first_index());
  VerifyProof(first, key);
  const auto leaf = record::ParseLeaf(first.leaf());
  ASSERT_THAT(leaf, IsOk());
  EXPECT_EQ(leaf->kind, "incident.incident_reported");
  EXPECT_EQ(leaf->subject, created.incident().name());
  EXPECT_EQ(leaf->version, 1u);
  EXPECT_EQ(leaf->principal, "people/dop.clerk");
  EXPECT_EQ(leaf->request_id, "report of dop.clerk0");
  EXPECT_EQ(leaf->time_us, static_cast<uint64_t>(absl::ToUnixMicros(server.now())));
  CheckRecord(server.engine().store());
}

TEST(RecordTest, AChangeOfTheDirectoryAndAPackAreInTheInstancesLog) {
  TestServer server(StoreWrapper(), Options());
  const Api admin(server, "admin");
  const v1::Receipt receipt = admin.Assign("people/ccio", "AUDITOR", "").receipt();
  EXPECT_EQ(receipt.log(), "localhost/belfry/_instance");
  const auto rows = *server.engine().store().record().ListLeaves("_instance", receipt.index(), 1);
  ASSERT_EQ(rows.size(), 1u);
  const auto leaf = record::ParseLeaf(rows[0].leaf);
  ASSERT_THAT(leaf, IsOk());
  EXPECT_EQ(leaf->kind, "directory.put_role");
  EXPECT_THAT(leaf->subject, HasSubstr("people/ccio AUDITOR"));
  EXPECT_EQ(leaf->principal, "systems/admin");
  const auto first = *server.engine().store().record().ListLeaves("_instance", 0, 1);
  EXPECT_EQ(record::ParseLeaf(first[0].leaf)->kind, "policy.adopted");
  // Nothing changed, nothing to keep.
  EXPECT_FALSE(admin.Assign("people/ccio", "AUDITOR", "").has_receipt());
}

TEST(RecordTest, IndicesStayDenseOverRestarts) {
  TestServer server(StoreWrapper(), Options());
  for (int round = 0; round < 3; ++round) {
    server.Open("dop.clerk");
    server.Open("dop.clerk");
    Create(server, "bor.contact", "entities/bor");
    CheckRecord(server.engine().store());
    server.Restart();
  }
  // More than a tile.
  const Api clerk(server, "dop.clerk");
  const std::string name = server.Open("dop.clerk");
  for (int i = 0; i < 300; ++i) clerk.Note(name, std::string(static_cast<size_t>(i + 1), 'n'));
  server.Restart();
  clerk.Note(name, std::string(400, 'n'));
  CheckRecord(server.engine().store());
  EXPECT_TRUE((*server.engine().store().record().ReadTile("dop", 0, 0)).has_value());
}

TEST(RecordTest, AnAgencySeesItsOwnPathAndNothingOfOthers) {
  TestServer server(StoreWrapper(), Options());
  Create(server, "bor.contact", "entities/bor");
  const auto created = Create(server, "dop.clerk", "entities/dop");
  MakeCheckpoint(server.engine());
  const Api clerk(server, "dop.clerk");
  const auto own = clerk.Checkpoint("dop");
  ASSERT_TRUE(clerk.last().ok()) << clerk.last().error_message();
  const auto key = record::VerifierKey::Parse(own.verifier_key());
  const auto checkpoint = record::OpenCheckpoint(own.note(), *key);
  ASSERT_THAT(checkpoint, IsOk());
  const auto super_leaf = record::ParseSuperLeaf(own.super_leaf());
  ASSERT_THAT(super_leaf, IsOk());
  EXPECT_EQ(super_leaf->origin, "localhost/belfry/dop");
  EXPECT_EQ(super_leaf->size, checkpoint->size);
  EXPECT_EQ(super_leaf->root, checkpoint->root);
  const auto super = record::OpenCheckpoint(own.super_note(), *key);
  ASSERT_THAT(super, IsOk());
  EXPECT_THAT(record::VerifyInclusion(static_cast<uint64_t>(own.super_index()), super->size,
                                      record::LeafHash(own.super_leaf()), Hashes(own.super_proof()),
                                      super->root),
              IsOk());
  // Another's, and one that is not there, look alike.
  clerk.Checkpoint("bor");
  const grpc::Status hidden = clerk.last();
  clerk.Checkpoint("zzz");
  EXPECT_EQ(hidden.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(clerk.last().error_code(), grpc::StatusCode::NOT_FOUND);
  for (const char* log : {"", "dop", "bor", "zzz", "_instance"}) {
    clerk.Leaf(log, 0);
    EXPECT_EQ(clerk.last().error_code(), grpc::StatusCode::PERMISSION_DENIED) << log;
  }
  clerk.Checkpoint("_instance");
  EXPECT_EQ(clerk.last().error_code(), grpc::StatusCode::NOT_FOUND);
  clerk.Consistency("bor", 0);
  EXPECT_EQ(clerk.last().error_code(), grpc::StatusCode::NOT_FOUND);
  const Api stranger(server, "bor.contact");
  stranger.Inclusion(created.incident().name(), 1);
  EXPECT_EQ(stranger.last().error_code(), grpc::StatusCode::NOT_FOUND);
  // The super-log's is for everybody, a bot too.
  const Api bot(server, "bot");
  EXPECT_EQ(bot.Checkpoint().note(), own.super_note());
  bot.Checkpoint("dop");
  EXPECT_EQ(bot.last().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(RecordTest, CheckpointsContinueEachOther) {
  TestServer server(StoreWrapper(), Options());
  MakeCheckpoint(server.engine());
  const Api bot(server, "bot");
  const auto before = bot.Checkpoint();
  server.Open();
  MakeCheckpoint(server.engine());
  const auto after = bot.Checkpoint();
  ASSERT_GT(after.size(), before.size());
  const auto proof = bot.Consistency("", before.size());
  const auto key = record::VerifierKey::Parse(after.verifier_key());
  const auto old_one = record::OpenCheckpoint(before.note(), *key);
  const auto new_one = record::OpenCheckpoint(after.note(), *key);
  ASSERT_THAT(old_one, IsOk());
  ASSERT_THAT(new_one, IsOk());
  EXPECT_EQ(proof.to_size(), after.size());
  EXPECT_THAT(record::VerifyConsistency(old_one->size, old_one->root, new_one->size, new_one->root,
                                        Hashes(proof.hashes())),
              IsOk());
  // Without news there is no other one.
  MakeCheckpoint(server.engine());
  EXPECT_EQ(bot.Checkpoint().note(), after.note());
}

TEST(RecordTest, CosignaturesOfKnownWitnessesStayWithTheirCheckpoint) {
  TestServer server(StoreWrapper(), Options());
  MakeCheckpoint(server.engine());
  const Api bot(server, "bot");
  const auto checkpoint = bot.Checkpoint();
  const record::SignedNote note = *record::ParseNote(checkpoint.note());
  const std::string line = record::FormatSignatureLine(*Witness().Sign(note.text, 1'790'000'001));
  const std::string cosigned = bot.Cosign(checkpoint.size(), line);
  ASSERT_TRUE(bot.last().ok()) << bot.last().error_message();
  EXPECT_EQ(cosigned, checkpoint.note() + line);
  EXPECT_EQ(bot.Checkpoint().note(), cosigned);
  // The same witness again takes its own place.
  const std::string later = record::FormatSignatureLine(*Witness().Sign(note.text, 1'790'000'002));
  EXPECT_EQ(bot.Cosign(checkpoint.size(), later), checkpoint.note() + later);
  const record::Cosigner stranger = *record::Cosigner::Create("stranger.example", TestKey('s'));
  const std::vector<std::string> bad = {
      record::FormatSignatureLine(*stranger.Sign(note.text, 1)),
      record::FormatSignatureLine(*Witness().Sign(note.text + "x\n", 1)), "nonsense", ""};
  for (const std::string& lines : bad) {
    bot.Cosign(checkpoint.size(), lines);
    EXPECT_EQ(bot.last().error_code(), grpc::StatusCode::INVALID_ARGUMENT) << lines;
  }
  bot.Cosign(checkpoint.size() + 1, line);
  EXPECT_EQ(bot.last().error_code(), grpc::StatusCode::NOT_FOUND);
}

// What a verifier does, in short: every root, every commitment, every signature.
struct Verified {
  std::map<std::string, int> frames;  // "dop P" -> 3
  std::vector<std::string> problems;
};

Verified VerifyExport(const std::string& file, const std::string& verifier_key) {
  Verified result;
  const auto problem = [&](const std::string& what) { result.problems.push_back(what); };
  const record::VerifierKey key = *record::VerifierKey::Parse(verifier_key);
  record::ExportReader reader;
  reader.Feed(file);
  std::string origin;
  bool super = false;
  std::map<std::string, std::vector<Hash>> roots;  // by origin and size
  record::Frontier frontier;
  std::optional<record::Leaf> leaf;
  for (;;) {
    const auto frame = reader.Next();
    if (!frame.ok()) {
      problem(std::string(frame.status().message()));
      return result;
    }
    if (!frame->has_value()) break;
    const std::string& bytes = (*frame)->bytes;
    const char type = static_cast<char>((*frame)->type);
    ++result.frames[absl::StrCat(origin, " ", std::string(1, type))];
    switch ((*frame)->type) {
      case record::FrameType::kOrigin:
      case record::FrameType::kSuperLog:
        origin = bytes;
        super = (*frame)->type == record::FrameType::kSuperLog;
        frontier = record::Frontier();
        roots[origin] = {frontier.Root()};
        break;
      case record::FrameType::kLeaf:
        if (super) {
          const auto one = record::ParseSuperLeaf(bytes);
          if (!one.ok() || one->size >= roots[one->origin].size() ||
              roots[one->origin][one->size] != one->root) {
            problem(absl::StrCat("super leaf ", frontier.size()));
          }
        } else {
          const auto parsed = record::ParseLeaf(bytes);
          if (!parsed.ok() || parsed->origin != origin || parsed->index != frontier.size()) {
            problem(absl::StrCat("leaf ", frontier.size(), " of ", origin));
          } else {
            leaf = *parsed;
          }
        }
        frontier.Append(record::LeafHash(bytes));
        roots[origin].push_back(frontier.Root());
        break;
      case record::FrameType::kPayload:
        if (!leaf.has_value() ||
            record::Commitment(bytes.substr(0, 32), bytes.substr(32)) != leaf->commitment) {
          problem(absl::StrCat("payload ", frontier.size() - 1, " of ", origin));
        }
        break;
      case record::FrameType::kCheckpoint: {
        const auto checkpoint = record::OpenCheckpoint(bytes, key);
        if (!checkpoint.ok() || checkpoint->origin != origin ||
            checkpoint->size >= roots[origin].size() ||
            roots[origin][checkpoint->size] != checkpoint->root) {
          problem(absl::StrCat("checkpoint of ", origin));
        }
        break;
      }
      default:
        break;
    }
  }
  if (const absl::Status end = reader.Finish(); !end.ok()) {
    problem(std::string(end.message()));
  }
  return result;
}

TEST(RecordTest, AnExportVerifiesAndWithholdsWhatTheReaderMayNotSee) {
  TestServer server(StoreWrapper(), Options());
  const Api admin(server, "admin");
  admin.Assign("people/ccio", "AUDITOR", "");
  Create(server, "bor.contact", "entities/bor");
  const std::string open = Create(server, "dop.clerk", "entities/dop").incident().name();
  const std::string closed = Create(server, "dop.iso", "entities/dop", true).incident().name();
  const Api auditor(server, "ccio");
  const std::string key = auditor.Checkpoint().verifier_key();
  const std::string file = auditor.Export();
  ASSERT_TRUE(auditor.last().ok()) << auditor.last().error_message();
  Verified verified = VerifyExport(file, key);
  EXPECT_THAT(verified.problems, IsEmpty());
  EXPECT_GT(verified.frames["localhost/belfry/dop P"], 0);
  EXPECT_GT(verified.frames["localhost/belfry/dop W"], 0);
  EXPECT_EQ(verified.frames["localhost/belfry/bor W"], 0);
  EXPECT_EQ(verified.frames["localhost/belfry/dop C"], 1);
  EXPECT_EQ(verified.frames["localhost/belfry C"], 1);
  EXPECT_TRUE(absl::StrContains(file, "Something is wrong"));
  // All leaves are covered by the newest checkpoint.
  const auto head = *server.engine().store().record().FindLogHead("dop");
  EXPECT_EQ(verified.frames["localhost/belfry/dop L"], head->published);

  EXPECT_THAT(record::ParseLeaf(auditor.Leaf("bor", 0).leaf())->subject, HasSubstr("/BOR-"));
  // One agency alone: no word of the others.
  const std::string one = auditor.Export("entities/dop");
  verified = VerifyExport(one, key);
  EXPECT_THAT(verified.problems, IsEmpty());
  EXPECT_FALSE(absl::StrContains(one, "belfry/bor"));
  EXPECT_FALSE(absl::StrContains(one, "_instance"));
  EXPECT_EQ(verified.frames["localhost/belfry/dop C"], 1);

  // A change anywhere is a problem.
  std::string changed = file;
  changed[changed.find("Something is wrong")] = 's';
  EXPECT_THAT(VerifyExport(changed, key).problems, Not(IsEmpty()));

  for (const char* who : {"dop.iso", "dop.clerk", "csirt.handler", "bot", "admin"}) {
    const Api other(server, who);
    EXPECT_THAT(other.Export(), IsEmpty()) << who;
    EXPECT_EQ(other.last().error_code(), grpc::StatusCode::PERMISSION_DENIED) << who;
  }
  auditor.Export("entities/nowhere");
  EXPECT_EQ(auditor.last().error_code(), grpc::StatusCode::NOT_FOUND);
  auditor.Export("dop");
  EXPECT_EQ(auditor.last().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(RecordTest, WithoutAKeyThereAreReceiptsAndProofsButNoCheckpoints) {
  TestServer server;
  const auto created = Create(server, "dop.clerk", "entities/dop");
  EXPECT_TRUE(created.has_receipt());
  const Api clerk(server, "dop.clerk");
  const auto proof = clerk.Inclusion(created.incident().name(), 1);
  ASSERT_TRUE(clerk.last().ok());
  EXPECT_EQ(proof.note(), "");
  EXPECT_THAT(
      record::VerifyInclusion(static_cast<uint64_t>(proof.index()),
                              static_cast<uint64_t>(proof.size()), record::LeafHash(proof.leaf()),
                              Hashes(proof.hashes()), *record::HashFromBytes(proof.root())),
      IsOk());
  clerk.Checkpoint();
  EXPECT_EQ(clerk.last().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

std::string AllFiles(const std::string& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    all += text.str();
  }
  return all;
}

TEST(RecordTest, AnExpungedNoteIsGoneAndItsProofsStay) {
  TestServer server(StoreWrapper(), Options());
  const Api admin(server, "admin");
  admin.Assign("people/ccio", "AUDITOR", "");
  admin.Assign("people/dop.head", "COUNSEL", "entities/dop");
  const std::string name = Create(server, "dop.clerk", "entities/dop").incident().name();
  const Api clerk(server, "dop.clerk");
  const std::string secret = "Mrs Quillfeather of 12 Larkspur Lane is ill";
  const auto noted = clerk.Note(name, secret);
  ASSERT_TRUE(clerk.last().ok()) << clerk.last().error_message();
  const std::string entry = noted.entry().name();
  const int64_t version = std::stoll(entry.substr(entry.rfind('/') + 1));
  MakeCheckpoint(server.engine());
  const auto before = clerk.Inclusion(name, version);
  const std::string key = clerk.Checkpoint().verifier_key();
  VerifyProof(before, key);

  clerk.Expunge(name, version);
  EXPECT_EQ(clerk.last().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  const Api counsel(server, "dop.head");
  counsel.Expunge(name, 1);
  EXPECT_EQ(counsel.last().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  counsel.Expunge(name, 9'999);
  EXPECT_EQ(counsel.last().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto expunged = counsel.Expunge(name, version);
  ASSERT_TRUE(counsel.last().ok()) << counsel.last().error_message();
  EXPECT_TRUE(expunged.expunged().expunged());
  EXPECT_EQ(expunged.entry().kind(), "EXPUNGED");
  EXPECT_THAT(expunged.entry().text(), HasSubstr("order of the Supervisor of Records"));
  EXPECT_TRUE(expunged.has_receipt());

  // The timeline says so; a repeat of the note's request does not bring it back.
  bool seen = false;
  for (const v1::TimelineEntry& one : clerk.Timeline(name)) {
    EXPECT_THAT(one.text(), Not(HasSubstr("Quillfeather")));
    if (one.name() == entry) {
      seen = true;
      EXPECT_TRUE(one.expunged());
      EXPECT_THAT(one.text(), HasSubstr("Expunged"));
    }
  }
  EXPECT_TRUE(seen);
  const auto repeated = clerk.Note(name, secret);
  EXPECT_TRUE(repeated.replayed());
  EXPECT_THAT(repeated.entry().text(), Not(HasSubstr("Quillfeather")));
  EXPECT_EQ(repeated.receipt().SerializeAsString(), noted.receipt().SerializeAsString());

  // Leaf and proof are what they were; the export says that it is gone, and verifies.
  MakeCheckpoint(server.engine());
  const auto after = clerk.Inclusion(name, version);
  EXPECT_EQ(after.leaf(), before.leaf());
  VerifyProof(after, key);
  const std::string file = Api(server, "ccio").Export();
  Verified verified = VerifyExport(file, key);
  EXPECT_THAT(verified.problems, IsEmpty());
  EXPECT_EQ(verified.frames["localhost/belfry/dop X"], 1);
  EXPECT_FALSE(absl::StrContains(file, "Quillfeather"));
  CheckRecord(server.engine().store());
  // Again: nothing happens.
  v1::ExpungePayloadResponse again = counsel.Expunge(name, version);
  EXPECT_TRUE(again.replayed());
  server.Restart();
  EXPECT_FALSE(absl::StrContains(AllFiles(server.directory()), "Quillfeather"));
}

void Sql(const std::string& database, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(database.c_str(), &db), SQLITE_OK);
  sqlite3_busy_timeout(db, 10'000);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
  sqlite3_free(error);
  sqlite3_close(db);
}

TEST(RecordTest, WhatWasChangedIsNeverCalledWithheld) {
  TestServer server(StoreWrapper(), Options());
  Api(server, "admin").Assign("people/ccio", "AUDITOR", "");
  const std::string closed = Create(server, "dop.iso", "entities/dop", true).incident().name();
  const std::string id = closed.substr(closed.find('/') + 1);
  const Api auditor(server, "ccio");
  const std::string key = auditor.Checkpoint().verifier_key();
  const auto wrong = [&] { return VerifyExport(auditor.Export(), key).problems; };
  EXPECT_GT(VerifyExport(auditor.Export(), key).frames["localhost/belfry/dop W"], 0);
  EXPECT_THAT(wrong(), IsEmpty());

  const std::string first = absl::StrCat(" WHERE incident = '", id, "' AND version = 1");
  Sql(server.database(), "CREATE TABLE kept AS SELECT * FROM events");
  const auto restore = [&] {
    Sql(server.database(), "DELETE FROM events; INSERT INTO events SELECT * FROM kept");
    EXPECT_THAT(wrong(), IsEmpty());
  };
  Sql(server.database(), absl::StrCat("UPDATE events SET blob = randomblob(40)", first));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("payload")));
  restore();
  Sql(server.database(), absl::StrCat("DELETE FROM events", first));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("payload")));
  restore();
  // Rewritten times and moved events are changes as well.
  Sql(server.database(), absl::StrCat("UPDATE events SET time_us = time_us + 1", first));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("payload")));
  restore();
  Sql(server.database(), absl::StrCat("UPDATE events SET version = 999", first));
  EXPECT_THAT(wrong(), ElementsAre(HasSubstr("payload")));
  // The history is replayed afterwards.
  restore();
}

// An engine without a server, whose files can be taken away and brought back.
class Site {
 public:
  Site() {
    std::string pattern = (std::filesystem::temp_directory_path() / "recsite-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~Site() {
    Stop();
    std::filesystem::remove_all(directory_);
  }
  std::string database() const { return directory_ + "/belfry.db"; }
  std::string anchor() const { return directory_ + "/anchor"; }

  absl::Status Start(engine::EngineOptions options = Options()) {
    options.record.anchor = storage::NewFileAnchor(anchor());
    auto store = storage::OpenSqliteStore(database());
    if (!store.ok()) return store.status();
    auto engine = engine::Engine::Create(*std::move(store), ReadSourceFile(kPack), &clock_,
                                         &random_, options);
    if (!engine.ok()) return engine.status();
    engine_ = *std::move(engine);
    if (!engine_->directory()->proto().people().empty()) return absl::OkStatus();
    absl::Notification done;
    engine_->ChangeDirectory(
        "system", [](v1::Directory) -> absl::StatusOr<v1::Directory> { return DemoDirectory(); },
        [&](const absl::StatusOr<std::optional<v1::Receipt>>& changed) {
          EXPECT_THAT(changed, IsOk());
          done.Notify();
        });
    done.WaitForNotification();
    return absl::OkStatus();
  }
  void Stop() {
    if (engine_ != nullptr) engine_->Stop();
    engine_.reset();
  }
  void Report() {
    engine::Request request;
    request.command.caller.actor.set_principal("people/dop.clerk");
    request.command.caller.entity = "entities/dop";
    core::Report report;
    report.request.set_title("Something is wrong");
    report.request.set_entity("entities/dop");
    request.command.act = report;
    absl::Notification done;
    request.done = [&](absl::StatusOr<engine::Outcome> outcome) {
      EXPECT_THAT(outcome, IsOk());
      done.Notify();
    };
    engine_->Submit(std::move(request));
    done.WaitForNotification();
  }
  engine::Engine& engine() { return *engine_; }
  std::string Copy(const std::string& name) const {
    const std::string copy = directory_ + "/" + name;
    std::filesystem::copy_file(database(), copy, std::filesystem::copy_options::overwrite_existing);
    return copy;
  }
  void PutBack(const std::string& copy) const {
    std::filesystem::remove(database() + "-wal");
    std::filesystem::remove(database() + "-shm");
    std::filesystem::copy_file(copy, database(), std::filesystem::copy_options::overwrite_existing);
  }
  void Sql(const std::string& sql) const { belfry::testing::Sql(database(), sql); }

 private:
  std::string directory_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<engine::Engine> engine_;
};

TEST(RecordStartTest, AnOlderCopyIsRefusedUnlessAcceptedAndThenRecorded) {
  Site site;
  ASSERT_THAT(site.Start(), IsOk());
  site.Report();
  site.Stop();
  const std::string old = site.Copy("old.db");
  ASSERT_THAT(site.Start(), IsOk());
  site.Report();
  site.Stop();
  site.PutBack(old);
  EXPECT_THAT(site.Start(), RefusedBecause("RECORD_OLDER", "--accept-older-record"));
  engine::EngineOptions options = Options();
  options.record.accept_older = true;
  ASSERT_THAT(site.Start(options), IsOk());
  const auto head = *site.engine().store().record().FindLogHead("_instance");
  std::vector<std::string> kinds;
  const auto rows = *site.engine().store().record().ListLeaves("_instance", 0, head->size);
  for (const auto& row : rows) {
    kinds.push_back(record::ParseLeaf(row.leaf)->kind);
  }
  EXPECT_THAT(kinds, ::testing::Contains("record.older_accepted"));
  site.Report();
  CheckRecord(site.engine().store());
  site.Stop();
  // From here on the new record counts.
  ASSERT_THAT(site.Start(), IsOk());
}

TEST(RecordStartTest, AChangedSuperLogIsRefused) {
  Site site;
  ASSERT_THAT(site.Start(), IsOk());
  site.Report();
  site.Stop();
  site.Sql("UPDATE log_leaves SET leaf = leaf || x'00' WHERE log = '' AND idx = 0");
  EXPECT_THAT(site.Start(), RefusedBecause("RECORD_OLDER", "are not those that the anchor knows"));
}

TEST(RecordStartTest, AForeignAnchorOrInstanceIsRefused) {
  Site site;
  ASSERT_THAT(site.Start(), IsOk());
  site.Stop();
  engine::EngineOptions options = Options();
  options.record.signer = Signer('o');
  EXPECT_THAT(site.Start(options), RefusedBecause("ANCHOR_UNREADABLE", "record.former_keys"));
  // A new key, and the old one named: rotation.
  options.record.former_keys = {Signer()->verifier()};
  EXPECT_THAT(site.Start(options), IsOk());
  site.Report();
  site.Stop();
  EXPECT_THAT(site.Start(options), IsOk());
  site.Stop();
  options.record.instance = "elsewhere.example";
  EXPECT_THAT(site.Start(options), RefusedBecause("RECORD_INSTANCE", "localhost/belfry"));
  std::ofstream(site.anchor()) << "nonsense";
  EXPECT_THAT(site.Start(), RefusedBecause("ANCHOR_UNREADABLE", "not a signed note"));
}

TEST(RecordStartTest, EndsThatDoNotFitAreNoticed) {
  Site site;
  ASSERT_THAT(site.Start(), IsOk());
  site.Report();
  MakeCheckpoint(site.engine());
  site.Stop();
  const std::string good = site.Copy("good.db");
  site.Sql("DELETE FROM events WHERE position = (SELECT max(position) FROM events)");
  EXPECT_EQ(site.Start().code(), absl::StatusCode::kDataLoss);
  site.PutBack(good);
  site.Sql(
      "DELETE FROM log_leaves WHERE log = 'dop' AND idx = (SELECT max(idx) FROM log_leaves "
      "WHERE log = 'dop')");
  EXPECT_EQ(site.Start().code(), absl::StatusCode::kDataLoss);
  site.PutBack(good);
  site.Sql("UPDATE log_heads SET root = zeroblob(32) WHERE log = 'dop'");
  EXPECT_EQ(site.Start().code(), absl::StatusCode::kDataLoss);
  site.PutBack(good);
  // Nobody slips an event in to have it signed.
  site.Sql(
      "INSERT INTO events SELECT position + 1, incident, version + 1, time_us, blob FROM events "
      "ORDER BY position DESC LIMIT 1");
  EXPECT_EQ(site.Start().code(), absl::StatusCode::kDataLoss);
  site.PutBack(good);
  EXPECT_THAT(site.Start(), IsOk());
}

// What was written by a belfryd that had no record.
TEST(RecordStartTest, EarlierEventsGetTheirLeavesInOrder) {
  Site site;
  ASSERT_THAT(site.Start(), IsOk());
  for (int i = 0; i < 20; ++i) site.Report();
  site.Stop();
  // As a migration leaves it: the tables of the record are there, and nothing is in them.
  site.Sql(
      "DELETE FROM log_heads; DELETE FROM log_leaves; DELETE FROM log_tiles; "
      "DELETE FROM checkpoints; DELETE FROM record_events;");
  std::filesystem::remove(site.anchor());
  ASSERT_THAT(site.Start(), IsOk());
  CheckRecord(site.engine().store());
  storage::RecordReader& tables = site.engine().store().record();
  const auto head = *tables.FindLogHead("dop");
  ASSERT_TRUE(head.has_value());
  int64_t before = 0;
  const auto rows = *tables.ListLeaves("dop", 0, head->size);
  for (const auto& row : rows) {
    EXPECT_GT(row.payload_ref, before);
    before = row.payload_ref;
  }
  EXPECT_EQ(record::ParseLeaf((*tables.ListLeaves("_instance", 0, 1))[0].leaf)->kind,
            "policy.adopted");
  EXPECT_GT(*tables.LastLogged(storage::PayloadKind::kDirectoryChange), 0);
  site.Report();
  site.Stop();
  // Once and not again.
  ASSERT_THAT(site.Start(), IsOk());
  CheckRecord(site.engine().store());
}

}  // namespace
}  // namespace belfry::testing
