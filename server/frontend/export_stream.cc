#include "server/frontend/export_stream.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "server/base/error.h"
#include "server/frontend/audit_service.h"
#include "server/frontend/grpc_status.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/record_export.h"
#include "server/record/leaf.h"

namespace belfry::frontend {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

class ExportStream final : public grpc::ServerWriteReactor<v1::ExportRecordResponse>,
                           public std::enable_shared_from_this<ExportStream> {
 public:
  ExportStream(const Services& services, Identity identity, Admission::Permit permit,
               std::optional<std::string> log)
      : services_(services),
        identity_(std::move(identity)),
        permit_(std::move(permit)),
        log_(std::move(log)) {}

  void Begin() {
    self_ = shared_from_this();
    services_.engine->MakeCheckpoint([self = self_](absl::StatusOr<engine::MadeCheckpoint> made) {
      self->Start(std::move(made));
    });
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) ended_ = true;
      if (ended_) {
        FinishLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
        return;
      }
    }
    ReadNext();
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    FinishLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
  }

  void OnDone() override {
    services_.metrics->CountCall("ExportRecord", "DONE", absl::Now() - start_);
    permit_ = Admission::Permit();
    // The last one, unless a reader thread still holds one.
    const std::shared_ptr<ExportStream> self = std::move(self_);
  }

 private:
  void Start(absl::StatusOr<engine::MadeCheckpoint> made) {
    if (!made.ok()) {
      End(ToGrpc(made.status()));
      return;
    }
    if (log_.has_value() && made->logs.count(*log_) == 0) {
      End(ToGrpc(LogNotFound(*log_)));
      return;
    }
    export_ = std::make_unique<RecordExport>(
        services_.engine->record_options().instance, *std::move(made), log_,
        [this](const std::string& id) { return Readable(id); });
    ReadNext();
  }

  // On a reader thread. Reading what is for named readers only is recorded as any other reading.
  bool Readable(const std::string& id) {
    engine::Engine& engine = *services_.engine;
    const absl::StatusOr<StatePtr> state = engine.LoadState(id);
    if (!state.ok()) return false;
    const core::Sight sight =
        core::SightOf(engine.PolicyOf(**state), *engine.directory(), identity_.caller, **state);
    if (sight != core::Sight::kAll) return false;
    NoteReading(engine, identity_.caller, **state, "export");
    return true;
  }

  void ReadNext() {
    services_.engine->SubmitRead(
        [self = shared_from_this()](storage::Store& store) { self->Read(store); },
        [self = shared_from_this()](absl::Status refused) { self->End(ToGrpc(refused)); });
  }

  void Read(storage::Store& store) {
    // A stream outlives the moment in which its credentials were good.
    if (const absl::Status still = services_.gate->CheckStill(identity_); !still.ok()) {
      End(ToGrpc(still));
      return;
    }
    absl::StatusOr<std::string> piece = export_->Next(store, kPieceBytes);
    if (!piece.ok()) {
      End(ToGrpc(piece.status()));
      return;
    }
    if (piece->empty()) {
      End(grpc::Status::OK);
      return;
    }
    absl::MutexLock lock(&mutex_);
    if (ended_) {
      FinishLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"));
      return;
    }
    message_.set_data(*std::move(piece));
    writing_ = true;
    StartWrite(&message_);
  }

  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    FinishLocked(status);
  }

  // Not while gRPC still holds the message.
  void FinishLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finished_) return;
    finished_ = true;
    Finish(status);
  }

  const Services& services_;
  const Identity identity_;
  const absl::Time start_ = absl::Now();
  Admission::Permit permit_;
  const std::optional<std::string> log_;
  std::unique_ptr<RecordExport> export_;
  v1::ExportRecordResponse message_;
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  // gRPC holds a plain pointer until OnDone().
  std::shared_ptr<ExportStream> self_;
};

// Answers a stream that may not begin.
class RefusedExport final : public grpc::ServerWriteReactor<v1::ExportRecordResponse> {
 public:
  explicit RefusedExport(const absl::Status& status) { Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

// The log that is asked for; nothing for all of them.
absl::StatusOr<std::optional<std::string>> LogOf(const v1::ExportRecordRequest& request) {
  if (request.entity().empty()) return std::nullopt;
  absl::string_view log = request.entity();
  if (!absl::ConsumePrefix(&log, "entities/") || !record::IsLogId(log) ||
      log == record::kInstanceLog) {
    return InvalidField("entity", "must be a name such as entities/dop, or empty for all");
  }
  return std::string(log);
}

}  // namespace

grpc::ServerWriteReactor<v1::ExportRecordResponse>* OpenExport(
    const Services& services, grpc::CallbackServerContext* context,
    const v1::ExportRecordRequest& request) {
  absl::StatusOr<Identity> identity = Admit(services, *context, "ExportRecord");
  if (!identity.ok()) return new RefusedExport(identity.status());
  const absl::StatusOr<std::optional<std::string>> log = LogOf(request);
  if (!log.ok()) return new RefusedExport(log.status());
  if (const absl::Status status =
          RequireExport(*services.engine, identity->caller, request.entity());
      !status.ok()) {
    return new RefusedExport(status);
  }
  Admission::Permit permit = services.waiting->Enter(identity->principal);
  if (!permit) {
    return new RefusedExport(ErrorBuilder(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                                          "too many streams are open; try again in a minute")
                                 .RetryAfter(absl::Minutes(1))
                                 .Build());
  }
  auto stream =
      std::make_shared<ExportStream>(services, *std::move(identity), std::move(permit), *log);
  stream->Begin();
  return stream.get();
}

}  // namespace belfry::frontend
