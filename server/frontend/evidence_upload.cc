// Bytes of evidence on their way in.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/evidence.h"
#include "server/frontend/byte_stream.h"
#include "server/frontend/evidence_access.h"
#include "server/frontend/grpc_status.h"
#include "server/vault/vault_error.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

// Messages in memory while one is being written: enough to keep the disk busy.
constexpr size_t kQueueMax = 4;
// Between two turns of a fast upload the vault's threads serve others.
constexpr int kMessagesATurn = 32;

// One stream. gRPC hands it messages, the desk's threads write them, one at a time and in order. It
// ends when nothing of it is at work.
//
// `this` lives until OnDone(): the desk holds a shared_ptr until then, and so does whatever works.
class UploadStream final : public grpc::ServerReadReactor<v1::UploadEvidenceRequest>,
                           public ByteStream,
                           public std::enable_shared_from_this<UploadStream> {
 public:
  UploadStream(const Services& services, VaultDesk& desk, Admitted admitted,
               v1::UploadEvidenceResponse* response)
      : services_(services),
        desk_(desk),
        admitted_(std::move(admitted)),
        response_(*response),
        start_(absl::Now()),
        last_time_(desk.Now()) {}

  void Begin() {
    absl::MutexLock lock(&mutex_);
    Pump();
  }

  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    last_time_ = desk_.Now();
    if (ok) {
      queue_.push_back(std::move(incoming_));
    } else {
      closed_ = true;
    }
    Pump();
  }

  void OnCancel() override {
    End(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
  }

  void OnDone() override {
    auto self = shared_from_this();
    // The next stream must not wait for this one's half chunk.
    desk_.Post([self] {
      if (self->upload_ != nullptr) self->upload_->Detach(self->ticket_);
    });
    desk_.Remove(this);
  }

  void EndIfIdle(absl::Time before) override {
    absl::MutexLock lock(&mutex_);
    if (working_ || last_time_ > before) return;
    EndLocked(ToGrpc(ErrorBuilder(absl::StatusCode::kDeadlineExceeded, "UPLOAD_IDLE",
                                  "nothing came for too long; what was committed stays, go on with "
                                  "QueryUpload")
                         .Build()));
  }

  void EndForStop() override {
    End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is stopping"));
  }

 private:
  // Reads while there is room, works while there is work.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_) return;
    if (!working_ && (!queue_.empty() || closed_)) {
      working_ = true;
      auto self = shared_from_this();
      desk_.Post([self] { self->Work(); });
    }
    if (!reading_ && !closed_ && queue_.size() < kQueueMax) {
      reading_ = true;
      incoming_.Clear();
      StartRead(&incoming_);
    }
  }

  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    EndLocked(status);
  }

  void EndLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!ended_) {
      ended_ = true;
      final_ = status;
    }
    if (working_ || finished_) return;
    finished_ = true;
    services_.metrics->CountCall(
        "UploadEvidence",
        absl::StatusCodeToString(static_cast<absl::StatusCode>(final_.error_code())),
        absl::Now() - start_);
    admitted_.permit = Admission::Permit();
    Finish(final_);
  }

  // The work is done, with this answer.
  void Conclude(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    working_ = false;
    EndLocked(ToGrpc(status));
  }

  // On a thread of the desk.
  void Work() {
    for (int turn = 0;; ++turn) {
      if (turn == kMessagesATurn) {
        auto self = shared_from_this();
        desk_.Post([self] { self->Work(); });
        return;
      }
      v1::UploadEvidenceRequest message;
      {
        absl::MutexLock lock(&mutex_);
        if (ended_) {
          working_ = false;
          EndLocked(final_);
          return;
        }
        if (queue_.empty() && !closed_) {
          working_ = false;
          return;
        }
        if (queue_.empty()) break;
        message = std::move(queue_.front());
        queue_.pop_front();
        Pump();
      }
      if (const absl::Status status = Take(message); !status.ok()) {
        Conclude(status);
        return;
      }
      if (upload_->IsComplete()) {
        Complete();
        return;
      }
    }
    // The caller stopped before the end: that is how far it is.
    if (upload_ == nullptr) {
      Conclude(InvalidField("upload", "is needed in the first message"));
      return;
    }
    upload_->Detach(ticket_);
    Conclude(Describe());
  }

  absl::Status Take(const v1::UploadEvidenceRequest& message) {
    // A stream outlives the moment in which its credentials were good.
    BELFRY_RETURN_IF_ERROR(services_.gate->CheckStill(admitted_.identity));
    if (upload_ == nullptr) {
      BELFRY_RETURN_IF_ERROR(Attach(message));
    } else if (message.offset() != 0 && message.offset() != position_) {
      return InvalidField("offset", absl::StrCat("is ", position_, " here, or left out"));
    }
    if (message.data().size() > kUploadMessageBytesMax) {
      return InvalidField("data",
                          absl::StrCat("is at most ", kUploadMessageBytesMax, " bytes a message"));
    }
    BELFRY_RETURN_IF_ERROR(desk_.vault()->Append(upload_, ticket_, message.data()));
    position_ += static_cast<int64_t>(message.data().size());
    return absl::OkStatus();
  }

  absl::Status Attach(const v1::UploadEvidenceRequest& message) {
    BELFRY_ASSIGN_OR_RETURN(const std::string id, ParseUploadName("upload", message.upload()));
    const core::Caller& caller = admitted_.identity.caller;
    BELFRY_ASSIGN_OR_RETURN(upload_, desk_.vault()->FindUpload(id, caller.actor.principal()));
    // They may have lost sight of the incident, or the right, since they began.
    BELFRY_ASSIGN_OR_RETURN(
        const FoundItem found,
        FindItem(*services_.engine, caller, {upload_->info().incident, upload_->info().number}));
    const auto directory = services_.engine->directory();
    const core::Context context{services_.engine->PolicyOf(*found.state), *directory,
                                services_.engine->Now()};
    BELFRY_RETURN_IF_ERROR(core::CheckUpload(context, caller, *found.state, found.item));
    absl::StatusOr<int64_t> ticket = upload_->Attach();
    if (!ticket.ok()) return vault::ToCaller(ticket.status());
    ticket_ = *ticket;
    absl::StatusOr<int64_t> committed = upload_->Committed();
    if (!committed.ok()) return vault::ToCaller(committed.status());
    position_ = *committed;
    if (message.offset() != position_) {
      return InvalidField("offset", absl::StrCat("is ", position_,
                                                 ", where what is committed ends; QueryUpload says "
                                                 "so"));
    }
    return absl::OkStatus();
  }

  // How far it is, for the caller.
  absl::Status Describe() {
    BELFRY_ASSIGN_OR_RETURN(*response_.mutable_upload(), ToUpload(*desk_.vault(), *upload_));
    return absl::OkStatus();
  }

  void Complete() {
    absl::StatusOr<std::string> object = desk_.vault()->Finish(upload_, ticket_);
    if (!object.ok()) {
      Conclude(object.status());
      return;
    }
    const vault::ItemInfo& info = upload_->info();
    engine::Request work;
    work.incident = info.incident;
    work.command.caller = admitted_.identity.caller;
    work.command.act =
        core::EvidenceAct{info.number, core::StoreEvidence{info.size_bytes, info.sha256, *object}};
    auto self = shared_from_this();
    work.done = [self, object = *object](absl::StatusOr<engine::Outcome> outcome) {
      // The engine's thread must not wait for a disk.
      self->desk_.Post([self, object, outcome = std::move(outcome)] {
        self->Conclude(self->Committed(object, outcome));
      });
    };
    services_.engine->Submit(std::move(work));
  }

  absl::Status Committed(const std::string& object,
                         const absl::StatusOr<engine::Outcome>& outcome) {
    vault::Vault& vault = *desk_.vault();
    if (outcome.ok()) {
      // The row is there; what happens to the intent only matters at the next start.
      if (const absl::Status kept = vault.Keep(object); !kept.ok()) {
        spdlog::warn("the vault: {}", std::string(kept.message()));
      }
      const auto directory = services_.engine->directory();
      const core::View view(services_.engine->PolicyOf(*outcome->state), *directory,
                            admitted_.identity.caller, *outcome->state);
      *response_.mutable_evidence() = view.Evidence(services_.engine->Now(), *outcome->evidence);
      if (outcome->receipt.has_value()) *response_.mutable_receipt() = *outcome->receipt;
      return absl::OkStatus();
    }
    // Nobody knows whether the row is on disk. The intent is, and at the next start the row
    // decides.
    if (ErrorReason(outcome.status()) == "OUTCOME_UNKNOWN") return outcome.status();
    // What may pass leaves the bytes, so that a repeat costs nothing; a refusal ends it.
    const bool may_pass =
        absl::IsUnavailable(outcome.status()) || absl::IsResourceExhausted(outcome.status());
    absl::Status undone = vault.Unfinish(object, upload_);
    if (undone.ok() && !may_pass) undone = vault.Abort(upload_);
    if (!undone.ok()) spdlog::warn("the vault: {}", std::string(undone.message()));
    return outcome.status();
  }

  const Services& services_;
  VaultDesk& desk_;
  Admitted admitted_;
  v1::UploadEvidenceResponse& response_;
  const absl::Time start_;
  // Of the thread that works.
  std::shared_ptr<vault::Upload> upload_;
  int64_t ticket_ = 0;
  int64_t position_ = 0;

  absl::Mutex mutex_;
  v1::UploadEvidenceRequest incoming_;  // gRPC's while `reading_`
  std::deque<v1::UploadEvidenceRequest> queue_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_time_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool working_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status final_ ABSL_GUARDED_BY(mutex_);
};

class RefusedUpload final : public grpc::ServerReadReactor<v1::UploadEvidenceRequest> {
 public:
  explicit RefusedUpload(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerReadReactor<v1::UploadEvidenceRequest>* OpenUpload(
    const Services& services, VaultDesk& desk, grpc::CallbackServerContext* context,
    v1::UploadEvidenceResponse* response) {
  absl::StatusOr<Admitted> admitted = AdmitStream(services, *context, "UploadEvidence");
  if (!admitted.ok()) return new RefusedUpload(admitted.status());
  if (desk.vault() == nullptr) return new RefusedUpload(VaultDesk::Off());
  auto stream = std::make_shared<UploadStream>(services, desk, *std::move(admitted), response);
  UploadStream* const reactor = stream.get();
  if (!desk.Add(std::move(stream))) {
    return new RefusedUpload(absl::UnavailableError("the server is stopping"));
  }
  reactor->Begin();
  return reactor;
}

}  // namespace belfry::frontend
