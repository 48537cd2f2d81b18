// Protobuf messages as JSON, both ways: the proto JSON mapping, written with the names of the proto
// file or in lowerCamelCase, and read strictly, with the path of whatever is wrong.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_MESSAGE_JSON_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_MESSAGE_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client-lib/exchange/json_text.h"
#include "google/protobuf/message.h"

namespace belfry::exchange {

enum class FieldNames { kCamel, kProto };

// Times are RFC 3339 in UTC, spans "3600s", 64-bit integers text, enums names. Fields that are not
// set, and empty ones, are left out.
Json MessageToJson(const google::protobuf::Message& message, FieldNames names);

// Reads what MessageToJson writes, in either naming. INVALID_ARGUMENT names the path of a member
// that the message does not have, or whose value is of another type or out of range.
absl::Status JsonToMessage(const Json& json, absl::string_view path,
                           google::protobuf::Message* message);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_MESSAGE_JSON_H_
