// What time brings about, as work for the writer.
#ifndef BELFRY_SERVER_ENGINE_TICK_WORK_H_
#define BELFRY_SERVER_ENGINE_TICK_WORK_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "server/engine/command_work.h"
#include "server/engine/due_index.h"
#include "server/engine/executor.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Decides all that has fallen due in one incident. Puts the incident back into the due index
// whatever happens, so that nothing is forgotten.
class TickWork final : public Work {
 public:
  TickWork(std::string incident, Executor* executor, DueIndex* due, Counters* counters,
           std::function<void()> done)
      : incident_(std::move(incident)),
        executor_(*executor),
        due_(*due),
        counters_(*counters),
        done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  const std::string incident_;
  Executor& executor_;
  DueIndex& due_;
  Counters& counters_;
  const std::function<void()> done_;
  absl::Time now_;
  absl::Status status_;
  bool did_something_ = false;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_TICK_WORK_H_
