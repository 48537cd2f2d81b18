// The settings of the record: keys from their files, checked.
#ifndef BELFRY_SERVER_RECORD_CONFIG_H_
#define BELFRY_SERVER_RECORD_CONFIG_H_

#include "absl/status/statusor.h"
#include "belfry/config/v1/config.pb.h"
#include "server/engine/checkpointer.h"

namespace belfry {

// INVALID_ARGUMENT names the setting and what to do. `local`: nobody from another machine reaches
// the server, so that it may do without a name of its own.
absl::StatusOr<engine::RecordOptions> ReadRecordConfig(const config::v1::RecordConfig& config,
                                                       bool local);

}  // namespace belfry

#endif  // BELFRY_SERVER_RECORD_CONFIG_H_
