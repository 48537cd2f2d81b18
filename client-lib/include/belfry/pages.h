// A range over all pages of a list.
#ifndef BELFRY_CLIENT_LIB_INCLUDE_BELFRY_PAGES_H_
#define BELFRY_CLIENT_LIB_INCLUDE_BELFRY_PAGES_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "belfry/connection.h"
#include "belfry/options.h"

namespace belfry::client {

// Incidents one after the other; the next page is fetched when the present one is used up.
//
//   IncidentPages pages = client.AllIncidents(request);
//   while (const v1::Incident* incident = pages.Next()) { … }
//   if (!pages.status().ok()) …   // the list is not complete
//
// For one thread.
class IncidentPages {
 public:
  IncidentPages(std::shared_ptr<Connection> connection, v1::ListIncidentsRequest request,
                CallOptions call);

  // Null after the last one, and after an error. Valid until the next call.
  const v1::Incident* Next();
  const absl::Status& status() const { return status_; }

 private:
  std::shared_ptr<Connection> connection_;
  v1::ListIncidentsRequest request_;
  CallOptions call_;
  v1::ListIncidentsResponse page_;
  int next_ = 0;
  bool started_ = false;
  absl::Status status_;
};

}  // namespace belfry::client

#endif  // BELFRY_CLIENT_LIB_INCLUDE_BELFRY_PAGES_H_
