// What is done about the record before a server takes anything.
#ifndef BELFRY_SERVER_ENGINE_RECORD_START_H_
#define BELFRY_SERVER_ENGINE_RECORD_START_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/engine/checkpointer.h"
#include "server/engine/log_book.h"
#include "server/storage/store.h"

namespace belfry::engine {

// Loads the heads, looks at the anchor, and gives everything that happened before there was a
// record its leaf. Returns what was signed last.
//
//   FAILED_PRECONDITION RECORD_OLDER       the store does not hold what the anchor says
//   FAILED_PRECONDITION ANCHOR_UNREADABLE  the anchor is not ours
//   FAILED_PRECONDITION RECORD_INSTANCE    the store is another instance's
//   DATA_LOSS                              heads, leaves and events contradict each other
absl::StatusOr<std::optional<record::Checkpoint>> StartRecord(storage::Store& store, LogBook& logs,
                                                              const RecordOptions& options,
                                                              absl::Time now);

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_RECORD_START_H_
