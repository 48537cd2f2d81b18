#include "server/frontend/evidence_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/evidence.h"
#include "server/engine/evidence_rows.h"
#include "server/frontend/byte_stream.h"
#include "server/frontend/evidence_access.h"
#include "server/frontend/mutation.h"
#include "server/frontend/page_token.h"
#include "server/vault/vault_error.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

using engine::Outcome;

constexpr int kItemsPerPage = 50;
constexpr int kItemsPerPageMax = 200;
constexpr int kEntriesPerPage = 200;
constexpr int kEntriesPerPageMax = 500;
// Between two turns of a long reading the vault's threads serve others.
constexpr int kChunksATurn = 32;

core::Context ContextOf(const Call& call, const core::Directory& directory,
                        const record::v1::IncidentState& state) {
  return {call.engine().PolicyOf(state), directory, call.engine().Now()};
}

v1::Evidence Shown(const Call& call, const FoundItem& found) {
  const auto directory = call.engine().directory();
  return ViewOf(call, *directory, *found.state).Evidence(call.engine().Now(), found.item);
}

// For methods that answer with the item.
template <typename Response>
Fill<Response> FillItem(const CallPtr& call) {
  engine::Engine* const engine = &call->engine();
  return [engine](const core::View& view, const Outcome& outcome, Response& response) {
    if (outcome.evidence.has_value()) {
      *response.mutable_evidence() = view.Evidence(engine->Now(), *outcome.evidence);
    }
  };
}

// Submits an act on one item that the caller may see.
template <typename Request, typename Response>
void Deed(CallPtr call, const Request* request, Response* response) {
  const std::string& name = request->name();
  WithEvidence(std::move(call), "name", name, [request, response](CallPtr found, FoundItem item) {
    Fill<Response> fill = FillItem<Response>(found);
    Submit<Request, Response>(std::move(found), *request, response, std::move(item.name.incident),
                              core::EvidenceAct{item.name.number, *request}, std::move(fill));
  });
}

// Limits how much of a list comes at once.
absl::StatusOr<int> CappedPageSize(int32_t wanted, int otherwise, int most) {
  BELFRY_ASSIGN_OR_RETURN(const int size, PageSize(wanted, otherwise));
  return std::min(size, most);
}

// Reads an item whole, in turns.
class Verification : public std::enable_shared_from_this<Verification> {
 public:
  Verification(CallPtr call, VaultDesk* desk, FoundItem item,
               const v1::VerifyEvidenceRequest* request, v1::VerifyEvidenceResponse* response)
      : call_(std::move(call)),
        desk_(*desk),
        item_(std::move(item)),
        request_(*request),
        response_(response) {}

  void Begin() {
    absl::StatusOr<std::unique_ptr<vault::ItemReader>> reader =
        desk_.vault()->OpenObject(item_.item.object());
    if (reader.ok()) {
      reader_ = *std::move(reader);
      Turn();
    } else if (absl::IsDataLoss(reader.status())) {
      Found("");
    } else {
      call_->Finish(reader.status());
    }
  }

 private:
  void Turn() {
    for (int i = 0; i < kChunksATurn; ++i) {
      if (next_ == reader_->chunks()) {
        Found(hash_.Hex());
        return;
      }
      const absl::StatusOr<std::string> chunk = reader_->ReadChunk(next_++);
      if (absl::IsDataLoss(chunk.status())) {
        Found("");
        return;
      }
      if (!chunk.ok()) {
        call_->Finish(vault::ToCaller(chunk.status()));
        return;
      }
      hash_.Add(*chunk);
    }
    if (call_->IsCancelled()) {
      call_->Finish(absl::CancelledError("the caller went away"));
      return;
    }
    desk_.Post([self = shared_from_this()] { self->Turn(); });
  }

  void Found(const std::string& digest) {
    const bool intact = digest == item_.item.evidence().content().sha256();
    engine::Engine* const engine = &call_->engine();
    Submission submission;
    submission.patient = true;
    Submit<v1::VerifyEvidenceRequest, v1::VerifyEvidenceResponse>(
        call_, request_, response_, item_.name.incident,
        core::EvidenceAct{item_.name.number, core::EvidenceChecked{intact, digest, false}},
        [engine, intact](const core::View& view, const Outcome& outcome,
                         v1::VerifyEvidenceResponse& answer) {
          answer.set_intact(intact);
          *answer.mutable_evidence() = view.Evidence(engine->Now(), *outcome.evidence);
        },
        std::move(submission));
  }

  const CallPtr call_;
  VaultDesk& desk_;
  const FoundItem item_;
  const v1::VerifyEvidenceRequest& request_;
  v1::VerifyEvidenceResponse* const response_;
  std::unique_ptr<vault::ItemReader> reader_;
  vault::Sha256Stream hash_;
  int64_t next_ = 0;
};

}  // namespace

grpc::ServerUnaryReactor* EvidenceServiceImpl::CreateEvidence(
    grpc::CallbackServerContext* context, const v1::CreateEvidenceRequest* request,
    v1::CreateEvidenceResponse* response) {
  return RunCall(services_, context, "CreateEvidence", [&](CallPtr call) {
    WithIncident(std::move(call), "parent", request->parent(),
                 [request, response](CallPtr found, std::string id, StatePtr) {
                   Fill<v1::CreateEvidenceResponse> fill =
                       FillItem<v1::CreateEvidenceResponse>(found);
                   Submit<v1::CreateEvidenceRequest, v1::CreateEvidenceResponse>(
                       std::move(found), *request, response, std::move(id),
                       core::EvidenceAct{0, *request}, std::move(fill));
                 });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::GetEvidence(grpc::CallbackServerContext* context,
                                                           const v1::GetEvidenceRequest* request,
                                                           v1::GetEvidenceResponse* response) {
  return RunCall(services_, context, "GetEvidence", [&](CallPtr call) {
    WithEvidence(std::move(call), "name", request->name(),
                 [response](CallPtr found, FoundItem item) {
                   *response->mutable_evidence() = Shown(*found, item);
                   NoteReading(found->engine(), found->identity().caller, *item.state, "evidence");
                   found->Finish(absl::OkStatus());
                 });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::ListEvidence(grpc::CallbackServerContext* context,
                                                            const v1::ListEvidenceRequest* request,
                                                            v1::ListEvidenceResponse* response) {
  return RunCall(services_, context, "ListEvidence", [&](CallPtr call) {
    WithIncident(
        std::move(call), "parent", request->parent(),
        [request, response](CallPtr found, std::string id, StatePtr state) {
          ReadLater(
              found,
              [found, request, response, id = std::move(id),
               state = std::move(state)](storage::Store& store) -> absl::Status {
                BELFRY_ASSIGN_OR_RETURN(
                    const int page_size,
                    CappedPageSize(request->page_size(), kItemsPerPage, kItemsPerPageMax));
                const std::string same = absl::StrCat("evidence\n", id);
                int32_t after = 0;
                if (!request->page_token().empty()) {
                  BELFRY_ASSIGN_OR_RETURN(const PagePosition position,
                                          ReadPageToken(request->page_token(), same));
                  after = static_cast<int32_t>(position.number);
                }
                BELFRY_ASSIGN_OR_RETURN(std::vector<storage::EvidenceRow> rows,
                                        store.ListEvidence(id, after, page_size + 1));
                const bool more = rows.size() > static_cast<size_t>(page_size);
                if (more) rows.pop_back();
                const auto directory = found->engine().directory();
                const core::View view = ViewOf(*found, *directory, *state);
                for (const storage::EvidenceRow& row : rows) {
                  BELFRY_ASSIGN_OR_RETURN(const record::v1::EvidenceState item,
                                          engine::ReadItem(row));
                  if (!view.Shows(item)) continue;
                  *response->add_evidence() = view.Evidence(found->engine().Now(), item);
                }
                NoteReading(found->engine(), found->identity().caller, *state, "evidence");
                if (more)
                  response->set_next_page_token(MakePageToken({rows.back().number, ""}, same));
                return absl::OkStatus();
              });
        });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::ListCustody(grpc::CallbackServerContext* context,
                                                           const v1::ListCustodyRequest* request,
                                                           v1::ListCustodyResponse* response) {
  return RunCall(services_, context, "ListCustody", [&](CallPtr call) {
    WithEvidence(
        std::move(call), "parent", request->parent(),
        [request, response](CallPtr found, FoundItem item) {
          const auto read = [&]() -> absl::Status {
            BELFRY_ASSIGN_OR_RETURN(
                const int page_size,
                CappedPageSize(request->page_size(), kEntriesPerPage, kEntriesPerPageMax));
            const std::string same =
                absl::StrCat("custody\n", item.name.incident, "\n", item.name.number);
            int32_t after = 0;
            if (!request->page_token().empty()) {
              BELFRY_ASSIGN_OR_RETURN(const PagePosition position,
                                      ReadPageToken(request->page_token(), same));
              after = static_cast<int32_t>(position.number);
            }
            BELFRY_ASSIGN_OR_RETURN(
                std::vector<storage::CustodyRow> rows,
                found->engine().store().ListCustody(item.name.incident, item.name.number, after,
                                                    page_size + 1));
            const bool more = rows.size() > static_cast<size_t>(page_size);
            if (more) rows.pop_back();
            const auto directory = found->engine().directory();
            const core::View view = ViewOf(*found, *directory, *item.state);
            for (const storage::CustodyRow& row : rows) {
              v1::CustodyEntry entry;
              if (!entry.ParseFromString(row.blob)) {
                return absl::DataLossError(absl::StrCat("link ", row.sequence, " of ",
                                                        request->parent(), " cannot be read"));
              }
              if (view.Shows(entry)) *response->add_entries() = std::move(entry);
            }
            NoteReading(found->engine(), found->identity().caller, *item.state, "evidence");
            if (more) {
              response->set_next_page_token(MakePageToken({rows.back().sequence, ""}, same));
            }
            return absl::OkStatus();
          };
          found->Finish(read());
        });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::RecordCustody(
    grpc::CallbackServerContext* context, const v1::RecordCustodyRequest* request,
    v1::RecordCustodyResponse* response) {
  return RunCall(services_, context, "RecordCustody", [&](CallPtr call) {
    WithEvidence(std::move(call), "name", request->name(),
                 [request, response](CallPtr found, FoundItem item) {
                   engine::Engine* const engine = &found->engine();
                   Submit<v1::RecordCustodyRequest, v1::RecordCustodyResponse>(
                       std::move(found), *request, response, std::move(item.name.incident),
                       core::EvidenceAct{item.name.number, *request},
                       [engine](const core::View& view, const Outcome& outcome,
                                v1::RecordCustodyResponse& answer) {
                         *answer.mutable_evidence() =
                             view.Evidence(engine->Now(), *outcome.evidence);
                         for (const record::v1::Event& event : outcome.events) {
                           if (event.has_custody_recorded()) {
                             *answer.mutable_entry() = event.custody_recorded().entry();
                           }
                         }
                       });
                 });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::ConfirmTransfer(
    grpc::CallbackServerContext* context, const v1::ConfirmTransferRequest* request,
    v1::ConfirmTransferResponse* response) {
  return RunCall(services_, context, "ConfirmTransfer",
                 [&](CallPtr call) { Deed(std::move(call), request, response); });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::SetLegalHold(grpc::CallbackServerContext* context,
                                                            const v1::SetLegalHoldRequest* request,
                                                            v1::SetLegalHoldResponse* response) {
  return RunCall(services_, context, "SetLegalHold", [&](CallPtr call) {
    if (ParseEvidenceName("name", request->name()).ok()) {
      Deed(std::move(call), request, response);
      return;
    }
    WithIncident(std::move(call), "name", request->name(),
                 [request, response](CallPtr found, std::string id, StatePtr) {
                   Submit<v1::SetLegalHoldRequest, v1::SetLegalHoldResponse>(
                       std::move(found), *request, response, std::move(id),
                       core::EvidenceAct{0, *request},
                       [](const core::View&, const Outcome&, v1::SetLegalHoldResponse&) {});
                 });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::DestroyEvidence(
    grpc::CallbackServerContext* context, const v1::DestroyEvidenceRequest* request,
    v1::DestroyEvidenceResponse* response) {
  return RunCall(services_, context, "DestroyEvidence",
                 [&](CallPtr call) { Deed(std::move(call), request, response); });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::DecideDestruction(
    grpc::CallbackServerContext* context, const v1::DecideDestructionRequest* request,
    v1::DecideDestructionResponse* response) {
  VaultDesk* const desk = &desk_;
  return RunCall(services_, context, "DecideDestruction", [&](CallPtr call) {
    if (!request->approve()) {
      Deed(std::move(call), request, response);
      return;
    }
    WithEvidence(
        std::move(call), "name", request->name(),
        [request, response, desk](CallPtr found, FoundItem item) {
          const std::string object = item.item.object();
          const auto submit = [request, response, desk, object](CallPtr asked,
                                                                const ItemName& name) {
            Submission submission;
            if (!object.empty()) {
              submission.then = [desk, object](CallPtr answered, absl::Status status) {
                // Nobody knows what is on disk: the intent stays, and the next start looks.
                if (ErrorReason(status) == "OUTCOME_UNKNOWN") {
                  answered->Finish(status);
                  return;
                }
                desk->Post(
                    [desk, object, answered = std::move(answered), status = std::move(status)] {
                      // Only when no row names it any more, whatever became of this call.
                      const absl::StatusOr<bool> kept =
                          answered->engine().store().HasEvidenceObject(object);
                      if (!kept.ok()) {
                        answered->Finish(status.ok() ? kept.status() : status);
                        return;
                      }
                      const absl::Status done =
                          *kept ? desk->vault()->Forgive(object) : desk->vault()->Shred(object);
                      if (!done.ok()) {
                        spdlog::error("the vault: {}; it is tried again at the next start",
                                      std::string(done.message()));
                      }
                      answered->Finish(status.ok() ? done : status);
                    });
              };
            }
            Fill<v1::DecideDestructionResponse> fill =
                FillItem<v1::DecideDestructionResponse>(asked);
            Submit<v1::DecideDestructionRequest, v1::DecideDestructionResponse>(
                std::move(asked), *request, response, name.incident,
                core::EvidenceAct{name.number, *request}, std::move(fill), std::move(submission));
          };
          if (object.empty()) {
            submit(std::move(found), item.name);
            return;
          }
          // An intent is on disk before anything is decided: not for everybody who asks.
          const auto directory = found->engine().directory();
          absl::Status status =
              core::RequireAct(ContextOf(*found, *directory, *item.state), found->identity().caller,
                               *item.state, "APPROVE_DESTRUCTION");
          if (status.ok() && desk->vault() == nullptr) status = VaultDesk::Off();
          if (!status.ok()) {
            found->Finish(status);
            return;
          }
          desk->Post([desk, object, submit, found = std::move(found), name = item.name] {
            if (const absl::Status intended = desk->vault()->IntendToShred(object);
                !intended.ok()) {
              found->Finish(intended);
              return;
            }
            submit(found, name);
          });
        });
  });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::VerifyEvidence(
    grpc::CallbackServerContext* context, const v1::VerifyEvidenceRequest* request,
    v1::VerifyEvidenceResponse* response) {
  VaultDesk* const desk = &desk_;
  return RunCall(
      services_, context, "VerifyEvidence",
      [&](CallPtr call) {
        WithEvidence(std::move(call), "name", request->name(),
                     [request, response, desk](CallPtr found, FoundItem item) {
                       const auto directory = found->engine().directory();
                       absl::Status status =
                           core::CheckVerify(ContextOf(*found, *directory, *item.state),
                                             found->identity().caller, *item.state, item.item);
                       if (status.ok() && desk->vault() == nullptr) status = VaultDesk::Off();
                       if (!status.ok()) {
                         found->Finish(status);
                         return;
                       }
                       auto verification = std::make_shared<Verification>(
                           std::move(found), desk, std::move(item), request, response);
                       desk->Post([verification] { verification->Begin(); });
                     });
      },
      /*waits=*/true);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::BeginUpload(grpc::CallbackServerContext* context,
                                                           const v1::BeginUploadRequest* request,
                                                           v1::BeginUploadResponse* response) {
  VaultDesk* const desk = &desk_;
  return RunCall(services_, context, "BeginUpload", [&](CallPtr call) {
    WithEvidence(std::move(call), "evidence", request->evidence(),
                 [request, response, desk](CallPtr found, FoundItem item) {
                   const auto directory = found->engine().directory();
                   const core::Caller& caller = found->identity().caller;
                   absl::Status status = CheckRequest(*request, "");
                   if (status.ok()) {
                     status = core::CheckUpload(ContextOf(*found, *directory, *item.state), caller,
                                                *item.state, item.item);
                   }
                   if (status.ok() && !core::IsSha256Hex(request->sha256())) {
                     status = InvalidField("sha256", "is needed, 64 lower-case hexadecimal digits");
                   }
                   if (status.ok() && desk->vault() == nullptr) status = VaultDesk::Off();
                   if (!status.ok()) {
                     found->Finish(status);
                     return;
                   }
                   vault::ItemInfo info;
                   info.incident = item.name.incident;
                   info.number = item.name.number;
                   info.size_bytes = request->size_bytes();
                   info.sha256 = request->sha256();
                   info.principal = caller.actor.principal();
                   desk->Post([desk, response, info = std::move(info), found = std::move(found)] {
                     const auto begin = [&]() -> absl::Status {
                       BELFRY_ASSIGN_OR_RETURN(const std::shared_ptr<vault::Upload> upload,
                                               desk->vault()->BeginUpload(info));
                       BELFRY_ASSIGN_OR_RETURN(*response->mutable_upload(),
                                               ToUpload(*desk->vault(), *upload));
                       return absl::OkStatus();
                     };
                     found->Finish(begin());
                   });
                 });
  });
}

namespace {

// Runs `use` with the caller's own upload on a thread of the desk.
void WithUpload(VaultDesk* desk, CallPtr call, const std::string& name,
                std::function<absl::Status(const std::shared_ptr<vault::Upload>&)> use) {
  if (desk->vault() == nullptr) {
    call->Finish(VaultDesk::Off());
    return;
  }
  desk->Post([desk, call = std::move(call), name, use = std::move(use)] {
    const auto run = [&]() -> absl::Status {
      BELFRY_ASSIGN_OR_RETURN(const std::string id, ParseUploadName("name", name));
      BELFRY_ASSIGN_OR_RETURN(
          const std::shared_ptr<vault::Upload> upload,
          desk->vault()->FindUpload(id, call->identity().caller.actor.principal()));
      return use(upload);
    };
    call->Finish(run());
  });
}

}  // namespace

grpc::ServerUnaryReactor* EvidenceServiceImpl::QueryUpload(grpc::CallbackServerContext* context,
                                                           const v1::QueryUploadRequest* request,
                                                           v1::QueryUploadResponse* response) {
  VaultDesk* const desk = &desk_;
  return RunCall(services_, context, "QueryUpload", [&](CallPtr call) {
    WithUpload(desk, std::move(call), request->name(),
               [desk, response](const std::shared_ptr<vault::Upload>& upload) -> absl::Status {
                 BELFRY_ASSIGN_OR_RETURN(*response->mutable_upload(),
                                         ToUpload(*desk->vault(), *upload));
                 return absl::OkStatus();
               });
  });
}

grpc::ServerReadReactor<v1::UploadEvidenceRequest>* EvidenceServiceImpl::UploadEvidence(
    grpc::CallbackServerContext* context, v1::UploadEvidenceResponse* response) {
  return OpenUpload(services_, desk_, context, response);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::AbortUpload(grpc::CallbackServerContext* context,
                                                           const v1::AbortUploadRequest* request,
                                                           v1::AbortUploadResponse*) {
  VaultDesk* const desk = &desk_;
  return RunCall(services_, context, "AbortUpload", [&](CallPtr call) {
    WithUpload(desk, std::move(call), request->name(),
               [desk](const std::shared_ptr<vault::Upload>& upload) {
                 return desk->vault()->Abort(upload);
               });
  });
}

grpc::ServerWriteReactor<v1::DownloadEvidenceResponse>* EvidenceServiceImpl::DownloadEvidence(
    grpc::CallbackServerContext* context, const v1::DownloadEvidenceRequest* request) {
  return OpenDownload(services_, desk_, context, *request);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::RekeyVault(grpc::CallbackServerContext* context,
                                                          const v1::RekeyVaultRequest*,
                                                          v1::RekeyVaultResponse* response) {
  VaultDesk* const desk = &desk_;
  return RunCall(services_, context, "RekeyVault", [&](CallPtr call) {
    if (desk->vault() == nullptr) {
      call->Finish(VaultDesk::Off());
      return;
    }
    desk->Post([desk, response, call = std::move(call)] {
      const absl::StatusOr<vault::RekeyResult> result = desk->vault()->Rekey();
      if (result.ok()) {
        response->set_rewrapped(result->rewrapped);
        response->set_unchanged(result->unchanged);
        response->set_key_id(desk->vault()->newest_key());
        spdlog::info("the vault's keys were wrapped anew by {}: {} rewrapped, {} unchanged",
                     desk->vault()->newest_key(), result->rewrapped, result->unchanged);
      }
      call->Finish(result.status());
    });
  });
}

}  // namespace belfry::frontend
