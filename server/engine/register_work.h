// Keeps a register of standing duties for each entity of the directory.
#ifndef BELFRY_SERVER_ENGINE_REGISTER_WORK_H_
#define BELFRY_SERVER_ENGINE_REGISTER_WORK_H_

#include <functional>
#include <utility>

#include "server/base/random.h"
#include "server/engine/executor.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Opens the registers that are missing, moves the others to the pack in force, and lets them look
// at the directory again. Then calls `done`, whatever became of it.
class RegisterWork final : public Work {
 public:
  RegisterWork(Executor* executor, Random* random, std::function<void()> done)
      : executor_(*executor), random_(*random), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::Status Open(Batch& batch, const std::string& entity);

  Executor& executor_;
  Random& random_;
  const std::function<void()> done_;
  absl::Status status_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_REGISTER_WORK_H_
