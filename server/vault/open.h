// The vault of the settings.
#ifndef BELFRY_SERVER_VAULT_OPEN_H_
#define BELFRY_SERVER_VAULT_OPEN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "belfry/config/v1/config.pb.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/vault/vault.h"

namespace belfry::vault {

// Looks at everything but the directory's contents. INVALID_ARGUMENT names the setting. OK without
// a directory: then there is no vault.
absl::Status CheckSettings(const config::v1::VaultConfig& config);

// Opens it and finishes what a crash left behind; `is_kept` says whether a row names an object.
// Null without a directory.
absl::StatusOr<std::unique_ptr<Vault>> OpenConfigured(
    const config::v1::VaultConfig& config, Clock* clock, Random* random,
    const std::function<absl::StatusOr<bool>(const std::string&)>& is_kept);

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_OPEN_H_
