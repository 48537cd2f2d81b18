// Which calls may be made twice.
#ifndef BELFRY_CLIENT_LIB_SRC_IDEMPOTENCY_H_
#define BELFRY_CLIENT_LIB_SRC_IDEMPOTENCY_H_

#include "google/protobuf/message.h"

namespace belfry::client {

struct CallTraits {
  // A second call with the same request has no second effect.
  bool idempotent = false;
  // The caller acts only on what it has seen; ABORTED is an answer, not an accident.
  bool has_etag = false;
};

// By the type of the request and whether it carries a request id. A type that the table in
// idempotency.cc does not know is made once.
CallTraits TraitsOf(const google::protobuf::Message& request);

// The table knows this type; a test asks for every method of every service.
bool HasTraits(const google::protobuf::Descriptor& request);

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_SRC_IDEMPOTENCY_H_
