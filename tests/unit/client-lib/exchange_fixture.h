// An export with everything in it, without a server.
#ifndef BELFRY_TESTS_UNIT_CLIENT_LIB_EXCHANGE_FIXTURE_H_
#define BELFRY_TESTS_UNIT_CLIENT_LIB_EXCHANGE_FIXTURE_H_

#include <string>

#include "belfry/exchange/v1/export.pb.h"
#include "belfry/policy/v1/policy.pb.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/format.h"

namespace belfry::exchange {

// A pack that ships.
policy::v1::Policy ShippedPack(const std::string& id = "itd-sec-4.3");

// One incident of DOP that is AMBER+STRICT, with a note and a duty; `text` is its title, its
// summary and the note.
v1::Export OneIncident(const std::string& text);

// The options, packs and mappings that go with it.
ExportOptions Everything();
Policies Packs();
Mappings ShippedMappingsOf();

}  // namespace belfry::exchange

#endif  // BELFRY_TESTS_UNIT_CLIENT_LIB_EXCHANGE_FIXTURE_H_
