#include "server/vault/vault_error.h"

#include "absl/strings/str_cat.h"
#include "server/base/error.h"

namespace belfry::vault {

absl::Status ToCaller(const absl::Status& status) {
  if (status.ok() || !ErrorReason(status).empty()) return status;
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return ErrorBuilder(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                          absl::StrCat("the disk of the evidence vault is full (", status.message(),
                                       "); nothing was kept. Free space, then begin again"))
          .Build();
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kNotFound:
      return ErrorBuilder(
                 absl::StatusCode::kDataLoss, "CONTENT_DAMAGED",
                 absl::StrCat("what is in the vault is not what was stored: ", status.message()))
          .Build();
    default:
      return ErrorBuilder(absl::StatusCode::kUnavailable, "VAULT_IO",
                          absl::StrCat("the evidence vault's disk failed: ", status.message()))
          .Build();
  }
}

absl::Status UploadNotFound() {
  return ErrorBuilder(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND",
                      "there is no such upload, or it is another's, or it has expired; begin again")
      .Build();
}

}  // namespace belfry::vault
