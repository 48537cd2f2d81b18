#include "server/engine/conversation_work.h"

namespace belfry::engine {

void ConversationWork::Run(Batch& batch) {
  batch.failure = batch.transaction->PutConversation(row_);
  batch.dirty = true;
}

}  // namespace belfry::engine
