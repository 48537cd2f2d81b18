// The one table of who may enter which method, and what is asked of them there.
//
// Every method of every service stands in it. One that does not is for nobody, and the server does
// not start with it.
#ifndef BELFRY_SERVER_FRONTEND_RULES_H_
#define BELFRY_SERVER_FRONTEND_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"

namespace belfry::frontend {

// Who may call a method beside ordinary principals.
enum class Audience {
  kEverybody,  // people, systems, and bots that act for a person
  kGuestsToo,  // as above, and bots that act for a chat account which is linked to nobody
  kBotsToo,    // also a bot on its own account
  kBotsOnly,   // bots on their own account
  kOpen,       // no credentials: the virtual clock, on loopback and Unix sockets alone
};

// What a method is about.
enum class About {
  kNothing,    // no incident: the act is asked at the door
  kIncident,   // one incident, named in the request: nobody enters who may not READ it
  kIncidents,  // all that the caller may READ, asked one by one; the act is asked at the door
  kGlass,      // one incident that the caller does not read yet
};

struct Rule {
  // "belfry.v1.IncidentService", "GetIncident".
  const char* service;
  const char* method;
  Audience audience;
  About about;
  // The act of the pack's permissions table that is asked here. Empty: who they are is enough.
  const char* act;
  // Acts that the core asks, where what is asked depends on the request: "the verb's act".
  const char* decided;
};

absl::Span<const Rule> Rules();

// By the method's own name, which no two services share. Null: the method is for nobody.
const Rule* FindRule(absl::string_view method);

// FAILED_PRECONDITION naming each method of `services` that has no rule, or shares its name.
absl::Status CheckRules(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_RULES_H_
