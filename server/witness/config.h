// Settings of belfry-witness, checked.
#ifndef BELFRY_SERVER_WITNESS_CONFIG_H_
#define BELFRY_SERVER_WITNESS_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "belfry/config/v1/witness.pb.h"
#include "server/record/note.h"
#include "server/witness/witness.h"

namespace belfry::witness {

// The file's contents. INVALID_ARGUMENT names the line, or the field and the remedy.
absl::StatusOr<config::v1::WitnessConfig> ReadConfig(const std::string& path);

// The witness's key. INVALID_ARGUMENT when the file is missing, holds another kind of key, or can
// be read by others than its owner.
absl::StatusOr<record::Cosigner> ReadKey(const config::v1::WitnessConfig& config);

// The logs and their keys. INVALID_ARGUMENT names the log.
absl::StatusOr<Witness::Logs> ReadLogs(const config::v1::WitnessConfig& config);

}  // namespace belfry::witness

#endif  // BELFRY_SERVER_WITNESS_CONFIG_H_
