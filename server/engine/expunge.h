// Deletes the text of a note wherever the store keeps it.
#ifndef BELFRY_SERVER_ENGINE_EXPUNGE_H_
#define BELFRY_SERVER_ENGINE_EXPUNGE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "server/engine/work.h"

namespace belfry::engine {

// In the batch that records it: the event keeps everything but its text, its leaf keeps everything
// but its salt, and notices and stored answers that repeat the text say instead that it is gone.
absl::Status Expunge(Batch& batch, const std::string& incident, int64_t version);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_EXPUNGE_H_
