// JSON of the platforms: the one way to read it, under the bot's own names.
#ifndef BELFRY_BOT_PLATFORM_JSON_H_
#define BELFRY_BOT_PLATFORM_JSON_H_

#include "server/base/json.h"

namespace belfry::bot {

using belfry::At;
using belfry::DumpJson;
using belfry::Json;
using belfry::ParseJsonObject;
using belfry::TextAt;

}  // namespace belfry::bot

#endif  // BELFRY_BOT_PLATFORM_JSON_H_
