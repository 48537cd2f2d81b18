// What an incident has gathered: decisions, documents, devices, removals, cases, costs, relatives.
#ifndef BELFRY_CLIENT_LIB_CHAT_INCIDENT_RECORD_H_
#define BELFRY_CLIENT_LIB_CHAT_INCIDENT_RECORD_H_

#include <string>
#include <vector>

#include "belfry/v1/incident.pb.h"
#include "client-lib/chat/view.h"

namespace belfry::chat {

// One row for each decision, kind of document, removal and case, one for devices, costs and
// relatives each; the first row is the header. Empty when there is nothing yet. The caller makes
// sure that the incident may be shown.
std::vector<std::vector<std::string>> RecordTable(const v1::Incident& incident, const View& view);

// "2 infected, 1 restored"; empty without devices.
std::string DeviceCounts(const v1::Incident& incident);

// "active · 10.20.4.0/24 · 2 of 3 targets off the network · scan clean, verified".
std::string RemovalText(const v1::NetworkRemoval& removal);

}  // namespace belfry::chat

#endif  // BELFRY_CLIENT_LIB_CHAT_INCIDENT_RECORD_H_
