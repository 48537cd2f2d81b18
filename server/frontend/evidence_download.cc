// Bytes of evidence on their way out.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/frontend/byte_stream.h"
#include "server/frontend/evidence_access.h"
#include "server/frontend/grpc_status.h"
#include "server/frontend/mutation.h"
#include "server/vault/vault_error.h"

namespace belfry::frontend {
namespace {

// One stream. A chunk is read and checked while the one before it is sent; no more is in memory,
// however slowly the caller reads.
//
// `this` lives until OnDone(), as an upload does.
class DownloadStream final : public grpc::ServerWriteReactor<v1::DownloadEvidenceResponse>,
                             public ByteStream,
                             public std::enable_shared_from_this<DownloadStream> {
 public:
  DownloadStream(const Services& services, VaultDesk& desk, Admitted admitted,
                 v1::DownloadEvidenceRequest request)
      : services_(services),
        desk_(desk),
        admitted_(std::move(admitted)),
        request_(std::move(request)),
        start_(absl::Now()),
        last_time_(desk.Now()) {}

  void Begin() {
    absl::MutexLock lock(&mutex_);
    working_ = true;
    auto self = shared_from_this();
    desk_.Post([self] { self->Ask(); });
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    last_time_ = desk_.Now();
    if (!ok) {
      EndLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
      return;
    }
    Pump();
  }

  void OnCancel() override {
    End(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
  }
  void OnDone() override { desk_.Remove(this); }

  void EndIfIdle(absl::Time before) override {
    absl::MutexLock lock(&mutex_);
    if (working_ || last_time_ > before) return;
    // A caller that takes nothing would hold the message that is being sent for ever.
    EndLocked(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "nothing was read for too long"));
    if (writing_ && !cancelled_) {
      cancelled_ = true;
      context_->TryCancel();
    }
  }

  void EndForStop() override {
    End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is stopping"));
  }

  void SetContext(grpc::CallbackServerContext* context) { context_ = context; }

 private:
  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    EndLocked(status);
  }

  // Not while gRPC still holds a message of ours, or a thread works for us.
  void EndLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!ended_) {
      ended_ = true;
      final_ = status;
    }
    if (working_ || writing_ || finished_) return;
    finished_ = true;
    services_.metrics->CountCall(
        "DownloadEvidence",
        absl::StatusCodeToString(static_cast<absl::StatusCode>(final_.error_code())),
        absl::Now() - start_);
    admitted_.permit = Admission::Permit();
    Finish(final_);
  }

  void Conclude(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    working_ = false;
    EndLocked(ToGrpc(status));
  }

  // Sends what is ready and reads what comes next.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_) {
      EndLocked(final_);
      return;
    }
    if (!writing_ && next_.has_value()) {
      outgoing_ = *std::move(next_);
      next_.reset();
      writing_ = true;
      StartWrite(&outgoing_);
    }
    if (working_ || next_.has_value()) return;
    if (position_ >= end_) {
      if (!writing_) EndLocked(grpc::Status::OK);
      return;
    }
    working_ = true;
    auto self = shared_from_this();
    desk_.Post([self] { self->Read(); });
  }

  // The reading is recorded before a byte of it leaves.
  void Ask() {
    const absl::StatusOr<ItemName> name = ParseEvidenceName("name", request_.name());
    absl::Status status = name.ok() ? CheckRequest(request_, "") : name.status();
    if (status.ok()) {
      status = FindItem(*services_.engine, admitted_.identity.caller, *name).status();
    }
    if (!status.ok()) {
      Conclude(status);
      return;
    }
    name_ = *name;
    engine::Request work;
    work.incident = name->incident;
    work.command.caller = admitted_.identity.caller;
    work.command.act = core::EvidenceAct{name->number, request_};
    auto self = shared_from_this();
    work.done = [self](absl::StatusOr<engine::Outcome> outcome) {
      self->desk_.Post([self, outcome = std::move(outcome)] { self->Open(outcome); });
    };
    services_.engine->Submit(std::move(work));
  }

  void Open(const absl::StatusOr<engine::Outcome>& outcome) {
    if (!outcome.ok()) {
      Conclude(outcome.status());
      return;
    }
    NoteReading(*services_.engine, admitted_.identity.caller, *outcome->state, "evidence");
    absl::StatusOr<std::unique_ptr<vault::ItemReader>> reader =
        desk_.vault()->OpenObject(outcome->evidence->object());
    const v1::Content& content = outcome->evidence->evidence().content();
    if (reader.ok() && (*reader)->size() != content.size_bytes()) {
      reader = vault::ToCaller(absl::DataLossError("it has another length"));
    }
    if (!reader.ok()) {
      Damaged(reader.status());
      return;
    }
    reader_ = *std::move(reader);
    v1::DownloadEvidenceResponse first;
    *first.mutable_content() = content;
    first.set_offset(request_.offset());
    absl::MutexLock lock(&mutex_);
    position_ = request_.offset();
    end_ = request_.length() == 0
               ? content.size_bytes()
               : position_ + std::min(request_.length(), content.size_bytes() - position_);
    next_ = std::move(first);
    working_ = false;
    Pump();
  }

  void Read() {
    int64_t position = 0;
    int64_t end = 0;
    {
      absl::MutexLock lock(&mutex_);
      position = position_;
      end = end_;
      if (ended_) {
        working_ = false;
        EndLocked(final_);
        return;
      }
    }
    // A stream outlives the moment in which its credentials, and its reader, were good.
    absl::Status still = services_.gate->CheckStill(admitted_.identity);
    if (still.ok()) {
      still = FindItem(*services_.engine, admitted_.identity.caller, name_).status();
    }
    if (!still.ok()) {
      Conclude(still);
      return;
    }
    absl::StatusOr<std::string> chunk = reader_->ReadChunk(position / vault::kChunkBytes);
    if (!chunk.ok()) {
      Damaged(vault::ToCaller(chunk.status()));
      return;
    }
    const int64_t skip = position % vault::kChunkBytes;
    const int64_t take = std::min(static_cast<int64_t>(chunk->size()) - skip, end - position);
    v1::DownloadEvidenceResponse message;
    message.set_offset(position);
    if (skip == 0 && take == static_cast<int64_t>(chunk->size())) {
      message.set_data(*std::move(chunk));
    } else {
      message.set_data(chunk->substr(static_cast<size_t>(skip), static_cast<size_t>(take)));
    }
    absl::MutexLock lock(&mutex_);
    position_ += take;
    next_ = std::move(message);
    working_ = false;
    Pump();
  }

  void Damaged(const absl::Status& status) {
    if (absl::IsDataLoss(status)) {
      ReportDamage(*services_.engine, name_.incident, name_.number);
    }
    Conclude(status);
  }

  const Services& services_;
  VaultDesk& desk_;
  Admitted admitted_;
  const v1::DownloadEvidenceRequest request_;
  const absl::Time start_;
  grpc::CallbackServerContext* context_ = nullptr;
  // Of the thread that works.
  ItemName name_;
  std::unique_ptr<vault::ItemReader> reader_;

  absl::Mutex mutex_;
  v1::DownloadEvidenceResponse outgoing_;  // gRPC's while `writing_`
  std::optional<v1::DownloadEvidenceResponse> next_ ABSL_GUARDED_BY(mutex_);
  int64_t position_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t end_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time last_time_ ABSL_GUARDED_BY(mutex_);
  bool working_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status final_ ABSL_GUARDED_BY(mutex_);
};

class RefusedDownload final : public grpc::ServerWriteReactor<v1::DownloadEvidenceResponse> {
 public:
  explicit RefusedDownload(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerWriteReactor<v1::DownloadEvidenceResponse>* OpenDownload(
    const Services& services, VaultDesk& desk, grpc::CallbackServerContext* context,
    const v1::DownloadEvidenceRequest& request) {
  absl::StatusOr<Admitted> admitted = AdmitStream(services, *context, "DownloadEvidence");
  if (!admitted.ok()) return new RefusedDownload(admitted.status());
  if (desk.vault() == nullptr) return new RefusedDownload(VaultDesk::Off());
  auto stream = std::make_shared<DownloadStream>(services, desk, *std::move(admitted), request);
  DownloadStream* const reactor = stream.get();
  reactor->SetContext(context);
  if (!desk.Add(std::move(stream))) {
    return new RefusedDownload(absl::UnavailableError("the server is stopping"));
  }
  reactor->Begin();
  return reactor;
}

}  // namespace belfry::frontend
