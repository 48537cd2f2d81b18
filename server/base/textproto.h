// Protobuf text as people write it, with errors that say where.
#ifndef BELFRY_SERVER_BASE_TEXTPROTO_H_
#define BELFRY_SERVER_BASE_TEXTPROTO_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace belfry {

// Reads `text` into `message`. INVALID_ARGUMENT has a line for each error:
// "FILE: line 3, column 7: …".
absl::Status ParseTextProto(absl::string_view text, absl::string_view file,
                            google::protobuf::Message& message);

// The same of a file's contents; NOT_FOUND names `setting`, the flag or field that asked for it.
absl::Status ReadTextProto(const std::string& path, absl::string_view setting,
                           google::protobuf::Message& message);

}  // namespace belfry

#endif  // BELFRY_SERVER_BASE_TEXTPROTO_H_
