#include "server/frontend/audit_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/engine/log_tiles.h"
#include "server/frontend/export_stream.h"
#include "server/frontend/mutation.h"
#include "server/record/leaf.h"
#include "server/record/proof.h"

namespace belfry::frontend {
namespace {

constexpr char kSuperLog[] = "";

absl::Status NotSigned() {
  return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "RECORD_NOT_SIGNED",
                      "this server has no signing key, so it makes no checkpoints; `belfry audit "
                      "keygen` makes a key for record.signing_key_file")
      .Build();
}

absl::Status TooShort(int64_t size, int64_t have) {
  return ErrorBuilder(
             absl::StatusCode::kOutOfRange, "LOG_TOO_SHORT",
             absl::StrCat("size: the log has ", have, " leaves; ", size, " were asked for"))
      .Field("size", absl::StrCat("at most ", have))
      .Build();
}

std::string Bytes(const record::Hash& hash) { return std::string(record::View(hash)); }

template <typename Field>
void Fill(const std::vector<record::Hash>& hashes, Field* field) {
  for (const record::Hash& hash : hashes) *field->Add() = Bytes(hash);
}

absl::Status CheckLogName(const std::string& log) {
  if (log == kSuperLog || record::IsLogId(log)) return absl::OkStatus();
  return InvalidField("log", "must be the last part of an entity's name, such as dop, or empty");
}

// Whose log it is, "entities/dop"; nobody's for the super-log and that of the instance.
std::string EntityOf(const std::string& log) {
  return log == kSuperLog || log == record::kInstanceLog ? "" : absl::StrCat("entities/", log);
}

// How far a log has come is seen by its agency, and by those who may export it; of the super-log,
// by everybody.
absl::Status RequireLog(const Call& call, const std::string& log) {
  BELFRY_RETURN_IF_ERROR(CheckLogName(log));
  if (log == kSuperLog) return absl::OkStatus();
  const core::Caller& caller = call.identity().caller;
  const std::string entity = EntityOf(log);
  if (!call.identity().bare_bot && !entity.empty() && caller.entity == entity) {
    return absl::OkStatus();
  }
  return RequireExport(call.engine(), caller, entity).ok() ? absl::OkStatus() : LogNotFound(log);
}

absl::StatusOr<storage::LogHeadRow> HeadOf(storage::RecordReader& tables, const std::string& log) {
  BELFRY_ASSIGN_OR_RETURN(std::optional<storage::LogHeadRow> head, tables.FindLogHead(log));
  if (!head.has_value()) return LogNotFound(log);
  return *std::move(head);
}

// The way of an agency's checkpoint into the newest one of the super-log.
absl::Status FillSuperPath(storage::RecordReader& tables, const storage::CheckpointRow& row,
                           v1::GetCheckpointResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::CheckpointRow> super,
                          tables.FindCheckpoint(kSuperLog, row.super_index + 1, /*newest=*/true));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogLeafRow> leaves,
                          tables.ListLeaves(kSuperLog, row.super_index, 1));
  if (!super.has_value() || leaves.empty()) return absl::OkStatus();
  engine::LogTiles tiles(&tables, kSuperLog);
  record::NodeReader nodes(&tiles, static_cast<uint64_t>(super->size));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<record::Hash> proof,
                          record::InclusionProof(nodes, static_cast<uint64_t>(row.super_index),
                                                 static_cast<uint64_t>(super->size)));
  response.set_super_index(row.super_index);
  response.set_super_leaf(leaves.front().leaf);
  Fill(proof, response.mutable_super_proof());
  response.set_super_note(super->note);
  return absl::OkStatus();
}

absl::Status FillCheckpoint(storage::RecordReader& tables, const std::string& log,
                            v1::GetCheckpointResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::CheckpointRow> row,
                          tables.FindCheckpoint(log, 0, /*newest=*/true));
  if (!row.has_value()) return absl::OkStatus();
  response.set_note(row->note);
  response.set_size(row->size);
  return log == kSuperLog ? absl::OkStatus() : FillSuperPath(tables, *row, response);
}

// Proves one leaf in the tree that the caller asked for, or in the one that is signed.
absl::Status FillInclusion(storage::RecordReader& tables, const storage::LogLeafRow& leaf,
                           int64_t size, v1::GetInclusionProofResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const storage::LogHeadRow head, HeadOf(tables, leaf.log));
  if (size < 0 || size > head.size) return TooShort(size, head.size);
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::CheckpointRow> checkpoint,
                          size == 0
                              ? tables.FindCheckpoint(leaf.log, leaf.index + 1, /*newest=*/true)
                              : tables.FindCheckpoint(leaf.log, size, /*newest=*/false));
  if (size == 0) size = checkpoint.has_value() ? checkpoint->size : head.size;
  if (leaf.index >= size) {
    return InvalidField("size", absl::StrCat("must be above the entry's index, ", leaf.index));
  }
  engine::LogTiles tiles(&tables, leaf.log);
  record::NodeReader nodes(&tiles, static_cast<uint64_t>(head.size));
  BELFRY_ASSIGN_OR_RETURN(const record::Hash root,
                          record::RootAt(nodes, static_cast<uint64_t>(size)));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<record::Hash> proof,
                          record::InclusionProof(nodes, static_cast<uint64_t>(leaf.index),
                                                 static_cast<uint64_t>(size)));
  response.set_log(head.origin);
  response.set_index(leaf.index);
  response.set_leaf(leaf.leaf);
  response.set_size(size);
  response.set_root(Bytes(root));
  Fill(proof, response.mutable_hashes());
  if (checkpoint.has_value() && checkpoint->size == size) response.set_note(checkpoint->note);
  return absl::OkStatus();
}

// By log and index, for those who may export it.
absl::Status ProveByIndex(const Call& call, storage::RecordReader& tables,
                          const v1::GetInclusionProofRequest& request,
                          v1::GetInclusionProofResponse& response) {
  // A leaf tells who did what to which incident, restricted ones too, and those of the super-log
  // tell of every agency.
  BELFRY_RETURN_IF_ERROR(CheckLogName(request.log()));
  BELFRY_RETURN_IF_ERROR(
      RequireExport(call.engine(), call.identity().caller, EntityOf(request.log())));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::LogLeafRow> rows,
                          tables.ListLeaves(request.log(), request.index(), 1));
  if (rows.empty() || rows.front().index != request.index()) {
    return InvalidField("index", "there is no such leaf in this log");
  }
  return FillInclusion(tables, rows.front(), request.size(), response);
}

absl::Status ProveEntry(const Call& call, storage::Store& store,
                        const record::v1::IncidentState& state,
                        const v1::GetInclusionProofRequest& request,
                        v1::GetInclusionProofResponse& response) {
  const int64_t version = request.version() == 0 ? state.version() : request.version();
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::EventRow> row,
                          store.record().FindEvent(state.id(), version));
  record::v1::Event event;
  const auto directory = call.engine().directory();
  const core::View view = ViewOf(call, *directory, state);
  if (!row.has_value() || !event.ParseFromString(row->blob) || !view.Shows(event)) {
    return InvalidField("version",
                        absl::StrCat("there is no entry ", version, ", or none that you may see"));
  }
  BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::LogLeafRow> leaf,
                          store.record().FindLeafOf(storage::PayloadKind::kEvent, row->position));
  if (!leaf.has_value()) {
    return absl::DataLossError(absl::StrCat("entry ", version, " of ", state.id(),
                                            " has no leaf in the record; the database was changed "
                                            "by hand or is damaged"));
  }
  return FillInclusion(store.record(), *leaf, request.size(), response);
}

absl::Status ProveConsistency(storage::RecordReader& tables,
                              const v1::GetConsistencyProofRequest& request,
                              v1::GetConsistencyProofResponse& response) {
  BELFRY_ASSIGN_OR_RETURN(const storage::LogHeadRow head, HeadOf(tables, request.log()));
  int64_t to = request.to_size();
  if (to == 0) {
    BELFRY_ASSIGN_OR_RETURN(const std::optional<storage::CheckpointRow> newest,
                            tables.FindCheckpoint(request.log(), 0, /*newest=*/true));
    to = newest.has_value() ? newest->size : head.size;
  }
  if (to < 0 || to > head.size) return TooShort(to, head.size);
  if (request.from_size() < 0 || request.from_size() > to) {
    return InvalidField("from_size", absl::StrCat("must be from 0 to ", to));
  }
  const auto from = static_cast<uint64_t>(request.from_size());
  const auto size = static_cast<uint64_t>(to);
  engine::LogTiles tiles(&tables, request.log());
  record::NodeReader nodes(&tiles, static_cast<uint64_t>(head.size));
  BELFRY_ASSIGN_OR_RETURN(const record::Hash from_root, record::RootAt(nodes, from));
  BELFRY_ASSIGN_OR_RETURN(const record::Hash to_root, record::RootAt(nodes, size));
  BELFRY_ASSIGN_OR_RETURN(const std::vector<record::Hash> proof,
                          record::ConsistencyProof(nodes, from, size));
  response.set_log(head.origin);
  response.set_from_size(request.from_size());
  response.set_to_size(to);
  response.set_from_root(Bytes(from_root));
  response.set_to_root(Bytes(to_root));
  Fill(proof, response.mutable_hashes());
  return absl::OkStatus();
}

}  // namespace

absl::Status RequireExport(const engine::Engine& engine, const core::Caller& caller,
                           absl::string_view entity) {
  const auto directory = engine.directory();
  const core::Context context{engine.policy(), *directory, engine.Now()};
  // Rights are asked about incidents; this is one that concerns the entity, or nobody.
  record::v1::IncidentState state;
  if (!entity.empty()) state.add_entities()->set_entity(std::string(entity));
  return core::RequireAct(context, caller, state, "AUDIT_EXPORT", entity);
}

absl::Status LogNotFound(absl::string_view log) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "LOG_NOT_FOUND",
                      absl::StrCat("there is no log \"", log, "\", or none that you may see"))
      .Build();
}

grpc::ServerUnaryReactor* AuditServiceImpl::GetCheckpoint(grpc::CallbackServerContext* context,
                                                          const v1::GetCheckpointRequest* request,
                                                          v1::GetCheckpointResponse* response) {
  return RunCall(services_, context, "GetCheckpoint", [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) -> absl::Status {
      const engine::RecordOptions& options = call->engine().record_options();
      if (options.signer == nullptr) return NotSigned();
      BELFRY_RETURN_IF_ERROR(RequireLog(*call, request->log()));
      response->set_origin(request->log() == kSuperLog
                               ? record::SuperOrigin(options.instance)
                               : record::LogOrigin(options.instance, request->log()));
      response->set_verifier_key(options.signer->verifier().ToString());
      if (request->log() != kSuperLog) {
        BELFRY_RETURN_IF_ERROR(HeadOf(store.record(), request->log()).status());
      }
      return FillCheckpoint(store.record(), request->log(), *response);
    });
  });
}

grpc::ServerUnaryReactor* AuditServiceImpl::GetInclusionProof(
    grpc::CallbackServerContext* context, const v1::GetInclusionProofRequest* request,
    v1::GetInclusionProofResponse* response) {
  return RunCall(services_, context, "GetInclusionProof", [&](CallPtr call) {
    if (request->incident().empty()) {
      ReadLater(call, [call, request, response](storage::Store& store) {
        return ProveByIndex(*call, store.record(), *request, *response);
      });
      return;
    }
    WithIncident(std::move(call), "incident", request->incident(),
                 [request, response](CallPtr found, const std::string&, StatePtr state) {
                   ReadLater(found, [found, request, response,
                                     state = std::move(state)](storage::Store& store) {
                     NoteReading(found->engine(), found->identity().caller, *state, "proof");
                     return ProveEntry(*found, store, *state, *request, *response);
                   });
                 });
  });
}

grpc::ServerUnaryReactor* AuditServiceImpl::GetConsistencyProof(
    grpc::CallbackServerContext* context, const v1::GetConsistencyProofRequest* request,
    v1::GetConsistencyProofResponse* response) {
  return RunCall(services_, context, "GetConsistencyProof", [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) -> absl::Status {
      BELFRY_RETURN_IF_ERROR(RequireLog(*call, request->log()));
      return ProveConsistency(store.record(), *request, *response);
    });
  });
}

grpc::ServerWriteReactor<v1::ExportRecordResponse>* AuditServiceImpl::ExportRecord(
    grpc::CallbackServerContext* context, const v1::ExportRecordRequest* request) {
  return OpenExport(services_, context, *request);
}

grpc::ServerUnaryReactor* AuditServiceImpl::AddCosignature(grpc::CallbackServerContext* context,
                                                           const v1::AddCosignatureRequest* request,
                                                           v1::AddCosignatureResponse* response) {
  return RunCall(services_, context, "AddCosignature", [&](CallPtr call) {
    if (const absl::Status status = CheckRequest(*request, ""); !status.ok()) {
      call->Finish(status);
      return;
    }
    call->engine().AddCosignature({request->size(), request->signatures()},
                                  [call, response](absl::StatusOr<std::string> note) {
                                    if (note.ok()) response->set_note(*std::move(note));
                                    call->Finish(note.status());
                                  });
  });
}

grpc::ServerUnaryReactor* AuditServiceImpl::ExpungePayload(grpc::CallbackServerContext* context,
                                                           const v1::ExpungePayloadRequest* request,
                                                           v1::ExpungePayloadResponse* response) {
  return RunCall(services_, context, "ExpungePayload", [&](CallPtr call) {
    const int64_t version = request->version();
    Mutate<v1::ExpungePayloadRequest, v1::ExpungePayloadResponse>(
        std::move(call), request, response, "incident", request->incident(),
        [version](const core::View& view, const engine::Outcome& outcome,
                  v1::ExpungePayloadResponse& answer) {
          v1::TimelineEntry* gone = answer.mutable_expunged();
          gone->set_name(absl::StrCat("incidents/", outcome.state->id(), "/timeline/", version));
          gone->set_kind("NOTE_ADDED");
          gone->set_text("Expunged: the text was deleted by law");
          gone->set_expunged(true);
          for (const record::v1::Event& event : outcome.events) {
            if (event.has_payload_expunged() && view.Shows(event)) {
              *answer.mutable_entry() = view.Entry(event);
            }
          }
        });
  });
}

}  // namespace belfry::frontend
