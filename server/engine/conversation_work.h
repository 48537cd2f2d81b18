// Keeps how a conversation is reached.
#ifndef BELFRY_SERVER_ENGINE_CONVERSATION_WORK_H_
#define BELFRY_SERVER_ENGINE_CONVERSATION_WORK_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "server/engine/work.h"

namespace belfry::engine {

class ConversationWork final : public Work {
 public:
  ConversationWork(storage::ConversationRow row, std::function<void(absl::Status)> done)
      : row_(std::move(row)), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override { done_(commit); }

 private:
  const storage::ConversationRow row_;
  const std::function<void(absl::Status)> done_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_CONVERSATION_WORK_H_
