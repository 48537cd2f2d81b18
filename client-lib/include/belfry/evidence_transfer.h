// Files to and from the server's evidence vault: hashed, in constant memory, resumed after a break.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_EVIDENCE_TRANSFER_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_EVIDENCE_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "belfry/client.h"

namespace belfry::client {

// How far it is. `what` is "hashing", "sending" or "receiving".
struct TransferProgress {
  const char* what = "";
  int64_t done_bytes = 0;
  int64_t total_bytes = 0;
};

struct TransferOptions {
  // Called after each message; may be empty.
  std::function<void(const TransferProgress&)> progress;
  // How often a broken stream is begun again, where it had come to. A stream that brought something
  // starts the count anew.
  int attempts_max = 5;
  CallOptions call;
};

// Sends a regular file as the content of an item, "incidents/…/evidence/…". The file is hashed
// first; what an earlier call had sent of the same file for the same item is not sent again,
// whoever was killed in between. An item that has these very bytes already is an answer too.
// INVALID_ARGUMENT when the file cannot be read or changes meanwhile.
absl::StatusOr<v1::Evidence> UploadFile(const Client& client, const std::string& evidence,
                                        const std::string& path, const TransferOptions& options);

// Receives the content of an item into a file, by way of "PATH.part", which a later call goes on
// with. DATA_LOSS when what came is not what the server says it stored; the part is removed then.
// ALREADY_EXISTS when the file is there: nothing is overwritten.
absl::StatusOr<v1::Content> DownloadFile(const Client& client, const std::string& evidence,
                                         const std::string& purpose, const std::string& path,
                                         const TransferOptions& options);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_EVIDENCE_TRANSFER_H_
