// A caller's command as work for the writer.
#ifndef BELFRY_SERVER_ENGINE_COMMAND_WORK_H_
#define BELFRY_SERVER_ENGINE_COMMAND_WORK_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "server/engine/engine.h"
#include "server/engine/executor.h"
#include "server/engine/work.h"

namespace belfry::engine {

struct Counters {
  std::atomic<int64_t> commands{0};
  std::atomic<int64_t> refusals{0};
  std::atomic<int64_t> replays{0};
  std::atomic<int64_t> commits{0};
  std::atomic<int64_t> events{0};
  std::atomic<int64_t> overload_refusals{0};
  std::atomic<int64_t> ticks{0};
  std::atomic<int64_t> late_ticks{0};
};

// Recognises repeats by request id, decides once, and answers after the commit.
class CommandWork final : public Work {
 public:
  CommandWork(Request request, Executor* executor, Counters* counters)
      : request_(std::move(request)), executor_(*executor), counters_(*counters) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

  // Answers without having run.
  void Refuse(absl::Status status) { request_.done(std::move(status)); }

 private:
  absl::StatusOr<Outcome> Decide(Batch& batch);
  std::string IncidentOfRepeat(const std::string& response) const;

  Request request_;
  Executor& executor_;
  Counters& counters_;
  absl::StatusOr<Outcome> outcome_ = absl::UnknownError("not run");
};

// The answer that (principal, request id) got before; nullopt when there is none, and without an
// id. INVALID_ARGUMENT (REQUEST_ID_REUSED) when it was another request.
absl::StatusOr<std::optional<std::string>> FindRepeat(Batch& batch, const std::string& principal,
                                                      const std::string& request_id,
                                                      const std::string& fingerprint);
// Keeps the answer for a repeat; nothing without an id.
absl::Status KeepRequest(Batch& batch, const std::string& principal, const std::string& request_id,
                         const std::string& fingerprint, std::string response);

// What a caller hears when the store could not keep the batch.
absl::Status StoreUnavailable(const absl::Status& cause);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_COMMAND_WORK_H_
