// JSON Schema of what MessageToJson writes, made from the proto files so that it cannot lag behind.
#ifndef BELFRY_TESTS_SUPPORT_EXCHANGE_SCHEMA_H_
#define BELFRY_TESTS_SUPPORT_EXCHANGE_SCHEMA_H_

#include <string>

#include "client-lib/exchange/message_json.h"

namespace belfry::testing {

// docs/exchange/belfry-export.schema.json: the format "json".
exchange::Json ExportSchema();

// docs/exchange/stix-extension.schema.json: Belfry's STIX extension of incidents and notes.
exchange::Json StixExtensionSchema();

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_SUPPORT_EXCHANGE_SCHEMA_H_
