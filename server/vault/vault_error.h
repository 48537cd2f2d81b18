// What callers hear of the vault's troubles.
#ifndef BELFRY_SERVER_VAULT_VAULT_ERROR_H_
#define BELFRY_SERVER_VAULT_VAULT_ERROR_H_

#include "absl/status/status.h"

namespace belfry::vault {

// RESOURCE_EXHAUSTED (DISK_FULL) for a full disk, UNAVAILABLE (VAULT_IO) for what else a file
// system answers; DATA_LOSS (CONTENT_DAMAGED) for bytes that are not what was written. Refusals
// made with ErrorBuilder stay as they are.
absl::Status ToCaller(const absl::Status& status);

// "There is no such upload", also for those of others.
absl::Status UploadNotFound();

}  // namespace belfry::vault

#endif  // BELFRY_SERVER_VAULT_VAULT_ERROR_H_
