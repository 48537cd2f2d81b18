// Belfry's own format: everything an export has, in the proto JSON mapping.
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/message_json.h"

namespace belfry::exchange {

std::string WriteJson(const v1::Export& file) {
  return DumpJson(MessageToJson(file, FieldNames::kCamel));
}

}  // namespace belfry::exchange
