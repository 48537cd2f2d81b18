// Keeps a register of standing duties for each entity of the directory.
#ifndef BELFRY_SERVER_ENGINE_REGISTER_WORK_H_
#define BELFRY_SERVER_ENGINE_REGISTER_WORK_H_

#include "server/base/random.h"
#include "server/engine/executor.h"
#include "server/engine/work.h"

namespace belfry::engine {

// Opens the registers that are missing and lets the others look at the directory again.
class RegisterWork final : public Work {
 public:
  RegisterWork(Executor* executor, Random* random) : executor_(*executor), random_(*random) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::Status Open(Batch& batch, const std::string& entity);

  Executor& executor_;
  Random& random_;
  absl::Status status_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_REGISTER_WORK_H_
